/** A small seeded generator (mulberry32): the same seed gives the same mailbox everywhere. */
export interface SeededRandom {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  bytes(sizeBytes: number): Buffer;
}

/** Starts a sequence at `seed`. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const random: SeededRandom = {
    next: () => next32() / 2 ** 32,
    below: (limit) => Math.floor(random.next() * limit),
    pick: (items) => items[random.below(items.length)] ?? items[0],
    bytes: (sizeBytes) => {
      const words = new Uint32Array(Math.ceil(sizeBytes / 4));
      for (let index = 0; index < words.length; index += 1) {
        words[index] = next32();
      }
      return Buffer.from(words.buffer, 0, sizeBytes);
    },
  };
  return random;
}
