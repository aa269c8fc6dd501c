import type { Clock } from '../clock.ts';
import { errorCodeOf } from '../errors.ts';
import type { BatchHead, ConversationStore } from '../jobs/api.ts';
import type { Logger } from '../log.ts';
import { cardActivity } from './activity.ts';
import { channelTroubleCard } from './cards/channel-trouble.ts';
import type { ChannelTrouble } from './channel-trouble.ts';
import type { Outbound } from './outbound.ts';
import type { PersonalChats } from './personal-chats.ts';

export interface ChannelWatchDeps {
  readonly conversations: Pick<
    ConversationStore,
    'findPosted' | 'savePosted' | 'postedKeys' | 'forgetPosted'
  >;
  readonly outbound: Pick<Outbound, 'post'>;
  readonly chats: PersonalChats;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Remembers which channel cannot be written to, and tells an admin of it once. */
export interface ChannelWatch {
  /** False while a channel is in trouble and it is too early to try it again. */
  isOpen(channelId: string): boolean;
  /** Nothing can be written there: the admin of the batch is told, once until it is well again. */
  lose(
    channelId: string,
    input: { readonly trouble: ChannelTrouble; readonly batch: Pick<BatchHead, 'startedBy'> },
    signal: AbortSignal,
  ): Promise<void>;
  /** Written to, or said by Teams to be there again. */
  find(channelId: string): Promise<void>;
}

/** A team that was restored without our hearing of it is found again after this time. */
const TRY_AGAIN_MS = 10 * 60_000;

const prefixOf = (channelId: string): string => `trouble:${channelId}:`;

export function createChannelWatch(deps: ChannelWatchDeps): ChannelWatch {
  const { conversations, outbound, chats, clock, logger } = deps;
  const closedUntilMs = new Map<string, number>();
  /** Channels of which this process knows that nothing is told of them. */
  const well = new Set<string>();

  async function tell(
    channelId: string,
    { trouble, batch }: Parameters<ChannelWatch['lose']>[1],
    signal: AbortSignal,
  ): Promise<void> {
    const { personId } = batch.startedBy;
    const key = `${prefixOf(channelId)}${personId}`;
    if ((await conversations.findPosted(key)) !== null) {
      return;
    }
    const chat = await chats.with(personId, batch, signal);
    const { content, summary } = channelTroubleCard(trouble);
    const posted = await outbound.post(chat, cardActivity(content, summary), signal);
    await conversations.savePosted(key, posted);
  }

  return {
    isOpen: (channelId) => (closedUntilMs.get(channelId) ?? -Infinity) <= clock.monotonicMs(),

    async lose(channelId, input, signal) {
      closedUntilMs.set(channelId, clock.monotonicMs() + TRY_AGAIN_MS);
      well.delete(channelId);
      try {
        await tell(channelId, input, signal);
      } catch (error) {
        signal.throwIfAborted();
        // Nobody can be told of it by Teams; the next try tells.
        logger.warn({ code: errorCodeOf(error) }, 'an admin could not be told of a channel');
      }
    },

    async find(channelId) {
      closedUntilMs.delete(channelId);
      if (!well.has(channelId)) {
        await conversations.forgetPosted(prefixOf(channelId));
        well.add(channelId);
      }
    },
  };
}
