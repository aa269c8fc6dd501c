/** `copy --folder SOURCE=TARGET`: where the user wants the mail of single folders. */

import {
  editFolderMap,
  type FolderRename,
  type MapEdit,
  type MapRow,
  type RenameRefusal,
} from '../jobs/copy/edit-folder-map.ts';
import type { MappedFolder } from '../jobs/copy/folder-map.ts';
import { folderReasonText } from '../words/words.ts';
import { UsageError } from './copy-arguments.ts';

/** Divides each choice at the `=` that leaves a folder of the source before it, else at the first. */
export function parseChoices(
  choices: readonly string[],
  sourcePaths: readonly string[],
): readonly FolderRename[] {
  const known = new Set(sourcePaths);
  return choices.map((choice) => {
    const cuts = [...choice.matchAll(/=/g)].map(({ index }) => index);
    const cut = cuts.findLast((at) => known.has(choice.slice(0, at))) ?? cuts[0] ?? choice.length;
    return { sourcePath: choice.slice(0, cut), targetPath: choice.slice(cut + 1) };
  });
}

/** The proposal with the user's choices in it; throws UsageError for those that cannot be. Pure. */
export function chooseFolders(
  mapped: readonly MappedFolder[],
  choices: readonly string[],
  target: 'exchange-online' | 'generic',
): readonly MappedFolder[] {
  const rows: readonly MapRow[] = mapped.map(({ sourcePath, targetPath }) => ({
    sourcePath,
    targetPath,
    copied: false,
  }));
  const renames = parseChoices(
    choices,
    rows.map(({ sourcePath }) => sourcePath),
  );
  const changes = new Map(
    changesOf(editFolderMap({ rows, renames, target })).map((change) => [
      change.sourcePath,
      change.targetPath,
    ]),
  );
  return mapped.map((folder) => {
    const targetPath = changes.get(folder.sourcePath);
    return targetPath === undefined ? folder : { ...folder, targetPath, reason: 'chosen' };
  });
}

/** What is to be changed; throws UsageError with a line for each choice that cannot be. */
export function changesOf(edit: MapEdit): readonly FolderRename[] {
  if (edit.kind === 'refused') {
    throw new UsageError(edit.refusals.map(lineOf).join('\n'));
  }
  return edit.changes;
}

function lineOf({ sourcePath, targetPath, problem }: RenameRefusal): string {
  return `--folder: '${sourcePath}' cannot go to '${targetPath}': ${folderReasonText(problem)}`;
}
