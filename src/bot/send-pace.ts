/** At most `most` messages within `windowMs`. */
export interface SendLimit {
  readonly windowMs: number;
  readonly most: number;
}

/**
 * What Teams takes from one bot in one thread, updates counted too, with room for what another process
 * sends: 7 in a second, 8 in two, 60 in 30, 1,800 in an hour.
 */
export const THREAD_LIMITS: readonly SendLimit[] = [
  { windowMs: 1000, most: 5 },
  { windowMs: 2000, most: 6 },
  { windowMs: 30_000, most: 45 },
  { windowMs: 3_600_000, most: 1350 },
];

/** What Teams takes from one app in one tenant is 50 requests a second. */
export const APP_LIMITS: readonly SendLimit[] = [{ windowMs: 1000, most: 35 }];

/** Longer ago than this counts for no limit. */
export const LONGEST_WINDOW_MS = 3_600_000;

/** How long to wait before the next message, given when the earlier ones left, oldest first. Pure. */
export function decideSendDelay(
  sentAtMs: readonly number[],
  nowMs: number,
  limits: readonly SendLimit[],
): number {
  const delays = limits.map(({ windowMs, most }) => {
    const counted = sentAtMs.at(-most);
    return counted === undefined ? 0 : counted + windowMs - nowMs;
  });
  return Math.max(0, ...delays);
}
