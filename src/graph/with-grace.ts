import type { Clock } from '../clock.ts';

export interface Grace {
  readonly signal: AbortSignal;
  /** What was begun may be answered that long after the signal. */
  readonly graceMs: number;
  readonly clock: Clock;
}

/** Runs work that should be answered once it was begun: its own signal is aborted a while after the caller's. */
export async function withGrace<T>(
  work: (late: AbortSignal) => Promise<T>,
  { signal, graceMs, clock }: Grace,
): Promise<T> {
  const late = new AbortController();
  const ended = new AbortController();
  const wait = (): void => {
    const give = (): void => late.abort(signal.reason);
    clock.sleep(graceMs, ended.signal).then(give, () => undefined);
  };
  signal.addEventListener('abort', wait, { once: true });
  try {
    return await work(late.signal);
  } finally {
    signal.removeEventListener('abort', wait);
    ended.abort();
  }
}
