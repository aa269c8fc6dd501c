import { setTimeout as delay } from 'node:timers/promises';

/** Time as a dependency, so that tests decide how it passes. */
export interface Clock {
  /** Wall-clock time; jumps when an operator sets the clock. */
  now(): Date;
  /** Milliseconds that only ever grow; for durations and leases. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      // node:timers rejects with an AbortError of its own that only has the reason as its cause.
      signal?.throwIfAborted();
      throw error;
    }
  },
};

/** Calls `action` every `everyMs`, never two at once, until the returned function is called. */
export function startInterval(action: () => Promise<void>, everyMs: number): () => void {
  let running = false;
  const timer = setInterval(() => {
    if (running) {
      return;
    }
    running = true;
    void action().finally(() => {
      running = false;
    });
  }, everyMs);
  return () => clearInterval(timer);
}
