/**
 * A batch in the helpdesk's channel: its live card, one reply for what needs a human, and the last word. All
 * of it is rendered when it is shown, at most once every few seconds, however many moves progress.
 */

import type { Clock } from '../clock.ts';
import type { BatchOverview, ConversationReference, SkybridgeApi } from '../jobs/api.ts';
import { cardActivity, textActivity } from './activity.ts';
import { continuedCard } from './cards/basics.ts';
import { batchSummaryCard } from './cards/batch-summary.ts';
import { channelCard, stamped, titleOf } from './cards/channel.ts';
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
  readonly api: Pick<SkybridgeApi, 'overview' | 'conversations'>;
  readonly outbound: Pick<Outbound, 'post' | 'postThread'>;
  readonly live: LiveCards;
  readonly paced: Paced;
  readonly clock: Clock;
}

export interface HelpdeskChannel {
  /** Brings the channel to what the batch is now; harmless to repeat, and cheap while another one waits. */
  bring(batchId: string, signal: AbortSignal): Promise<void>;
}

export function createHelpdeskChannel(deps: HelpdeskChannelDeps): HelpdeskChannel {
  const { live, outbound, clock } = deps;
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
    what: { readonly keys: readonly string[]; readonly activity: ReturnType<typeof textActivity> },
    signal: AbortSignal,
  ): Promise<void> {
    const root = await conversations.findPosted(cardKey(batch.id));
    if (root === null) {
      return;
    }
    const posted = await outbound.post(root.conversation, what.activity, signal);
    const keys = what.keys.map((key) => toldKey(batch.id, key));
    await conversations.savePostedAs(keys, posted);
    const events = await toldOf(batch.id);
    for (const key of what.keys) {
      events.add(key);
    }
  }

  async function show(batchId: string, signal: AbortSignal): Promise<void> {
    const batch = await deps.api.overview(batchId);
    const channel = await conversations.findConversation(HELPDESK_KEY);
    if (batch === null || channel === null) {
      return;
    }
    await live.show(
      cardKey(batchId),
      async () => liveCard(batch, channel, signal),
      { urgent: true },
      signal,
    );
    const replies = decideReplies(batch, await toldOf(batchId));
    if (replies !== null) {
      await reply(batch, { keys: replies.keys, activity: textActivity(replies.text) }, signal);
    }
    if (hasEnded(batch) && !(await toldOf(batchId)).has(SUMMARY)) {
      const { content, summary } = batchSummaryCard(batch);
      await reply(batch, { keys: [SUMMARY], activity: cardActivity(content, summary) }, signal);
    }
  }

  return {
    async bring(batchId, signal) {
      await deps.paced.run(cardKey(batchId), () => show(batchId, signal), signal);
    },
  };
}
