/** The core of the kills on a real server: Dovecot on both sides, bytes kept as they are. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createNumberedMailbox } from '../../sim/numbered-mailbox.ts';
import { createSeededRandom } from '../../sim/sample/random.ts';
import { compareMailboxes } from '../../support/compare/compare-mailboxes.ts';
import { loadMailbox } from '../../support/compare/load-mailbox.ts';
import { type MailboxSnapshot, snapshotOverImap } from '../../support/compare/mailbox-snapshot.ts';
import { connectRawImap, type RawImapClient } from '../../support/compare/raw-imap-client.ts';
import type { CopyProcessInput } from '../../support/copy-process.ts';
import type { CopyRun } from '../../support/copy-run.ts';
import { type DovecotServer, startDovecot } from '../../support/dovecot/start-dovecot.ts';
import { mustAgree } from '../../support/must-agree.ts';
import { describeWith } from '../../support/witness.ts';
import {
  ALL_COPIED,
  createDataDirectories,
  endCopies,
  postgresRuns,
  startWatchedCopy,
} from './kill-case.ts';

const KILLS = 20;
const MESSAGES = 8000;
const MOST_ATTEMPTS = 40;
const SPREAD_MS = 160;
/** Dovecot works off what it has received of a dead client in less than this. */
const SETTLE_MS = 3000;
/** Fewer: these are killed at a step, not at a moment. */
const STEP_MESSAGES = 150;

describeWith('dovecot', 'copy between real servers, killed at seeded moments', () => {
  const directories = createDataDirectories();
  let dovecot: DovecotServer;
  beforeAll(async () => {
    // What is killed is not Dovecot.
    dovecot = await startDovecot({ fsync: false });
    const client = await connect('from');
    await loadMailbox(
      client,
      createNumberedMailbox({ seed: 5, messages: MESSAGES, keywords: true }),
    );
    client.close();
    const few = await connect('few');
    await loadMailbox(few, createNumberedMailbox({ seed: 6, messages: STEP_MESSAGES }));
    few.close();
  });
  afterEach(endCopies);
  afterAll(async () => {
    await dovecot.stop();
    await directories.clear();
  });

  function connect(user: string): Promise<RawImapClient> {
    const { host, port, password } = dovecot;
    return connectRawImap({ host, port, user, password });
  }
  async function snapshot(user: string): Promise<MailboxSnapshot> {
    const client = await connect(user);
    try {
      return await snapshotOverImap(client);
    } finally {
      client.close();
    }
  }
  function start(
    dataDir: string,
    { from = 'from', to = 'to' }: { from?: string; to?: string } = {},
    dieAt: Pick<CopyProcessInput, 'dieAt'> = {},
  ): CopyRun {
    const { tlsPort, password, caFile } = dovecot;
    const url = (user: string): string => `imaps://${user}@127.0.0.1:${tlsPort}`;
    const words = ['--source', url(from), '--target', url(to), '--json'];
    const secrets = { sourcePassword: password, targetPassword: password };
    return startWatchedCopy({ words, dataDir, ...secrets, settleMs: SETTLE_MS, ...dieAt }, caFile);
  }

  test('killed at each step of the ledger, of Node alone or with its PostgreSQL, and exact', async () => {
    const dataDir = await directories.create();
    const killed = { exitCode: null, signal: 'SIGKILL' };
    const ends = { from: 'few', to: 'stepwise' };
    // One after the other: what a kill left is there when the next step is reached.
    for (const step of ['intents-recorded', 'before-done', 'in-look'] as const) {
      for (const withDatabase of [false, true]) {
        const dying = start(dataDir, ends, { dieAt: { step, withDatabase } });
        expect({ step, ...(await dying.exited) }).toMatchObject({ step, ...killed });
      }
    }
    const last = start(dataDir, ends);
    expect(await last.event('test-suspects')).not.toMatchObject({ all: 0 });
    expect(await last.exited).toMatchObject(ALL_COPIED);
    const sides = { source: await snapshot('few'), target: await snapshot('stepwise') };
    mustAgree(await compareMailboxes({ ...sides, mode: 'exact' }));
  });

  test(`${KILLS} kills, and every message is there once`, { timeout: 240_000 }, async () => {
    const random = createSeededRandom(4);
    const dataDir = await directories.create();
    let kills = 0;
    let run = start(dataDir);
    for (let attempt = 0; kills < KILLS; attempt += 1) {
      expect(attempt).toBeLessThan(MOST_ATTEMPTS);
      await run.event('test-copying');
      await delay(random.below(SPREAD_MS));
      await run.kill(kills % 2 === 1);
      run = start(dataDir);
      const { fresh } = await run.event('test-suspects');
      kills += Number(fresh) > 0 ? 1 : 0;
    }
    expect(await run.exited).toMatchObject(ALL_COPIED);
    expect(postgresRuns(dataDir)).toBe(false);
    const sides = { source: await snapshot('from'), target: await snapshot('to') };
    mustAgree(await compareMailboxes({ ...sides, mode: 'exact' }));
  });
});
