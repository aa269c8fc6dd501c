import { foldName } from './exchange-names.ts';
import { type NameProblem, pathProblem } from './folder-name.ts';

/** Where the mail of one source folder is to go instead. */
export interface FolderRename {
  readonly sourcePath: string;
  readonly targetPath: string;
}

/** Why a folder cannot go there; each has words in src/words. */
export type RenameProblem = NameProblem | 'unknown-folder' | 'already-copied' | 'not-now';

export interface RenameRefusal extends FolderRename {
  readonly problem: RenameProblem;
}

/** A folder as its place was decided. */
export interface MapRow extends FolderRename {
  /** Some of its messages are at the target, or may be: it stays where it is. */
  readonly copied: boolean;
}

export type MapEdit =
  | { readonly kind: 'edited'; readonly changes: readonly FolderRename[] }
  /** Nothing is changed: all of it, or none. */
  | { readonly kind: 'refused'; readonly refusals: readonly RenameRefusal[] };

export interface EditInput {
  readonly rows: readonly MapRow[];
  readonly renames: readonly FolderRename[];
  readonly target: 'exchange-online' | 'generic';
}

/**
 * Sends folders elsewhere, with what lies below them and was not copied yet. Held to the same rules as a
 * proposal: a path that the target takes, and no two folders in one. Pure.
 */
export function editFolderMap(input: EditInput): MapEdit {
  const { rows, renames, target } = input;
  const wanted = new Map(
    renames.map(({ sourcePath, targetPath }) => [sourcePath, inboxAsNamed(targetPath)]),
  );
  const unknown = renames.filter(
    ({ sourcePath }) => !rows.some((row) => row.sourcePath === sourcePath),
  );
  const edited = applyRenames(rows, wanted);
  const changes = edited.filter(({ row, targetPath }) => row.targetPath !== targetPath);
  const fold = target === 'exchange-online' ? foldName : (path: string): string => path;
  const counts = countBy(edited.map(({ targetPath }) => fold(targetPath)));
  const refusals = changes.flatMap(({ row, targetPath }): RenameRefusal[] => {
    const isDouble = (counts.get(fold(targetPath)) ?? 0) > 1;
    const problem = row.copied
      ? 'already-copied'
      : (impossible(targetPath, target) ?? (isDouble ? 'collision' : null));
    return problem === null ? [] : [{ sourcePath: row.sourcePath, targetPath, problem }];
  });
  const refused = [
    ...unknown.map((rename): RenameRefusal => ({ ...rename, problem: 'unknown-folder' })),
    ...refusals.filter((one) => !isBelowAny(one, refusals)),
  ];
  return refused.length > 0
    ? { kind: 'refused', refusals: refused }
    : {
        kind: 'edited',
        changes: changes.map(({ row, targetPath }) => ({ sourcePath: row.sourcePath, targetPath })),
      };
}

interface EditedRow {
  readonly row: MapRow;
  readonly targetPath: string;
}

/** Parents first: what lies below a folder goes with it, unless it was named itself or was copied. */
function applyRenames(
  rows: readonly MapRow[],
  wanted: ReadonlyMap<string, string>,
): readonly EditedRow[] {
  const edited: EditedRow[] = [];
  const moved: { readonly row: MapRow; readonly targetPath: string }[] = [];
  const byDepth = rows.toSorted(
    (a, b) => a.sourcePath.split('/').length - b.sourcePath.split('/').length,
  );
  for (const row of byDepth) {
    const named = wanted.get(row.sourcePath);
    const isNamed = named !== undefined && named !== row.targetPath;
    const above = moved.findLast(
      (one) =>
        row.sourcePath.startsWith(`${one.row.sourcePath}/`) &&
        row.targetPath.startsWith(`${one.row.targetPath}/`),
    );
    const followed =
      above === undefined || row.copied
        ? row.targetPath
        : above.targetPath + row.targetPath.slice(above.row.targetPath.length);
    const targetPath = isNamed ? named : followed;
    edited.push({ row, targetPath });
    if (targetPath !== row.targetPath) {
      moved.push({ row, targetPath });
    }
  }
  return edited;
}

/** What only follows a folder that is refused need not be named, too. */
function isBelowAny({ sourcePath }: RenameRefusal, others: readonly RenameRefusal[]): boolean {
  return others.some((other) => sourcePath.startsWith(`${other.sourcePath}/`));
}

function inboxAsNamed(path: string): string {
  return path.replace(/^inbox(?=\/|$)/i, 'INBOX');
}

function impossible(path: string, target: EditInput['target']): NameProblem | null {
  if (target === 'exchange-online') {
    return pathProblem(path);
  }
  return path.split('/').includes('') || /\p{Cc}/u.test(path) ? 'invalid-name' : null;
}

function countBy(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
