/**
 * A batch in the helpdesk's channel: its live card, one reply for what needs a human, and the last word. All
 * of it is rendered when it is shown, at most once every few seconds, however many moves progress.
 */

import type { Clock } from '../clock.ts';
import type {
  BatchLine,
  BatchOverview,
  ConversationReference,
  PostedCard,
  SkybridgeApi,
} from '../jobs/api.ts';
import type { OutgoingActivity } from './activity.ts';
import { cardActivity, textActivity } from './activity.ts';
import { continuedCard } from './cards/basics.ts';
import { batchSummaryCard } from './cards/batch-summary.ts';
import { channelCard, stamped, titleOf } from './cards/channel.ts';
import type { TeamNews } from './channel-trouble.ts';
import { troubleOf } from './channel-trouble.ts';
import type { ChannelWatch } from './channel-watch.ts';
import { TeamsGoneError } from './errors.ts';
import type { LiveCard, LiveCards } from './live-cards.ts';
import type { Outbound } from './outbound.ts';
import type { Paced } from './paced.ts';
import { decideReplies, hasEnded } from './thread-replies.ts';

/** Where the channel of the helpdesk is kept. */
export const HELPDESK_KEY = 'channel:helpdesk';
/** The channel that a thread is in, or that a channel is. */
export function channelOf({
  conversationId,
}: Pick<ConversationReference, 'conversationId'>): string {
  return conversationId.split(';')[0] ?? conversationId;
}

const cardKey = (batchId: string): string => `channel:${batchId}`;
const toldKey = (batchId: string, event: string): string => `told:${batchId}:${event}`;
const SUMMARY = 'summary';

export interface HelpdeskChannelDeps {
  readonly api: Pick<SkybridgeApi, 'overview' | 'batches' | 'conversations'>;
  readonly outbound: Pick<Outbound, 'post' | 'postThread'>;
  readonly live: LiveCards;
  readonly paced: Paced;
  readonly watch: ChannelWatch;
  readonly clock: Clock;
}

export interface HelpdeskChannel {
  /** Brings the channel to what the batch is now; harmless to repeat, and cheap while another one waits. */
  bring(batchId: string, signal: AbortSignal): Promise<void>;
  /** Brings every batch that is under way: the channel is another one, or there again. */
  refresh(signal: AbortSignal): Promise<void>;
  /** Teams tells of a team that the bot is in; of others nothing follows. */
  hear(news: TeamNews, signal: AbortSignal): Promise<void>;
}

export function createHelpdeskChannel(deps: HelpdeskChannelDeps): HelpdeskChannel {
  const { live, outbound, clock, watch } = deps;
  const { conversations } = deps.api;
  /** Batch → events that were told, as far as they were asked for. */
  const told = new Map<string, Set<string>>();

  async function toldOf(batchId: string): Promise<Set<string>> {
    const known = told.get(batchId);
    if (known !== undefined) {
      return known;
    }
    const prefix = toldKey(batchId, '');
    const keys = await conversations.postedKeys(prefix);
    const events = new Set(keys.map((key) => key.slice(prefix.length)));
    told.set(batchId, events);
    return events;
  }

  function liveCard(
    batch: BatchOverview,
    channel: ConversationReference,
    signal: AbortSignal,
  ): LiveCard {
    const now = clock.now();
    const card = channelCard(batch, now);
    return {
      card: stamped(card, now),
      // Without the time: what says the same is not shown anew.
      signature: JSON.stringify(card.content),
      attention: 'not-needed',
      continued: continuedCard(titleOf(batch), 'This goes on in another channel.'),
      place: channel.conversationId,
      post: async (activity) => await outbound.postThread(channel, activity, signal),
    };
  }

  async function reply(
    batch: BatchOverview,
    what: { readonly keys: readonly string[]; readonly activity: OutgoingActivity },
    { renew, signal }: { readonly renew: () => Promise<void>; readonly signal: AbortSignal },
  ): Promise<void> {
    const post = async (): Promise<PostedCard | null> => {
      const root = await conversations.findPosted(cardKey(batch.id));
      return root === null ? null : await outbound.post(root.conversation, what.activity, signal);
    };
    const posted = await post().catch(async (error: unknown) => {
      if (!(error instanceof TeamsGoneError)) {
        throw error;
      }
      // Somebody deleted the card, and its thread with it, since it was last updated.
      await renew();
      return await post();
    });
    if (posted === null) {
      return;
    }
    const keys = what.keys.map((key) => toldKey(batch.id, key));
    await conversations.savePostedAs(keys, posted);
    const events = await toldOf(batch.id);
    for (const key of what.keys) {
      events.add(key);
    }
  }

  async function show(
    batch: BatchOverview,
    channel: ConversationReference,
    signal: AbortSignal,
  ): Promise<void> {
    const showCard = async (anew: boolean): Promise<void> =>
      await live.show(
        cardKey(batch.id),
        async () => liveCard(batch, channel, signal),
        { urgent: true, anew },
        signal,
      );
    await showCard(false);
    const options = { renew: () => showCard(true), signal };
    const replies = decideReplies(batch, await toldOf(batch.id));
    if (replies !== null) {
      const activity = textActivity(replies.text);
      await reply(batch, { keys: replies.keys, activity }, options);
    }
    if (hasEnded(batch) && !(await toldOf(batch.id)).has(SUMMARY)) {
      const { content, summary } = batchSummaryCard(batch);
      await reply(batch, { keys: [SUMMARY], activity: cardActivity(content, summary) }, options);
    }
  }

  async function showOrTell(batchId: string, signal: AbortSignal): Promise<void> {
    const channel = await conversations.findConversation(HELPDESK_KEY);
    if (channel === null || !watch.isOpen(channelOf(channel))) {
      return;
    }
    const batch = await deps.api.overview(batchId);
    if (batch === null) {
      return;
    }
    try {
      await show(batch, channel, signal);
      await watch.find(channelOf(channel));
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === null) {
        throw error;
      }
      await watch.lose(channelOf(channel), { trouble, batch }, signal);
    }
  }

  async function bring(batchId: string, signal: AbortSignal): Promise<void> {
    await deps.paced.run(cardKey(batchId), () => showOrTell(batchId, signal), signal);
  }

  async function openBatches(): Promise<readonly BatchLine[]> {
    return (await deps.api.batches()).filter(({ open }) => open > 0);
  }

  async function refresh(signal: AbortSignal): Promise<void> {
    for (const { id } of await openBatches()) {
      await bring(id, signal);
    }
  }

  return {
    bring,
    refresh,
    async hear({ teamId, channelId, trouble }, signal) {
      const channel = await conversations.findConversation(HELPDESK_KEY);
      const isOurs =
        channel !== null &&
        (channelId === null ? channel.teamId === teamId : channelOf(channel) === channelId);
      if (channel === null || !isOurs) {
        return;
      }
      if (trouble === null) {
        await watch.find(channelOf(channel));
        await refresh(signal);
        return;
      }
      for (const batch of await openBatches()) {
        await watch.lose(channelOf(channel), { trouble, batch }, signal);
      }
    },
  };
}
