import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { stdout } from 'node:process';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { verifyAudit } from '../jobs/db/audit-chain.ts';
import { type RestoreResult, readBackup, settleRestored, writeBackup } from '../jobs/db/backup.ts';
import { inTransaction } from '../jobs/db/connect.ts';
import type { Logger } from '../log.ts';
import { formatNoun } from '../words/format.ts';
import { parseBackupArguments, parseRestoreArguments } from './backup-arguments.ts';
import { joinDataStore, openDataStore } from './data-store.ts';

/** A backup that cannot be made or brought back; nothing was changed. */
export class BackupError extends AppError {
  override readonly name = 'BackupError';
  readonly code:
    | 'backup.no-database'
    | 'backup.file'
    | 'backup.not-empty'
    | 'backup.other-schema'
    | 'backup.not-whole';
  readonly disposition = 'stop';
  constructor(code: BackupError['code'], options?: ErrorOptions) {
    super('The database cannot be backed up or restored.', options);
    this.code = code;
  }
}

export interface BackupCommandDeps {
  readonly config: Pick<Config, 'DATA_DIR' | 'DATABASE_URL'>;
  readonly logger: Logger;
  readonly print?: (text: string) => void;
}

/** `backup`: the database into a new file that its owner alone can read. Returns the exit code. */
export async function runBackup(
  { config, logger, print = (text) => void stdout.write(text) }: BackupCommandDeps,
  words: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const out = parseBackupArguments(words);
  const data = await joinDataStore(config, { logger, clock: systemClock }, signal);
  if (data === null) {
    throw new BackupError('backup.no-database');
  }
  try {
    const file = await open(out, 'wx', 0o600).catch((cause: unknown) => {
      throw new BackupError('backup.file', { cause });
    });
    try {
      const lines = readBackup(data.database.pool, systemClock.now(), signal);
      await pipeline(withEnds(lines), createGzip(), file.createWriteStream({ flush: true }));
    } catch (error) {
      // Half a backup is none.
      await rm(out, { force: true });
      throw error;
    }
    print(`Written: ${out}. Passwords in it are sealed; keep the key that opens them elsewhere.\n`);
    return 0;
  } finally {
    await data.close();
  }
}

async function* withEnds(lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) {
    yield `${line}\n`;
  }
}

/** `restore`: a backup into an empty database. Returns the exit code. */
export async function runRestore(
  { config, logger, print = (text) => void stdout.write(text) }: BackupCommandDeps,
  words: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const from = parseRestoreArguments(words);
  const data = await openDataStore(config, { logger, clock: systemClock }, signal);
  const { pool } = data.database;
  try {
    if (from === null) {
      await inTransaction(pool, settleRestored);
      print('Noted: mailboxes may be ahead of this database.\n');
    } else {
      const result = await writeBackup(pool, linesOf(from), signal).catch(fileError);
      if (result.kind !== 'restored') {
        throw new BackupError(`backup.${result.kind}`);
      }
      print(`${formatNoun(result.rows, 'row', 'rows')} restored.\n`);
    }
    const { faults } = await verifyAudit(pool, null, signal);
    print(
      faults.length === 0
        ? 'The audit is whole.\n'
        : 'The audit is not whole: see "audit verify".\n',
    );
    return 0;
  } finally {
    await data.close();
  }
}

/** Lines end with a line feed and nothing else: a folder's name may hold what others take for an end. */
async function* linesOf(file: string): AsyncIterable<string> {
  const unpacked = createGunzip();
  // A file that cannot be read ends the lines with its error.
  createReadStream(file)
    .on('error', (error) => unpacked.destroy(error))
    .pipe(unpacked);
  let rest = '';
  for await (const text of unpacked.setEncoding('utf8')) {
    const lines = (rest + String(text)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') {
    yield rest;
  }
}

/** zlib's and the file system's errors have a code of their own. */
function fileError(cause: unknown): RestoreResult {
  if (
    cause instanceof Error &&
    'code' in cause &&
    /^(?:E[A-Z]+|Z_[A-Z_]+)$/.test(String(cause.code))
  ) {
    throw new BackupError('backup.file', { cause });
  }
  throw cause;
}
