/**
 * Cards that live: posted once under a key, updated in place afterwards, and found again after a
 * restart. Teams tells nobody about an update, so a card that comes to need its reader after
 * it did not is posted anew, and the old one says that it goes on below.
 */
import { createHash } from 'node:crypto';
import { isAppError } from '../errors.ts';
import type { ConversationStore, PostedCard } from '../jobs/api.ts';
import { cardActivity } from './activity.ts';
import type { Card } from './cards/elements.ts';
import { TeamsGoneError } from './errors.ts';
import type { KeyedLock } from './keyed-lock.ts';
import type { Outbound } from './outbound.ts';

export interface LiveCardsDeps {
  readonly store: Pick<ConversationStore, 'findPosted' | 'savePosted'>;
  readonly outbound: Outbound;
  readonly lock: KeyedLock;
}

export interface LiveCard {
  readonly card: Card;
  /** What the card says, without what changes at each rendering (one-time tokens). */
  readonly signature: string;
  /** Whether the reader has to decide, do or know something now; `unchanged`: as the state before. */
  readonly attention: 'needed' | 'unchanged' | 'not-needed';
  /** Takes the old card's place when a new one follows. */
  readonly continued: Card;
  /** The conversation that the card belongs into, where that may change. */
  readonly place?: string;
  readonly post: (activity: ReturnType<typeof cardActivity>) => Promise<PostedCard>;
}

export interface LiveCards {
  /**
   * Brings the card under `key` to what `render` says (null: nothing); says nothing twice. Rendering happens in turn,
   * so that an older state never overwrites a newer one. `anew`: posted again, whatever became of the old one.
   */
  show(
    key: string,
    render: () => Promise<LiveCard | null>,
    options: { readonly urgent: boolean; readonly anew?: boolean },
    signal: AbortSignal,
  ): Promise<void>;
}

/** An update that is left to do once the key is free for the next. */
interface Step {
  readonly posted: PostedCard;
  readonly card: Card;
  readonly urgent: boolean;
  /** A word on a card that is not looked at any more. */
  readonly isParting?: boolean;
}

/** A thread is in its channel. */
function isIn({ conversation }: PostedCard, conversationId: string): boolean {
  return conversation.conversationId.split(';')[0] === conversationId;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

export function createLiveCards({ store, outbound, lock }: LiveCardsDeps): LiveCards {
  /** Key → what was last shown by this process. */
  const shown = new Map<string, string>();

  async function rememberQuiet(key: string, posted: PostedCard): Promise<void> {
    const quiet = await store.findPosted(`${key}@quiet`);
    if (quiet?.activityId !== posted.activityId) {
      await store.savePosted(`${key}@quiet`, posted);
    }
  }

  async function postNew(key: string, live: LiveCard): Promise<void> {
    const posted = await live.post(cardActivity(live.card.content, live.card.summary));
    await store.savePosted(key, posted);
    if (live.attention === 'not-needed') {
      await rememberQuiet(key, posted);
    }
    shown.set(key, digest(`${posted.activityId} ${live.signature}`));
  }

  /** Posts what must be new, and says which update is left. */
  async function decide(
    key: string,
    live: LiveCard,
    { urgent, anew = false }: { readonly urgent: boolean; readonly anew?: boolean },
  ): Promise<Step | null> {
    const current = await store.findPosted(key);
    if (current === null || anew) {
      await postNew(key, live);
      return null;
    }
    if (live.place !== undefined && !isIn(current, live.place)) {
      await postNew(key, live);
      return { posted: current, card: live.continued, urgent: true, isParting: true };
    }
    const signature = digest(`${current.activityId} ${live.signature}`);
    if (shown.get(key) === signature) {
      return null;
    }
    const quiet = live.attention === 'needed' ? await store.findPosted(`${key}@quiet`) : null;
    if (quiet?.activityId === current.activityId) {
      await postNew(key, live);
      return { posted: current, card: live.continued, urgent: true };
    }
    if (live.attention === 'not-needed') {
      await rememberQuiet(key, current);
    }
    shown.set(key, signature);
    return { posted: current, card: live.card, urgent };
  }

  async function update(key: string, step: Step, signal: AbortSignal): Promise<'shown' | 'gone'> {
    const { posted, card, urgent } = step;
    try {
      const activity = cardActivity(card.content, card.summary);
      await outbound.update(posted, activity, { urgent }, signal);
      return 'shown';
    } catch (error) {
      shown.delete(key);
      if (step.isParting === true && isAppError(error)) {
        return 'shown';
      }
      if (error instanceof TeamsGoneError) {
        return 'gone';
      }
      throw error;
    }
  }

  return {
    async show(key, render, options, signal) {
      const inTurn = `card ${key}`;
      const step = await lock.run(inTurn, async () => {
        const live = await render();
        return live === null ? null : await decide(key, live, options);
      });
      if (step === null || (await update(key, step, signal)) === 'shown') {
        return;
      }
      // Somebody deleted the card: a new one takes its place, unless it was an old one anyway.
      await lock.run(inTurn, async () => {
        const current = await store.findPosted(key);
        const live = current?.activityId === step.posted.activityId ? await render() : null;
        if (live !== null) {
          await postNew(key, live);
        }
      });
    },
  };
}
