import type { Clock } from '../clock.ts';

export interface RateLimit {
  /** Milliseconds to wait; 0 where it may go on, which is counted. */
  take(key: string): number;
}

export interface RateLimitDeps {
  readonly clock: Clock;
  readonly most: number;
  readonly windowMs: number;
}

/** Beyond so many keys the oldest are forgotten: memory stays small, whoever asks. */
const MOST_KEYS = 10_000;

/** So many in a window for each key, in this process; the window starts with the first. */
export function createRateLimit({ clock, most, windowMs }: RateLimitDeps): RateLimit {
  const windows = new Map<string, { readonly startedAt: number; count: number }>();
  return {
    take(key) {
      const now = clock.now().getTime();
      const window = windows.get(key);
      if (window === undefined || now - window.startedAt >= windowMs) {
        windows.delete(key);
        windows.set(key, { startedAt: now, count: 1 });
        const [oldest] = windows.keys();
        if (windows.size > MOST_KEYS && oldest !== undefined) {
          windows.delete(oldest);
        }
        return 0;
      }
      window.count += 1;
      return window.count > most ? window.startedAt + windowMs - now : 0;
    },
  };
}
