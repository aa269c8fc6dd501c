/** One copy, killed at twenty seeded moments; every second kill takes PostgreSQL with it. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createSeededRandom } from '../../sim/sample/random.ts';
import type { CopyRun } from '../../support/copy-run.ts';
import { type ImapWorld, startImapWorld } from '../../support/imap-world.ts';
import { mustAgree } from '../../support/must-agree.ts';
import { describeWith } from '../../support/witness.ts';
import {
  ALL_COPIED,
  compareStores,
  createDataDirectories,
  endCopies,
  startSimulatedCopy,
} from './kill-case.ts';

const KILLS = 20;
const MESSAGES = 2000;
/** On four connections: the copy takes fifty seconds if nobody disturbs it. */
const APPEND_MS = 100;
/** The window holds four seconds of appends, which the simulated server goes on with after a kill. */
const SETTLE_MS = 5000;
/** However large the folder, a kill leaves no more rows than these to be looked for: 512 and one batch of 200. */
const MOST_IN_FLIGHT = 712;
const FIRST_MS = 150;
const SPREAD_MS = 2000;

describeWith('linux-proc', 'copy killed at seeded moments', () => {
  const directories = createDataDirectories();
  let world: ImapWorld;
  beforeAll(async () => {
    world = await startImapWorld();
  });
  afterEach(endCopies);
  afterAll(async () => {
    await world.stop();
    await directories.clear();
  });

  test(`${KILLS} kills, and every message is there once`, { timeout: 240_000 }, async () => {
    const account = 'many';
    const random = createSeededRandom(20_261_122);
    await world.addAccount({ name: account, seed: 3, messages: MESSAGES });
    await world.setAppendTime(APPEND_MS);
    const copy = { world, account, dataDir: await directories.create() };
    let kills = 0;
    let repeated = 0;
    let copyingMs = 0;
    let run: CopyRun = startSimulatedCopy(copy, { settleMs: SETTLE_MS });
    while (kills < KILLS) {
      await run.event('test-copying');
      const afterMs = FIRST_MS + random.below(SPREAD_MS);
      await delay(afterMs);
      await run.kill(kills % 2 === 1);
      copyingMs += afterMs;
      run = startSimulatedCopy(copy, { settleMs: SETTLE_MS });
      // The next run tells what the kill left in flight; one that left nothing does not count.
      const { fresh } = await run.event('test-suspects');
      expect(fresh, `after ${kills} kills`).toBeLessThanOrEqual(MOST_IN_FLIGHT);
      const counts = Number(fresh) > 0;
      kills += counts ? 1 : 0;
      repeated += counts ? 0 : 1;
    }
    await run.event('test-copying');
    const startedMs = performance.now();
    expect(await run.exited).toMatchObject(ALL_COPIED);
    copyingMs += performance.now() - startedMs - SETTLE_MS;
    mustAgree(await compareStores(world, account));
    expect((await world.counters(account)).violations).toEqual([]);
    expect(copyingMs).toBeGreaterThan(30_000);
    expect(repeated).toBeLessThan(KILLS / 2);
  });
});
