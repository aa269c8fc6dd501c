import { afterEach, beforeEach, expect, test } from 'vitest';
import { textActivity } from '../../../src/bot/activity.ts';
import type { Outbound } from '../../../src/bot/outbound.ts';
import { createOutbound } from '../../../src/bot/outbound.ts';
import { systemClock } from '../../../src/clock.ts';
import type { GatewayWorld } from './support/gateway-world.ts';
import { startGatewayWorld } from './support/gateway-world.ts';

let world: GatewayWorld;
let outbound: Outbound;
/** When updates left, by the clock that paces them: a busy machine delays their arrival. */
let updatesLeftMs: number[];
const signal = AbortSignal.timeout(30_000);
const later = { urgent: false };

beforeEach(async () => {
  world = await startGatewayWorld();
  outbound = openOutbound(300);
});

function openOutbound(updateEveryMs: number): Outbound {
  const { gateway } = world;
  updatesLeftMs = [];
  return createOutbound({
    gateway: {
      ...gateway,
      update: (...input) => {
        updatesLeftMs.push(systemClock.monotonicMs());
        return gateway.update(...input);
      },
    },
    clock: systemClock,
    updateEveryMs,
    channelEveryMs: 1000,
    afterAnswerMs: 50,
    random: () => 0,
  });
}

afterEach(async () => {
  await outbound.close();
  await world.close();
});

test('many updates of one card become few, apart, and the last one wins', async () => {
  const posted = await outbound.post(world.reference, textActivity('start'), signal);
  const all = Array.from({ length: 500 }, (_, n) =>
    outbound.update(posted, textActivity(`state ${n}`), later, signal),
  );
  await Promise.all(all);
  await outbound.update(posted, textActivity('end'), later, signal);
  const puts = world.teams.requests.filter((request) => request.line.startsWith('PUT'));
  expect(puts.length).toBeLessThanOrEqual(3);
  const gaps = updatesLeftMs.slice(1).map((leftMs, n) => leftMs - (updatesLeftMs[n] ?? 0));
  expect(gaps).toHaveLength(puts.length - 1);
  expect(gaps.filter((gap) => gap < 295)).toEqual([]);
  expect(world.teams.transcript.entries.at(-1)?.text).toBe('end');
});

test('an urgent update does not wait, and takes waiting ones along', async () => {
  await outbound.close();
  outbound = openOutbound(60_000);
  const posted = await outbound.post(world.reference, textActivity('start'), signal);
  await outbound.update(posted, textActivity('one'), later, signal);
  const waiting = outbound.update(posted, textActivity('two'), later, signal);
  await outbound.update(posted, textActivity('three'), { urgent: true }, signal);
  await waiting;
  expect(world.teams.transcript.entries.at(-1)?.text).toBe('three');
});

test('Retry-After is obeyed to the letter, and the message arrives once', async () => {
  world.teams.faults.push({ status: 429, headers: { 'retry-after': '1' } }, { status: 412 });
  await outbound.post(world.reference, textActivity('hello'), signal);
  const [first, second] = world.teams.requests;
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(1000);
  expect(world.teams.requests).toHaveLength(3);
  expect(world.teams.transcript.entries.map((entry) => entry.text)).toEqual(['hello']);
});

test('a Retry-After of an hour is the caller’s business', async () => {
  world.teams.faults.push({ status: 429, headers: { 'retry-after': '3600' } });
  await expect(outbound.post(world.reference, textActivity('x'), signal)).rejects.toMatchObject({
    code: 'teams.rate-limited',
    retryAfterMs: 3_600_000,
  });
});

test('messages of one conversation keep their order, also past a failure', async () => {
  world.teams.faults.push({ status: 403 });
  const results = await Promise.allSettled(
    ['a', 'b', 'c'].map((text) => outbound.post(world.reference, textActivity(text), signal)),
  );
  expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(world.teams.transcript.entries.map((entry) => entry.text)).toEqual(['b', 'c']);
});

test('what is meant for a conversation waits for the answer to a press', async () => {
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  outbound.holdUntil(world.reference.conversationId, answered);
  const posting = outbound.post(world.reference, textActivity('after'), signal);
  await systemClock.sleep(50);
  expect(world.teams.requests).toEqual([]);
  resolve();
  await posting;
  expect(world.teams.requests).toHaveLength(1);
});

test('closing gives up on what waits', async () => {
  const posted = await outbound.post(world.reference, textActivity('start'), signal);
  await outbound.update(posted, textActivity('one'), later, signal);
  const waiting = outbound.update(posted, textActivity('two'), later, signal);
  const [result] = await Promise.all([Promise.allSettled([waiting]), outbound.close()]);
  expect(result).toMatchObject([{ status: 'rejected', reason: { name: 'AbortError' } }]);
});
