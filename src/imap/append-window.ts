/** How many unanswered appends one connection may carry; pure. */

/** What is known of one connection's pace. */
export interface AppendWindow {
  /** Appends allowed now; grows with each answer. */
  readonly openCount: number;
  /** Answers, and the time that the server worked for them; what is long past counts ever less. */
  readonly answers: number;
  readonly busyMs: number;
}

/** Keeps pause, drain and leases honest: never more than this unanswered. */
export const WINDOW_LIMITS = { maxCount: 256, maxBytes: 8 * 1024 * 1024, maxAgeMs: 4000 } as const;

const FIRST_COUNT = 16;
/** In this much of the server's time, what was seen before loses half its weight. */
const HALF_LIFE_MS = 2000;
/** What was seen before never weighs more than so many answers. */
const MAX_ANSWERS = 200;

/** The window of a new connection. */
export const FIRST_WINDOW: AppendWindow = { openCount: FIRST_COUNT, answers: 0, busyMs: 0 };

/**
 * One more answer came, `sinceLastMs` after the one before or after its own start, whichever was later.
 * Answers may come in lumps, many at once after a long silence: what counts is how many came in how
 * much time, never the pause before one of them.
 */
export function afterAnswer(window: AppendWindow, sinceLastMs: number): AppendWindow {
  const weight =
    0.5 ** (sinceLastMs / HALF_LIFE_MS) * Math.min(1, MAX_ANSWERS / (window.answers + 1));
  return {
    // One more for each answer doubles the window in each round trip, until the service time bounds it.
    openCount: Math.min(window.openCount + 1, WINDOW_LIMITS.maxCount),
    answers: window.answers * weight + 1,
    busyMs: window.busyMs * weight + sinceLastMs,
  };
}

/** Milliseconds for one append; null before the first answer. */
export function serviceMs({ answers, busyMs }: AppendWindow): number | null {
  return answers === 0 ? null : busyMs / answers;
}

/** The number of appends that the window allows. */
export function windowCount(window: AppendWindow): number {
  const pace = serviceMs(window);
  const byAge = pace === null || pace <= 0 ? Infinity : Math.floor(WINDOW_LIMITS.maxAgeMs / pace);
  return Math.max(1, Math.min(window.openCount, byAge, WINDOW_LIMITS.maxCount));
}

/** True where one more message of this size fits; an empty connection takes any. */
export function fitsWindow(
  window: AppendWindow,
  inFlight: { readonly count: number; readonly bytes: number },
  sizeBytes: number,
  scale: (limit: number) => number = (limit) => limit,
): boolean {
  return (
    inFlight.count === 0 ||
    (inFlight.count < scale(windowCount(window)) &&
      inFlight.bytes + sizeBytes <= scale(WINDOW_LIMITS.maxBytes))
  );
}
