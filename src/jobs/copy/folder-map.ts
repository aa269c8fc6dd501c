import type { FolderMapping } from '../api.ts';
import type { SpecialUse, TargetTraits } from '../ports.ts';
import { withSuffix } from './folder-name.ts';
import {
  byCodePoints,
  exchangeRules,
  genericRules,
  type MappedSides,
  type MappingRules,
} from './mapping-rules.ts';

export type MappingReason = FolderMapping['reason'];

export interface MappedFolder {
  readonly sourcePath: string;
  readonly targetPath: string;
  readonly specialUse: SpecialUse | null;
  readonly reason: MappingReason;
}

export interface MapInput extends MappedSides {
  readonly traits: Pick<TargetTraits, 'name'>;
  /** Decided before: source path → target path. These stay as they are. */
  readonly saved: ReadonlyMap<string, string>;
}

/**
 * Decides for every new source folder where its mail goes: special folders to the target's own, others as
 * they are, names that the target cannot take renamed so that no two folders become one. Does not depend
 * on the order in which servers list their folders. Pure.
 */
export function mapFolders(input: MapInput): readonly MappedFolder[] {
  const { source, saved } = input;
  const rules =
    input.traits.name === 'exchange-online' ? exchangeRules(input) : genericRules(input);
  const known = new Map(source.map((folder) => [folder.path, folder]));
  const mapped = new Map(saved);
  const taken = new Set([...rules.taken, ...[...saved.values()].map(rules.comparable)]);
  const settled = new Set([...saved.values()].map(rules.comparable));
  const found: MappedFolder[] = [];
  for (const path of withAncestors(known.keys()).filter((one) => !saved.has(one))) {
    const use = rules.useOf(path);
    const own = use === null ? undefined : rules.special.get(use);
    const isFree = own !== undefined && !settled.has(rules.comparable(own));
    const decided = isFree
      ? { targetPath: own, reason: own === path ? null : ('special-use' as const) }
      : mapOwnFolder(path, { mapped, taken, rules });
    mapped.set(path, decided.targetPath);
    settled.add(rules.comparable(decided.targetPath));
    taken.add(rules.comparable(decided.targetPath));
    const folder = known.get(path);
    if (folder !== undefined) {
      found.push({ sourcePath: path, specialUse: use, ...decided });
    }
  }
  return found;
}

/** All paths and those above them, parents first: a server need not list every level. */
function withAncestors(paths: Iterable<string>): readonly string[] {
  const all = new Set<string>();
  for (const path of paths) {
    const levels = path.split('/');
    for (let depth = 1; depth <= levels.length; depth += 1) {
      all.add(levels.slice(0, depth).join('/'));
    }
  }
  return [...all].toSorted((a, b) => depthOf(a) - depthOf(b) || byCodePoints(a, b));
}

function depthOf(path: string): number {
  return path === '' ? 0 : path.split('/').length;
}

function parentOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? '' : path.slice(0, cut);
}

interface OwnContext {
  readonly mapped: ReadonlyMap<string, string>;
  readonly taken: ReadonlySet<string>;
  readonly rules: MappingRules;
}

function mapOwnFolder(
  path: string,
  { mapped, taken, rules }: OwnContext,
): { targetPath: string; reason: MappingReason } {
  const above = parentOf(path);
  let parent = mapped.get(above) ?? above;
  const { name, problem } = rules.nameOf(path.slice(above === '' ? 0 : above.length + 1));
  let reason: MappingReason = problem;
  if (depthOf(parent) >= rules.maxDepth) {
    // It becomes a neighbour of the folder that it was in.
    parent = parentOf(parent);
    reason = 'too-deep';
  }
  const pathOf = (last: string): string => (parent === '' ? last : `${parent}/${last}`);
  const forbidden = rules.forbidden(pathOf(name));
  const wanted = forbidden === null ? name : withSuffix(name, ' (iCloud)');
  reason = forbidden ?? reason;
  let targetPath = pathOf(wanted);
  for (let n = 2; taken.has(rules.comparable(targetPath)); n += 1) {
    targetPath = pathOf(withSuffix(wanted, ` (${n})`));
    reason = reason === null ? 'collision' : reason;
  }
  return { targetPath, reason };
}
