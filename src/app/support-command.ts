import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { arch, platform, release, totalmem } from 'node:os';
import { stdout, versions } from 'node:process';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { verifyAudit } from '../jobs/db/audit-chain.ts';
import { createMigrationStore } from '../jobs/db/migration-store.ts';
import { readQueueDepth } from '../jobs/db/queue-depth.ts';
import { readSupportRows } from '../jobs/db/support-rows.ts';
import type { Logger } from '../log.ts';
import { type DataStore, joinDataStore } from './data-store.ts';
import { assembleBundle } from './support/bundle.ts';
import { createPseudonyms } from './support/pseudonyms.ts';
import { parseSupportArguments } from './support-arguments.ts';

/** There is no database to tell of, or the file cannot be written. */
export class SupportError extends AppError {
  override readonly name = 'SupportError';
  readonly code: 'support.no-database' | 'support.file';
  readonly disposition = 'stop';
  constructor(code: SupportError['code'], options?: ErrorOptions) {
    super('The support bundle cannot be written.', options);
    this.code = code;
  }
}

export interface SupportCommandDeps {
  readonly config: Config;
  readonly logger: Logger;
  readonly print?: (text: string) => void;
}

/** `support`: writes a bundle that shows nobody's name, for whoever has this terminal. Returns the exit code. */
export async function runSupport(
  { config, logger, print = (text) => void stdout.write(text) }: SupportCommandDeps,
  words: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { out, log } = parseSupportArguments(words);
  const logText = log === null ? null : await asFile(readFile(log, 'utf8'));
  const data = await joinDataStore(config, { logger, clock: systemClock }, signal);
  if (data === null) {
    throw new SupportError('support.no-database');
  }
  try {
    const text = await composeBundle(data, config, logText, signal);
    // Nobody but whoever made it reads it, and none is written over.
    const file = await asFile(open(out, 'wx', 0o600));
    try {
      await noteInAudit(data, text);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    print(`Written: ${out}. Read it before you hand it on; the audit names it by its hash.\n`);
    return 0;
  } finally {
    await data.close();
  }
}

async function asFile<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new SupportError('support.file', { cause });
  }
}

async function composeBundle(
  { database: { pool } }: DataStore,
  config: Config,
  log: string | null,
  signal: AbortSignal,
): Promise<string> {
  const rows = await readSupportRows(pool);
  const bundle = assembleBundle({
    madeAt: systemClock.now(),
    versions: {
      node: versions.node,
      system: `${platform()} ${release()} ${arch()}`,
      memoryBytes: String(totalmem()),
      postgres: rows.server,
    },
    config,
    rows,
    queue: await readQueueDepth(pool),
    audit: await verifyAudit(pool, null, signal),
    log,
    pseudonym: createPseudonyms(),
  });
  return `${JSON.stringify(bundle, null, 1)}\n`;
}

async function noteInAudit({ database }: DataStore, text: string): Promise<void> {
  const nothingFollows = async (): Promise<void> => undefined;
  await createMigrationStore(database, nothingFollows).audit({
    // Whoever has the terminal; the tenant's directory does not know them.
    actor: null,
    action: 'support-bundle',
    subject: 'service',
    outcome: 'done',
    before: null,
    after: `sha256:${createHash('sha256').update(text).digest('hex')}`,
  });
}
