/** A copy between real servers to which everything happens that can: exact at its end, or named. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createNumberedMailbox } from '../../sim/numbered-mailbox.ts';
import {
  type ActingRelay,
  actBefore,
  type RelayActions,
  startActingRelay,
  swallowAnswersTo,
} from '../../support/acting-relay.ts';
import { compareMailboxes } from '../../support/compare/compare-mailboxes.ts';
import { loadMailbox } from '../../support/compare/load-mailbox.ts';
import { type MailboxSnapshot, snapshotOverImap } from '../../support/compare/mailbox-snapshot.ts';
import { connectRawImap, type RawImapClient } from '../../support/compare/raw-imap-client.ts';
import type { CopyExit } from '../../support/copy-run.ts';
import {
  type DovecotOptions,
  type DovecotServer,
  startDovecot,
} from '../../support/dovecot/start-dovecot.ts';
import { type DroppingRelay, startDroppingRelay } from '../../support/dropping-relay.ts';
import { mustAgree } from '../../support/must-agree.ts';
import { describeWith } from '../../support/witness.ts';
import {
  ALL_COPIED,
  createDataDirectories,
  endCopies,
  startWatchedCopy,
} from '../kills/kill-case.ts';

const MAILBOX = createNumberedMailbox({ seed: 21, messages: 160, keywords: true });
/** Two megabytes more: enough that every link breaks a few times. */
const HEAVY: MailboxSnapshot = {
  folders: [
    {
      name: 'Heavy',
      messages: Array.from({ length: 100 }, (_, n) => ({
        bytes: Buffer.from(
          `Message-ID: <h${n}@example.com>\r\n\r\n${`${n} heavy\r\n`.repeat(2200)}`,
        ),
        flags: [],
        internalDate: new Date(1_600_000_000_000 + n * 1000),
      })),
    },
  ],
};
const SETTLE_MS = 1000;

interface Bench {
  readonly dovecot: () => DovecotServer;
  as<T>(user: string, work: (client: RawImapClient) => Promise<T>): Promise<T>;
  play(user: string, ...commands: readonly string[]): Promise<void>;
  /** A relay in front of the server, for one test. */
  relay(actions: RelayActions): Promise<ActingRelay>;
  dropping(afterBytes: number, counted?: 'server' | 'both'): Promise<DroppingRelay>;
  copy(ends: {
    readonly from: string;
    readonly to: string;
    readonly sourcePort?: number;
    readonly targetPort?: number;
  }): Promise<CopyExit>;
  expectExact(from: string, to: string): Promise<void>;
}

/** A Dovecot with a mailbox for each of the users, and a ledger of its own. */
function useBench(users: readonly string[], options: DovecotOptions = {}): Bench {
  const directories = createDataDirectories();
  let dovecot: DovecotServer;
  let dataDir: string;
  const relays: { close(): unknown }[] = [];
  beforeAll(async () => {
    dovecot = await startDovecot({ fsync: false, ...options });
    dataDir = await directories.create();
    for (const user of users) {
      await bench.as(user, (client) => loadMailbox(client, MAILBOX));
    }
  });
  afterEach(async () => {
    await endCopies();
    relays.splice(0).forEach((relay) => relay.close());
  });
  afterAll(async () => {
    await dovecot.stop();
    await directories.clear();
  });
  const bench: Bench = {
    dovecot: () => dovecot,
    async as(user, work) {
      const { host, port, password } = dovecot;
      const client = await connectRawImap({ host, port, user, password });
      try {
        return await work(client);
      } finally {
        client.close();
      }
    },
    play: (user, ...commands) =>
      bench.as(user, async (client) => {
        for (const command of commands) {
          await client.must(command);
        }
      }),
    async relay(actions) {
      const relay = await startActingRelay(dovecot.port, actions);
      relays.push(relay);
      return relay;
    },
    async dropping(afterBytes, counted) {
      const relay = await startDroppingRelay(dovecot.port, afterBytes, counted);
      relays.push(relay);
      return relay;
    },
    copy({ from, to, sourcePort = dovecot.port, targetPort = dovecot.port }) {
      const words = [
        `--source=imap://${from}@127.0.0.1:${sourcePort}`,
        `--target=imap://${to}@127.0.0.1:${targetPort}`,
        '--json',
      ];
      const { password, caFile } = dovecot;
      const secrets = { sourcePassword: password, targetPassword: password };
      return startWatchedCopy({ words, dataDir, ...secrets, settleMs: SETTLE_MS }, caFile).exited;
    },
    async expectExact(from, to) {
      const snapshot = (user: string): Promise<MailboxSnapshot> => bench.as(user, snapshotOverImap);
      const sides = { source: await snapshot(from), target: await snapshot(to) };
      mustAgree(await compareMailboxes({ ...sides, mode: 'exact' }));
    },
  };
  return bench;
}

describeWith('dovecot', 'an unlucky copy between real servers', () => {
  describe.each([
    { name: 'all extensions', options: {} },
    { name: 'neither UIDPLUS nor LITERAL+', options: { capabilities: 'IMAP4rev1 NAMESPACE' } },
  ])('$name', ({ options }) => {
    const bench = useBench(['from'], options);

    test('answers are swallowed and the links cut: nothing is there twice', async () => {
      const target = await bench.relay(swallowAnswersTo(new Set([1, 5, 40, 90, 140])));
      const exit = await bench.copy({ from: 'from', to: 'lost', targetPort: target.port });
      expect(exit).toMatchObject(ALL_COPIED);
      expect(target.cuts()).toBeGreaterThanOrEqual(4);
      await bench.expectExact('from', 'lost');
    });
  });

  describe('links and folders', () => {
    const bench = useBench(['drops', 'expunges', 'renames', 'renumbers', 'target']);

    test('both links are reset again and again, in the middle of what they carry', async () => {
      await bench.as('drops', (client) => loadMailbox(client, HEAVY));
      const source = await bench.dropping(500_000);
      const target = await bench.dropping(400_000, 'both');
      const ends = { sourcePort: source.port, targetPort: target.port };
      expect(await bench.copy({ from: 'drops', to: 'dropped', ...ends })).toMatchObject(ALL_COPIED);
      expect(source.drops()).toBeGreaterThan(1);
      expect(target.drops()).toBeGreaterThan(1);
      await bench.expectExact('drops', 'dropped');
    });

    test('messages are expunged at the source between their listing and their reading', async () => {
      const source = await bench.relay(
        actBefore(/BODY\.PEEK\[\]/, () =>
          bench.play(
            'expunges',
            'SELECT Archive',
            'STORE 2:4,7 +FLAGS (\\Deleted)',
            'EXPUNGE',
            'SELECT INBOX',
            'STORE 1 +FLAGS (\\Deleted)',
            'EXPUNGE',
          ),
        ),
      );
      const ends = { from: 'expunges', to: 'expunged', sourcePort: source.port };
      expect(await bench.copy(ends)).toMatchObject(ALL_COPIED);
      await bench.expectExact('expunges', 'expunged');
    });

    test('a folder is renumbered at the source meanwhile', async () => {
      const source = await bench.relay(
        // Not the folder that is open just now: Dovecot itself may lose one that is replaced under a session.
        actBefore(/BODY\.PEEK\[\]/, () => renumber('renumbers', '"Sent Messages"')),
      );
      const ends = { from: 'renumbers', to: 'renumbered', sourcePort: source.port };
      expect(await bench.copy(ends)).toMatchObject(ALL_COPIED);
      await bench.expectExact('renumbers', 'renumbered');
    });

    test('a folder is renumbered at the target meanwhile', async () => {
      const target = await bench.relay(
        actBefore(/ APPEND "Projects/, () => renumber('written', 'Archive')),
      );
      const ends = { from: 'target', to: 'written', targetPort: target.port };
      expect(await bench.copy(ends)).toMatchObject(ALL_COPIED);
      await bench.expectExact('target', 'written');
    });

    test('a folder is renamed at the source meanwhile: its mail is copied where it is now', async () => {
      const source = await bench.relay(
        actBefore(/BODY\.PEEK\[\]/, () => bench.play('renames', 'RENAME Archive "Old mail"')),
      );
      const ends = { from: 'renames', to: 'renamed', sourcePort: source.port };
      expect(await bench.copy(ends)).toMatchObject(ALL_COPIED);
      await bench.expectExact('renames', 'renamed');
    });

    /** The same messages under new numbers. */
    function renumber(user: string, folder: string): Promise<void> {
      return bench.play(
        user,
        `RENAME ${folder} Aside`,
        `CREATE ${folder}`,
        'SELECT Aside',
        `COPY 1:* ${folder}`,
        'SELECT INBOX',
        'DELETE Aside',
      );
    }
  });
});
