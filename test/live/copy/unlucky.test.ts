/** A copy between real servers to which everything happens that can: exact at its end, or named. */
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { createNumberedMailbox } from '../../sim/numbered-mailbox.ts';
import { startActingRelay } from '../../support/acting-relay.ts';
import { compareMailboxes } from '../../support/compare/compare-mailboxes.ts';
import { loadMailbox } from '../../support/compare/load-mailbox.ts';
import { type MailboxSnapshot, snapshotOverImap } from '../../support/compare/mailbox-snapshot.ts';
import {
  connectRawImap,
  quoteName,
  type RawImapClient,
} from '../../support/compare/raw-imap-client.ts';
import {
  type DovecotOptions,
  type DovecotServer,
  startDovecot,
} from '../../support/dovecot/start-dovecot.ts';
import { startDroppingRelay } from '../../support/dropping-relay.ts';
import { mustAgree } from '../../support/must-agree.ts';
import { describeWith } from '../../support/witness.ts';
import { createDataDirectories, endCopies, startWatchedCopy } from '../kills/kill-case.ts';
import {
  type Bench,
  LINKS_AND_FOLDERS_USERS,
  LOST_ANSWERS_USERS,
  putBack,
  testEmptyFetches,
  testLinksAndSource,
  testLostAnswers,
  testRenamedSource,
  testRenamedTarget,
  testRenumberedTarget,
} from './unlucky-cases.ts';

const MAILBOX = createNumberedMailbox({ seed: 21, messages: 160, keywords: true });
const SETTLE_MS = 1000;

/** A Dovecot with a mailbox for each of the users, and a ledger of its own. */
function useDovecot(users: readonly string[], options: DovecotOptions = {}): Bench {
  const directories = createDataDirectories();
  let dovecot: DovecotServer;
  let dataDir: string;
  const relays: { close(): unknown }[] = [];
  beforeAll(async () => {
    dovecot = await startDovecot({ fsync: false, ...options });
    dataDir = await directories.create();
    for (const user of users) {
      await as(user, (client) => loadMailbox(client, MAILBOX));
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

  async function as<T>(user: string, work: (client: RawImapClient) => Promise<T>): Promise<T> {
    const { host, port, password } = dovecot;
    const client = await connectRawImap({ host, port, user, password });
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }
  const play = (user: string, ...commands: readonly string[]): Promise<void> =>
    as(user, async (client) => {
      for (const command of commands) {
        await client.must(command);
      }
    });
  const keep = <T extends { close(): unknown }>(relay: T): T => {
    relays.push(relay);
    return relay;
  };
  return {
    load: (user, mailbox) => as(user, (client) => loadMailbox(client, mailbox)),
    expunge: (user, folders) =>
      play(
        user,
        ...Object.entries(folders).flatMap(([folder, numbers]) => [
          `SELECT ${quoteName(folder)}`,
          `STORE ${numbers.join(',')} +FLAGS (\\Deleted)`,
          'EXPUNGE',
        ]),
      ),
    rename: (_side, user, from, to) => play(user, `RENAME ${quoteName(from)} ${quoteName(to)}`),
    renumber: (_side, user, folder) =>
      play(
        user,
        `RENAME ${quoteName(folder)} Aside`,
        `CREATE ${quoteName(folder)}`,
        'SELECT Aside',
        `COPY 1:* ${quoteName(folder)}`,
        'SELECT INBOX',
        'DELETE Aside',
      ),
    relay: async (_side, actions) => keep(await startActingRelay(dovecot.port, actions)),
    dropping: async (_side, afterBytes, counted) =>
      keep(await startDroppingRelay(dovecot.port, afterBytes, counted)),
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
    async expectExact(from, to, aside = {}) {
      const snapshot = (user: string): Promise<MailboxSnapshot> => as(user, snapshotOverImap);
      const sides = { source: await snapshot(from), target: putBack(await snapshot(to), aside) };
      mustAgree(await compareMailboxes({ ...sides, mode: 'exact' }));
    },
  };
}

describeWith('dovecot', 'an unlucky copy between real servers', () => {
  describe.each([
    { name: 'all extensions', options: {} },
    { name: 'neither UIDPLUS nor LITERAL+', options: { capabilities: 'IMAP4rev1 NAMESPACE' } },
  ])('$name', ({ options }) => {
    testLostAnswers(useDovecot(LOST_ANSWERS_USERS, options));
  });

  describe('links and folders', () => {
    const bench = useDovecot(LINKS_AND_FOLDERS_USERS);
    testLinksAndSource(bench);
    testEmptyFetches(bench);
    testRenumberedTarget(bench);
    testRenamedTarget(bench);
    // The one that is open just then.
    testRenamedSource(bench, 'Archive');
  });
});
