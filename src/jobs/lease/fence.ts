/**
 * What keeps a process from writing to a mailbox that may be another's by now. IMAP knows no fencing token,
 * so time is the fence, by the monotonic clock: open until the worker's lease runs out, less a margin.
 */
import type { Clock } from '../../clock.ts';

/** Leave to write, until the fence shuts once: what opens again later is another's leave. */
export interface Pass {
  /** Asked before each write; costs a look at the clock. */
  isOpen(): boolean;
  /** Calls `cut` when the fence shuts, at once where it is shut; the returned function forgets it. */
  guard(cut: () => void): () => void;
}

export interface Fence {
  pass(): Pass;
}

export interface FenceKeeper extends Fence {
  isOpen(): boolean;
  /** By the monotonic clock. */
  openUntil(monotonicMs: number): void;
  /** Cuts all that is guarded. */
  shut(): void;
}

/** Shut, until somebody opens it. */
export function createFence(clock: Pick<Clock, 'monotonicMs'>): FenceKeeper {
  let untilMs = -Infinity;
  let cuts = new Set<() => void>();
  const isOpen = (): boolean => clock.monotonicMs() < untilMs;
  return {
    isOpen,
    pass() {
      const mine = cuts;
      const isMineOpen = (): boolean => mine === cuts && isOpen();
      return {
        isOpen: isMineOpen,
        guard(cut) {
          if (!isMineOpen()) {
            cut();
            return () => undefined;
          }
          mine.add(cut);
          return () => mine.delete(cut);
        },
      };
    },
    openUntil(monotonicMs) {
      untilMs = monotonicMs;
    },
    shut() {
      untilMs = -Infinity;
      const all = cuts;
      cuts = new Set();
      for (const cut of all) {
        cut();
      }
    },
  };
}

const ALWAYS: Pass = { isOpen: () => true, guard: () => () => undefined };

/** For a process that nobody takes a mailbox from. */
export const NO_FENCE: Fence = { pass: () => ALWAYS };
