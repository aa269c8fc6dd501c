/** The audit as a file for people (CSV) and for programs (one JSON object a line). Pure. */
import { stringify } from 'csv-stringify/sync';

/** A row of the audit with its place in the chain. */
export interface AuditRecord {
  readonly position: number;
  readonly hash: string;
  readonly at: Date;
  readonly actorPerson: string | null;
  readonly actorTenant: string | null;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  readonly before: string | null;
  readonly after: string | null;
}

export const AUDIT_FORMATS = ['csv', 'json'] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

/**
 * Nothing writes a password into the audit. Should something that looks like one ever stand in a value that
 * came from outside, such as the name of a folder, it does not leave with the file.
 */
const APP_PASSWORD = /(?<![\p{L}\d])[a-z]{4}(?:\p{Pd}[a-z]{4}){3}(?![\p{L}\d])/giu;
const withoutSecrets = (text: string | null): string | null =>
  text?.replaceAll(APP_PASSWORD, '(withheld)') ?? null;

type Columns = Readonly<Record<string, string | number | null>>;

const columnsOf = (record: AuditRecord): Columns => ({
  Position: record.position,
  AtUtc: record.at.toISOString(),
  ActorObjectId: record.actorPerson,
  ActorTenantId: record.actorTenant,
  Action: withoutSecrets(record.action),
  Subject: withoutSecrets(record.subject),
  Outcome: record.outcome,
  Before: withoutSecrets(record.before),
  After: withoutSecrets(record.after),
  ChainHash: record.hash,
});

const COLUMNS = [
  'Position',
  'AtUtc',
  'ActorObjectId',
  'ActorTenantId',
  'Action',
  'Subject',
  'Outcome',
  'Before',
  'After',
  'ChainHash',
] as const;

/** What the file begins with: nothing, or the names of the columns. */
export function beginAuditFile(format: AuditFormat): string {
  return format === 'json' ? '' : `\uFEFF${COLUMNS.join(',')}\r\n`;
}

/** One row of the file. Spreadsheets run cells that begin with = + - @ tab or CR: those get an apostrophe. */
export function formatAuditRecord(record: AuditRecord, format: AuditFormat): string {
  const columns = columnsOf(record);
  return format === 'json'
    ? `${JSON.stringify(columns)}\n`
    : stringify([columns], {
        columns: [...COLUMNS],
        record_delimiter: 'windows',
        escape_formulas: true,
        cast: { number: String },
      });
}
