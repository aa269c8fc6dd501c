/**
 * A server goes on with what it has received of a dead client, for as long as one connection's window
 * is deep. A suspect must not be sent again before that, with the settling time of the profile itself.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
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

const APPEND_MS = 100;

describeWith('linux-proc', 'copy to a slow generic server', () => {
  const directories = createDataDirectories();
  let world: ImapWorld;
  beforeAll(async () => {
    world = await startImapWorld('byte-exact');
  });
  afterEach(endCopies);
  afterAll(async () => {
    await world.stop();
    await directories.clear();
  });

  test('killed with deep windows, nothing is there twice', async () => {
    const account = 'slow';
    await world.addAccount({ name: account, seed: 9, messages: 220 });
    await world.setAppendTime(APPEND_MS);
    const dataDir = await directories.create();
    const copy = { world, account, dataDir, targetProfile: 'generic' } as const;
    const run = startSimulatedCopy(copy, {});
    await world.until(account, ({ stored }) => stored >= 80);
    await run.kill(false);
    const killed = await world.counters(account);

    const last = startSimulatedCopy(copy, {});
    expect(await last.exited).toMatchObject(ALL_COPIED);
    mustAgree(await compareStores(world, account));
    // The test is of use only while the server had much left to do.
    expect(killed.stored).toBeLessThan(140);
  });
});
