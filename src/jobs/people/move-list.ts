/**
 * A list of people to move, from a table with the columns of Microsoft's own IMAP migration CSV, but
 * for the password: `EmailAddress` (the mailbox here), `UserName` (the account at Apple), and, for a
 * mailbox that nobody signs in to, `Submitter`: who enters its password. Somebody with several
 * accounts at Apple has a line for each.
 */

import type { CsvRow } from './parse-csv.ts';

/** One line that can be read; whether the people exist is for the tenant to say. */
export interface MoveLine {
  /** As an editor counts, the header being line 1. */
  readonly line: number;
  readonly targetAddress: string;
  readonly sourceAccount: string;
  readonly submitter: string | null;
}

export type LineFault =
  | 'no-address'
  | 'bad-address'
  | 'no-account'
  | 'bad-account'
  | 'bad-submitter'
  | 'formula'
  /** The same account at Apple is on an earlier line: it can be moved to one mailbox only. */
  | 'account-twice';

export interface FaultyLine {
  readonly line: number;
  readonly fault: LineFault;
}

export type MoveList =
  | {
      readonly kind: 'refused';
      /** `password-column`: passwords come from the people themselves, never in a file. */
      readonly reason: 'empty' | 'too-long' | 'password-column' | 'column-missing' | 'column-twice';
      readonly columns: readonly string[];
    }
  | {
      readonly kind: 'read';
      readonly lines: readonly MoveLine[];
      readonly faulty: readonly FaultyLine[];
      readonly ignoredColumns: readonly string[];
    };

/** More lines than anybody moves in one batch. */
export const MAX_LINES = 10_000;

const COLUMNS = { address: 'emailaddress', account: 'username', submitter: 'submitter' } as const;

const PASSWORD_COLUMN = /passw|passphrase|kennwort|pwd|secret/i;

/** As Apple shows an app-specific password: nothing else that stands in such a list looks like it. */
const APP_PASSWORD = /^[a-z]{4}(?:\p{Pd}[a-z]{4}){3}$/iu;

/** A spreadsheet would run it; no address that mail is sent to begins so. */
const FORMULA = /^[=+@]/;

/** As Graph takes sign-in names; what the mail servers make of it is theirs. */
const ADDRESS = /^[^\s@"(),:;<>[\\\]]+@[^\s@"(),:;<>[\\\]]+\.[^\s@"(),:;<>[\\\]]+$/;

/** Apple takes the name before the @ as well. */
const ACCOUNT = /^[^\s@]+(@[^\s@]+)?$/;

/** Reads a table, header first. Pure; keeps nothing of a table with a password column. */
export function readMoveList(table: readonly CsvRow[]): MoveList {
  const [header, ...body] = table;
  const columns = (header?.cells ?? []).map((cell) => cell.replace(/^\uFEFF/, '').trim());
  const reason = whyRefused(columns, body);
  if (reason !== null) {
    return { kind: 'refused', ...reason };
  }
  const known = columns.map((column) => column.toLowerCase());
  const cellOf = (row: readonly string[], column: string): string =>
    (row[known.indexOf(column)] ?? '').trim();

  const lines: MoveLine[] = [];
  const faulty: FaultyLine[] = [];
  const accounts = new Set<string>();
  for (const { line, cells: row } of body) {
    const read: MoveLine = {
      line,
      targetAddress: cellOf(row, COLUMNS.address),
      sourceAccount: cellOf(row, COLUMNS.account),
      submitter: known.includes(COLUMNS.submitter) ? cellOf(row, COLUMNS.submitter) || null : null,
    };
    const fault = faultOf(read, accounts);
    if (row.every((cell) => cell.trim() === '')) {
      // A line that an editor left at the end.
    } else if (fault === null) {
      accounts.add(accountKey(read.sourceAccount));
      lines.push(read);
    } else {
      faulty.push({ line, fault });
    }
  }
  const ignoredColumns = columns.filter(
    (column) => column !== '' && !isKnown(column.toLowerCase()),
  );
  return { kind: 'read', lines, faulty, ignoredColumns };
}

const isKnown = (column: string): boolean => Object.values<string>(COLUMNS).includes(column);

type Refusal = Omit<Extract<MoveList, { kind: 'refused' }>, 'kind'>;

/** Columns that are for passwords by their name, or that hold one whatever they are called. */
function passwordColumns(columns: readonly string[], body: readonly CsvRow[]): readonly string[] {
  const holding = new Set(
    body.flatMap(({ cells }) =>
      cells.flatMap((cell, at) => (APP_PASSWORD.test(cell.trim()) ? [at] : [])),
    ),
  );
  const width = Math.max(columns.length, ...[...holding].map((at) => at + 1));
  return Array.from({ length: width }, (_none, at) => ({ at, name: columns[at] ?? '' }))
    .filter(({ at, name }) => holding.has(at) || PASSWORD_COLUMN.test(name))
    .map(({ name }) => (name === '' || APP_PASSWORD.test(name) ? 'without a name' : name));
}

function whyRefused(columns: readonly string[], body: readonly CsvRow[]): Refusal | null {
  const passwords = passwordColumns(columns, body);
  if (passwords.length > 0) {
    return { reason: 'password-column', columns: passwords };
  }
  const known = columns.map((column) => column.toLowerCase());
  const missing = [COLUMNS.address, COLUMNS.account].filter((column) => !known.includes(column));
  if (missing.length > 0) {
    const names = { emailaddress: 'EmailAddress', username: 'UserName' };
    return { reason: 'column-missing', columns: missing.map((column) => names[column]) };
  }
  const twice = columns.filter(
    (column, index) => column !== '' && known.indexOf(column.toLowerCase()) !== index,
  );
  if (twice.length > 0) {
    return { reason: 'column-twice', columns: twice };
  }
  if (body.length === 0) {
    return { reason: 'empty', columns: [] };
  }
  return body.length > MAX_LINES ? { reason: 'too-long', columns: [] } : null;
}

/** Apple's three mail domains are one: a name and its address are the same account. */
export function accountKey(account: string): string {
  return account.toLowerCase().replace(/@(icloud|me|mac)\.com$/, '');
}

function faultOf(read: MoveLine, accounts: ReadonlySet<string>): LineFault | null {
  const { targetAddress, sourceAccount, submitter } = read;
  if ([targetAddress, sourceAccount, submitter ?? ''].some((cell) => FORMULA.test(cell))) {
    return 'formula';
  }
  if (targetAddress === '') {
    return 'no-address';
  }
  if (!ADDRESS.test(targetAddress)) {
    return 'bad-address';
  }
  if (sourceAccount === '') {
    return 'no-account';
  }
  if (!ACCOUNT.test(sourceAccount)) {
    return 'bad-account';
  }
  if (submitter !== null && !ADDRESS.test(submitter)) {
    return 'bad-submitter';
  }
  return accounts.has(accountKey(sourceAccount)) ? 'account-twice' : null;
}
