import { describe, expect, test } from 'vitest';
import {
  createMailboxPace,
  OUTLOOK_LIMITS,
  type PaceLimits,
  type PastLoad,
  waitBeforeSending,
} from '../../../../src/graph/mailbox-pace.ts';
import { createManualClock } from '../../../support/fakes/manual-clock.ts';

const LIMITS: PaceLimits = {
  atOnce: 4,
  requests: { count: 10, withinMs: 600 },
  upload: { bytes: 100, withinMs: 300 },
};
const never = new AbortController().signal;
const past = (...requests: readonly (readonly [atMs: number, bytes: number])[]): PastLoad => ({
  requests: requests.map(([atMs, bytes]) => ({ atMs, bytes })),
  inFlight: 0,
  notBeforeMs: 0,
});

describe('how long a request waits', () => {
  test.for([
    ['nothing was sent', past(), 50, 1000, 0],
    ['the budget is just kept', past([900, 50]), 50, 1000, 0],
    ['the budget would be passed', past([900, 51]), 50, 1000, 200],
    ['what is older than the window counts no more', past([600, 99], [700, 99]), 50, 1000, 0],
    ['as many of the oldest as are needed leave first', past([800, 40], [900, 60]), 90, 1000, 200],
    ['one that is larger than all waits for an empty window', past([900, 1]), 500, 1000, 200],
    ['one that is larger than all goes where it is empty', past(), 500, 1000, 0],
    [
      'the number of requests is kept',
      past(...Array.from({ length: 10 }, (_, n) => [500 + n, 0] as const)),
      0,
      1000,
      100,
    ],
    ['the server asked to wait', { ...past(), notBeforeMs: 1500 }, 0, 1000, 500],
    ['four are under way', { ...past(), inFlight: 4 }, 0, 1000, null],
  ] as const)('%s', ([, load, bytes, nowMs, expected]) => {
    expect(waitBeforeSending(load, bytes, { nowMs, limits: LIMITS })).toBe(expected);
  });
});

test('the limits are those that Microsoft names for an application and a mailbox', () => {
  expect(OUTLOOK_LIMITS).toMatchObject({
    atOnce: 4,
    requests: { count: 10_000 },
    upload: { bytes: 150_000_000 },
  });
});

describe('a mailbox at its pace', () => {
  test('no more than four at once, in the order in which they came, and four as long as more wait', async () => {
    const clock = createManualClock();
    const pace = createMailboxPace(clock, { ...LIMITS, requests: { count: 100, withinMs: 600 } });
    const begun: number[] = [];
    const inFlight: number[] = [];
    let under = 0;
    const work = async (n: number): Promise<void> => {
      const leave = await pace.enter(0, never);
      begun.push(n);
      under += 1;
      inFlight.push(under);
      await clock.sleep(100);
      under -= 1;
      leave();
    };
    const all = Promise.all(Array.from({ length: 40 }, (_, n) => work(n)));
    await clock.pass(10 * 100);
    await all;
    expect(begun).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(Math.max(...inFlight)).toBe(4);
    // All but the last three begin while three others are under way.
    expect(inFlight.slice(3).every((count) => count === 4)).toBe(true);
  });

  test('ten minutes of requests and five of octets are kept in advance', async () => {
    const clock = createManualClock();
    const pace = createMailboxPace(clock, LIMITS);
    const atMs: number[] = [];
    const send = async (): Promise<void> => {
      const leave = await pace.enter(5, never);
      atMs.push(clock.monotonicMs());
      leave();
    };
    for (let n = 0; n < 25; n += 1) {
      void send();
    }
    await clock.pass(1800);
    expect(atMs).toHaveLength(25);
    const within = (ms: number, count: number): boolean =>
      atMs.every((at, n) => (atMs[n + count] ?? Number.POSITIVE_INFINITY) - at >= ms);
    expect(within(LIMITS.requests.withinMs, LIMITS.requests.count)).toBe(true);
  });

  test('a server that asks to wait is obeyed by all that come after', async () => {
    const clock = createManualClock();
    const pace = createMailboxPace(clock, LIMITS);
    pace.slowDown(5000);
    let begun = 0;
    const send = async (): Promise<void> => {
      await pace.enter(0, never);
      begun += 1;
    };
    for (let n = 0; n < 3; n += 1) {
      void send();
    }
    await clock.pass(4999);
    expect(begun).toBe(0);
    await clock.pass(1);
    expect(begun).toBe(3);
  });

  test('whoever gives up makes room for the next', async () => {
    const clock = createManualClock();
    const pace = createMailboxPace(clock, LIMITS);
    await pace.enter(90, never);
    const stop = new AbortController();
    const large = pace.enter(90, stop.signal);
    const small = pace.enter(5, never);
    stop.abort(new Error('over'));
    await expect(large).rejects.toThrow('over');
    await expect(small).resolves.toBeTypeOf('function');
    expect(clock.sleepers()).toBe(0);
  });
});
