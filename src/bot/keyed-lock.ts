/** Runs what shares a key one after the other, within this process. */
export interface KeyedLock {
  run<T>(key: string, action: () => Promise<T>): Promise<T>;
}

export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async run(key, action) {
      const before = tails.get(key) ?? Promise.resolve();
      const result = before.then(action, action);
      const tail = result.catch(() => undefined);
      tails.set(key, tail);
      try {
        return await result;
      } finally {
        if (tails.get(key) === tail) {
          tails.delete(key);
        }
      }
    },
  };
}
