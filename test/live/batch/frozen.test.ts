/** A worker stops in the middle of a full window, as under Ctrl+Z or a paused machine, and wakes too late. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNumberedMailbox } from '../../sim/numbered-mailbox.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { type Fleet, startFleet } from '../../support/fleet.ts';

let dir = '';
let testDatabase: TestDatabase;
let fleet: Fleet;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-frozen-'));
  testDatabase = await createTestDatabase();
  fleet = await startFleet({
    dir,
    databaseUrl: testDatabase.connectionString,
    people: 1,
    // Far more than all buffers on the way hold.
    messages: createNumberedMailbox({ seed: 7, messages: 150, bodyBytes: 600_000 }),
    from: 'Syncing',
    lease: { leaseMs: 5000, beatMs: 500, marginMs: 1000 },
    slots: { lookMs: 50 },
    // Longer than the server needs for what had reached it.
    settleMs: 5000,
  });
});
afterAll(async () => {
  await fleet?.close();
  await testDatabase?.drop();
  await rm(dir, { recursive: true, force: true });
});

test('another takes over, and what the first still had in hand arrives once at most', async () => {
  const { world } = fleet;
  world.exchange.serviceMs.append = 60;
  const frozen = await fleet.launch();
  await fleet.appended(40);
  frozen.freeze();
  const [held] = await fleet.holders();
  await fleet.launch();
  await fleet.all(['Synced'], 90_000);
  const [taken] = await fleet.holders();
  expect(taken?.[1]).not.toBe(held?.[1]);
  const arrived = world.exchange.faults.seen('APPEND');
  world.exchange.serviceMs.append = 0;
  frozen.thaw();
  await logged('lease lost, connections cut');
  await fleet.finish();
  expect(await fleet.states()).toEqual({ Completed: 1 });
  expect(await fleet.differences()).toEqual([]);
  // What it had ready when it was stopped never followed.
  expect(world.exchange.faults.seen('APPEND') - arrived).toBeLessThan(4);
  expect(world.violations()).toEqual([]);
}, 120_000);

async function logged(message: string): Promise<void> {
  while (!(await readFile(fleet.logFile, 'utf8')).includes(message)) {
    await delay(50);
  }
}
