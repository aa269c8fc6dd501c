/** The copy engine writes a whole mailbox through Graph, with a real ledger, while answers are lost and requests throttled. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { isAppError } from '../../../src/errors.ts';
import { connectImap } from '../../../src/imap/connect.ts';
import { createGovernor } from '../../../src/imap/governor.ts';
import { chooseProfile } from '../../../src/imap/profiles/choose-profile.ts';
import { icloudProfile } from '../../../src/imap/profiles/icloud.ts';
import { createImapSource, type ImapSource } from '../../../src/imap/source.ts';
import { createAccountPaces } from '../../../src/jobs/adapters/account-pace.ts';
import { createGraphTarget, GRAPH_TRAITS } from '../../../src/jobs/adapters/graph-target.ts';
import { openImapTarget, traitsOf } from '../../../src/jobs/adapters/imap-ends.ts';
import { createByteBudget } from '../../../src/jobs/copy/byte-budget.ts';
import { copyPass } from '../../../src/jobs/copy/copy-pass.ts';
import type { CopyResult } from '../../../src/jobs/copy/deps.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createCopyStore } from '../../../src/jobs/db/copy-store.ts';
import { createLedgerStore } from '../../../src/jobs/db/ledger-store.ts';
import type { MailTarget, TargetTraits } from '../../../src/jobs/ports.ts';
import { silentLogger } from '../../../src/log.ts';
import { SAMPLE_VERSION } from '../../../src/mail/fast-transfer/properties.ts';
import { startExchangeServer } from '../../sim/imap/exchange.ts';
import { startIcloudServer } from '../../sim/imap/icloud.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import type { MailStore } from '../../sim/imap/store.ts';
import { mailFoldersOf } from '../../sim/join-mail.ts';
import { addUser, type SimUser } from '../../sim/m365/directory.ts';
import type { FaultAction } from '../../sim/m365/faults.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { EXCHANGE_NAMES } from '../../sim/sample/exchange-names.ts';
import {
  createSampleMailbox,
  fillAccount,
  type SampleMailbox,
} from '../../sim/sample/sample-mailbox.ts';
import {
  compareMailboxes,
  type ExpectedException,
} from '../../support/compare/compare-mailboxes.ts';
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
let exchange: ImapServer;
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
  exchange = await startExchangeServer({ verifyToken: () => 'ok', rebuildMime: false });
  store = exchange.store;
  tenant.directory.mailFolders = mailFoldersOf(store);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
  await Promise.all([icloud.close(), exchange.close()]);
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

function openSource(): ImapSource {
  return createImapSource({
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
}

/** Over IMAP, for a mailbox that changes its path. */
function openImap(user: SimUser): Promise<MailTarget> {
  const account = {
    host: exchange.host,
    port: exchange.port,
    secure: false,
    user: user.mail ?? '',
    profile: chooseProfile('', 'exchange-online'),
    credential: async () => ({ kind: 'access-token', token: 'good' }) as const,
  };
  const deps = {
    spoolDirectory: '/nonexistent',
    paces: createAccountPaces(systemClock),
    clock: systemClock,
    logger: silentLogger,
  };
  return openImapTarget(deps, account, { maxConnections: 2 }, AbortSignal.timeout(60_000));
}

/** What another try mends is tried again. */
function goOn(error: unknown): CopyResult {
  if (isAppError(error) && error.disposition !== 'stop' && error.disposition !== 'ask') {
    return { kind: 'yielded', resumeAt: error.retryAfter };
  }
  throw error;
}

const waitOf = (result: CopyResult, now: Date): number =>
  result.kind === 'finished' || result.resumeAt === null
    ? 0
    : Math.max(0, result.resumeAt.getTime() - now.getTime()) + 1;

const openTarget = async (user: SimUser, path: CopyOptions['path']): Promise<MailTarget> =>
  path === 'imap'
    ? openImap(user)
    : createGraphTarget({
        m365: tenant.m365,
        userId: user.id,
        version: SAMPLE_VERSION,
        clock: systemClock,
      });

const traitsFor = (path: CopyOptions['path']): TargetTraits =>
  path === 'imap' ? traitsOf({ name: 'exchange-online' }) : GRAPH_TRAITS;

function armFaults(strike: (n: number) => FaultAction | null): void {
  for (let n = 1; n <= 400; n += 1) {
    const action = strike(n);
    if (action !== null) {
      tenant.server.faults.push({ operation: 'POST importItem', skip: n - 1, action });
    }
  }
}

interface CopyOptions {
  readonly path?: 'imap';
  /** The worker's time is up after so many messages. */
  readonly stopAfter?: number;
  /** Source folders; all unless given. */
  readonly onlyFolders?: readonly string[] | null;
}

const FRESH = { pass: 0, stampProven: false };

/** Copies the sample into a mailbox of its own; `strike` may make trouble at the n-th import. */
async function copyAll(
  alias: string,
  strike: (n: number) => FaultAction | null,
  { path, stopAfter = Number.POSITIVE_INFINITY, onlyFolders = null }: CopyOptions = {},
): Promise<Run> {
  const user = userOf(alias);
  let settled = 0;
  armFaults(strike);
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
  const source = openSource();
  const target = await openTarget(user, path);
  for (let more = true; more; ) {
    const { pass, stampProven } = { ...FRESH, ...(await copies.find(id)) };
    const result = await copyPass(
      {
        source,
        target,
        traits: traitsFor(path),
        ledger,
        budget: createByteBudget(16 << 20),
        clock,
        logger: silentLogger,
      },
      {
        turn: await ledger.takeTurn(id),
        targetMailbox: user.mail ?? '',
        pass,
        stampProven,
        onlyFolders,
        mustYield: () => settled >= stopAfter,
        onProgress: ({ kind }) => {
          settled += Number(kind === 'message');
        },
      },
      signal,
    ).catch(goOn);
    more = result.kind === 'yielded' && settled < stopAfter;
    await clock.sleep(waitOf(result, clock.now()));
  }
  await Promise.all([source.close(), target.close()]);
  await (settled < stopAfter ? copies.countPass(id) : null);
  tenant.server.faults.clear();
  return { user, imports: tenant.server.journal.count('POST importItem') - before };
}

/** What differs between iCloud and the mailbox, by list. */
async function differences(
  user: SimUser,
  onlyFolders: readonly string[] = sample.folders.map(({ name }) => name),
  expected: readonly ExpectedException[] = [],
): Promise<readonly string[]> {
  const source = snapshotOfStore(icloud.store, ICLOUD);
  const opening = new Set(sample.folders.filter(({ opens }) => opens).map(({ name }) => name));
  const result = await compareMailboxes({
    source: {
      folders: source.folders.filter(({ name }) => opening.has(name) && onlyFolders.includes(name)),
    },
    target: snapshotOfStore(store, user.mail ?? ''),
    mode: 'one-body',
    folderNames: EXCHANGE_NAMES,
    expected: [
      ...expected,
      {
        list: 'altered',
        why: 'a part without a name gets one, so that a person can open it',
        matches: ({ message }) => message.bytes.includes('text/calendar; method=REQUEST'),
      },
    ],
  });
  expect(result.matched).toBeGreaterThan(60);
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

/** It was refused before the path changed, and is named in the report. */
const REFUSED_OVER_IMAP: ExpectedException = {
  list: 'missing',
  why: 'Exchange refuses mail in which it finds a virus',
  matches: ({ message }) =>
    sample.folders
      .flatMap(({ messages }) => messages)
      .some(({ kind, bytes }) => kind === 'virus' && bytes.equals(message.bytes)),
};

test('a mailbox that was begun over IMAP, with answers lost, goes on through Graph: nothing is there twice', async () => {
  for (const nth of [3, 20, 30, 31]) {
    exchange.faults.push({ command: 'APPEND', when: nth, action: { kind: 'drop-after-stored' } });
  }
  const onlyFolders = ['INBOX', 'Sent Messages'];
  const first = { path: 'imap', stopAfter: 30, onlyFolders } as const;
  const { user } = await copyAll('changing', () => null, first);
  exchange.faults.clear();
  const count = (): number =>
    store
      .account(user.mail ?? '')
      ?.folders.reduce((sum, { messages }) => sum + messages.length, 0) ?? 0;
  const begun = count();
  expect(begun).toBeGreaterThanOrEqual(30);
  const { imports } = await copyAll('changing', () => null, { onlyFolders });
  expect(imports).toBeGreaterThan(10);
  expect(await differences(user, onlyFolders, [REFUSED_OVER_IMAP])).toEqual([]);
  expect(imports + begun).toBe(count());
});
