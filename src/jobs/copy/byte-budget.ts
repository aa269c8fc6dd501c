/** A cap on the message bytes that one process holds, shared by all that read. */
export interface ByteBudget {
  /** Whoever holds all of it is alone in the process: nobody else reads, and nobody has a message on its way. */
  readonly capBytes: number;
  /** Waits until `bytes` fit; a request above the whole budget is let through when nothing else is held. */
  acquire(bytes: number, signal: AbortSignal): Promise<void>;
  release(bytes: number): void;
}

/** First come, first served, so that a large message is not starved by small ones. */
export function createByteBudget(capBytes: number): ByteBudget {
  let held = 0;
  const waiting: { bytes: number; admit: () => void }[] = [];

  const fits = (bytes: number): boolean => held === 0 || held + bytes <= capBytes;
  const admitNext = (): void => {
    for (let next = waiting[0]; next && fits(next.bytes); next = waiting[0]) {
      waiting.shift();
      held += next.bytes;
      next.admit();
    }
  };

  return {
    capBytes,
    acquire: (bytes, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        if (waiting.length === 0 && fits(bytes)) {
          held += bytes;
          resolve();
          return;
        }
        const abandon = (): void => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
          admitNext();
        };
        const entry = {
          bytes,
          admit: (): void => {
            signal.removeEventListener('abort', abandon);
            resolve();
          },
        };
        signal.addEventListener('abort', abandon, { once: true });
        waiting.push(entry);
      }),
    release(bytes) {
      held -= bytes;
      admitNext();
    },
  };
}
