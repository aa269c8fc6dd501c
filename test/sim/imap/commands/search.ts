import { type ArgumentCursor, parseSequenceSet, SyntaxProblem } from '../arguments.ts';
import { parseSearchDate } from '../dates.ts';
import { headerValue } from '../header-fields.ts';
import type { Selection, Session } from '../session.ts';
import { type NumberedMessage, selectionOf } from './selected.ts';

type Test = (row: NumberedMessage) => boolean;

const FLAG_KEYS: Readonly<Record<string, string>> = {
  SEEN: '\\Seen',
  ANSWERED: '\\Answered',
  FLAGGED: '\\Flagged',
  DELETED: '\\Deleted',
  DRAFT: '\\Draft',
};
const DAY_MS = 86_400_000;

function flagTest(key: string): Test | null {
  const negated = key.startsWith('UN');
  const flag = FLAG_KEYS[negated ? key.slice(2) : key];
  return flag === undefined ? null : ({ message }) => message.flags.includes(flag) !== negated;
}

function dateTest(key: string, args: ArgumentCursor): Test {
  args.space();
  const startMs = parseSearchDate(args.astring())?.getTime();
  if (startMs === undefined) {
    throw new SyntaxProblem('SEARCH with a malformed date');
  }
  const compare: Readonly<Record<string, (ms: number) => boolean>> = {
    SINCE: (ms) => ms >= startMs,
    BEFORE: (ms) => ms < startMs,
    ON: (ms) => ms >= startMs && ms < startMs + DAY_MS,
  };
  return ({ message }) => compare[key]?.(message.internalDate.getTime()) ?? false;
}

/** iCloud finds a Message-ID with its brackets and in its exact case alone. */
function headerTest(session: Session, args: ArgumentCursor): Test {
  args.space();
  const name = args.astring();
  args.space();
  const value = args.astring();
  const exact = session.server.profile.searchLies;
  return ({ message }) => {
    const found = headerValue(message.served, name);
    return exact ? found === value : (found?.toLowerCase().includes(value.toLowerCase()) ?? false);
  };
}

function readKey(session: Session, selection: Selection, args: ArgumentCursor): Test {
  const set = args.match(/(?:UID )?([\d*][\d:*,]*)/iu);
  if (set !== null) {
    const byUid = /^uid/iu.test(set[0]);
    const max = byUid ? (selection.view.at(-1)?.uid ?? 0) : selection.view.length;
    const wanted = parseSequenceSet(set[1] ?? '', max);
    return ({ sequence, message }) => wanted(byUid ? message.uid : sequence);
  }
  const key = args.atom().toUpperCase();
  const test = KEYS[key]?.(session, args) ?? flagTest(key);
  if (test !== null) {
    return test;
  }
  if (key !== 'NOT') {
    throw new SyntaxProblem(`SEARCH key ${key}`);
  }
  args.space();
  const inner = readKey(session, selection, args);
  return (row) => !inner(row);
}

const KEYS: Readonly<Record<string, (session: Session, args: ArgumentCursor) => Test>> = {
  ALL: () => () => true,
  SINCE: (_session, args) => dateTest('SINCE', args),
  BEFORE: (_session, args) => dateTest('BEFORE', args),
  ON: (_session, args) => dateTest('ON', args),
  HEADER: headerTest,
};

function search(session: Session, args: ArgumentCursor, byUid: boolean): string {
  const { profile } = session.server;
  const selection = selectionOf(session);
  const tests: Test[] = [];
  while (!args.atEnd()) {
    args.space();
    tests.push(readKey(session, selection, args));
  }
  if (tests.length === 0) {
    throw new SyntaxProblem('SEARCH without a key');
  }
  const found = selection.view
    .map((message, index) => ({ sequence: index + 1, message }))
    .filter((row) => tests.every((test) => test(row)))
    .map(({ sequence, message }) => (byUid ? message.uid : sequence));
  const numbers =
    profile.searchLies && byUid ? [...selection.folder.expunged, ...found.toReversed()] : found;
  if (numbers.length > 0 || !profile.searchLies) {
    session.send(['* SEARCH', ...numbers].join(' '));
  }
  return `OK ${profile.completed(byUid ? 'UID SEARCH' : 'SEARCH')}`;
}

/** SEARCH. On iCloud it names expunged messages, unsorted, and is silent where nothing was found. */
export function searchCommand(session: Session, args: ArgumentCursor): string {
  return search(session, args, false);
}

/** UID SEARCH, with the same lies. */
export function uidSearchCommand(session: Session, args: ArgumentCursor): string {
  return search(session, args, true);
}
