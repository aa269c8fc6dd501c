/** The copy engine writes a whole mailbox through Graph, with a real ledger, while answers are lost and requests throttled. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { isAppError } from '../../../src/errors.ts';
import { connectImap } from '../../../src/imap/connect.ts';
import { createGovernor } from '../../../src/imap/governor.ts';
import { icloudProfile } from '../../../src/imap/profiles/icloud.ts';
import { createImapSource } from '../../../src/imap/source.ts';
import { createGraphTarget, GRAPH_TRAITS } from '../../../src/jobs/adapters/graph-target.ts';
import { createByteBudget } from '../../../src/jobs/copy/byte-budget.ts';
import { copyPass } from '../../../src/jobs/copy/copy-pass.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createCopyStore } from '../../../src/jobs/db/copy-store.ts';
import { createLedgerStore } from '../../../src/jobs/db/ledger-store.ts';
import { silentLogger } from '../../../src/log.ts';
import { SAMPLE_VERSION } from '../../../src/mail/fast-transfer/properties.ts';
import { startIcloudServer } from '../../sim/imap/icloud.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import { createMailStore, type MailStore } from '../../sim/imap/store.ts';
import { mailFoldersOf } from '../../sim/join-mail.ts';
import { addUser, type SimUser } from '../../sim/m365/directory.ts';
import type { FaultAction } from '../../sim/m365/faults.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import {
  createSampleMailbox,
  fillAccount,
  type SampleMailbox,
} from '../../sim/sample/sample-mailbox.ts';
import { compareMailboxes } from '../../support/compare/compare-mailboxes.ts';
import { snapshotOfStore } from '../../support/compare/mailbox-snapshot.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { testSpool } from '../../support/spool.ts';
import { createTenantWorld, type TenantWorld } from '../../unit/graph/tenant-world.ts';

const ICLOUD = 'alex@icloud.com';
let testDatabase: TestDatabase;
let database: Database;
let icloud: ImapServer;
let sample: SampleMailbox;
let tenant: TenantWorld;
let store: MailStore;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
  icloud = await startIcloudServer();
  icloud.store.addAccount(ICLOUD, { password: 'secret' });
  sample = createSampleMailbox(7);
  fillAccount(icloud.store, ICLOUD, sample);
  tenant = await createTenantWorld();
  tenant.application.graphRoles.push('MailboxItem.ImportExport.All', 'Mail.ReadWrite');
  store = createMailStore({
    caseInsensitiveNames: true,
    defaultFolders: [
      { name: 'INBOX' },
      { name: 'Sent Items' },
      { name: 'Drafts' },
      { name: 'Deleted Items' },
      { name: 'Junk Email' },
      { name: 'Archive' },
      { name: 'Calendar', folderClass: 'IPF.Appointment' },
      { name: 'Notes', folderClass: 'IPF.StickyNote' },
    ],
  });
  tenant.directory.mailFolders = mailFoldersOf(store);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
  await icloud.close();
  await tenant.close();
});

/** Settling time passes at once; what a request waits for does not. */
function jumpingClock(): Clock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    monotonicMs: () => systemClock.monotonicMs() + ahead,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      ahead += ms;
    },
  };
}

interface Run {
  readonly user: SimUser;
  readonly imports: number;
}

function userOf(alias: string): SimUser {
  const there = tenant.directory.users.find(({ displayName }) => displayName === alias);
  if (there !== undefined) {
    return there;
  }
  const user = addUser(tenant.directory, {
    displayName: alias,
    alias,
    product: PRODUCTS.businessBasic,
  });
  store.addAccount(user.mail ?? '');
  return user;
}

/** Copies the sample into a mailbox of its own; `strike` may make trouble at the n-th import. */
async function copyAll(alias: string, strike: (n: number) => FaultAction | null): Promise<Run> {
  const user = userOf(alias);
  for (let n = 1; n <= 400; n += 1) {
    const action = strike(n);
    if (action !== null) {
      tenant.server.faults.push({ operation: 'POST importItem', skip: n - 1, action });
    }
  }
  const before = tenant.server.journal.count('POST importItem');
  const copies = createCopyStore(database.pool);
  const ledger = createLedgerStore(database.pool);
  const { id } = await copies.findOrCreate({
    sourceAddress: alias,
    sourceHost: 'icloud.test',
    targetMailbox: user.mail ?? '',
  });
  const clock = jumpingClock();
  const signal = AbortSignal.timeout(100_000);
  const source = createImapSource({
    connect: (within) =>
      connectImap(
        {
          host: icloud.host,
          port: icloud.port,
          secure: false,
          user: ICLOUD,
          credential: { kind: 'password', password: 'secret' },
          profile: icloudProfile,
          clock: systemClock,
          logger: silentLogger,
        },
        within,
      ),
    spool: testSpool,
    governor: createGovernor(systemClock),
    clock: systemClock,
    logger: silentLogger,
  });
  const target = createGraphTarget({
    m365: tenant.m365,
    userId: user.id,
    version: SAMPLE_VERSION,
    clock: systemClock,
  });
  for (let more = true; more; ) {
    const result = await copyPass(
      {
        source,
        target,
        traits: GRAPH_TRAITS,
        ledger,
        budget: createByteBudget(16 << 20),
        clock,
        logger: silentLogger,
      },
      {
        turn: await ledger.takeTurn(id),
        targetMailbox: user.mail ?? '',
        pass: (await copies.find(id))?.pass ?? 0,
        stampProven: (await copies.find(id))?.stampProven ?? false,
        onlyFolders: null,
        mustYield: () => false,
        onProgress: () => undefined,
      },
      signal,
    ).catch((error: unknown) => {
      if (isAppError(error) && error.disposition !== 'stop' && error.disposition !== 'ask') {
        return { kind: 'yielded', resumeAt: error.retryAfter } as const;
      }
      throw error;
    });
    more = result.kind === 'yielded';
    if (result.kind === 'yielded' && result.resumeAt !== null) {
      await clock.sleep(Math.max(0, result.resumeAt.getTime() - clock.now().getTime()) + 1);
    }
  }
  await source.close();
  await target.close();
  await copies.countPass(id);
  tenant.server.faults.clear();
  return { user, imports: tenant.server.journal.count('POST importItem') - before };
}

const FOLDER_NAMES = {
  '50% *off*': '50_ _off_',
  'The "quoted"': 'The _quoted_',
  'Sent Messages': 'Sent Items',
  'Deleted Messages': 'Deleted Items',
  Junk: 'Junk Email',
  projects: 'projects (2)',
  Files: 'Files (iCloud)',
  Calendar: 'Calendar (iCloud)',
  Notes: 'Notes (iCloud)',
};

/** What differs between iCloud and the mailbox, by list. */
async function differences(user: SimUser): Promise<readonly string[]> {
  const source = snapshotOfStore(icloud.store, ICLOUD);
  const opening = new Set(sample.folders.filter(({ opens }) => opens).map(({ name }) => name));
  const result = await compareMailboxes({
    source: { folders: source.folders.filter(({ name }) => opening.has(name)) },
    target: snapshotOfStore(store, user.mail ?? ''),
    mode: 'one-body',
    folderNames: FOLDER_NAMES,
    expected: [
      {
        list: 'altered',
        why: 'a part without a name gets one, so that a person can open it',
        matches: ({ message }) => message.bytes.includes('text/calendar; method=REQUEST'),
      },
    ],
  });
  expect(result.matched).toBeGreaterThan(100);
  const lists = ['missing', 'extra', 'altered', 'dateWrong', 'flagsWrong', 'misfiled'] as const;
  return [
    ...lists.flatMap((list) =>
      result[list].map(({ folder, description }) => `${list}: ${folder}: ${description}`),
    ),
    ...result.foldersMissing.map((name) => `folder missing: ${name}`),
    ...result.unusedExceptions,
  ];
}

test('a mailbox of every kind of mail, imported while answers are lost and requests throttled, is the same mailbox by another parser; a second pass imports nothing', async () => {
  const { user, imports } = await copyAll('troubled', (n) => {
    if (n % 9 === 0) {
      return { kind: 'drop-after' };
    }
    if (n % 13 === 0) {
      return { kind: 'drop' };
    }
    return n % 29 === 0 ? { kind: 'throttle', retryAfter: '0' } : null;
  });
  expect(await differences(user)).toEqual([]);
  const before = store.account(user.mail ?? '')?.folders.map(({ messages }) => messages.length);
  expect((await copyAll('troubled', () => null)).imports).toBe(0);
  const after = store.account(user.mail ?? '')?.folders.map(({ messages }) => messages.length);
  expect(after).toEqual(before);
  const messages = before?.reduce((sum, count) => sum + count, 0) ?? 0;
  // Lost before Exchange had them, or refused: these alone were sent again.
  expect(imports).toBeGreaterThan(messages);
  expect(imports).toBeLessThan(messages * 1.2);
});
