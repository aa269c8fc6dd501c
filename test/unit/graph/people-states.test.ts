import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PersonFinding, TenantState } from '../../../src/graph/people.ts';
import { addUser, type SimUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { createTenantWorld, never, type TenantWorld } from './tenant-world.ts';

const SETTINGS = 'GET /users/{id}/mailboxSettings';

let world: TenantWorld;

beforeEach(async () => {
  world = await createTenantWorld();
});

afterEach(() => world.close());

function addPeople(count: number, licensed: (index: number) => boolean): readonly SimUser[] {
  return Array.from({ length: count }, (_none, index) =>
    addUser(world.directory, {
      alias: `kim${index}`,
      displayName: `Kim ${index}`,
      ...(licensed(index) ? { product: PRODUCTS.businessBasic } : {}),
    }),
  );
}

const ids = (users: readonly SimUser[]): readonly string[] => users.map((user) => user.id);

/** `licensed ready imap-off`: what was learnt of a person, in words. */
function wordsFor(finding: PersonFinding | undefined): string {
  if (finding?.kind !== 'found') {
    return finding?.kind === 'failed' ? finding.error.code : (finding?.kind ?? 'missing');
  }
  const { licensed, mailbox, imapEnabled, details } = finding.state;
  const imap = imapEnabled === null ? '' : ` imap-${imapEnabled ? 'on' : 'off'}`;
  const size = details === null ? '' : ` ${(details.quotaBytes ?? 0) / 1024 ** 3} GB`;
  return `${licensed ? 'licensed' : 'unlicensed'} ${mailbox}${imap}${size}`;
}

const summaries = (users: readonly SimUser[], { people }: TenantState): readonly string[] =>
  users.map((user) => wordsFor(people.get(user.id)));

test('200 people in at most 40 exchanges and, at 100 ms each, 20 s', async () => {
  const users = addPeople(200, (index) => index % 4 !== 0);
  for (const user of users.filter((_user, index) => index % 3 === 0)) {
    if (user.mailbox !== null) {
      user.mailbox.imapEnabled = false;
    }
  }
  world.server.faults.push({
    operation: '*',
    times: 1_000_000,
    action: { kind: 'delay', ms: 100 },
  });
  const startedMs = performance.now();
  const state = await world.m365.people.states(ids(users), never);
  expect(performance.now() - startedMs).toBeLessThan(20_000);
  expect(world.server.journal.exchanges()).toBeLessThanOrEqual(40);
  expect(summaries(users, state)).toEqual(
    users.map((_user, index) => {
      const ready = `licensed ready imap-${index % 3 === 0 ? 'off' : 'on'} 100 GB`;
      return index % 4 === 0 ? 'unlicensed none' : ready;
    }),
  );
  expect(state.subscriptions.find(({ usedSeats }) => usedSeats > 0)?.usedSeats).toBe(150);
});

test('one person costs four exchanges beside the sign-in', async () => {
  const [anna] = addPeople(1, () => true);
  await world.m365.tokens.getToken('graph', never);
  await world.m365.tokens.getToken('exchange', never);
  const before = world.server.journal.exchanges();
  await world.m365.people.states([anna?.id ?? ''], never);
  expect(world.server.journal.exchanges() - before).toBe(4);
  expect(world.server.changes).toEqual([]);
});

test('each person is found out by itself: unknown, refused, guest, coming', async () => {
  const users = addPeople(6, (index) => index !== 1);
  const [ready, bare, coming, guest, refused, late] = users;
  if (!(ready && bare && coming?.mailbox && guest && refused && late?.mailbox)) {
    throw new Error('The world lacks somebody.');
  }
  guest.userType = 'Guest';
  coming.mailbox = { ...coming.mailbox, readyAtMs: Number.MAX_SAFE_INTEGER };
  world.server.faults.push({
    operation: SETTINGS,
    skip: 4,
    action: {
      kind: 'answer',
      status: 403,
      body: { error: { code: 'ErrorAccessDenied', message: 'Access to OData is disabled.' } },
    },
  });
  const nobody = '00000000-0000-4000-8000-0000000000ff';
  const state = await world.m365.people.states([...ids(users), nobody, ready.id], never);
  expect(summaries(users, state)).toEqual([
    'licensed ready imap-on 100 GB',
    'unlicensed none',
    'licensed provisioning',
    'licensed none',
    'graph.mailbox-access-restricted',
    'licensed ready imap-on 100 GB',
  ]);
  expect(state.people.get(nobody)).toEqual({ kind: 'unknown' });
  expect(state.people.size).toBe(7);
});

test('everybody is recognised for what they are to a move', async () => {
  const users = addPeople(6, () => true);
  const [member, guest, shared, room, disabled, synced] = users;
  if (!(member && guest && shared?.mailbox && room?.mailbox && disabled && synced)) {
    throw new Error('The world lacks somebody.');
  }
  guest.userType = 'Guest';
  shared.mailbox.userPurpose = 'shared';
  shared.accountEnabled = false;
  room.mailbox.userPurpose = 'room';
  disabled.accountEnabled = false;
  synced.onPremisesSyncEnabled = true;
  const { people } = await world.m365.people.states(ids(users), never);
  const kinds = users.map((user) => people.get(user.id));
  expect(kinds.map((one) => (one?.kind === 'found' ? one.state.kind : one?.kind))).toEqual([
    'member',
    'guest',
    'shared-mailbox',
    'resource-mailbox',
    'disabled-account',
    'directory-synced',
  ]);
});

test('where Exchange does not filter by object id, each mailbox is asked for', async () => {
  world.server.quirks.filtersByObjectId = false;
  const users = addPeople(3, () => true);
  const state = await world.m365.people.states(ids(users), never);
  expect(new Set(summaries(users, state))).toEqual(new Set(['licensed ready imap-on 100 GB']));
  expect(world.server.journal.count('Get-Mailbox')).toBe(4);
});

test('rows of Exchange that come in pages are all read', async () => {
  world.server.quirks.pageSize = 3;
  const users = addPeople(10, () => true);
  const state = await world.m365.people.states(ids(users), never);
  expect(new Set(summaries(users, state))).toEqual(new Set(['licensed ready imap-on 100 GB']));
  expect(world.server.journal.count('Get-CASMailbox')).toBe(4);
});

test('a mailbox that only Graph knows is still coming', async () => {
  const [anna] = addPeople(1, () => true);
  const body = {
    error: {
      code: 'NotFound',
      message: "The operation couldn't be performed because object 'x' couldn't be found.",
    },
  };
  for (const operation of ['Get-Mailbox', 'Get-CASMailbox']) {
    world.server.faults.push({ operation, action: { kind: 'answer', status: 404, body } });
  }
  const state = await world.m365.people.states([anna?.id ?? ''], never);
  expect(wordsFor(state.people.get(anna?.id ?? ''))).toBe('licensed provisioning');
});

test('a storm of throttled requests is sat out; nobody is lost', async () => {
  const users = addPeople(40, () => true);
  const storm = { kind: 'throttle', retryAfter: '0' } as const;
  world.server.faults.push({ operation: 'GET /users/{id}', times: 30, action: storm });
  world.server.faults.push({ operation: 'POST /$batch', times: 3, action: storm });
  world.server.faults.push({ operation: 'Get-CASMailbox', times: 2, action: storm });
  const state = await world.m365.people.states(ids(users), never);
  expect(new Set(summaries(users, state))).toEqual(new Set(['licensed ready imap-on 100 GB']));
});

test('a storm that asks for five minutes is a wait for a job, at once', async () => {
  const users = addPeople(3, () => true);
  const action = { kind: 'throttle', retryAfter: '300' } as const;
  world.server.faults.push({ operation: 'POST /$batch', action });
  const startedMs = performance.now();
  await expect(world.m365.people.states(ids(users), never)).rejects.toMatchObject({
    code: 'graph.throttled',
    disposition: 'wait',
  });
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});
