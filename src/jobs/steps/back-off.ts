/** A wait that began at some time and is looked at now and then. */
export interface Wait {
  readonly since: Date;
  readonly now: Date;
  /** Between the first looks; later ones are further apart. */
  readonly firstMs: number;
  /** After so long somebody should look. */
  readonly patienceMs: number;
}

const LONGEST_MS = 60 * 60 * 1000;

/**
 * When to look again: after a fifth of the time waited so far, at least `firstMs` and at most an hour, and
 * a last time when the patience ends. A day of a minute's looks is 46 of them. Null when it has ended. Pure.
 */
export function nextLook({ since, now, firstMs, patienceMs }: Wait): Date | null {
  const waitedMs = Math.max(0, now.getTime() - since.getTime());
  if (waitedMs >= patienceMs) {
    return null;
  }
  const pauseMs = Math.min(LONGEST_MS, Math.max(firstMs, waitedMs / 5));
  return new Date(now.getTime() + Math.min(pauseMs, patienceMs - waitedMs));
}
