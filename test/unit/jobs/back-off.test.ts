import { expect, test } from 'vitest';
import { nextLook } from '../../../src/jobs/steps/back-off.ts';
import { nextTry } from '../../../src/jobs/worker.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const since = new Date('2026-11-22T08:00:00Z');

const pauseAfter = (waitedMs: number): number | null => {
  const now = new Date(since.getTime() + waitedMs);
  const next = nextLook({ since, now, firstMs: MINUTE_MS, patienceMs: DAY_MS });
  return next === null ? null : (next.getTime() - now.getTime()) / MINUTE_MS;
};

test.each([
  [0, 1],
  [4 * MINUTE_MS, 1],
  [10 * MINUTE_MS, 2],
  [60 * MINUTE_MS, 12],
  [5 * 60 * MINUTE_MS, 60],
  [20 * 60 * MINUTE_MS, 60],
  // The last look is when the patience ends.
  [DAY_MS - 5 * MINUTE_MS, 5],
  [DAY_MS, null],
  [DAY_MS + 1, null],
  // A clock that was set back.
  [-MINUTE_MS, 1],
])('after %i ms the pause is %s minutes', (waitedMs, minutes) => {
  expect(pauseAfter(waitedMs)).toBe(minutes);
});

test('a day is looked at often at first, and at most fifty times', () => {
  const looks: number[] = [];
  for (let waitedMs = 0; ; ) {
    const pause = pauseAfter(waitedMs);
    if (pause === null) {
      break;
    }
    waitedMs += pause * MINUTE_MS;
    looks.push(waitedMs);
  }
  expect(looks.length).toBeLessThan(50);
  expect(looks.filter((at) => at <= 15 * MINUTE_MS).length).toBeGreaterThan(8);
  expect(looks.at(-1)).toBe(DAY_MS);
});

test('another try comes twice as late each time, up to five minutes, and not all at one moment', () => {
  const now = new Date('2026-11-22T10:00:00Z');
  const seconds = [0, 1, 2, 5, 8, 9, 1000].map((tries) => {
    const [soonest, latest] = [0, 1].map((random) => nextTry(tries, now, () => random).getTime());
    return [(soonest ?? 0) - now.getTime(), (latest ?? 0) - now.getTime()].map((ms) => ms / 1000);
  });
  expect(seconds).toEqual([
    [0.5, 1],
    [1, 2],
    [2, 4],
    [16, 32],
    [128, 256],
    [150, 300],
    [150, 300],
  ]);
});
