/** What a move changes in the tenant is asked for, written down, audited, and put back, whatever happens. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createGraphTenant } from '../../../src/jobs/adapters/graph-tenant.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { SourceLoginRefusedError } from '../../../src/jobs/errors.ts';
import type { MigrationEvent, StateName } from '../../../src/jobs/migration/state.ts';
import { silentLogger } from '../../../src/log.ts';
import type { SimUser } from '../../sim/m365/directory.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createTenantRun, type TenantRun } from '../../support/tenant-run.ts';
import {
  createTenantWorld,
  EXCHANGE_ROLES,
  never,
  type TenantWorld,
} from '../../unit/graph/tenant-world.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const HOUR_MS = 60 * 60 * 1000;

let testDatabase: TestDatabase;
let database: Database;
let world: TenantWorld;
/** Ahead of the machine's clock, so that a wait is over when a test says so. */
let aheadMs = 0;
const now = (): Date => new Date(Date.now() + aheadMs);

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
  world = await createTenantWorld({ now: () => Date.now() + aheadMs });
  for (const sku of world.directory.skus) {
    sku.enabledUnits = 500;
  }
});
afterEach(backToNow);
afterAll(async () => {
  await world.close(/Exchange.ManageAsApp/);
  await database.close();
  await testDatabase.drop();
});

function backToNow(): void {
  aheadMs = 0;
  // They were issued in a time that is yet to come.
  world.m365.tokens.forget('graph');
  world.m365.tokens.forget('exchange');
}

function run(alias: string, more: { licensed?: boolean; user?: SimUser } = {}): Promise<TenantRun> {
  return createTenantRun({
    world,
    database,
    alias,
    now,
    tenant: createGraphTenant(world.m365),
    ...more,
  });
}

/** Somebody whose mailbox is as it was long before the move: IMAP off, a policy that eats old mail. */
async function prepared(alias: string): Promise<TenantRun> {
  const anna = await run(alias);
  anna.mailbox().imapEnabled = false;
  return anna;
}

const cancel = async (anna: TenantRun): Promise<void> => {
  await anna.apply({ type: 'cancel-requested' });
  expect(await anna.step()).toEqual({ type: 'cleaned-up' });
};

test('each change is an audit row with before and after, in the name of who agreed, and is put back', async () => {
  const anna = await run('every', { licensed: false });
  world.directory.imapInNewMailboxes = false;
  expect(await anna.step()).toEqual({ type: 'validated' });
  expect(await anna.step()).toMatchObject({ type: 'waiting' });
  world.directory.imapInNewMailboxes = true;
  const before = anna.look();
  await anna.until('Piloting');
  anna.account.sizes = [30 * MIB, 40 * MIB];
  expect(await anna.step()).toMatchObject({ type: 'blocked' });
  await agree(anna, 'raise-limit', 41 * MIB);
  await anna.until('PilotReview');
  expect(anna.mailbox()).toMatchObject({
    imapEnabled: true,
    retentionHoldEnabled: true,
    maxReceiveMb: 41,
  });
  await cancel(anna);
  expect(anna.look()).toBe(before);
  const sku = anna.user.licences[0]?.skuId;
  expect(await anna.audits()).toEqual([
    'tenant.usage-location: none → DE by admin-1',
    `tenant.licence: none → ${sku} by admin-1`,
    'tenant.imap: off → on by admin-1',
    'tenant.mailbox-access: none → FullAccess by admin-1',
    'tenant.retention-hold: off → on by admin-1',
    `tenant.receive-limit: ${36 * MIB} → ${41 * MIB} by admin-1`,
    `tenant.send-limit: ${35 * MIB} → ${41 * MIB} by admin-1`,
    `tenant.send-limit.put-back: ${41 * MIB} → ${35 * MIB} by admin-1`,
    `tenant.receive-limit.put-back: ${41 * MIB} → ${36 * MIB} by admin-1`,
    'tenant.retention-hold.put-back: on → off by admin-1',
    'tenant.mailbox-access.put-back: FullAccess → none by admin-1',
    'tenant.imap.put-back: on → off by admin-1',
    `tenant.licence.stays: ${sku} → ${sku} by admin-1`,
    'tenant.usage-location.stays: DE → DE by admin-1',
  ]);
});

async function agree(
  anna: TenantRun,
  choice: 'fill-mailbox' | 'raise-limit' | 'leave-large',
  bytes: number,
): Promise<void> {
  const { id: migrationId } = await anna.row();
  const actor = { personId: 'admin-2', tenantId: 'tenant-1' };
  const changed = await anna.store.apply({
    migrationId,
    event: { type: 'agreed', choice, bytes },
    actor,
    onlyAtStep: null,
    also: (client) => anna.store.saveAgreed(client, { migrationId, actor, choice, bytes }),
  });
  if (changed === null) {
    throw new Error('that is not the question');
  }
}

test('planning changes nothing', async () => {
  const anna = await prepared('dry');
  const seen = world.server.changes.length;
  await anna.tenant.readiness(anna.user.id, never);
  await anna.tenant.inspectMailbox(anna.user.id, never);
  await anna.tenant.findPeople('dry', never);
  expect(await anna.step()).toEqual({ type: 'validated' });
  expect(world.server.changes.slice(seen)).toEqual([]);
});

test('there is no access to a mailbox before its person’s password was accepted', async () => {
  const anna = await prepared('order');
  await anna.until('WaitingForUser');
  await anna.apply({ type: 'credential-submitted' });
  anna.account.login = async () => {
    throw new SourceLoginRefusedError('no');
  };
  expect(await anna.step()).toMatchObject({ type: 'login-refused' });
  expect(anna.mailbox().permissions).toEqual([]);
  expect(anna.mailbox().retentionHoldEnabled).toBe(false);
  anna.account.login = async () => expect(anna.mailbox().permissions).toEqual([]);
  await anna.until('Piloting');
  expect(anna.mailbox().permissions).toHaveLength(1);
});

test('a right that takes an hour is waited for with pauses that grow, and without further logins at Apple', async () => {
  const anna = await prepared('slow');
  world.directory.timing.permissionDelayMs = HOUR_MS;
  await anna.until('WaitingForUser');
  await anna.apply({ type: 'credential-submitted' });
  let looks = 0;
  for (let event = await anna.step(); event !== 'again' && event.type === 'waiting'; ) {
    expect((await anna.row()).until).toEqual(event.until);
    aheadMs += event.until.getTime() - now().getTime();
    looks += 1;
    event = await anna.step();
  }
  world.directory.timing.permissionDelayMs = 0;
  expect((await anna.row()).state).toBe('Piloting');
  expect(looks).toBeGreaterThan(10);
  expect(looks).toBeLessThan(25);
});

test('a mailbox that does not come within a day is somebody’s to look at, with words that say where', async () => {
  const anna = await run('late', { licensed: false });
  world.directory.timing.provisioningMs = 30 * HOUR_MS;
  await anna.step();
  const pauses: number[] = [];
  for (const waitedMs of [0, HOUR_MS, 23.5 * HOUR_MS]) {
    aheadMs = waitedMs;
    const event = await anna.step();
    const until = event !== 'again' && event.type === 'waiting' ? event.until : now();
    expect((await anna.row()).until).toEqual(until);
    pauses.push(Math.round((until.getTime() - now().getTime()) / 60_000));
  }
  expect(pauses).toEqual([1, 12, 30]);
  aheadMs = 24 * HOUR_MS + 1000;
  await anna.step();
  world.directory.timing.provisioningMs = 0;
  expect(await anna.row()).toMatchObject({
    state: 'WaitingForAdmin',
    resume: 'Provisioning',
    problem: { code: 'tenant.mailbox-late' },
  });
  backToNow();
  anna.user.mailbox = { ...anna.mailbox(), readyAtMs: 0 };
  await anna.apply({ type: 'retry-requested' });
  await anna.until('WaitingForUser');
});

test('an account that its mailbox has no room for waits with the numbers; a larger plan or a word lets it go on', async () => {
  const anna = await prepared('full');
  await anna.until('Piloting');
  anna.mailbox().usedBytes = 10 * GIB;
  anna.mailbox().quotaGb = 50;
  anna.account.sizes = Array.from({ length: 3000 }, () => 20 * MIB);
  await anna.step();
  const asked = await anna.row();
  const bytes = 60_000 * MIB - 40 * GIB;
  expect(asked).toMatchObject({
    state: 'WaitingForAdmin',
    problem: {
      code: 'tenant.mailbox-too-small',
      facts: { bytes, sourceBytes: 60_000 * MIB, freeBytes: 40 * GIB, quotaBytes: 50 * GIB },
    },
    room: { source: { messages: 3000 }, before: { usedBytes: 10 * GIB }, after: null },
  });
  await expect(agree(anna, 'fill-mailbox', bytes - 1)).rejects.toThrow('not the question');
  await expect(agree(anna, 'raise-limit', bytes)).rejects.toThrow('not the question');
  await agree(anna, 'fill-mailbox', bytes);
  await anna.until('PilotReview');

  const ben = await prepared('fuller');
  await ben.until('Piloting');
  ben.mailbox().quotaGb = 2;
  ben.account.sizes = Array.from({ length: 300 }, () => 20 * MIB);
  await ben.step();
  expect((await ben.row()).state).toBe('WaitingForAdmin');
  ben.mailbox().quotaGb = 100;
  await ben.apply({ type: 'retry-requested' });
  await ben.until('PilotReview');
});

test('messages that may stay where they are raise no limit', async () => {
  const anna = await prepared('leave');
  await anna.until('Piloting');
  anna.account.sizes = [36 * MIB, 200 * MIB];
  const seen = world.server.changes.length;
  await anna.step();
  expect((await anna.row()).problem).toMatchObject({
    code: 'tenant.messages-too-large',
    facts: { bytes: 37 * MIB, messages: 1, largestBytes: 36 * MIB, limitBytes: 35 * MIB },
  });
  await agree(anna, 'leave-large', 37 * MIB);
  await anna.until('PilotReview');
  const operations = world.server.changes.slice(seen).map(({ after }) => after);
  expect(operations.join()).not.toContain('MaxReceiveSize 37');
});

test('what an admin changed meanwhile stays as he left it, and is named', async () => {
  const anna = await prepared('meanwhile');
  await anna.until('Piloting');
  anna.account.sizes = [40 * MIB];
  await anna.step();
  await agree(anna, 'raise-limit', 41 * MIB);
  await anna.until('PilotReview');
  anna.mailbox().maxReceiveMb = 100;
  anna.mailbox().retentionHoldEnabled = false;
  await cancel(anna);
  expect(anna.mailbox()).toMatchObject({ maxReceiveMb: 100, maxSendMb: 35, imapEnabled: false });
  expect(await anna.audits()).toContain(
    `tenant.receive-limit.left: ${41 * MIB} → ${100 * MIB} by admin-1`,
  );
});

test('access and IMAP that were there before stay', async () => {
  const anna = await run('before');
  await world.m365.mailboxAccess.grant(anna.user.id, never);
  anna.mailbox().retentionHoldEnabled = true;
  const before = anna.look();
  await anna.until('PilotReview');
  await cancel(anna);
  expect(anna.look()).toBe(before);
  expect(await anna.audits()).toEqual([]);
});

/** How each state is come to from the one before it, in the order of the table. */
const FROM_PILOT: readonly (readonly [StateName, MigrationEvent])[] = [
  ['Syncing', { type: 'pilot-approved' }],
  ['RateLimited', { type: 'throttled', until: new Date() }],
  ['Paused', { type: 'pause-requested' }],
  ['Syncing', { type: 'resume-requested' }],
  ['WaitingForUser', { type: 'credential-lost', problem: { code: 'a.b', facts: {} } }],
  ['Testing', { type: 'credential-submitted' }],
  ['Syncing', { type: 'login-accepted' }],
  ['Synced', { type: 'pass-finished' }],
  ['IncrementalSyncing', { type: 'delta-due' }],
  ['Synced', { type: 'pass-finished' }],
  ['Completing', { type: 'finish-requested' }],
  ['Verifying', { type: 'pass-finished' }],
  ['WaitingForAdmin', { type: 'blocked', problem: { code: 'a.b', facts: {} } }],
];

const CASES = [
  ...(['Validating', 'Provisioning', 'WaitingForUser', 'Piloting', 'PilotReview'] as const).map(
    (state) => [state, state, []] as const,
  ),
  ...FROM_PILOT.map(([state], index) => {
    const events = FROM_PILOT.slice(0, index + 1).map(([, event]) => event);
    return [`${state}, after the pilot`, state, events] as const;
  }).filter(([name], index, all) => all.findIndex((other) => other[0] === name) === index),
];

test.each(CASES)('a cancel in %s puts everything back', async (name, state, events) => {
  const anna = await prepared(name.toLowerCase().replaceAll(/\W+/g, '-'));
  const before = anna.look();
  await anna.until(events.length === 0 ? state : 'PilotReview');
  for (const event of events) {
    await anna.apply(event);
  }
  expect((await anna.row()).state).toBe(state);
  await cancel(anna);
  expect(anna.look()).toBe(before);
  expect(await anna.store.openChanges((await anna.row()).id)).toEqual([]);
});

test('of two moves into one mailbox, the one that ends first leaves the put-back to the other', async () => {
  const first = await prepared('two-one');
  const before = first.look();
  await first.until('PilotReview');
  const second = await run('two-two', { user: first.user });
  await second.until('Piloting');
  second.account.sizes = [40 * MIB];
  await second.step();
  await agree(second, 'raise-limit', 41 * MIB);
  await second.until('PilotReview');
  await cancel(first);
  expect(first.mailbox()).toMatchObject({ imapEnabled: true, retentionHoldEnabled: true });
  expect(first.mailbox().permissions).toHaveLength(1);
  expect((await first.store.changes((await first.row()).id)).map(({ outcome }) => outcome)).toEqual(
    ['passed-on', 'passed-on', 'passed-on'],
  );
  await cancel(second);
  expect(second.look()).toBe(before);
});

test('a failure puts everything back, too', async () => {
  const anna = await prepared('failure');
  const before = anna.look();
  await anna.until('PilotReview');
  await anna.apply({ type: 'failed', problem: { code: 'internal.unexpected', facts: {} } });
  expect(await anna.step()).toEqual({ type: 'cleaned-up' });
  expect(anna.look()).toBe(before);
});

test('what the mailbox held is known before and after; not to hear it again stops nothing', async () => {
  const anna = await prepared('room');
  anna.mailbox().usedBytes = 5 * MIB;
  await anna.until('PilotReview');
  anna.mailbox().usedBytes = 7 * MIB;
  await anna.noteRoom();
  const before = { quotaBytes: 100 * GIB, usedBytes: 5 * MIB, items: 0 };
  const room = { source: { messages: 1, bytes: 1000, largestBytes: 1000 }, before };
  expect((await anna.row()).room).toEqual({ ...room, after: { ...before, usedBytes: 7 * MIB } });
  withdrawConsent();
  await anna.noteRoom();
  giveConsent();
  expect((await anna.row()).room).toMatchObject(room);
});

test('a token that expires between two changes is replaced', async () => {
  const anna = await prepared('expiry');
  const before = anna.look();
  await anna.until('WaitingForUser');
  aheadMs += 2 * HOUR_MS;
  await anna.until('Piloting');
  aheadMs += 2 * HOUR_MS;
  await anna.until('PilotReview');
  aheadMs += 2 * HOUR_MS;
  await cancel(anna);
  expect(anna.look()).toBe(before);
});

test.each(['Validating', 'Provisioning', 'Testing', 'Piloting'] as const)(
  'a consent withdrawn in %s stops for the admin; given back, it goes on',
  async (state) => {
    const anna = await prepared(`consent-${state.toLowerCase()}`);
    await upTo(anna, state);
    const seen = world.server.changes.length;
    withdrawConsent();
    expect(await anna.step()).toMatchObject({
      type: 'blocked',
      problem: { code: 'exchange-admin.right-missing' },
    });
    giveConsent();
    expect(await anna.row()).toMatchObject({ state: 'WaitingForAdmin', resume: state });
    expect(world.server.changes.length).toBe(seen);
    await anna.apply({ type: 'retry-requested' });
    await anna.until('PilotReview');
  },
);

test.each([
  ['Validating', 'POST /$batch', 'Validating'],
  ['Provisioning', 'Get-Mailbox', 'Provisioning'],
  ['Provisioning', 'Set-CASMailbox', 'Provisioning'],
  ['Testing', 'Add-MailboxPermission', 'Testing'],
  ['Piloting', 'Get-MailboxStatistics', 'RateLimited'],
  ['Piloting', 'Set-Mailbox', 'RateLimited'],
] as const)('%s, asked to wait five minutes by %s, is a job that waits', async (...row) => {
  const [state, operation, waits] = row;
  const anna = await prepared(`wait-${state}-${operation.replaceAll(/\W/g, '')}`.toLowerCase());
  await upTo(anna, state);
  const action = { kind: 'throttle', retryAfter: '300' } as const;
  world.server.faults.push({ operation, action });
  const startedMs = Date.now();
  await anna.step();
  expect(Date.now() - startedMs).toBeLessThan(5000);
  const waiting = await anna.row();
  expect(waiting.state).toBe(waits);
  expect(waiting.until?.getTime()).toBeGreaterThan(startedMs + 295_000);
  if (waits === 'RateLimited') {
    await anna.apply({ type: 'due' });
  }
  await anna.until('PilotReview');
});

/** To the moment before this state's job runs. */
async function upTo(
  anna: TenantRun,
  state: 'Validating' | 'Provisioning' | 'Testing' | 'Piloting',
): Promise<void> {
  await anna.until(state === 'Testing' ? 'WaitingForUser' : state);
  if (state === 'Testing') {
    await anna.apply({ type: 'credential-submitted' });
  }
}

test('a consent withdrawn before the end: what is left to put back is said, and put back once it is given again', async () => {
  const anna = await prepared('consent-end');
  const before = anna.look();
  await anna.until('PilotReview');
  withdrawConsent();
  await anna.apply({ type: 'cancel-requested' });
  const event = await anna.step();
  expect(event).toMatchObject({
    type: 'clean-up-hindered',
    problem: { code: 'exchange-admin.right-missing' },
  });
  const waiting = await anna.row();
  expect(waiting).toMatchObject({ state: 'Cancelled', cleanedUp: false });
  expect(waiting.until?.getTime()).toBeGreaterThan(now().getTime());
  giveConsent();
  await anna.apply({ type: 'retry-requested' });
  expect(await anna.step()).toEqual({ type: 'cleaned-up' });
  expect(anna.look()).toBe(before);
  expect(await anna.row()).toMatchObject({ cleanedUp: true, putBackProblem: null, until: null });
});

function withdrawConsent(): void {
  world.application.exchangeRoles.length = 0;
  world.m365.tokens.forget('exchange');
}

function giveConsent(): void {
  world.application.exchangeRoles.push(...EXCHANGE_ROLES);
  world.m365.tokens.forget('exchange');
}

test('one change that cannot be put back keeps none of the others', async () => {
  const anna = await prepared('one-left');
  await anna.until('PilotReview');
  const busy = { kind: 'throttle', retryAfter: '300' } as const;
  world.server.faults.push({ operation: 'Remove-MailboxPermission', action: busy });
  await anna.apply({ type: 'cancel-requested' });
  const event = await anna.step();
  expect(event).toMatchObject({ type: 'clean-up-hindered' });
  expect((await anna.row()).until?.getTime()).toBeGreaterThan(Date.now() + 290_000);
  expect(anna.mailbox()).toMatchObject({ imapEnabled: false, retentionHoldEnabled: false });
  expect(await anna.step()).toEqual({ type: 'cleaned-up' });
  expect(anna.mailbox().permissions).toEqual([]);
});

test('a mailbox that is gone for a day is given up', async () => {
  const anna = await prepared('gone');
  await anna.until('PilotReview');
  anna.user.mailbox = null;
  await anna.apply({ type: 'cancel-requested' });
  expect(await anna.step()).toMatchObject({ type: 'clean-up-hindered' });
  aheadMs += 25 * HOUR_MS;
  expect(await anna.step()).toEqual({ type: 'cleaned-up' });
  expect((await anna.audits()).at(-1)).toBe('tenant.imap.gone: on → on by admin-1');
});
