import type { Clock } from '../clock.ts';

/** Does what is asked for again and again no more often than every so many milliseconds, by key. */
export interface Paced {
  /**
   * Runs `action` once the last run of this key has ended and the pause after it is over. Whoever asks
   * while one waits is served by that one, which has seen nothing yet: `joined`, at once.
   */
  run(key: string, action: () => Promise<void>, signal: AbortSignal): Promise<'ran' | 'joined'>;
}

export interface PacedDeps {
  readonly clock: Clock;
  readonly everyMs: number;
}

export function createPaced({ clock, everyMs }: PacedDeps): Paced {
  const waiting = new Set<string>();
  const running = new Map<string, Promise<unknown>>();
  const endedAtMs = new Map<string, number>();

  function forgetOld(nowMs: number): void {
    for (const [key, atMs] of endedAtMs) {
      if (nowMs - atMs > everyMs) {
        endedAtMs.delete(key);
      }
    }
  }

  async function awaitTurn(key: string, signal: AbortSignal): Promise<void> {
    await running.get(key);
    const waitMs = (endedAtMs.get(key) ?? -Infinity) + everyMs - clock.monotonicMs();
    if (waitMs > 0) {
      await clock.sleep(waitMs, signal);
    }
    signal.throwIfAborted();
  }

  return {
    async run(key, action, signal) {
      if (waiting.has(key)) {
        return 'joined';
      }
      waiting.add(key);
      try {
        await awaitTurn(key, signal);
      } finally {
        waiting.delete(key);
      }
      const done = action().finally(() => {
        running.delete(key);
        const nowMs = clock.monotonicMs();
        forgetOld(nowMs);
        endedAtMs.set(key, nowMs);
      });
      running.set(
        key,
        done.catch(() => undefined),
      );
      await done;
      return 'ran';
    },
  };
}
