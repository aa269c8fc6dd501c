import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';

/** What a measurement was made on, in words that fit any machine. */
export interface MachineFacts {
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  /** Null: not installed. */
  readonly dovecot: string | null;
  readonly mbsync: string | null;
}

function versionOf(program: string): string | null {
  try {
    const text = execFileSync(program, ['--version'], { encoding: 'utf8' });
    return /\d+(?:\.\d+)+/u.exec(text)?.[0] ?? null;
  } catch {
    return null;
  }
}

/** Looks. */
export function readMachineFacts(): MachineFacts {
  return {
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.versions.node,
    dovecot: versionOf('/usr/sbin/dovecot'),
    mbsync: versionOf('mbsync'),
  };
}

/** Where the benchmark keeps things. */
export interface BenchPlaces {
  /** In memory where there is room: the servers' mail, so that no disk is measured with it. */
  readonly mail: string;
  /** On a disk, as DATA_DIR is: the project's database. */
  readonly data: string;
}

/** TMPFS_MAGIC of linux/magic.h. */
const TMPFS = 0x01021994;
/** The largest mailbox in the source and in two targets, and what Dovecot keeps beside it. */
const MAIL_BYTES = 3 * 1024 ** 3;

/** Chooses; `isSmall` for a look that needs no room. */
export async function choosePlaces(isSmall: boolean): Promise<BenchPlaces> {
  const memory = await statfs('/dev/shm').catch(() => null);
  const freeBytes = memory?.type === TMPFS ? memory.bavail * memory.bsize : 0;
  const temporary = await statfs(tmpdir());
  const isOnDisk = temporary.type !== TMPFS || !existsSync('/var/tmp');
  return {
    mail: freeBytes > (isSmall ? MAIL_BYTES / 10 : MAIL_BYTES) ? '/dev/shm' : tmpdir(),
    data: isOnDisk ? tmpdir() : '/var/tmp',
  };
}
