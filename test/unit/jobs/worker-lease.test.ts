/** A process that lost its lease writes nothing more, by its own clock, whatever the database answers. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { createFence, type FenceKeeper } from '../../../src/jobs/lease/fence.ts';
import {
  startWorkerLease,
  type WorkerLease,
  type WorkerRoster,
} from '../../../src/jobs/lease/worker-lease.ts';
import { silentLogger } from '../../../src/log.ts';

const PACE = { leaseMs: 45_000, beatMs: 5000, marginMs: 10_000 };

interface Roster {
  registered: number;
  readonly retired: string[];
  /** How the next beats are answered. */
  answer: () => Promise<boolean>;
}

/** A database that answers, or not. */
function createRoster(): { readonly roster: Roster; readonly port: WorkerRoster } {
  const roster: Roster = { registered: 0, retired: [], answer: () => Promise.resolve(true) };
  const port: WorkerRoster = {
    register: async () => `worker-${(roster.registered += 1)}`,
    beat: () => roster.answer(),
    retire: async (id) => void roster.retired.push(id),
  };
  return { roster, port };
}

let nowMs = 0;
const clock: Clock = {
  now: () => new Date(nowMs),
  monotonicMs: () => nowMs,
  sleep: () => Promise.reject(new Error('not part of this')),
};

/** Lets time pass, timers included. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 250) {
    nowMs += Math.min(250, left);
    await vi.advanceTimersByTimeAsync(Math.min(250, left));
  }
}

let lease: WorkerLease | null = null;
beforeEach(() => {
  vi.useFakeTimers();
  nowMs = 1_000_000;
});
afterEach(async () => {
  await lease?.stop();
  lease = null;
  vi.useRealTimers();
});

interface Started {
  readonly roster: Roster;
  readonly fence: FenceKeeper;
  readonly lease: WorkerLease;
}

async function start(): Promise<Started> {
  const { roster, port } = createRoster();
  const fence = createFence(clock);
  const started = await startWorkerLease({
    roster: port,
    fence,
    pace: PACE,
    clock,
    logger: silentLogger,
  });
  lease = started;
  return { roster, fence, lease: started };
}

test('beats that are answered keep the fence open', async () => {
  const { fence, lease: alive } = await start();
  const leave = fence.pass();
  await pass(300_000);
  expect(leave.isOpen()).toBe(true);
  expect(alive.life()?.workerId).toBe('worker-1');
});

test('a database that is away for half a minute costs nothing', async () => {
  const { roster, fence } = await start();
  const leave = fence.pass();
  await pass(10_000);
  roster.answer = () => Promise.reject(new Error('away'));
  await pass(29_000);
  expect(leave.isOpen()).toBe(true);
  roster.answer = () => Promise.resolve(true);
  await pass(60_000);
  expect(leave.isOpen()).toBe(true);
});

test('without answers, connections are cut ten seconds before others may take over', async () => {
  const { roster, fence, lease: alive } = await start();
  const sentMs = nowMs;
  roster.answer = () => Promise.reject(new Error('away'));
  const life = alive.life();
  let cutMs = 0;
  fence.pass().guard(() => {
    cutMs = nowMs;
  });
  await pass(60_000);
  expect(cutMs - sentMs).toBeGreaterThanOrEqual(35_000);
  expect(cutMs - sentMs).toBeLessThanOrEqual(35_250);
  expect(life?.signal.aborted).toBe(true);
});

test('a beat holds from when it was sent, not from when it was answered', async () => {
  const { roster, fence } = await start();
  const answered = Promise.withResolvers<boolean>();
  roster.answer = () => answered.promise;
  const leave = fence.pass();
  await pass(34_000);
  expect(leave.isOpen()).toBe(true);
  answered.resolve(true);
  roster.answer = () => Promise.reject(new Error('away'));
  await pass(5000);
  // Sent at 5 s: it holds to 40 s.
  expect(leave.isOpen()).toBe(true);
  await pass(1500);
  expect(leave.isOpen()).toBe(false);
});

test('stopped for minutes: nothing may be written at the first look, and it comes back under another name', async () => {
  const { roster, fence, lease: alive } = await start();
  const leave = fence.pass();
  const life = alive.life();
  nowMs += 180_000;
  // No timer has run yet.
  expect(leave.isOpen()).toBe(false);
  expect(alive.life()).toBeNull();
  roster.answer = () => Promise.resolve(false);
  await pass(6000);
  expect(life?.signal.aborted).toBe(true);
  expect(alive.life()?.workerId).toBe('worker-2');
  // The leave of the first life stays void.
  expect(leave.isOpen()).toBe(false);
  expect(fence.pass().isOpen()).toBe(true);
});

test('given up by the database, or stopped: what is guarded is cut at once', async () => {
  const { roster, fence, lease: alive } = await start();
  const cut = vi.fn<() => void>();
  const spared = vi.fn<() => void>();
  fence.pass().guard(cut);
  fence.pass().guard(spared)();
  roster.answer = () => Promise.resolve(false);
  await pass(5000);
  expect(cut).toHaveBeenCalledTimes(1);
  expect(spared).not.toHaveBeenCalled();
  await pass(5000);
  fence.pass().guard(cut);
  await alive.stop();
  expect(cut).toHaveBeenCalledTimes(2);
  expect(roster.retired).toEqual(['worker-2']);
  const late = vi.fn<() => void>();
  fence.pass().guard(late);
  expect(late).toHaveBeenCalledTimes(1);
});
