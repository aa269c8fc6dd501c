/**
 * The one way out. Per conversation, messages leave one after the other; updates of one card are
 * coalesced (the newest wins) and at least `updateEveryMs` apart. Nothing leaves faster than Teams takes
 * it, or before the end of a pause that Teams asked for.
 */
import type { Clock } from '../clock.ts';
import type { ConversationReference, PostedCard } from '../jobs/api.ts';
import type { OutgoingActivity } from './activity.ts';
import { TeamsRateLimitedError } from './errors.ts';
import type { Gateway } from './gateway.ts';
import { createSendGate, type Place } from './send-gate.ts';
import { decideSendRetry } from './send-retry.ts';

export interface OutboundDeps {
  readonly gateway: Pick<Gateway, 'send' | 'update' | 'createThread' | 'createPersonal'>;
  readonly clock: Clock;
  readonly updateEveryMs: number;
  /** Between two messages to one thread of a channel. */
  readonly channelEveryMs: number;
  /** How long a client may take to show the answer to a press. */
  readonly afterAnswerMs: number;
  /** 0 ≤ random() < 1, for the jitter of retries. */
  readonly random: () => number;
  /** Counts what left, and what Teams did not take. */
  readonly onSent?: (what: SentCard) => void;
}

/** What became of one message to Teams. */
export type SentCard = 'posted' | 'updated' | 'failed';

export interface Outbound {
  /** The personal chat with a person, who need not have written before. */
  openPersonal(
    personId: string,
    serviceUrl: string,
    signal: AbortSignal,
  ): Promise<ConversationReference>;
  post(
    to: ConversationReference,
    activity: OutgoingActivity,
    signal: AbortSignal,
  ): Promise<PostedCard>;
  postThread(
    channel: ConversationReference,
    activity: OutgoingActivity,
    signal: AbortSignal,
  ): Promise<PostedCard>;
  /** Resolves once this version, or a newer one, is shown. `urgent` skips the wait between updates. */
  update(
    posted: PostedCard,
    activity: OutgoingActivity,
    options: { readonly urgent: boolean },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Keeps back what is meant for a conversation until `answered`, and a moment more: the answer to a
   * press replaces the card in the client, so an update that overtook it would be undone by it.
   */
  holdUntil(conversationId: string, answered: Promise<void>): void;
  /** Gives up on what still waits. */
  close(): Promise<void>;
}

interface PendingUpdate {
  activity: OutgoingActivity;
  readonly hurry: AbortController;
  readonly shown: Promise<void>;
}

/** Builds the queue over a gateway. */
export function createOutbound(deps: OutboundDeps): Outbound {
  const { gateway, clock } = deps;
  const closing = new AbortController();
  const tails = new Map<string, Promise<unknown>>();
  const pending = new Map<string, PendingUpdate>();
  const shownAtMs = new Map<string, number>();
  const gate = createSendGate(deps);

  async function withRetry<T>(to: Place, send: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      await gate.enter(to, signal);
      try {
        return await send();
      } catch (error) {
        if (error instanceof TeamsRateLimitedError) {
          gate.hold(to, error.retryAfterMs ?? 0);
        }
        const decision = decideSendRetry(error, attempt, deps.random);
        if (decision.kind === 'fail') {
          deps.onSent?.('failed');
          throw error;
        }
        await clock.sleep(decision.afterMs, signal);
      }
    }
  }

  /** Runs after everything that was asked of this conversation before. */
  function inTurn<T>(conversationId: string, send: () => Promise<T>): Promise<T> {
    const before = tails.get(conversationId) ?? Promise.resolve();
    const result = before.then(send, send);
    const tail: Promise<unknown> = result
      .catch(() => undefined)
      .finally(() => {
        if (tails.get(conversationId) === tail) {
          tails.delete(conversationId);
        }
      });
    tails.set(conversationId, tail);
    return result;
  }

  function both(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, closing.signal]);
  }

  function forgetOldTimes(nowMs: number): void {
    for (const [key, atMs] of shownAtMs) {
      if (nowMs - atMs > deps.updateEveryMs) {
        shownAtMs.delete(key);
      }
    }
  }

  /** Waits for the card's turn; an urgent version ends the wait. */
  async function awaitInterval(key: string, hurry: AbortSignal): Promise<void> {
    const waitMs = (shownAtMs.get(key) ?? -Infinity) + deps.updateEveryMs - clock.monotonicMs();
    if (waitMs > 0 && !hurry.aborted) {
      await clock.sleep(waitMs, AbortSignal.any([hurry, closing.signal])).catch(() => undefined);
    }
    closing.signal.throwIfAborted();
  }

  async function showNewest(key: string, posted: PostedCard, hurry: AbortSignal): Promise<void> {
    try {
      await awaitInterval(key, hurry);
    } catch (error) {
      pending.delete(key);
      throw error;
    }
    await inTurn(posted.conversation.conversationId, async () => {
      const newest = pending.get(key);
      pending.delete(key);
      if (newest !== undefined) {
        forgetOldTimes(clock.monotonicMs());
        shownAtMs.set(key, clock.monotonicMs());
        const send = (): Promise<void> => gateway.update(posted, newest.activity, closing.signal);
        await withRetry(posted.conversation, send, closing.signal);
        deps.onSent?.('updated');
      }
    });
  }

  return {
    async openPersonal(personId, serviceUrl, signal) {
      const send = (): Promise<ConversationReference> =>
        gateway.createPersonal(personId, serviceUrl, both(signal));
      const place: Place = { conversationId: `new ${personId}`, conversationType: 'personal' };
      return await withRetry(place, send, both(signal));
    },
    async post(to, activity, signal) {
      const send = (): Promise<string> => gateway.send(to, activity, both(signal));
      const activityId = await inTurn(to.conversationId, () => withRetry(to, send, both(signal)));
      deps.onSent?.('posted');
      return { conversation: to, activityId };
    },
    async postThread(channel, activity, signal) {
      const send = (): Promise<PostedCard> => gateway.createThread(channel, activity, both(signal));
      const root = await inTurn(channel.conversationId, () =>
        withRetry(channel, send, both(signal)),
      );
      deps.onSent?.('posted');
      return root;
    },
    async update(posted, activity, options, signal) {
      both(signal).throwIfAborted();
      const key = `${posted.conversation.conversationId} ${posted.activityId}`;
      const waiting = pending.get(key);
      if (waiting !== undefined) {
        waiting.activity = activity;
        if (options.urgent) {
          waiting.hurry.abort();
        }
        await waiting.shown;
        return;
      }
      const hurry = new AbortController();
      if (options.urgent) {
        hurry.abort();
      }
      const { promise: shown, resolve, reject } = Promise.withResolvers<void>();
      pending.set(key, { activity, hurry, shown });
      showNewest(key, posted, hurry.signal).then(resolve, reject);
      await shown;
    },
    holdUntil(conversationId, answered) {
      void inTurn(conversationId, async () => {
        await answered;
        await clock.sleep(deps.afterAnswerMs, closing.signal).catch(() => undefined);
      });
    },
    async close() {
      closing.abort();
      await Promise.allSettled(tails.values());
    },
  };
}
