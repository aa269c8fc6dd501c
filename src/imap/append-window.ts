/** How many unanswered appends one connection may carry; pure. */

/** What is known of one connection's pace. */
export interface AppendWindow {
  /** Appends allowed now; grows with each answer. */
  readonly openCount: number;
  /** Moving mean of the time between answers; null before the first. */
  readonly serviceMs: number | null;
}

/** Keeps pause, drain and leases honest: never more than this unanswered. */
export const WINDOW_LIMITS = { maxCount: 256, maxBytes: 8 * 1024 * 1024, maxAgeMs: 4000 } as const;

const FIRST_COUNT = 16;
/** Weight of the newest sample. */
const SMOOTHING = 0.2;

/** The window of a new connection. */
export const FIRST_WINDOW: AppendWindow = { openCount: FIRST_COUNT, serviceMs: null };

/** One more answer came, `sinceLastMs` after the one before or after its own start, whichever was later. */
export function afterAnswer(window: AppendWindow, sinceLastMs: number): AppendWindow {
  const { serviceMs, openCount } = window;
  const sampled =
    serviceMs === null ? sinceLastMs : serviceMs + (sinceLastMs - serviceMs) * SMOOTHING;
  // One more for each answer doubles the window in each round trip, until the service time bounds it.
  return { openCount: Math.min(openCount + 1, WINDOW_LIMITS.maxCount), serviceMs: sampled };
}

/** The number of appends that the window allows. */
export function windowCount({ openCount, serviceMs }: AppendWindow): number {
  const byAge =
    serviceMs === null || serviceMs <= 0
      ? openCount
      : Math.floor(WINDOW_LIMITS.maxAgeMs / serviceMs);
  return Math.max(1, Math.min(openCount, byAge, WINDOW_LIMITS.maxCount));
}

/** True where one more message of this size fits; an empty connection takes any. */
export function fitsWindow(
  window: AppendWindow,
  inFlight: { readonly count: number; readonly bytes: number },
  sizeBytes: number,
): boolean {
  return (
    inFlight.count === 0 ||
    (inFlight.count < windowCount(window) && inFlight.bytes + sizeBytes <= WINDOW_LIMITS.maxBytes)
  );
}
