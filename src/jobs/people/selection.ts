import type { MoveSelection, Problem } from '../api.ts';
import { PersonNotMovableError } from '../errors.ts';
import type { TenantPort } from '../ports.ts';
import { problemOf } from '../problem.ts';
import { MAX_LINES, type MoveList, readMoveList } from './move-list.ts';
import { parseCsv } from './parse-csv.ts';

/** Whom a line means: an address, somebody by id, or nobody, and why. */
export type Who =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'person'; readonly personId: string }
  | { readonly kind: 'stopped'; readonly problem: Problem };

/** One line of what an admin chose, before the tenant was asked about it. */
export interface SelectedLine {
  /** From 1; of a file as an editor counts. */
  readonly line: number;
  /** As it was written. */
  readonly named: string;
  readonly who: Who;
  readonly sourceAccount: string | null;
  /** An address. */
  readonly submitter: string | null;
}

/** Lines that could be read, and nothing else of the file that they came from. */
export interface SelectedLines {
  readonly kind: 'lines';
  readonly lines: readonly SelectedLine[];
  readonly ignoredColumns: readonly string[];
}

export type Selected = SelectedLines | { readonly kind: 'refused'; readonly problem: Problem };

/** A selection as it is kept until it is started: of a file only what is used of it. */
export type KeptSelection = Exclude<MoveSelection, { kind: 'csv' }> | SelectedLines;

/** What is kept of a selection that could be read. */
export function keepSelection(
  selection: MoveSelection | KeptSelection,
  read: SelectedLines,
): KeptSelection {
  return selection.kind === 'csv' ? read : selection;
}

/** Each costs a question of its own; whoever has more names has a list of addresses. */
const MAX_NAMES = 100;

/** A text of this size holds MAX_LINES lines of the longest addresses that are. */
const MAX_TEXT = 4_000_000;

type SelectionTenant = Pick<TenantPort, 'findPeople' | 'peopleInGroup'>;

/** The lines of a selection; nobody is on two of them for the same account. */
export async function readSelection(
  tenant: SelectionTenant,
  selection: MoveSelection | KeptSelection,
  signal: AbortSignal,
): Promise<Selected> {
  switch (selection.kind) {
    case 'people':
      return numbered(selection.personIds.map(byId));
    case 'group':
      return readGroup(tenant, selection.groupId, signal);
    case 'names':
      return readNames(tenant, selection.text, signal);
    case 'csv':
      return readCsv(selection.text);
    case 'lines':
      return selection;
    default:
      return selection satisfies never;
  }
}

type Unnumbered = Pick<SelectedLine, 'named' | 'who'>;

const byId = (personId: string): Unnumbered => ({
  named: personId,
  who: { kind: 'person', personId },
});

const problem = (
  code: PersonNotMovableError['code'],
  facts: Readonly<Record<string, string | number>> = {},
): Problem => ({ ...problemOf(new PersonNotMovableError(code)), facts });

const refuse = (code: PersonNotMovableError['code']): Selected => ({
  kind: 'refused',
  problem: problem(code),
});

function numbered(found: readonly Unnumbered[]): Selected {
  const seen = new Set<string>();
  const once = found.filter(({ who }) => {
    const key = who.kind === 'stopped' ? null : JSON.stringify(who).toLowerCase();
    if (key === null || seen.has(key)) {
      return key === null;
    }
    seen.add(key);
    return true;
  });
  if (once.length === 0) {
    return refuse('people.list-empty');
  }
  if (once.length > MAX_LINES) {
    return refuse('people.list-too-long');
  }
  const lines = once.map((one, index) => ({
    ...one,
    line: index + 1,
    sourceAccount: null,
    submitter: null,
  }));
  return { kind: 'lines', lines, ignoredColumns: [] };
}

async function readGroup(
  tenant: SelectionTenant,
  groupId: string,
  signal: AbortSignal,
): Promise<Selected> {
  const found: Unnumbered[] = [];
  for await (const page of tenant.peopleInGroup(groupId, signal)) {
    found.push(...page.map(byId));
    if (found.length > MAX_LINES) {
      break;
    }
  }
  return numbered(found);
}

/** Names and addresses, as somebody writes them: between commas, semicolons or line ends. */
function splitNames(text: string): readonly string[] {
  return text
    .split(/[,;\r\n]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

async function readNames(
  tenant: SelectionTenant,
  text: string,
  signal: AbortSignal,
): Promise<Selected> {
  const names = splitNames(text.slice(0, MAX_TEXT));
  if (names.filter((name) => !name.includes('@')).length > MAX_NAMES) {
    return refuse('people.list-too-long');
  }
  const found: Unnumbered[] = [];
  for (const named of names) {
    const who: Who = named.includes('@')
      ? { kind: 'address', address: named }
      : await whoIsNamed(tenant, named, signal);
    found.push({ named, who });
  }
  return numbered(found);
}

async function whoIsNamed(
  tenant: SelectionTenant,
  name: string,
  signal: AbortSignal,
): Promise<Who> {
  const people = await tenant.findPeople(name, signal);
  const [first] = people;
  if (first === undefined) {
    return { kind: 'stopped', problem: problem('people.nobody') };
  }
  return people.length === 1
    ? { kind: 'person', personId: first.id }
    : { kind: 'stopped', problem: problem('people.several', { count: people.length }) };
}

function readCsv(text: string): Selected {
  const table = text.length > MAX_TEXT ? [] : parseCsv(text);
  if (table === null) {
    return refuse('people.list-unreadable');
  }
  const list = text.length > MAX_TEXT ? tooLong : readMoveList(table);
  if (list.kind === 'refused') {
    const columns = list.columns.join(', ');
    return { kind: 'refused', problem: problem(`people.list-${list.reason}`, { columns }) };
  }
  const lines = list.lines.map(
    ({ line, targetAddress, sourceAccount, submitter }): SelectedLine => ({
      line,
      named: targetAddress,
      who: { kind: 'address', address: targetAddress },
      sourceAccount,
      submitter,
    }),
  );
  const faulty = list.faulty.map(
    ({ line, fault }): SelectedLine => ({
      line,
      named: '',
      who: { kind: 'stopped', problem: problem('people.line-faulty', { fault }) },
      sourceAccount: null,
      submitter: null,
    }),
  );
  return {
    kind: 'lines',
    lines: [...lines, ...faulty].toSorted((left, right) => left.line - right.line),
    ignoredColumns: list.ignoredColumns,
  };
}

const tooLong: MoveList = { kind: 'refused', reason: 'too-long', columns: [] };
