/** What an admin may say, and the buttons that say the same. */
import type { BatchLine, BatchView } from '../../jobs/api.ts';
import { cardActivity, textActivity } from '../activity.ts';
import { mailboxSchema } from '../cards/actions.ts';
import { adminCard } from '../cards/admin.ts';
import { helpCard, unknownMoveCard } from '../cards/basics.ts';
import { batchesCard, foundMovesCard, peopleCard, reportsCard } from '../cards/batches.ts';
import { channelCard } from '../cards/channel.ts';
import type { Card } from '../cards/elements.ts';
import { askPeopleCard } from '../cards/people.ts';
import { checkingTenantCard } from '../cards/tenant.ts';
import type { CommandWord } from '../commands.ts';
import type { Answer, Turn } from '../turn.ts';
import { replaceCard, sayText } from '../turn.ts';
import { offerAudit } from './audit-file.ts';
import { presentChoice } from './channel.ts';
import type { HandlerDeps, Handlers } from './handlers.ts';
import { presentSettings } from './settings.ts';
import { checkTenant, findPeople } from './setup.ts';

/** Answers one command; `rest` is what was said behind it. */
export type Reply = (turn: Turn, rest: string, signal: AbortSignal) => Promise<void>;

const NO_MOVE = 'There is no move yet.';
/** More moves of one name than fit a card. */
const MOST_FOUND = 8;

/** The answer to each command. */
export function createAdminCommands(deps: HandlerDeps): Readonly<Record<CommandWord, Reply>> {
  const { api, outbound } = deps;

  async function post(turn: Turn, card: Card, signal: AbortSignal): Promise<void> {
    await outbound.post(turn.conversation, cardActivity(card.content, card.summary), signal);
  }

  function statusCards(batch: BatchView): readonly Card[] {
    return batch.migrations.length === 1
      ? batch.migrations.map((migration) => adminCard(migration, null))
      : [channelCard(batch, deps.clock.now())];
  }

  const noMove = (): Card => askPeopleCard(NO_MOVE);

  /** Batches beside the one that is shown, which somebody may look for. */
  const others = (lines: readonly BatchLine[], shown: string): readonly BatchLine[] =>
    lines.filter(({ id, open }) => id !== shown && open > 0);

  return {
    move: async (turn, rest, signal) => {
      const card = rest === '' ? askPeopleCard(null) : await findPeople(deps, rest, signal);
      await post(turn, card, signal);
    },

    status: async (turn, _rest, signal) => {
      const batch = await api.latestBatch();
      if (batch === null) {
        await post(turn, noMove(), signal);
        return;
      }
      for (const card of statusCards(batch)) {
        await post(turn, card, signal);
      }
      const more = others(await api.batches(), batch.id);
      if (more.length > 0) {
        await post(turn, batchesCard(more, 'Other moves that are under way'), signal);
      }
    },

    people: async (turn, rest, signal) => {
      if (rest !== '') {
        const found = await api.findMoves(rest, MOST_FOUND + 1);
        const [only, ...more] = found;
        if (only === undefined) {
          const nobody = 'No move is of somebody of that name. Shall I look in your directory?';
          await post(turn, askPeopleCard(nobody, rest), signal);
          return;
        }
        const card =
          more.length === 0
            ? adminCard(only, null)
            : foundMovesCard(found.slice(0, MOST_FOUND), found.length > MOST_FOUND);
        await post(turn, card, signal);
        return;
      }
      const batch = await api.latestBatch();
      await post(turn, batch === null ? noMove() : peopleCard(batch, 0), signal);
    },

    doctor: async (turn, rest, signal) => {
      const { content, summary } = checkingTenantCard();
      const posted = await outbound.post(turn.conversation, cardActivity(content, summary), signal);
      const mailbox = mailboxSchema.safeParse(rest).data ?? null;
      const found = await checkTenant(deps, { mailbox, actor: turn.actor }, signal);
      const activity = cardActivity(found.content, found.summary);
      await outbound.update(posted, activity, { urgent: true }, signal);
    },

    report: async (turn, _rest, signal) => {
      const batches = await api.batches();
      await post(
        turn,
        batches.length === 0 ? noMove() : batchesCard(batches, 'Moves and their reports'),
        signal,
      );
    },

    settings: async (turn, _rest, signal) => {
      await post(turn, await presentSettings(deps, null), signal);
    },

    channel: async (turn, _rest, signal) => {
      await post(turn, await presentChoice(deps.places, null, signal), signal);
    },

    audit: async (turn, rest, signal) => {
      await offerAudit(deps, { turn, days: rest }, signal);
    },

    help: async (turn, _rest, signal) => {
      await post(turn, helpCard('admin'), signal);
    },
  };
}

type ListPress = 'command.run' | 'people.list' | 'move.show' | 'batch.show' | 'report.batch';

/** The buttons of the lists, and those that say a command. */
export function createListHandlers(
  deps: HandlerDeps,
  commands: Readonly<Record<CommandWord, Reply>>,
): Handlers<ListPress> {
  const { api, outbound, clock } = deps;

  /** Below the list that was pressed, which stays for the next look. */
  function below(turn: Turn, card: Card): Answer {
    turn.later(async (signal) => {
      await outbound.post(turn.conversation, cardActivity(card.content, card.summary), signal);
    });
    return sayText('It is below.');
  }

  async function ofBatch(
    batchId: string,
    show: (batch: NonNullable<Awaited<ReturnType<typeof api.overview>>>) => Card,
  ): Promise<Answer> {
    const batch = await api.overview(batchId);
    return replaceCard(batch === null ? unknownMoveCard() : show(batch));
  }

  return {
    'command.run': async (turn, { word }) => {
      turn.later(async (signal) => {
        try {
          await commands[word](turn, '', signal);
        } catch (error) {
          signal.throwIfAborted();
          const failed = 'I could not do that just now. Please try again.';
          await outbound.post(turn.conversation, textActivity(failed), signal);
          throw error;
        }
      });
      return sayText('It is below.');
    },
    'people.list': async (_turn, { batchId, page }) =>
      await ofBatch(batchId, (batch) => peopleCard(batch, page)),
    'report.batch': async (_turn, { batchId, page }) =>
      await ofBatch(batchId, (batch) => reportsCard(batch, page)),
    'batch.show': async (turn, { batchId }) => {
      const batch = await api.batch(batchId);
      const [only, ...more] = batch?.migrations ?? [];
      if (batch === null || only === undefined) {
        return replaceCard(unknownMoveCard());
      }
      return below(
        turn,
        more.length === 0 ? adminCard(only, null) : channelCard(batch, clock.now()),
      );
    },
    'move.show': async (turn, { migrationId }) => {
      const migration = await api.migration(migrationId);
      return migration === null
        ? replaceCard(unknownMoveCard())
        : below(turn, adminCard(migration, null));
    },
  };
}
