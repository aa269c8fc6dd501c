/**
 * The service is killed as a power cut would, at seeded moments of one move of the whole sample mailbox;
 * after a restart the move goes on by itself, and ends as if nothing had been.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareMailboxes } from '../../sim/demo-compare.ts';
import { createSeededRandom } from '../../sim/sample/random.ts';
import { entryToText } from '../../sim/teams-client.ts';
import { startWholeWorld, type WholeWorld } from '../../sim/whole-world.ts';
import { createPlay, type Play, sampleMover } from '../../support/play.ts';
import { killPostgres } from '../../support/postgres-processes.ts';
import { queryService } from '../../support/service-database.ts';

const SEED = 20_261_123;
/** The limit for going on by itself. */
const GOES_ON_MS = 60_000;

let dir = '';
let world: WholeWorld;
let play: Play;
const random = createSeededRandom(SEED);

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-service-kills-'));
  world = await startWholeWorld({ dir, provisioningMs: 1000 });
  play = createPlay(world, sampleMover(world));
}, 120_000);
afterAll(async () => {
  await world?.close();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

async function stateNow(): Promise<string> {
  const rows = await queryService(world.dataDir, 'select state from migrations');
  return String(rows[0]?.['state']);
}

/** Resolves after so many more messages were stored in the target. */
async function moreStored(count: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const until = world.exchange.faults.seen('APPEND') + count;
  const timer = setTimeout(() => reject(new Error('nothing more was stored')), GOES_ON_MS);
  const unwatch = world.exchange.store.watch(() => {
    if (world.exchange.faults.seen('APPEND') >= until) {
      resolve();
    }
  });
  await promise.finally(() => {
    clearTimeout(timer);
    unwatch();
  });
}

test('killed while piloting: the pilot ends all the same', async () => {
  await play.until('asked');
  world.exchange.serviceMs.append = 100;
  await play.submit();
  await play.seeState('Copying one folder as a pilot');
  await moreStored(1 + random.below(4));
  expect(await stateNow()).toBe('Piloting');
  await world.killAndRestart();
  await play.seeState('Pilot ready for review', GOES_ON_MS);
});

test('killed twice in the middle of the copy, once with its PostgreSQL: goes on by itself', async () => {
  world.exchange.serviceMs.append = 60;
  await play.until('pilot');
  await play.until('syncing');
  for (const withDatabase of [false, true]) {
    await moreStored(10 + random.below(60));
    await delay(random.below(300));
    expect(await stateNow()).toBe('Syncing');
    const killed = withDatabase ? killPostgres(world.dataDir) : 0;
    await world.killAndRestart();
    expect(killed > 3).toBe(withDatabase);
    await moreStored(1);
  }
  world.exchange.serviceMs.append = 0;
  await play.until('synced');
});

test('killed while cleaning up: password, IMAP and access are put back all the same', async () => {
  // Holds the clean-up at its first change of the tenant.
  world.m365.faults.push({
    operation: 'Remove-MailboxPermission',
    action: { kind: 'delay', ms: 20_000 },
  });
  await play.until('finishing');
  const until = Date.now() + GOES_ON_MS;
  while (world.m365.faults.pending() > 0 && Date.now() < until) {
    await delay(100);
  }
  expect(await stateNow()).toMatch(/^Completed/);
  expect(world.mover.mailbox?.permissions).toHaveLength(1);
  await world.killAndRestart();
  await play.until('done');
  expect(world.mover.mailbox).toMatchObject({ imapEnabled: false, permissions: [] });
  expect(await queryService(world.dataDir, 'select from credentials')).toEqual([]);
});

test('the mailboxes agree, and the channel tells the truth', async () => {
  expect((await compareMailboxes(world)).findings).toEqual([]);
  // Every kind of mail that the sample has: none of it raises a false alarm.
  expect(play.adminCard()).toMatch(/messages compared: identity, date, marks/);
  await world.teams.channel.see('1 done');
  const cards = world.teams.channel.texts().filter((text) => /^Move of [^:\n]+\n/.test(text));
  expect(cards).toHaveLength(1);
  expect(cards[0]).toContain('Nobody must act.');
});

test('no card stands twice, but for those that go on in a newer one', () => {
  for (const chat of [play.admin, play.person]) {
    const live = chat
      .entries()
      .filter(({ from, card }) => from === 'bot' && card !== null)
      .map(entryToText)
      .filter((shown) => !shown.includes('newer card below'));
    const headings = live.map((shown) => shown.split('\n')[0]);
    expect(new Set(headings).size).toBe(headings.length);
    expect(live.filter((shown) => /^Move of .* · |^Your mail|^Your move/.test(shown))).toHaveLength(
      1,
    );
  }
  expect(world.violations()).toEqual([]);
});
