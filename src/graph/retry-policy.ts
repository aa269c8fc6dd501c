export type RetryDecision =
  | { readonly kind: 'retry'; readonly afterMs: number }
  | { readonly kind: 'fail' };

/** Throttled, or a gateway that lost its back end; 500 is left out: Exchange answers a failed cmdlet with it. */
const TRANSIENT = new Set([429, 502, 503, 504]);

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 16_000;
const MAX_ATTEMPTS = 6;

/** True when the same request may succeed later without anybody acting; null stands for a lost connection. */
export function isTransient(status: number | null): boolean {
  return status === null || TRANSIENT.has(status);
}

/**
 * Whether and when to try again. `attempt` counts from 1. Retry-After is a floor: it is never cut
 * short, only lengthened a little, so that many callers do not come back in the same instant.
 */
export function decideRetry(
  status: number | null,
  retryAfterMs: number | null,
  attempt: number,
  random: () => number,
): RetryDecision {
  if (!isTransient(status) || attempt >= MAX_ATTEMPTS) {
    return { kind: 'fail' };
  }
  if (retryAfterMs !== null) {
    return { kind: 'retry', afterMs: Math.ceil(retryAfterMs * (1 + random() / 10)) };
  }
  const ceilingMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
  return { kind: 'retry', afterMs: Math.ceil((ceilingMs * (1 + random())) / 2) };
}
