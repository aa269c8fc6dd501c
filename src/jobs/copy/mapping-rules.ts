import type { SourceFolder, SpecialUse, TargetFolder } from '../ports.ts';
import { chooseDefaultNames, type DefaultNames, foldName, SPECIAL_USES } from './exchange-names.ts';
import { isMailClass } from './folder-class.ts';
import { exchangeName, isReserved, MAX_FOLDER_DEPTH, type NameProblem } from './folder-name.ts';

/** The folders of both sides, as far as a mapping depends on them. */
export interface MappedSides {
  readonly source: readonly SourceFolder[];
  readonly target: readonly TargetFolder[];
  /** Classes of the target's folders, where they are known. */
  readonly classes?: ReadonlyMap<string, string>;
}

/** What differs between targets. */
export interface MappingRules {
  /** Two folders with the same comparable path are one to the target. */
  readonly comparable: (path: string) => string;
  readonly useOf: (sourcePath: string) => SpecialUse | null;
  readonly special: ReadonlyMap<SpecialUse, string>;
  /** Comparable paths that are no target for a folder of the person's own. */
  readonly taken: ReadonlySet<string>;
  readonly nameOf: (wanted: string) => { name: string; problem: NameProblem | null };
  /** Why no mail folder may be made there. */
  readonly forbidden: (path: string) => 'reserved' | 'not-mail' | null;
  readonly maxDepth: number;
}

/** Folders go as they are, special ones where the target says so. */
export function genericRules({ source, target }: MappedSides): MappingRules {
  const comparable = (path: string): string => path.replace(/^inbox$/i, 'INBOX');
  const special = new Map<SpecialUse, string>([['inbox', 'INBOX'], ...attributed(target)]);
  const uses = new Map(source.map(({ path, specialUse }) => [path, specialUse]));
  return {
    comparable,
    special,
    taken: new Set([...special.values()].map(comparable)),
    useOf: (path) => uses.get(path) ?? null,
    nameOf: (name) => ({ name, problem: null }),
    forbidden: () => null,
    maxDepth: Number.POSITIVE_INFINITY,
  };
}

/** Names that Exchange takes, its own folders in its own language. */
export function exchangeRules({ source, target, classes = new Map() }: MappedSides): MappingRules {
  const names = chooseDefaultNames(rootsOf(target));
  const special = specialFolders(target, names);
  const notMail = new Set(
    [...classes]
      .filter(([, folderClass]) => !isMailClass(folderClass))
      .map(([path]) => foldName(path)),
  );
  return {
    comparable: foldName,
    special,
    // The inbox is INBOX over IMAP, and beside it no folder may have the name that it has elsewhere.
    taken: new Set(['Inbox', names.nameOf('inbox'), ...special.values()].map(foldName)),
    useOf: sourceUses(source),
    nameOf: exchangeName,
    forbidden: (path) => {
      const isRoot = !path.includes('/');
      if (isRoot && isReserved(path)) {
        return 'reserved';
      }
      return (isRoot && names.isNotMail(path)) || notMail.has(foldName(path)) ? 'not-mail' : null;
    },
    maxDepth: MAX_FOLDER_DEPTH,
  };
}

function rootsOf(folders: readonly { readonly path: string }[]): readonly string[] {
  return folders.map(({ path }) => path).filter((path) => !path.includes('/'));
}

/** The folders that the target itself marks. */
function attributed(target: readonly TargetFolder[]): ReadonlyMap<SpecialUse, string> {
  const marked = new Map<SpecialUse, string>();
  for (const { specialUse, selectable, path } of target) {
    if (specialUse !== null && selectable && !marked.has(specialUse)) {
      marked.set(specialUse, path);
    }
  }
  return marked;
}

/** Every mailbox of Exchange has all six: as LIST marks them, else by name, else where they will be. */
function specialFolders(
  target: readonly TargetFolder[],
  names: DefaultNames,
): ReadonlyMap<SpecialUse, string> {
  const marked = attributed(target);
  const byName = new Map(
    rootsOf(target.filter(({ selectable }) => selectable)).map((path) => [names.useOf(path), path]),
  );
  return new Map(
    SPECIAL_USES.map((use) => [
      use,
      use === 'inbox' ? 'INBOX' : (marked.get(use) ?? byName.get(use) ?? names.nameOf(use)),
    ]),
  );
}

/** Names that servers other than Exchange use, without an attribute. */
const COMMON_NAMES: Readonly<Record<string, SpecialUse>> = {
  'sent messages': 'sent',
  sent: 'sent',
  'deleted messages': 'trash',
  trash: 'trash',
  junk: 'junk',
  spam: 'junk',
};

/** What a source folder is for: as its server says, else by its name, and then only one for each use. */
function sourceUses(source: readonly SourceFolder[]): MappingRules['useOf'] {
  const uses = new Map<string, SpecialUse>();
  for (const { path, specialUse } of source) {
    if (specialUse !== null) {
      uses.set(path, specialUse);
    }
  }
  const claimed = new Set(uses.values());
  const useByName = namesOf(source);
  for (const path of rootsOf(source).toSorted(byCodePoints)) {
    const use = useByName(path);
    if (use !== null && !claimed.has(use) && !uses.has(path)) {
      uses.set(path, use);
      claimed.add(use);
    }
  }
  return (path) => uses.get(path) ?? null;
}

/** The use that a name at the root stands for; the inbox is called INBOX on every server. */
function namesOf(source: readonly SourceFolder[]): MappingRules['useOf'] {
  const names = chooseDefaultNames(rootsOf(source));
  return (path) => {
    if (path === 'INBOX') {
      return 'inbox';
    }
    const folded = foldName(path);
    const common = Object.hasOwn(COMMON_NAMES, folded) ? COMMON_NAMES[folded] : undefined;
    const use = names.useOf(path) ?? common ?? null;
    return use === 'inbox' ? null : use;
  };
}

/** An order that does not depend on where a program runs. */
export function byCodePoints(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  return a < b ? -1 : 1;
}
