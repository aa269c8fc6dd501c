import type { Clock } from '../../../src/clock.ts';

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test lets time pass; sleepers wake in the order in which they are due. */
export interface ManualClock extends Clock {
  /** Lets `ms` pass, step by step from sleeper to sleeper, each with all that follows from it. */
  pass(ms: number): Promise<void>;
  sleepers(): number;
}

/** Promise callbacks that one step may set off, one after the other; a timer cannot be asked for them. */
const SETTLING_ROUNDS = 200;

export async function settle(): Promise<void> {
  for (let round = 0; round < SETTLING_ROUNDS; round += 1) {
    await Promise.resolve();
  }
}

/** `settled`: resolves when nothing is under way but what waits for this clock; answers from outside among it. */
export function createManualClock(
  start = new Date('2026-11-25T08:00:00Z'),
  settled: () => Promise<void> = settle,
): ManualClock {
  let nowMs = 0;
  const sleepers = new Set<Sleeper>();
  const nextDue = (limitMs: number): Sleeper | undefined =>
    [...sleepers].filter(({ dueMs }) => dueMs <= limitMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
  return {
    now: () => new Date(start.getTime() + nowMs),
    monotonicMs: () => nowMs,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper: Sleeper = { dueMs: nowMs + ms, wake: resolve };
      const give = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', give, { once: true });
      sleepers.add(sleeper);
      await promise.finally(() => {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', give);
      });
    },
    async pass(ms) {
      const endMs = nowMs + ms;
      await settled();
      for (let due = nextDue(endMs); due !== undefined; due = nextDue(endMs)) {
        nowMs = Math.max(nowMs, due.dueMs);
        due.wake();
        await settled();
      }
      nowMs = endMs;
      await settled();
    },
    sleepers: () => sleepers.size,
  };
}
