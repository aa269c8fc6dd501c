/** The network between a worker and the database loses everything for a while, and comes back. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { type Fleet, startFleet } from '../../support/fleet.ts';
import { type PausingRelay, startPausingRelay } from '../../support/pausing-relay.ts';

let dir = '';
let testDatabase: TestDatabase;
let relay: PausingRelay;
let fleet: Fleet;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-cut-off-'));
  testDatabase = await createTestDatabase();
  relay = await startPausingRelay(Number(new URL(testDatabase.connectionString).port));
  fleet = await startFleet({
    dir,
    databaseUrl: testDatabase.connectionString,
    people: 2,
    messages: 150,
    from: 'Syncing',
    lease: { leaseMs: 6000, beatMs: 500, marginMs: 1000 },
    slots: { lookMs: 50 },
  });
});
afterAll(async () => {
  await fleet?.close();
  relay?.close();
  await testDatabase?.drop();
  await rm(dir, { recursive: true, force: true });
});

test('its connections are cut in time, others go on, and all arrives once', async () => {
  fleet.world.exchange.serviceMs.append = 20;
  const through = new URL(testDatabase.connectionString);
  through.port = String(relay.port);
  await fleet.launch({ databaseUrl: through.href });
  await fleet.appended(40);
  const before = await fleet.holders();
  relay.pause();
  await fleet.launch();
  while (!(await readFile(fleet.logFile, 'utf8')).includes('lease lost, connections cut')) {
    await delay(50);
  }
  fleet.world.exchange.serviceMs.append = 0;
  await fleet.all(['Synced'], 90_000);
  expect(before.size).toBeGreaterThan(0);
  relay.resume();
  await fleet.finish();
  expect(await fleet.states()).toEqual({ Completed: 2 });
  expect(await fleet.differences()).toEqual([]);
  expect(fleet.world.violations()).toEqual([]);
}, 120_000);
