import type { Clock } from '../clock.ts';
import type { ConversationReference } from '../jobs/api.ts';
import { TeamsRateLimitedError } from './errors.ts';
import {
  APP_LIMITS,
  decideSendDelay,
  LONGEST_WINDOW_MS,
  type SendLimit,
  THREAD_LIMITS,
} from './send-pace.ts';
import { LONGEST_WAIT_MS } from './send-retry.ts';

/** Lets messages leave no faster than Teams takes them, and none before Teams allows it again. */
export interface SendGate {
  /**
   * Resolves when the next message to this conversation may leave, which counts as sent. A pause that Teams
   * asked for and that is longer than one delivery waits: `teams.rate-limited`, and nothing is sent.
   */
  enter(to: Place, signal: AbortSignal): Promise<void>;
  /** Teams asked for a pause. */
  hold(to: Place, pauseMs: number): void;
}

/** The part of a reference that tells how fast it may be written to. */
export type Place = Pick<ConversationReference, 'conversationId' | 'conversationType'>;

export interface SendGateDeps {
  readonly clock: Clock;
  /** Between two messages to one thread of a channel, where nobody waits for an answer. */
  readonly channelEveryMs: number;
}

/** Stands for all conversations together. */
const WHOLE_APP = '';

export function createSendGate({ clock, channelEveryMs }: SendGateDeps): SendGate {
  const sent = new Map<string, number[]>();
  const heldUntilMs = new Map<string, number>();
  const channelLimits = [{ windowMs: channelEveryMs, most: 1 }, ...THREAD_LIMITS];

  function sentTo(key: string, nowMs: number): number[] {
    const times = (sent.get(key) ?? []).filter((atMs) => nowMs - atMs < LONGEST_WINDOW_MS);
    sent.set(key, times);
    return times;
  }

  function forgetOld(nowMs: number): void {
    for (const [key, times] of sent) {
      if (nowMs - (times.at(-1) ?? -Infinity) >= LONGEST_WINDOW_MS) {
        sent.delete(key);
      }
    }
    for (const [key, untilMs] of heldUntilMs) {
      if (untilMs <= nowMs) {
        heldUntilMs.delete(key);
      }
    }
  }

  function delayOf(key: string, limits: readonly SendLimit[]): number {
    const nowMs = clock.monotonicMs();
    return decideSendDelay(sentTo(key, nowMs), nowMs, limits);
  }

  return {
    async enter({ conversationId, conversationType }, signal) {
      const limits = conversationType === 'channel' ? channelLimits : THREAD_LIMITS;
      for (;;) {
        const heldMs = (heldUntilMs.get(conversationId) ?? -Infinity) - clock.monotonicMs();
        if (heldMs > LONGEST_WAIT_MS) {
          throw new TeamsRateLimitedError(Math.ceil(heldMs));
        }
        const delayMs = Math.max(
          heldMs,
          delayOf(conversationId, limits),
          delayOf(WHOLE_APP, APP_LIMITS),
        );
        if (delayMs <= 0) {
          break;
        }
        // Another one may leave first meanwhile, so the question is asked anew.
        await clock.sleep(Math.ceil(delayMs), signal);
      }
      const nowMs = clock.monotonicMs();
      forgetOld(nowMs);
      sentTo(conversationId, nowMs).push(nowMs);
      sentTo(WHOLE_APP, nowMs).push(nowMs);
    },
    hold({ conversationId }, pauseMs) {
      const untilMs = clock.monotonicMs() + pauseMs;
      heldUntilMs.set(conversationId, Math.max(untilMs, heldUntilMs.get(conversationId) ?? 0));
    },
  };
}
