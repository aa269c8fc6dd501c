import type { MigrationAction, MigrationView } from '../../jobs/api.ts';
import { cardActivity } from '../activity.ts';
import { adminCard, cancelCard, reviewHash } from '../cards/admin.ts';
import { continuedCard, unknownMoveCard } from '../cards/basics.ts';
import type { FolderFormData } from '../cards/folder-form.ts';
import { readRenames, refusalText } from '../cards/folder-form.ts';
import { pilotChoiceCard } from '../cards/pilot-choice.ts';
import type { Answer, Turn } from '../turn.ts';
import { replaceCard, sayText, showState } from '../turn.ts';
import type { HandlerDeps, Handlers } from './handlers.ts';
import { remindPerson } from './remind.ts';

type MigrationPress =
  | 'migration.remind'
  | 'migration.show'
  | 'migration.approve-pilot'
  | 'pilot.ask'
  | 'pilot.choose'
  | 'folders.rename'
  | 'migration.finish'
  | 'migration.pause'
  | 'migration.resume'
  | 'migration.retry'
  | 'migration.agree'
  | 'migration.ask-cancel'
  | 'migration.cancel';

interface OfMigration {
  readonly migrationId: string;
}

const NOTHING_DONE = 'That was done before, or no longer fits; nothing was changed.';
const REVIEW_CHANGED = 'Something changed meanwhile, so here it is anew; nothing was started.';
const NO_FOLDER = 'There is no such folder in this account.';
const UNKNOWN = unknownMoveCard();

/** What an admin may do to a migration; every press is harmless twice and on a stale card. */
export function createMigrationHandlers(deps: HandlerDeps): Handlers<MigrationPress> {
  const { api, notifier } = deps;

  function tellAll(turn: Turn, migration: MigrationView): void {
    const { batchId, id: migrationId } = migration;
    turn.later(async (signal) => {
      await notifier.deliverNow({ name: 'admin', batchId, migrationId }, signal);
    });
  }

  async function act(turn: Turn, id: string, action: MigrationAction): Promise<Answer> {
    if ((await api.migration(id)) === null) {
      return replaceCard(UNKNOWN);
    }
    const { kind, migration } = await api.act(id, action, turn.actor);
    tellAll(turn, migration);
    return showState(adminCard(migration, kind === 'done' ? null : NOTHING_DONE));
  }

  /** Saves the names of a form; the answer where they cannot be, with what was typed still in it. */
  async function rename(turn: Turn, data: FolderFormData & OfMigration): Promise<Answer | null> {
    const before = await api.migration(data.migrationId);
    if (before === null) {
      return replaceCard(UNKNOWN);
    }
    const renames = readRenames(data, before.folderMap);
    if (renames.length === 0) {
      return null;
    }
    const result = await api.renameFolders(before.id, renames, turn.actor);
    return result.kind === 'refused'
      ? showState(adminCard(result.migration, refusalText(result.refusals), renames))
      : null;
  }

  const acting =
    (action: MigrationAction) =>
    async (turn: Turn, { migrationId }: OfMigration): Promise<Answer> =>
      await act(turn, migrationId, action);

  return {
    'migration.remind': async (turn, { migrationId }, signal) => {
      const migration = await api.migration(migrationId);
      if (migration === null) {
        return replaceCard(UNKNOWN);
      }
      return await remindPerson(deps, turn, migration, signal);
    },
    // The names first: what is approved is the map as it stands in the fields.
    'migration.approve-pilot': async (turn, data) => {
      const migration = await api.migration(data.migrationId);
      // Another pilot, or a folder that goes elsewhere by now: what was confirmed is not what would be done.
      if (migration?.state === 'PilotReview' && reviewHash(migration) !== data.seen) {
        return showState(adminCard(migration, REVIEW_CHANGED));
      }
      return (await rename(turn, data)) ?? (await act(turn, data.migrationId, 'approve-pilot'));
    },
    'pilot.ask': async (_turn, { migrationId }) => {
      const migration = await api.migration(migrationId);
      return replaceCard(migration === null ? UNKNOWN : pilotChoiceCard(migration, null));
    },
    'pilot.choose': async (turn, { migrationId, folder = '' }) => {
      if ((await api.migration(migrationId)) === null) {
        return replaceCard(UNKNOWN);
      }
      const { kind, migration } = await api.choosePilot(migrationId, folder, turn.actor);
      if (kind === 'unknown') {
        return replaceCard(pilotChoiceCard(migration, NO_FOLDER));
      }
      tellAll(turn, migration);
      return showState(adminCard(migration, kind === 'done' ? null : NOTHING_DONE));
    },
    'folders.rename': async (turn, data) => {
      const refused = await rename(turn, data);
      const migration = await api.migration(data.migrationId);
      if (refused !== null || migration === null) {
        return refused ?? replaceCard(UNKNOWN);
      }
      tellAll(turn, migration);
      return showState(adminCard(migration, null));
    },
    'migration.finish': acting('finish'),
    'migration.pause': acting('pause'),
    'migration.resume': acting('resume'),
    'migration.retry': acting('retry'),
    'migration.agree': async (turn, { migrationId, choice, bytes }) => {
      if ((await api.migration(migrationId)) === null) {
        return replaceCard(UNKNOWN);
      }
      const { kind, migration } = await api.agree(migrationId, { choice, bytes }, turn.actor);
      tellAll(turn, migration);
      return showState(adminCard(migration, kind === 'done' ? null : NOTHING_DONE));
    },
    'migration.show': async (_turn, { migrationId }) => {
      const migration = await api.migration(migrationId);
      return replaceCard(
        migration === null
          ? UNKNOWN
          : continuedCard('Nothing was cancelled', 'The move goes on as before.'),
      );
    },
    // A question of its own below the live card, which goes on moving meanwhile.
    'migration.ask-cancel': async (turn, { migrationId }) => {
      const migration = await api.migration(migrationId);
      if (migration === null) {
        return replaceCard(UNKNOWN);
      }
      turn.later(async (signal) => {
        const { content, summary } = cancelCard(migration);
        await deps.outbound.post(turn.conversation, cardActivity(content, summary), signal);
      });
      return sayText('Please confirm below.');
    },
    'migration.cancel': async (turn, { migrationId }) => {
      if ((await api.migration(migrationId)) === null) {
        return replaceCard(UNKNOWN);
      }
      const { kind, migration } = await api.act(migrationId, 'cancel', turn.actor);
      tellAll(turn, migration);
      const text = kind === 'done' ? 'Nothing more is copied.' : NOTHING_DONE;
      return replaceCard(continuedCard('Cancelled', text));
    },
  };
}
