import { stdout } from 'node:process';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { beginAuditFile, formatAuditRecord } from '../jobs/audit/audit-file.ts';
import { type ChainCheck, type ChainFault, verifyAudit } from '../jobs/db/audit-chain.ts';
import { readAudit } from '../jobs/db/audit-rows.ts';
import type { Logger } from '../log.ts';
import { formatNoun } from '../words/format.ts';
import { parseAuditArguments } from './audit-arguments.ts';
import { joinDataStore } from './data-store.ts';
import { verifyAuditFile } from './setup-audit.ts';
import { readIfThere, setupAuditPath } from './setup-files.ts';

export interface AuditCommandDeps {
  readonly config: Pick<Config, 'DATA_DIR' | 'DATABASE_URL'>;
  readonly logger: Logger;
  readonly print?: (text: string) => void;
}

const EXIT_NOT_WHOLE = 2;

const MEANING: Readonly<Record<ChainFault['kind'], string>> = {
  changed: 'was changed',
  removed: 'was removed',
  inserted: 'was put in: the chain does not know it',
  relinked: 'does not follow the row before it: rows were removed or put in here',
  'not-the-head':
    'is not the one that was noted: the end was cut off, or all of it was written anew',
};

/**
 * `audit verify` looks and changes nothing: exit code 0 whole, 2 not whole. Without it the rows of the
 * service's audit are printed.
 */
export async function runAudit(
  { config, logger, print = (text) => void stdout.write(text) }: AuditCommandDeps,
  words: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const wanted = parseAuditArguments(words);
  const data = await joinDataStore(config, { logger, clock: systemClock }, signal);
  try {
    if (wanted.kind === 'export') {
      print(beginAuditFile(wanted.format));
      for await (const record of data === null
        ? []
        : readAudit(data.database.pool, wanted, signal)) {
        print(formatAuditRecord(record, wanted.format));
      }
      return 0;
    }
    const ofService: ChainCheck =
      data === null
        ? { head: { position: 0, hash: '' }, faults: [], more: 0 }
        : await verifyAudit(data.database.pool, wanted.head, signal);
    const file = await readIfThere(setupAuditPath(config.DATA_DIR));
    const ofSetup = { ...verifyAuditFile(file ?? ''), more: 0 };
    print(describe('The service’s audit', ofService));
    print(describe('Setup’s audit', ofSetup));
    return ofService.faults.length + ofSetup.faults.length > 0 ? EXIT_NOT_WHOLE : 0;
  } finally {
    await data?.close();
  }
}

function describe(name: string, { head, faults, more }: ChainCheck): string {
  const rows = formatNoun(head.position, 'row', 'rows');
  if (faults.length === 0) {
    return head.position === 0
      ? `${name}: nothing is in it yet.\n`
      : `${name}: ${rows}, whole. Its head: ${head.position}:${head.hash}\n`;
  }
  const lines = faults.map(({ kind, position, id }) => {
    const row = [
      position === null ? null : `row ${position}`,
      id === null ? null : `id ${id}`,
    ].filter((part) => part !== null);
    return `  ${row.join(', ')} ${MEANING[kind]}\n`;
  });
  const rest = more > 0 ? `  and ${formatNoun(more, 'fault', 'faults')} more\n` : '';
  return `${name}: ${rows}, not whole.\n${lines.join('')}${rest}`;
}
