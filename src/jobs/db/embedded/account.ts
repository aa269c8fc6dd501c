/**
 * PostgreSQL refuses to run as root, so as root its programs are started as an unprivileged account.
 * Two ways lead there:
 *   1. spawn's own `uid` and `gid`, where that account can reach the programs and the cluster;
 *   2. `setpriv` (util-linux), where it cannot, as in a checkout below /root (mode 0700): the account
 *      then keeps the one capability that lets it pass such directories, and nothing else of root.
 * Moving the cluster out of DATA_DIR instead would part the database from its directory: a backup of
 * DATA_DIR would miss it, and a deleted DATA_DIR would leave it behind.
 */
import { execFile } from 'node:child_process';
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseAccountError } from './errors.ts';

/** Whom PostgreSQL runs as; null is the present user. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** How to start one of PostgreSQL's programs. */
export interface Launcher {
  readonly account: Account | null;
  /** What to put before a program's own path and arguments. */
  readonly prefix: readonly string[];
}

export interface ProgramResult {
  /** Null when a signal ended the program. */
  readonly exitCode: number | null;
  readonly output: string;
}

/** Accounts that Linux systems bring along, best first. */
const ACCOUNT_NAMES = ['skybridge', 'postgres', 'nobody'];

/** Bits in /proc/self/status, with setpriv's names: the first passes directories and reads, the second also writes. */
const PASSING_CAPABILITIES = [
  { name: 'dac_read_search', bit: 2n },
  { name: 'dac_override', bit: 1n },
];

/** Only what the programs need: settings of ours, secrets among them, are not theirs to know. */
const PROGRAM_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** Decides how to run the programs in `binDir` on a cluster in `dataDir`, whose owner is `owner` if it exists. */
export async function chooseLauncher(
  paths: { readonly binDir: string; readonly dataDir: string },
  owner: Account | null,
): Promise<Launcher> {
  if (process.getuid?.() !== 0) {
    return { account: null, prefix: [] };
  }
  const account = owner ?? (await findAccount());
  if (
    (await canReach(account, await realpath(paths.binDir))) &&
    (await canReach(account, await realpath(paths.dataDir)))
  ) {
    return { account, prefix: [] };
  }
  return { account, prefix: await passingPrefix(account) };
}

/** Runs a program to its end, in a session of its own, so that a terminal's Ctrl+C passes it by. */
export async function runProgram(
  launcher: Launcher,
  file: string,
  args: readonly string[],
): Promise<ProgramResult> {
  const { account, prefix } = launcher;
  const [program = file, ...rest] = [...prefix, file, ...args];
  const identity = prefix.length === 0 && account !== null ? account : {};
  return new Promise((resolve) => {
    const options = {
      ...identity,
      env: PROGRAM_ENVIRONMENT,
      cwd: path.parse(file).root,
      detached: true,
      windowsHide: true,
    };
    const child = execFile(program, rest, options, (error, stdout, stderr) => {
      const unstarted = error !== null && typeof error.code === 'string' ? error.message : '';
      resolve({ exitCode: child.exitCode, output: `${stdout}${stderr}${unstarted}`.trim() });
    });
  });
}

async function findAccount(): Promise<Account> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  for (const name of ACCOUNT_NAMES) {
    const [, , uid = '', gid = ''] =
      lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (Number(uid) > 0) {
      return { uid: Number(uid), gid: Number(gid) };
    }
  }
  throw new DatabaseAccountError(
    `this machine has no account named ${ACCOUNT_NAMES.join(', ')} to run it`,
  );
}

/** True where the account may pass every directory down to `target`, by the mode bits. */
async function canReach(account: Account, target: string): Promise<boolean> {
  for (let dir = target; ; dir = path.dirname(dir)) {
    const { mode, uid, gid } = await stat(dir);
    const groupShift = gid === account.gid ? 3 : 0;
    const shift = uid === account.uid ? 6 : groupShift;
    if (((mode >> shift) & 1) === 0) {
      return false;
    }
    if (dir === path.dirname(dir)) {
      return true;
    }
  }
}

async function passingPrefix(account: Account): Promise<readonly string[]> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const capability = PASSING_CAPABILITIES.find(({ bit }) => ((held >> bit) & 1n) === 1n);
  const prefix = [
    'setpriv',
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    // Without it, access(2), with which PostgreSQL looks for its own programs, leaves the capability out.
    '--securebits=+no_setuid_fixup',
    ...(capability
      ? [`--inh-caps=-all,+${capability.name}`, `--ambient-caps=+${capability.name}`]
      : []),
  ];
  const probe = await runProgram({ account, prefix }, 'true', []);
  if (!capability || probe.exitCode !== 0) {
    throw new DatabaseAccountError(
      'the account that would run it cannot reach this directory (try a DATA_DIR and an installation outside of /root)',
    );
  }
  return prefix;
}
