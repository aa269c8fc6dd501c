/**
 * What happens to a copy between real servers happens to one from the simulated iCloud to the simulated
 * Exchange, and to a server that keeps to the standard, as whole runs.
 */
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { type ExchangeServerOptions, startExchangeServer } from '../../sim/imap/exchange.ts';
import { startGenericServer } from '../../sim/imap/generic.ts';
import { startIcloudServer } from '../../sim/imap/icloud.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import { createNumberedMailbox } from '../../sim/numbered-mailbox.ts';
import { startActingRelay } from '../../support/acting-relay.ts';
import { compareMailboxes } from '../../support/compare/compare-mailboxes.ts';
import { type MailboxSnapshot, snapshotOfStore } from '../../support/compare/mailbox-snapshot.ts';
import { withoutStamp } from '../../support/copy-world.ts';
import { startDroppingRelay } from '../../support/dropping-relay.ts';
import { mustAgree } from '../../support/must-agree.ts';
import { createDataDirectories, endCopies, startWatchedCopy } from '../kills/kill-case.ts';
import {
  type Bench,
  LINKS_AND_FOLDERS_USERS,
  LOST_ANSWERS_USERS,
  putBack,
  type Side,
  testEmptyFetches,
  testLinksAndSource,
  testLostAnswers,
  testRenamedSource,
  testRenamedTarget,
  testRenumberedTarget,
} from './unlucky-cases.ts';

const PASSWORD = 'abcd-efgh-ijkl-mnop';
const TOKEN = 'unlucky.access.token';
const SETTLE_MS = 1000;

/** What is copied, and where iCloud's own folders belong, written apart from the product's table. */
const TARGETS = {
  generic: {
    mailbox: createNumberedMailbox({ seed: 22, messages: 160, keywords: true }),
    folderNames: { 'Sent Messages': 'Sent', 'Deleted Messages': 'Trash' },
  },
  // Exchange keeps no keywords.
  'exchange-online': {
    mailbox: createNumberedMailbox({ seed: 22, messages: 160 }),
    folderNames: {
      'Sent Messages': 'Sent Items',
      'Deleted Messages': 'Deleted Items',
      Junk: 'Junk Email',
    },
  },
} as const;

interface SimulatedOptions extends Pick<ExchangeServerOptions, 'without'> {
  readonly targetProfile: 'generic' | 'exchange-online';
}

/** Both servers, with a full mailbox at iCloud for each of the users, and a ledger of their own. */
function useSimulated(
  users: readonly string[],
  { targetProfile, without = [] }: SimulatedOptions,
): Bench {
  const directories = createDataDirectories();
  const { mailbox, folderNames } = TARGETS[targetProfile];
  const servers: Partial<Record<Side, ImapServer>> = {};
  let dataDir: string;
  const relays: { close(): unknown }[] = [];
  beforeAll(async () => {
    dataDir = await directories.create();
    servers.source = await startIcloudServer();
    servers.target =
      targetProfile === 'generic'
        ? await startGenericServer({ without })
        : await startExchangeServer({
            without,
            rebuildMime: false,
            verifyToken: (_user, token) => (token === TOKEN ? 'ok' : 'refused'),
          });
    for (const user of users) {
      const address = addressOf('source', user);
      server('source').store.addAccount(address, { password: PASSWORD });
      // Here every folder opens, so that a whole copy ends without a word.
      server('source').store.deleteFolder(address, 'Notes');
      fill(address, mailbox);
    }
  });
  afterEach(async () => {
    await endCopies();
    relays.splice(0).forEach((relay) => relay.close());
  });
  afterAll(async () => {
    await Promise.all(Object.values(servers).map((one) => one.close()));
    await directories.clear();
  });

  function server(side: Side): ImapServer {
    const found = servers[side];
    if (found === undefined) {
      throw new Error('the servers are not up yet');
    }
    return found;
  }
  const addressOf = (side: Side, user: string): string =>
    `${user}@${side === 'source' ? 'icloud' : 'contoso'}.example`;
  function fill(address: string, { folders }: MailboxSnapshot): void {
    const { store } = server('source');
    for (const { name, messages } of folders) {
      if (store.folder(address, name) === undefined) {
        store.createFolder(address, name);
      }
      messages.forEach((message) => store.addMessage(address, name, message));
    }
  }
  const keep = <T extends { close(): unknown }>(relay: T): T => {
    relays.push(relay);
    return relay;
  };
  return {
    load: async (user, more) => fill(addressOf('source', user), more),
    async expunge(user, folders) {
      const { store } = server('source');
      const address = addressOf('source', user);
      for (const [name, numbers] of Object.entries(folders)) {
        const messages = store.folder(address, name)?.messages ?? [];
        for (const uid of numbers.map((number) => messages[number - 1]?.uid)) {
          store.deleteMessage(address, name, uid ?? 0);
        }
      }
    },
    rename: async (side, user, from, to) =>
      server(side).store.renameFolder(addressOf(side, user), from, to),
    renumber: async (side, user, folder) =>
      server(side).store.bumpUidValidity(addressOf(side, user), folder),
    relay: async (side, actions) => keep(await startActingRelay(server(side).port, actions)),
    dropping: async (side, afterBytes, counted) =>
      keep(await startDroppingRelay(server(side).port, afterBytes, counted)),
    copy({ from, to, sourcePort = server('source').port, targetPort = server('target').port }) {
      server('target').store.addAccount(addressOf('target', to), { password: PASSWORD });
      const url = (address: string, port: number): string =>
        `imap://${encodeURIComponent(address)}@127.0.0.1:${port}`;
      const words = [
        `--source=${url(addressOf('source', from), sourcePort)}`,
        `--target=${url(addressOf('target', to), targetPort)}`,
        '--source-profile=icloud',
        `--target-profile=${targetProfile}`,
        '--json',
      ];
      const secrets = {
        sourcePassword: PASSWORD,
        ...(targetProfile === 'generic'
          ? { targetPassword: PASSWORD }
          : { targetAccessToken: TOKEN }),
      };
      return startWatchedCopy({ words, dataDir, ...secrets, settleMs: SETTLE_MS }, '').exited;
    },
    async expectExact(from, to, aside = {}) {
      const source = snapshotOfStore(server('source').store, addressOf('source', from));
      const target = snapshotOfStore(server('target').store, addressOf('target', to));
      const stored: MailboxSnapshot = {
        folders: target.folders.map(({ name, messages }) => ({
          name,
          messages: messages.map((message) => ({
            ...message,
            bytes: targetProfile === 'generic' ? message.bytes : withoutStamp(message.bytes),
          })),
        })),
      };
      const sides = { source, target: putBack(stored, aside) };
      mustAgree(await compareMailboxes({ ...sides, mode: 'exact', folderNames }));
      expect([...server('source').violations, ...server('target').violations]).toEqual([]);
    },
  };
}

describe.each(['generic', 'exchange-online'] as const)(
  'an unlucky copy between the simulated servers, target profile %s',
  (targetProfile) => {
    describe('all extensions', () => {
      const bench = useSimulated([...LOST_ANSWERS_USERS, ...LINKS_AND_FOLDERS_USERS], {
        targetProfile,
      });
      testLostAnswers(bench);
      testLinksAndSource(bench);
      // Which server is written to makes no difference to the source: once is enough.
      if (targetProfile === 'exchange-online') {
        testEmptyFetches(bench);
        // The last one to be read: nobody knows what iCloud does to one that is open just then.
        testRenamedSource(bench, 'Projects/Größe & Söhne');
      }
      testRenumberedTarget(bench);
      testRenamedTarget(bench);
    });

    describe('neither UIDPLUS nor LITERAL+', () => {
      const without = ['UIDPLUS', 'LITERAL+'] as const;
      testLostAnswers(useSimulated(LOST_ANSWERS_USERS, { targetProfile, without }));
    });
  },
);
