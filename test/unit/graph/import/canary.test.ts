/** The canary on a simulated tenant that understands streams as we do, and on ones that do not. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { type CanaryResult, runCanary } from '../../../../src/jobs/adapters/graph-canary.ts';
import { createGraphTarget } from '../../../../src/jobs/adapters/graph-target.ts';
import type { AppendOutcome } from '../../../../src/jobs/ports.ts';
import { SAMPLE_VERSION } from '../../../../src/mail/fast-transfer/properties.ts';
import { createMailStore, type MailStore } from '../../../sim/imap/store.ts';
import { mailFoldersOf } from '../../../sim/join-mail.ts';
import { addUser, type SimUser } from '../../../sim/m365/directory.ts';
import { IMPORT_QUIRKS } from '../../../sim/m365/import-service.ts';
import { PRODUCTS } from '../../../sim/m365/skus.ts';
import { createTenantWorld, never, type TenantWorld } from '../tenant-world.ts';

let world: TenantWorld;
let store: MailStore;
let anna: SimUser;

beforeAll(async () => {
  world = await createTenantWorld();
  world.application.graphRoles.push('MailboxItem.ImportExport.All', 'Mail.ReadWrite');
  anna = addUser(world.directory, {
    displayName: 'Anna',
    alias: 'anna',
    product: PRODUCTS.businessBasic,
  });
});
afterAll(() => world.close());
beforeEach(() => {
  store = createMailStore({
    caseInsensitiveNames: true,
    defaultFolders: [{ name: 'INBOX' }, { name: 'Archive' }],
  });
  store.addAccount(anna.mail ?? '');
  store.addMessage(anna.mail ?? '', 'Archive', {
    bytes: Buffer.from(`Subject: there before\r\n\r\n${'text '.repeat(10_000)}`),
  });
  world.directory.mailFolders = mailFoldersOf(store);
});
afterEach(() => {
  Object.assign(world.server.quirks, IMPORT_QUIRKS);
  // Whatever came of it, the mailbox is as it was.
  const folders = (store.account(anna.mail ?? '')?.folders ?? []).map(({ name }) => name);
  if (folders.join(' ') !== 'INBOX Archive') {
    throw new Error(`The canary left ${folders.join(', ')}.`);
  }
});

const run = (): Promise<CanaryResult> =>
  runCanary({ m365: world.m365, userId: anna.id, clock: systemClock }, never);

test('an Exchange that keeps all that was written passes, and its version is taken over', async () => {
  const result = await run();
  expect(result).toEqual({ kind: 'passed', version: Buffer.from('140fd6918617', 'hex') });
});

test('a mailbox without a message cannot be calibrated', async () => {
  store.deleteMessage(anna.mail ?? '', 'Archive', 1);
  expect(await run()).toEqual({ kind: 'nothing-to-calibrate' });
});

test('an Exchange that cuts its streams otherwise fails before anything is written', async () => {
  world.server.quirks.exportBufferBytes = 5000;
  const before = world.server.journal.count('POST importItem');
  expect(await run()).toEqual({ kind: 'failed', step: 'calibrate', differences: ['octets'] });
  expect(world.server.journal.count('POST importItem')).toBe(before);
});

test.for([
  ['draft', 'read-back', ['draft']],
  ['received', 'read-back', ['received']],
  ['headers', 'read-back', ['message']],
  ['body', 'export', ['message 1013']],
  ['recipient', 'export', ['recipients: 3 became 2']],
  ['file', 'export', ['attachment 1 3701', 'attachment 2 3701']],
] as const)(
  'one that changes the %s is found out at the %s',
  async ([alteration, step, differences]) => {
    world.server.quirks.importAlters = alteration;
    expect(await run()).toEqual({ kind: 'failed', step, differences });
  },
);

test('one message of many is compared while a mailbox is written; a difference ends it', async () => {
  const target = createGraphTarget({
    m365: world.m365,
    userId: anna.id,
    version: SAMPLE_VERSION,
    clock: systemClock,
    compareEvery: 3,
  });
  await target.ensureFolders(['Work'], never);
  const append = (n: number): Promise<AppendOutcome> =>
    target.append(
      {
        folderPath: 'Work',
        bytes: Buffer.from(`Subject: ${n}\r\nContent-Type: text/html\r\n\r\n<p>${n}`),
        flags: [],
        receivedAt: new Date(0),
      },
      never,
    );
  const kinds = async (...numbers: readonly number[]): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const n of numbers) {
      const outcome = await append(n);
      found.push(outcome.kind === 'refused' ? outcome.error.code : outcome.kind);
    }
    return found;
  };
  const path = 'POST /admin/exchange/mailboxes/{id}/exportItems';
  const before = world.server.journal.count(path);
  expect(await kinds(1, 2, 3)).toEqual(['stored', 'stored', 'stored']);
  expect(world.server.journal.count(path) - before).toBe(1);
  world.server.quirks.importAlters = 'body';
  expect(await kinds(4, 5)).toEqual(['stored', 'jobs.items-altered']);
  store.deleteFolder(anna.mail ?? '', 'Work');
});

describe('what says nothing of the stream is thrown', () => {
  test('a right that is missing', async () => {
    const roles = world.application.graphRoles.splice(0);
    world.application.graphRoles.push('MailboxSettings.Read', 'Mail.ReadWrite');
    world.m365.tokens.forget('graph');
    await expect(run()).rejects.toMatchObject({ code: 'graph.right-missing' });
    world.application.graphRoles.splice(0, 9, ...roles);
    world.m365.tokens.forget('graph');
    world.server.journal.violations.splice(0);
  });
});
