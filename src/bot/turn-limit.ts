/**
 * How fast one person may speak and press. Nobody is that fast by hand; a program that repeats a valid
 * request is held off before it costs a query.
 */
import type { Clock } from '../clock.ts';

/** This many at once, then one a second. */
const BURST = 60;
const REFILL_MS = 1000;

/** `first`: the first that is refused since the last one that was not; it is worth a line in the audit. */
export type TurnVerdict = 'allowed' | 'first' | 'refused';

export interface TurnLimit {
  take(personId: string): TurnVerdict;
}

interface Bucket {
  /** Refills by itself: how many there were at `atMs`. */
  left: number;
  atMs: number;
  refusing: boolean;
}

export function createTurnLimit(clock: Pick<Clock, 'monotonicMs'>): TurnLimit {
  const buckets = new Map<string, Bucket>();

  const filled = ({ left, atMs }: Bucket, nowMs: number): number =>
    Math.min(BURST, left + (nowMs - atMs) / REFILL_MS);

  function forgetFull(nowMs: number): void {
    for (const [personId, bucket] of buckets) {
      if (filled(bucket, nowMs) === BURST) {
        buckets.delete(personId);
      }
    }
  }

  return {
    take(personId) {
      const nowMs = clock.monotonicMs();
      const known = buckets.get(personId);
      if (known === undefined) {
        forgetFull(nowMs);
        buckets.set(personId, { left: BURST - 1, atMs: nowMs, refusing: false });
        return 'allowed';
      }
      known.left = filled(known, nowMs);
      known.atMs = nowMs;
      if (known.left >= 1) {
        known.left -= 1;
        known.refusing = false;
        return 'allowed';
      }
      const verdict = known.refusing ? 'refused' : 'first';
      known.refusing = true;
      return verdict;
    },
  };
}
