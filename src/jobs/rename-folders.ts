import type { Actor } from './api.ts';
import {
  editFolderMap,
  type FolderRename,
  type MapEdit,
  type MapRow,
} from './copy/edit-folder-map.ts';
import type { FolderMapStore } from './db/folder-map-store.ts';
import type { StateName } from './migration/state.ts';

/** States in which no worker writes by the map. */
const STANDING: readonly StateName[] = ['PilotReview', 'Paused', 'WaitingForAdmin'];

/** An admin sends folders of a migration elsewhere, as long as nothing of them was copied. */
export function renameFolders(
  store: FolderMapStore,
  input: {
    readonly migrationId: string;
    readonly renames: readonly FolderRename[];
    readonly actor: Actor;
  },
): Promise<MapEdit> {
  const { migrationId, renames, actor } = input;
  const decide = (rows: readonly MapRow[], state: StateName): MapEdit => {
    const edit = editFolderMap({ rows, renames, target: 'exchange-online' });
    if (edit.kind === 'refused' || edit.changes.length === 0 || STANDING.includes(state)) {
      return edit;
    }
    const named = renames.filter(({ sourcePath }) =>
      edit.changes.some((change) => change.sourcePath === sourcePath),
    );
    return { kind: 'refused', refusals: named.map((one) => ({ ...one, problem: 'not-now' })) };
  };
  return store.edit({ migrationId, actor, decide });
}
