/** Lets so many pieces of work run at once, in the order in which they came. */
export interface Lanes {
  /** Rejects with the signal's reason where it is aborted before the work began. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function createLanes(count: number): Lanes {
  let free = count;
  const waiting = new Set<() => void>();

  const enter = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      waiting.delete(admit);
      reject(signal.reason);
    };
    const admit = (): void => {
      signal.removeEventListener('abort', giveUp);
      waiting.delete(admit);
      resolve();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    waiting.add(admit);
    await promise;
  };

  const leave = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
    } else {
      next();
    }
  };

  return {
    async run(work, signal) {
      await enter(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
