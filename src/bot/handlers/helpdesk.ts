import type { ActResult, MigrationView } from '../../jobs/api.ts';
import { cardActivity } from '../activity.ts';
import { continuedCard } from '../cards/basics.ts';
import { keptCard, skipCard, skippedCard } from '../cards/helpdesk.ts';
import { needOf, shortName } from '../cards/needs.ts';
import type { Answer, Turn } from '../turn.ts';
import { replaceCard, sayText } from '../turn.ts';
import type { HandlerDeps, Handlers } from './handlers.ts';
import { remindPerson } from './remind.ts';

type HelpdeskPress =
  | 'helpdesk.ask-again'
  | 'helpdesk.retry'
  | 'helpdesk.ask-skip'
  | 'helpdesk.skip'
  | 'helpdesk.keep';

interface OfNeed {
  readonly migrationId: string;
  readonly since: number;
}

const UNKNOWN = 'I do not know this move.';
const MOVED_ON = 'That has changed meanwhile, so I did nothing. The card shows how it is now.';

/** What the helpdesk may do, in its channel or in the own chat; harmless twice and on a stale card. */
export function createHelpdeskHandlers(deps: HandlerDeps): Handlers<HelpdeskPress> {
  const { api, notifier } = deps;

  async function withMigration(
    migrationId: string,
    next: (migration: MigrationView, name: string) => Promise<Answer>,
  ): Promise<Answer> {
    const migration = await api.migration(migrationId);
    return migration === null
      ? sayText(UNKNOWN)
      : await next(migration, shortName(migration.person.displayName));
  }

  async function assist(
    turn: Turn,
    { migrationId, since }: OfNeed,
    action: 'retry' | 'skip',
  ): Promise<ActResult> {
    const result = await api.assist(migrationId, { action, since: new Date(since) }, turn.actor);
    const { batchId } = result.migration;
    // The card of the admin follows at once; the channel's own, and the person's, with the notice of the state.
    turn.later(async (signal) => {
      await notifier.deliverNow({ name: 'admin', batchId, migrationId }, signal);
    });
    return result;
  }

  /** What can be skipped, as the card showed it. */
  function isOpen(migration: MigrationView, since: number): boolean {
    return (
      migration.stateSince.getTime() === since &&
      needOf(migration)?.actions.includes('skip') === true
    );
  }

  return {
    'helpdesk.ask-again': async (turn, data, signal) =>
      await withMigration(data.migrationId, async (migration, name) => {
        // Whom Teams did not reach was never asked, so a reminder would be the first they hear.
        if (migration.problem?.code.startsWith('teams.') !== true) {
          return await remindPerson(deps, turn, migration, signal);
        }
        const { kind } = await assist(turn, data, 'retry');
        return sayText(kind === 'done' ? `I am asking ${name} again.` : MOVED_ON);
      }),
    'helpdesk.retry': async (turn, data) =>
      await withMigration(data.migrationId, async (_migration, name) => {
        const { kind } = await assist(turn, data, 'retry');
        return sayText(kind === 'done' ? `I am trying the move of ${name} again.` : MOVED_ON);
      }),
    // A question of its own below the live card, which goes on moving meanwhile.
    'helpdesk.ask-skip': async (turn, { migrationId, since }) =>
      await withMigration(migrationId, async (migration, name) => {
        if (!isOpen(migration, since)) {
          return sayText(MOVED_ON);
        }
        turn.later(async (signal) => {
          const { content, summary } = skipCard({ migrationId, since, name });
          await deps.outbound.post(turn.conversation, cardActivity(content, summary), signal);
        });
        return sayText('Please confirm below.');
      }),
    'helpdesk.skip': async (turn, data) =>
      await withMigration(data.migrationId, async (_migration, name) => {
        const { kind } = await assist(turn, data, 'skip');
        return replaceCard(
          kind === 'done' ? skippedCard(name) : continuedCard('Nothing was changed', MOVED_ON),
        );
      }),
    'helpdesk.keep': async (_turn, { migrationId }) =>
      await withMigration(migrationId, async (_migration, name) => replaceCard(keptCard(name))),
  };
}
