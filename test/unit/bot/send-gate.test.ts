import { describe, expect, test } from 'vitest';
import type { Place } from '../../../src/bot/send-gate.ts';
import { createSendGate } from '../../../src/bot/send-gate.ts';
import { decideSendDelay, THREAD_LIMITS } from '../../../src/bot/send-pace.ts';
import { createManualClock } from '../../support/fakes/manual-clock.ts';

const signal = AbortSignal.timeout(30_000);
const CHAT: Place = { conversationId: 'a:p', conversationType: 'personal' };
const CHANNEL: Place = { conversationId: '19:c;messageid=1', conversationType: 'channel' };

/** What Teams documents, by thread. */
const OF_TEAMS = [
  { windowMs: 1000, most: 7 },
  { windowMs: 2000, most: 8 },
  { windowMs: 30_000, most: 60 },
  { windowMs: 3_600_000, most: 1800 },
];

/** The most messages that any window of this length held. */
function busiest(atMs: readonly number[], windowMs: number): number {
  return Math.max(
    ...atMs.map((start) => atMs.filter((at) => at >= start && at < start + windowMs).length),
  );
}

test('the delay is the longest that any limit asks for', () => {
  const limits = [
    { windowMs: 1000, most: 2 },
    { windowMs: 10_000, most: 3 },
  ];
  expect(decideSendDelay([], 0, limits)).toBe(0);
  expect(decideSendDelay([0], 0, limits)).toBe(0);
  expect(decideSendDelay([0, 100], 200, limits)).toBe(800);
  expect(decideSendDelay([0, 100, 5000], 5500, limits)).toBe(4500);
});

describe('as fast as one can', () => {
  test.for([
    ['a chat', CHAT, THREAD_LIMITS[0]?.most ?? 0],
    ['a thread of a channel', CHANNEL, 1],
  ] as const)('%s gets no more than Teams takes', async ([, place, inFirstSecond]) => {
    const clock = createManualClock();
    const gate = createSendGate({ clock, channelEveryMs: 1000 });
    const leftAtMs: number[] = [];
    const sending = (async () => {
      for (let n = 0; n < 200; n += 1) {
        await gate.enter(place, signal);
        leftAtMs.push(clock.monotonicMs());
      }
    })();
    await clock.pass(999);
    expect(leftAtMs).toHaveLength(inFirstSecond);
    await clock.pass(600_000);
    await sending;
    for (const { windowMs, most } of OF_TEAMS) {
      expect(busiest(leftAtMs, windowMs), `in ${windowMs} ms`).toBeLessThanOrEqual(most);
    }
  });
});

test('all conversations together stay below what the app may ask for', async () => {
  const clock = createManualClock();
  const gate = createSendGate({ clock, channelEveryMs: 1000 });
  const leftAtMs: number[] = [];
  const all = Array.from({ length: 120 }, async (_, n) => {
    await gate.enter({ conversationId: `a:${n}`, conversationType: 'personal' }, signal);
    leftAtMs.push(clock.monotonicMs());
  });
  await clock.pass(60_000);
  await Promise.all(all);
  expect(busiest(leftAtMs, 1000)).toBeLessThanOrEqual(50);
});

test('a pause that Teams asks for holds the whole conversation, and no other', async () => {
  const clock = createManualClock();
  const gate = createSendGate({ clock, channelEveryMs: 1000 });
  gate.hold(CHANNEL, 20_000);
  let hasLeft = false;
  const waiting = (async () => {
    await gate.enter(CHANNEL, signal);
    hasLeft = true;
  })();
  await gate.enter(CHAT, signal);
  await clock.pass(19_999);
  expect(hasLeft).toBe(false);
  await clock.pass(1);
  await waiting;
});

test('a pause longer than one delivery waits is told at once, without asking Teams again', async () => {
  const clock = createManualClock();
  const gate = createSendGate({ clock, channelEveryMs: 1000 });
  gate.hold(CHANNEL, 3_600_000);
  await clock.pass(600_000);
  await expect(gate.enter(CHANNEL, signal)).rejects.toMatchObject({
    code: 'teams.rate-limited',
    retryAfterMs: 3_000_000,
  });
  await clock.pass(2_990_000);
  const waiting = gate.enter(CHANNEL, signal);
  await clock.pass(10_000);
  await waiting;
});
