import { type CompareMode, type Fingerprint, fingerprint } from './fingerprint.ts';
import type { MailboxSnapshot, SnapshotMessage } from './mailbox-snapshot.ts';

/** One difference. */
export interface Finding {
  /** The folder in the target; for a missing message the one where it should be. */
  readonly folder: string;
  readonly description: string;
  readonly message: SnapshotMessage;
}

/** A difference that is known and wanted, such as a message that the target refuses. */
export interface ExpectedException {
  readonly list: 'missing' | 'extra' | 'altered' | 'dateWrong' | 'flagsWrong' | 'misfiled';
  readonly why: string;
  readonly matches: (finding: Finding) => boolean;
}

export interface CompareInput {
  readonly source: MailboxSnapshot;
  readonly target: MailboxSnapshot;
  readonly mode: CompareMode;
  /** Source folder → target folder; a folder not named keeps its name. */
  readonly folderNames?: Readonly<Record<string, string>>;
  readonly expected?: readonly ExpectedException[];
}

type FindingLists = Record<ExpectedException['list'], readonly Finding[]>;

/** What differs; every list is empty where the mailboxes agree. */
export interface CompareResult extends FindingLists {
  readonly agrees: boolean;
  readonly sourceMessages: number;
  readonly targetMessages: number;
  readonly matched: number;
  /** Source folders, by their target names, that the target has not. */
  readonly foldersMissing: readonly string[];
  /** Target folders without a source; what they hold counts as extra. */
  readonly foldersExtra: readonly string[];
  readonly excused: readonly { readonly why: string; readonly finding: Finding }[];
  /** Expected differences that did not show: a checker that excuses too much checks nothing. */
  readonly unusedExceptions: readonly string[];
}

type Folders = Map<string, Fingerprint[]>;

async function readFolders(
  mailbox: MailboxSnapshot,
  mode: CompareMode,
  nameOf: (name: string) => string,
): Promise<Folders> {
  const folders: Folders = new Map();
  for (const { name, messages } of mailbox.folders) {
    const list = folders.get(nameOf(name)) ?? [];
    for (const message of messages) {
      list.push(await fingerprint(message, mode));
    }
    folders.set(nameOf(name), list);
  }
  return folders;
}

interface Pairing {
  readonly pairs: { readonly source: Fingerprint; readonly target: Fingerprint }[];
  readonly source: Fingerprint[];
  readonly target: Fingerprint[];
}

/** Pairs what has the same key, one to one; what has none, or no partner, stays over. */
function pairBy(
  source: readonly Fingerprint[],
  target: readonly Fingerprint[],
  keyOf: (fingerprint: Fingerprint) => string | null,
): Pairing {
  const waiting = new Map<string, Fingerprint[]>();
  const pairing: Pairing = { pairs: [], source: [], target: [] };
  for (const candidate of target) {
    const key = keyOf(candidate);
    if (key === null) {
      pairing.target.push(candidate);
    } else {
      waiting.set(key, [...(waiting.get(key) ?? []), candidate]);
    }
  }
  for (const wanted of source) {
    const found = waiting.get(keyOf(wanted) ?? '\0')?.shift();
    if (found === undefined) {
      pairing.source.push(wanted);
    } else {
      pairing.pairs.push({ source: wanted, target: found });
    }
  }
  pairing.target.push(...[...waiting.values()].flat());
  return pairing;
}

type Mutable = { [List in keyof FindingLists]: Finding[] } & { matched: number };

/** From the strictest key to the loosest, so that twins are never blamed for each other. */
const STAGES: readonly {
  readonly keyOf: (fingerprint: Fingerprint) => string | null;
  readonly isAltered?: boolean;
}[] = [
  { keyOf: ({ content, date, flags }) => `${content}|${date}|${flags}` },
  { keyOf: ({ content, date }) => `${content}|${date}` },
  { keyOf: ({ content, flags }) => `${content}|${flags}` },
  { keyOf: ({ content }) => content },
  {
    keyOf: ({ identity, date }) => (identity === null ? null : `${identity}|${date}`),
    isAltered: true,
  },
  { keyOf: ({ identity }) => identity, isAltered: true },
];

function compareFolder(
  folder: string,
  sides: { readonly source: readonly Fingerprint[]; readonly target: readonly Fingerprint[] },
  result: Mutable,
): { source: Fingerprint[]; target: Fingerprint[] } {
  let left = { source: [...sides.source], target: [...sides.target] };
  for (const { keyOf, isAltered } of STAGES) {
    const pairing = pairBy(left.source, left.target, keyOf);
    for (const { source, target } of pairing.pairs) {
      result.matched += 1;
      const finding: Finding = { folder, description: source.description, message: source.message };
      if (isAltered === true) {
        result.altered.push({
          ...finding,
          description: `${source.description} became ${target.description}`,
        });
      }
      if (source.date !== target.date) {
        result.dateWrong.push({
          ...finding,
          description: `${source.description} has ${target.date}`,
        });
      }
      if (source.flags !== target.flags) {
        const change = `(${source.flags}) became (${target.flags})`;
        result.flagsWrong.push({ ...finding, description: `${source.description}: ${change}` });
      }
    }
    left = { source: pairing.source, target: pairing.target };
  }
  return left;
}

interface Left {
  readonly folder: string;
  readonly fingerprint: Fingerprint;
}

function settleAcrossFolders(
  missing: readonly Left[],
  extra: readonly Left[],
  result: Mutable,
): void {
  const unclaimed = [...extra];
  for (const { folder, fingerprint: wanted } of missing) {
    const at = unclaimed.findIndex((candidate) => candidate.fingerprint.content === wanted.content);
    const [found] = at < 0 ? [] : unclaimed.splice(at, 1);
    const finding: Finding = { folder, description: wanted.description, message: wanted.message };
    if (found === undefined) {
      result.missing.push(finding);
    } else {
      result.misfiled.push({
        ...finding,
        description: `${wanted.description} lies in "${found.folder}"`,
      });
    }
  }
  for (const { folder, fingerprint: found } of unclaimed) {
    result.extra.push({ folder, description: found.description, message: found.message });
  }
}

function excuse(
  lists: FindingLists,
  expected: readonly ExpectedException[],
): Pick<CompareResult, 'excused' | 'unusedExceptions'> & { lists: FindingLists } {
  const excused: { why: string; finding: Finding }[] = [];
  const used = new Set<ExpectedException>();
  const remaining = { ...lists };
  for (const exception of expected) {
    remaining[exception.list] = remaining[exception.list].filter((finding) => {
      const isExcused = exception.matches(finding);
      if (isExcused) {
        used.add(exception);
        excused.push({ why: exception.why, finding });
      }
      return !isExcused;
    });
  }
  const unusedExceptions = expected
    .filter((exception) => !used.has(exception))
    .map(({ why }) => why);
  return { lists: remaining, excused, unusedExceptions };
}

/** Holds a target mailbox against its source, message by message. */
export async function compareMailboxes(input: CompareInput): Promise<CompareResult> {
  const { mode, folderNames = {} } = input;
  const inbox = (name: string): string => (/^inbox$/iu.test(name) ? 'INBOX' : name);
  const source = await readFolders(input.source, mode, (name) => inbox(folderNames[name] ?? name));
  const target = await readFolders(input.target, mode, inbox);
  const result: Mutable = {
    matched: 0,
    missing: [],
    extra: [],
    altered: [],
    dateWrong: [],
    flagsWrong: [],
    misfiled: [],
  };
  const missing: Left[] = [];
  const extra: Left[] = [];
  for (const folder of new Set([...source.keys(), ...target.keys()])) {
    const sides = { source: source.get(folder) ?? [], target: target.get(folder) ?? [] };
    const left = compareFolder(folder, sides, result);
    missing.push(...left.source.map((one) => ({ folder, fingerprint: one })));
    extra.push(...left.target.map((one) => ({ folder, fingerprint: one })));
  }
  settleAcrossFolders(missing, extra, result);
  const { matched, ...all } = result;
  const { lists, excused, unusedExceptions } = excuse(all, input.expected ?? []);
  const foldersMissing = [...source.keys()].filter((name) => !target.has(name));
  const foldersExtra = [...target.keys()].filter((name) => !source.has(name));
  const differences = Object.values(lists).reduce((sum, list) => sum + list.length, 0);
  const count = (folders: Folders): number => [...folders.values()].flat().length;
  return {
    ...lists,
    agrees: differences + foldersMissing.length + unusedExceptions.length === 0,
    sourceMessages: count(source),
    targetMessages: count(target),
    matched,
    foldersMissing,
    foldersExtra,
    excused,
    unusedExceptions,
  };
}

/** The result in lines for a terminal or a failed test; at most `limit` findings of each list. */
export function formatCompareResult(result: CompareResult, limit = 10): string {
  const lists = ['missing', 'extra', 'altered', 'dateWrong', 'flagsWrong', 'misfiled'] as const;
  const lines = [
    `${result.sourceMessages} messages in the source, ${result.targetMessages} in the target, ${result.matched} matched`,
    ...result.foldersMissing.map((name) => `folder missing: "${name}"`),
    ...result.unusedExceptions.map((why) => `expected, but not seen: ${why}`),
  ];
  for (const list of lists) {
    const shown = result[list].slice(0, limit);
    lines.push(...shown.map(({ folder, description }) => `${list}: ${description} ("${folder}")`));
    if (result[list].length > limit) {
      lines.push(`${list}: ${result[list].length - limit} more`);
    }
  }
  return lines.join('\n');
}
