import type { BatchHead, ConversationReference, ConversationStore } from '../jobs/api.ts';
import type { KeyedLock } from './keyed-lock.ts';
import type { Outbound } from './outbound.ts';

/** Where the chat with a person is kept. */
export const personalKey = (personId: string): string => `personal:${personId}`;

export interface PersonalChatsDeps {
  readonly conversations: Pick<ConversationStore, 'findConversation' | 'saveConversation'>;
  readonly outbound: Pick<Outbound, 'openPersonal'>;
  readonly lock: KeyedLock;
  /** Where Teams is reached when nobody has written yet. */
  readonly defaultServiceUrl: string;
}

/** The personal chats with everybody who has to do with a batch. */
export interface PersonalChats {
  /** The chat that there is, or a new one, which is kept. */
  with(
    personId: string,
    batch: Pick<BatchHead, 'startedBy'>,
    signal: AbortSignal,
  ): Promise<ConversationReference>;
}

export function createPersonalChats(deps: PersonalChatsDeps): PersonalChats {
  const { conversations, outbound, lock } = deps;
  return {
    async with(personId, batch, signal) {
      const key = personalKey(personId);
      return await lock.run(`conversation ${key}`, async () => {
        const known = await conversations.findConversation(key);
        if (known !== null) {
          return known;
        }
        const admin = await conversations.findConversation(personalKey(batch.startedBy.personId));
        const serviceUrl = admin?.serviceUrl ?? deps.defaultServiceUrl;
        const created = await outbound.openPersonal(personId, serviceUrl, signal);
        await conversations.saveConversation(key, created, null);
        return created;
      });
    },
  };
}
