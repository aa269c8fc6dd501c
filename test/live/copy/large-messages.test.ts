/** Messages that never are in memory as a whole, from Dovecot to Dovecot: links that break, kills. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { compareMailboxes } from '../../support/compare/compare-mailboxes.ts';
import { loadMailbox } from '../../support/compare/load-mailbox.ts';
import { type MailboxSnapshot, snapshotOverImap } from '../../support/compare/mailbox-snapshot.ts';
import { connectRawImap } from '../../support/compare/raw-imap-client.ts';
import type { CopyRun } from '../../support/copy-run.ts';
import { type DovecotServer, startDovecot } from '../../support/dovecot/start-dovecot.ts';
import { startDroppingRelay } from '../../support/dropping-relay.ts';
import { mustAgree } from '../../support/must-agree.ts';
import { describeWith } from '../../support/witness.ts';
import {
  ALL_COPIED,
  createDataDirectories,
  endCopies,
  startWatchedCopy,
} from '../kills/kill-case.ts';

const MIB = 1024 * 1024;

/** Lines that are all different, so that a piece at a wrong place shows. */
function longText(bytes: number, seed: number): Buffer {
  const header = `Message-ID: <large-${seed}@example.com>\r\nSubject: large ${seed}\r\n\r\n`;
  const lines: string[] = [header];
  for (let n = 0, size = header.length; size < bytes; n += 1) {
    const line = `${seed} ${n} ${'-'.repeat(990)}\r\n`;
    lines.push(line);
    size += line.length;
  }
  return Buffer.from(
    lines
      .join('')
      .slice(0, bytes - 2)
      .concat('\r\n'),
    'latin1',
  );
}

const message = (bytes: Buffer, second: number): MailboxSnapshot['folders'][0]['messages'][0] => ({
  bytes,
  flags: ['\\Seen'],
  internalDate: new Date(1_700_000_000_000 + second * 1000),
});

const MAILBOX: MailboxSnapshot = {
  folders: [
    {
      name: 'INBOX',
      messages: [
        message(longText(5000, 1), 1),
        message(longText(20 * MIB + 77, 2), 2),
        message(longText(7000, 3), 3),
      ],
    },
    {
      name: 'Large',
      messages: [message(longText(9 * MIB + 1, 5), 5), message(longText(8 * MIB, 6), 6)],
    },
  ],
};

describeWith('dovecot', 'copy of large messages between real servers', () => {
  const directories = createDataDirectories();
  let dovecot: DovecotServer;
  let dataDir: string;
  beforeAll(async () => {
    dovecot = await startDovecot({ fsync: false });
    await as('from', (client) => loadMailbox(client, MAILBOX));
    dataDir = await directories.create();
  });
  afterEach(endCopies);
  afterAll(async () => {
    await dovecot.stop();
    await directories.clear();
  });

  async function as<T>(
    user: string,
    work: (client: Awaited<ReturnType<typeof connectRawImap>>) => Promise<T>,
  ): Promise<T> {
    const { host, port, password } = dovecot;
    const client = await connectRawImap({ host, port, user, password });
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }
  function start(to: string, sourcePort: number): CopyRun {
    const { tlsPort, password, caFile } = dovecot;
    const source = `imaps://from@127.0.0.1:${sourcePort}`;
    const words = ['--source', source, '--target', `imaps://${to}@127.0.0.1:${tlsPort}`, '--json'];
    return startWatchedCopy(
      { words, dataDir, sourcePassword: password, targetPassword: password, settleMs: 1500 },
      caFile,
    );
  }
  async function expectExact(to: string): Promise<void> {
    mustAgree(
      await compareMailboxes({
        source: MAILBOX,
        target: await as(to, snapshotOverImap),
        mode: 'exact',
      }),
    );
    expect(await readdir(path.join(dataDir, 'spool'))).toEqual([]);
  }

  test('each connection to the source is reset after 9.5 MB: exact, and no octet is glued', async () => {
    const relay = await startDroppingRelay(dovecot.tlsPort, 9_500_000);
    const { exitCode, errors } = await start('dropped', relay.port).exited;
    expect({ exitCode, errors }).toMatchObject({ exitCode: 0 });
    expect(relay.drops()).toBeGreaterThan(2);
    await expectExact('dropped');
    await relay.close();
  });

  test('killed while large messages are under way: exact after the next run', async () => {
    const killed = start('killed', dovecot.tlsPort);
    await killed.event('test-copying');
    await delay(150);
    await killed.kill(false);
    expect(await readdir(path.join(dataDir, 'spool'))).toEqual([]);
    const run = start('killed', dovecot.tlsPort);
    expect(await run.exited).toMatchObject(ALL_COPIED);
    await expectExact('killed');
  });
});
