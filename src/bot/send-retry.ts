import { TeamsRateLimitedError, TeamsSendError } from './errors.ts';

export type SendRetry =
  | { readonly kind: 'retry'; readonly afterMs: number }
  | { readonly kind: 'fail' };

const ATTEMPTS = 5;
const FIRST_DELAY_MS = 500;
/** A longer Retry-After is not sat out here: the caller tries the whole notice again, later. */
export const LONGEST_WAIT_MS = 30_000;
/** Statuses that Teams documents as worth another try. */
const TRANSIENT = new Set([412, 502, 504]);

/** Whether, and after how long, to send the same thing again; `attempt` counts from 0. */
export function decideSendRetry(error: unknown, attempt: number, random: () => number): SendRetry {
  if (attempt + 1 >= ATTEMPTS) {
    return { kind: 'fail' };
  }
  const backOffMs = Math.round(FIRST_DELAY_MS * 2 ** attempt * (1 + random()));
  if (error instanceof TeamsRateLimitedError) {
    // Retry-After is a promise that we keep: never earlier than it says.
    const afterMs = Math.max(error.retryAfterMs ?? 0, backOffMs);
    return afterMs <= LONGEST_WAIT_MS ? { kind: 'retry', afterMs } : { kind: 'fail' };
  }
  const isTransient = error instanceof TeamsSendError && TRANSIENT.has(error.status);
  return isTransient ? { kind: 'retry', afterMs: backOffMs } : { kind: 'fail' };
}
