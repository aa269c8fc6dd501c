/** How a process is told to end, in two steps. */
export interface EndSignals {
  /** Take no new work, and bring what is under way to where it can be left. */
  readonly stop: AbortSignal;
  /** Let go of everything at once; what was under way is looked for at the next start. */
  readonly destroy: AbortSignal;
}

const ASKED_BY = ['SIGINT', 'SIGTERM'] as const;

/** The first SIGINT or SIGTERM stops, the second destroys. */
export function watchEndSignals(): EndSignals {
  const stop = new AbortController();
  const destroy = new AbortController();
  for (const name of ASKED_BY) {
    process.on(name, () => {
      const next = stop.signal.aborted ? destroy : stop;
      next.abort(new Error(`stopped by ${name}`));
    });
  }
  return { stop: stop.signal, destroy: destroy.signal };
}

/** What `work` comes to, or null when it was destroyed before. */
export async function untilDestroyed<T>(work: Promise<T>, destroy: AbortSignal): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const give = (): void => resolve(null);
  destroy.addEventListener('abort', give, { once: true });
  if (destroy.aborted) {
    give();
  }
  try {
    return await Promise.race([work, promise]);
  } finally {
    destroy.removeEventListener('abort', give);
  }
}
