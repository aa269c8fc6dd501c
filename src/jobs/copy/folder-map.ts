import type { FolderMapping } from '../api.ts';
import type { SourceFolder, SpecialUse, TargetFolder, TargetTraits } from '../ports.ts';

export type MappingReason = FolderMapping['reason'];

export interface MappedFolder {
  readonly sourcePath: string;
  readonly targetPath: string;
  readonly specialUse: SpecialUse | null;
  readonly reason: MappingReason;
}

/** Where a special folder goes when the target does not say which of its own it is. */
const EXCHANGE_NAMES: Readonly<Record<SpecialUse, string>> = {
  inbox: 'Inbox',
  sent: 'Sent Items',
  drafts: 'Drafts',
  trash: 'Deleted Items',
  junk: 'Junk Email',
  archive: 'Archive',
};

const SPECIAL_USES: readonly SpecialUse[] = ['inbox', 'sent', 'drafts', 'trash', 'junk', 'archive'];

/** Names that Exchange keeps for itself at the root: no mail folder can be made there. */
const EXCHANGE_RESERVED = new Set([
  'files',
  'calendar',
  'contacts',
  'tasks',
  'journal',
  'notes',
  'outbox',
  'conversation history',
  'rss feeds',
  'sync issues',
]);

const CONTROL = /\p{Cc}/gu;

/** Exchange refuses longer display names. */
const MAX_NAME_LENGTH = 255;

export interface MapInput {
  readonly source: readonly SourceFolder[];
  readonly target: readonly TargetFolder[];
  readonly traits: Pick<TargetTraits, 'name'>;
  /** Decided before: source path → target path. These stay as they are. */
  readonly saved: ReadonlyMap<string, string>;
}

/**
 * Decides for every new source folder where its mail goes: special folders to the target's own, others as
 * they are, names that the target cannot take renamed so that no two folders become one. Pure.
 */
export function mapFolders({ source, target, traits, saved }: MapInput): readonly MappedFolder[] {
  const special = specialTargets(target, traits);
  const taken = new Set(
    [...special.values(), ...saved.values()].map((path) => comparable(path, traits)),
  );
  const renamed = new Map(saved);
  return source
    .filter((folder) => !saved.has(folder.path))
    .toSorted((a, b) => depth(a.path) - depth(b.path))
    .map((folder) => {
      const own = folder.specialUse === null ? undefined : special.get(folder.specialUse);
      const mapped =
        own === undefined
          ? mapOwnFolder(folder.path, { renamed, taken, traits })
          : { targetPath: own, reason: own === folder.path ? null : ('special-use' as const) };
      renamed.set(folder.path, mapped.targetPath);
      return { sourcePath: folder.path, specialUse: folder.specialUse, ...mapped };
    });
}

function depth(path: string): number {
  return path.split('/').length;
}

/** Exchange folder names differ by more than their case; IMAP's INBOX does everywhere. */
function comparable(path: string, traits: Pick<TargetTraits, 'name'>): string {
  return traits.name === 'exchange-online' ? path.toLowerCase() : path.replace(/^inbox$/i, 'INBOX');
}

function specialTargets(
  target: readonly TargetFolder[],
  traits: Pick<TargetTraits, 'name'>,
): ReadonlyMap<SpecialUse, string> {
  const named = new Map<SpecialUse, string>();
  for (const folder of target) {
    if (folder.specialUse !== null && folder.selectable) {
      named.set(folder.specialUse, folder.path);
    }
  }
  // Exchange has these folders in every mailbox; another server gets them only where it says so.
  for (const use of SPECIAL_USES) {
    const path = EXCHANGE_NAMES[use];
    if (!named.has(use) && (traits.name === 'exchange-online' || use === 'inbox')) {
      named.set(use, use === 'inbox' ? 'INBOX' : path);
    }
  }
  return named;
}

interface MapContext {
  readonly renamed: ReadonlyMap<string, string>;
  readonly taken: Set<string>;
  readonly traits: Pick<TargetTraits, 'name'>;
}

function mapOwnFolder(
  path: string,
  { renamed, taken, traits }: MapContext,
): { targetPath: string; reason: MappingReason } {
  const cut = path.lastIndexOf('/');
  const parent = cut < 0 ? '' : path.slice(0, cut);
  const prefix = cut < 0 ? '' : `${renamed.get(parent) ?? parent}/`;
  const wanted = path.slice(cut + 1);
  const named =
    traits.name === 'exchange-online'
      ? exchangeName(wanted, cut < 0)
      : { name: wanted, reason: null };
  let targetPath = prefix + named.name;
  let reason: MappingReason = named.reason;
  for (let n = 2; taken.has(comparable(targetPath, traits)); n += 1) {
    targetPath = `${prefix}${named.name} (${n})`;
    reason = 'collision';
  }
  taken.add(comparable(targetPath, traits));
  return { targetPath, reason };
}

/** The name that Exchange takes for this one. */
function exchangeName(wanted: string, atRoot: boolean): { name: string; reason: MappingReason } {
  if (atRoot && EXCHANGE_RESERVED.has(wanted.toLowerCase())) {
    return { name: `${wanted} (iCloud)`, reason: 'reserved' };
  }
  const clean = wanted.replaceAll(CONTROL, '_').trim().slice(0, MAX_NAME_LENGTH);
  return clean === wanted
    ? { name: wanted, reason: null }
    : { name: clean || '_', reason: 'invalid-name' };
}
