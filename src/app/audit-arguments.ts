import { parseArgs } from 'node:util';
import type { AuditFormat } from '../jobs/audit/audit-file.ts';
import { parseDay } from '../jobs/copy/skip-rules.ts';
import type { ChainHead } from '../jobs/db/audit-chain.ts';
import { UsageError } from './copy-arguments.ts';

export const AUDIT_USAGE = `node src/main.ts audit verify [--head POSITION:HASH]

Reads the whole audit, of the service and of setup, and names each row that was changed, removed or put in.
--head: the end of the service's audit as an earlier run printed it, or as the log of that day names it; what
was cut off since shows against it.
Exit code: 0 whole, 2 not whole, 1 could not look, 64 usage or settings.

node src/main.ts audit [--since DAY] [--until DAY] [--csv | --json]

Prints the service's audit: who did or tried what, what was refused, each value before and after. Days are in
UTC, such as 2026-11-01; --until is not included. --csv is a table for spreadsheets, --json one object a line.
Exit code: 0 printed, 1 could not read, 64 usage or settings.
`;

/** What `audit` shall do. */
export type AuditArguments =
  | { readonly kind: 'verify'; readonly head: ChainHead | null }
  | {
      readonly kind: 'export';
      readonly since: Date | null;
      readonly until: Date | null;
      readonly format: AuditFormat;
    };

/** Reads the words behind `audit`; throws UsageError. */
export function parseAuditArguments(words: readonly string[]): AuditArguments {
  const [action, ...rest] = words;
  if (action === 'verify') {
    return { kind: 'verify', head: parseHead(rest) };
  }
  if (action === undefined || !action.startsWith('--')) {
    throw new UsageError('"audit" needs "verify" behind it, or options such as --since');
  }
  return parseExport(words);
}

function parseExport(words: readonly string[]): AuditArguments {
  const { since, until, csv, json } = readOptions(words, {
    since: { type: 'string' },
    until: { type: 'string' },
    csv: { type: 'boolean' },
    json: { type: 'boolean' },
  });
  if (csv === true && json === true) {
    throw new UsageError('--csv and --json do not go together');
  }
  const span = { since: readDay('--since', since), until: readDay('--until', until) };
  return { kind: 'export', ...span, format: json === true ? 'json' : 'csv' };
}

function readDay(name: string, text: string | boolean | undefined): Date | null {
  if (text === undefined) {
    return null;
  }
  const day = parseDay(String(text));
  if (day === null) {
    throw new UsageError(`${name} needs a day, such as 2026-11-01`);
  }
  return new Date(`${day}T00:00:00Z`);
}

function parseHead(words: readonly string[]): ChainHead | null {
  const { head: text } = readOptions(words, { head: { type: 'string' } });
  if (text === undefined) {
    return null;
  }
  const { position, hash } =
    /^(?<position>\d{1,15}):(?<hash>[\da-f]{64})$/.exec(String(text))?.groups ?? {};
  if (position === undefined || hash === undefined) {
    throw new UsageError('--head needs a position and a hash, such as 1234:0a1b…');
  }
  return { position: Number(position), hash };
}

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

function readOptions(
  words: readonly string[],
  options: Options,
): Readonly<Record<string, string | boolean | undefined>> {
  try {
    return parseArgs({ args: [...words], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the options cannot be read');
  }
}
