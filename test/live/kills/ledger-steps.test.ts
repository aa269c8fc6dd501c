/** One kill at every step of the ledger, of Node alone and together with its PostgreSQL. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { CopyProcessInput } from '../../support/copy-process.ts';
import type { CopyExit } from '../../support/copy-run.ts';
import { type ImapWorld, startImapWorld } from '../../support/imap-world.ts';
import { mustAgree } from '../../support/must-agree.ts';
import { describeWith } from '../../support/witness.ts';
import {
  ALL_COPIED,
  compareStores,
  createDataDirectories,
  endCopies,
  postgresRuns,
  type SimulatedCopy,
  startSimulatedCopy,
} from './kill-case.ts';

const KILLED = { exitCode: null, signal: 'SIGKILL' };
const MESSAGES = 120;
/** Longer than the simulated server goes on with what it has received of a dead client. */
const SETTLE_MS = 1500;
/** How long after the kill the server stores what it had received. */
const STORING_MS = 900;
const BIG_BYTES = 12 * 1024 * 1024;

interface Moment {
  readonly step: string;
  readonly bigBytes?: number;
  /** Runs the copy up to the moment, and ends it there. */
  readonly reach: (copy: SimulatedCopy, withDatabase: boolean) => Promise<CopyExit>;
}

type SelfKill = NonNullable<CopyProcessInput['dieAt']>['step'];

function dieAt(step: SelfKill): Moment['reach'] {
  return (copy, withDatabase) =>
    startSimulatedCopy(copy, { settleMs: SETTLE_MS, dieAt: { step, withDatabase } }).exited;
}

const MOMENTS: readonly Moment[] = [
  { step: 'after the intent', reach: dieAt('intents-recorded') },
  {
    step: 'in the middle of a literal',
    bigBytes: BIG_BYTES,
    reach: async (copy, withDatabase) => {
      const { world, account } = copy;
      await world.stall({ kind: 'mid-literal', afterBytes: BIG_BYTES / 3 });
      const run = startSimulatedCopy(copy, { settleMs: SETTLE_MS });
      await world.until(account, ({ stalled }) => stalled > 0);
      const exit = await run.kill(withDatabase);
      await world.release();
      return exit;
    },
  },
  {
    step: 'between the last octet and its OK, before the server stored it',
    reach: async (copy, withDatabase) => {
      const { world, account } = copy;
      const before = await world.counters(account);
      await world.delayAppends(STORING_MS);
      const run = startSimulatedCopy(copy, { settleMs: SETTLE_MS });
      await run.event('test-copying');
      await world.until(account, ({ appends }) => appends > before.appends);
      const exit = await run.kill(withDatabase);
      await world.delayAppends(0);
      expect(await world.counters(account)).toMatchObject({ stored: 0 });
      return exit;
    },
  },
  {
    step: 'between the last octet and its OK, after the server stored it',
    reach: async (copy, withDatabase) => {
      const { world, account } = copy;
      await world.stall({ kind: 'no-answers' });
      const run = startSimulatedCopy(copy, { settleMs: SETTLE_MS });
      await world.until(account, ({ stored }) => stored >= 10);
      const exit = await run.kill(withDatabase);
      await world.release();
      return exit;
    },
  },
  { step: 'before done is written', reach: dieAt('before-done') },
  {
    step: 'while suspects are looked for',
    reach: async (copy, withDatabase) => {
      expect(await dieAt('before-done')(copy, withDatabase)).toMatchObject(KILLED);
      return dieAt('in-look')(copy, withDatabase);
    },
  },
];

describeWith('linux-proc', 'copy killed at a step of the ledger', () => {
  const directories = createDataDirectories();
  let world: ImapWorld;
  let dataDir: string;
  beforeAll(async () => {
    world = await startImapWorld();
    dataDir = await directories.create();
  });
  afterEach(endCopies);
  afterAll(async () => {
    await world.stop();
    await directories.clear();
  });

  test.for(
    MOMENTS.flatMap((moment, index) => [
      { ...moment, account: `node${index}`, withDatabase: false },
      { ...moment, account: `both${index}`, withDatabase: true },
    ]),
  )(
    '$step (PostgreSQL too: $withDatabase)',
    async ({ reach, account, withDatabase, bigBytes = 0 }) => {
      const big = bigBytes > 0 ? { bigBytes } : {};
      await world.addAccount({ name: account, seed: 7, messages: MESSAGES, ...big });
      // One address for all runs: to the ledger another port is another mailbox.
      const copy = { world, account, dataDir, throughRelay: true };
      expect(await reach(copy, withDatabase)).toMatchObject(KILLED);
      // What was killed takes a moment to be gone.
      await expect.poll(() => postgresRuns(dataDir)).toBe(!withDatabase);

      const run = startSimulatedCopy(copy, { settleMs: SETTLE_MS });
      expect(await run.event('test-suspects')).not.toMatchObject({ all: 0 });
      expect(await run.exited).toMatchObject(ALL_COPIED);
      expect(postgresRuns(dataDir)).toBe(false);
      mustAgree(await compareStores(world, account));
      expect((await world.counters(account)).violations).toEqual([]);
    },
  );

  test('a ledger that forgets its intents doubles messages, and the comparison says so', async () => {
    const account = 'broken';
    await world.addAccount({ name: account, seed: 7, messages: MESSAGES });
    const copy = { world, account, dataDir, throughRelay: true };
    const broken = { settleMs: SETTLE_MS, forgetIntents: true };
    await world.stall({ kind: 'no-answers' });
    const run = startSimulatedCopy(copy, broken);
    await world.until(account, ({ stored }) => stored >= 10);
    await run.kill(false);
    await world.release();
    expect(await startSimulatedCopy(copy, broken).exited).toMatchObject(ALL_COPIED);
    const result = await compareStores(world, account);
    expect(result).toMatchObject({ agrees: false, missing: [] });
    expect(result.extra.length).toBeGreaterThanOrEqual(10);
  });
});
