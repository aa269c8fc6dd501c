import type { LedgerStore } from '../db/ledger-store.ts';
import type { Settlement, Turn } from '../ledger.ts';

/** Writes outcomes to the ledger: whatever came in while one write ran goes into the next. */
export interface Settler {
  add(settlement: Settlement): void;
  /** Resolves when all that was added is committed; rejects when a write failed. */
  flush(): Promise<void>;
}

/** Takes no signal on purpose: what a server has answered is written down whoever gives up meanwhile. */
export function createSettler(ledger: Pick<LedgerStore, 'settle'>, turn: Turn): Settler {
  let waiting: Settlement[] = [];
  let writing: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;

  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await ledger.settle(turn, batch);
    }
  };

  return {
    add(settlement) {
      waiting.push(settlement);
      writing ??= writeAll()
        .catch((error: unknown) => {
          failure = { error };
        })
        .finally(() => {
          writing = null;
        });
    },
    async flush() {
      await writing;
      if (failure !== null) {
        throw failure.error;
      }
      if (waiting.length > 0) {
        await writeAll();
      }
    },
  };
}
