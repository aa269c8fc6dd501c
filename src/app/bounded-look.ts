import type { Clock } from '../clock.ts';

/** It took longer than whoever asks can wait. */
class LookTimeoutError extends Error {
  override readonly name = 'LookTimeoutError';
}

/**
 * A question that may hang: asked once at a time, however many want to know, and each of them waits `limitMs` at
 * most. What hangs is not asked again before it has ended.
 */
export function createBoundedLook<T>(
  look: () => Promise<T>,
  { clock, limitMs }: { readonly clock: Clock; readonly limitMs: number },
): () => Promise<T> {
  let running: Promise<T> | null = null;
  return async () => {
    running ??= look().finally(() => {
      running = null;
    });
    const waited = new AbortController();
    const timeout = clock.sleep(limitMs, waited.signal).then(() => {
      throw new LookTimeoutError('No answer in time.');
    });
    try {
      return await Promise.race([running, timeout]);
    } finally {
      waited.abort();
      timeout.catch(() => undefined);
    }
  };
}
