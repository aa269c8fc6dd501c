/**
 * Thirty people through two workers and one PostgreSQL: a worker is replaced in the middle, another killed,
 * and at no moment do the servers see more connections than there may be.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { type Fleet, startFleet } from '../../support/fleet.ts';

const PEOPLE = 30;
const LIMITS = { source: 6, target: 26, targetPerMailbox: 6 };

let dir = '';
let testDatabase: TestDatabase;
let fleet: Fleet;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-fleet-'));
  testDatabase = await createTestDatabase();
  fleet = await startFleet({
    dir,
    databaseUrl: testDatabase.connectionString,
    people: PEOPLE,
    messages: 20,
    lease: { leaseMs: 5000, beatMs: 500, marginMs: 1000 },
    slots: { mailboxes: 4, trials: 2, lookMs: 50 },
    limits: LIMITS,
  });
});
afterAll(async () => {
  await fleet?.close();
  await testDatabase?.drop();
  await rm(dir, { recursive: true, force: true });
});

test('everybody arrives, whatever becomes of the workers, and no limit is exceeded', async () => {
  const { world } = fleet;
  world.exchange.serviceMs.append = 5;
  const [leaving] = await Promise.all([fleet.launch(), fleet.launch()]);
  const finished = fleet.finish();
  await fleet.appended(100);
  // A deployment: the new one is there before the old one has gone.
  const [dying] = await Promise.all([fleet.launch(), leaving.stop()]);
  await fleet.appended(100);
  await dying.kill();
  await fleet.launch();
  await finished;
  expect(await fleet.states()).toEqual({ Completed: PEOPLE });
  expect(await fleet.differences()).toEqual([]);
  expect(world.icloud.connections.maxOfAll()).toBeLessThanOrEqual(LIMITS.source);
  expect(world.exchange.connections.maxOfAll()).toBeLessThanOrEqual(LIMITS.target);
  for (const { icloudAddress, user } of fleet.people) {
    expect(world.icloud.connections.maxSeen(icloudAddress)).toBe(1);
    expect(world.exchange.connections.maxSeen(user.userPrincipalName)).toBeLessThanOrEqual(
      LIMITS.targetPerMailbox,
    );
    // Put back as it was.
    expect(user.mailbox).toMatchObject({ imapEnabled: false, permissions: [] });
  }
  expect(world.violations()).toEqual([]);
}, 120_000);
