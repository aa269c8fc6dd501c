import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BatchResult } from '../../../src/graph/batch.ts';
import { BATCH_SIZE, type BatchRequest, planBatches } from '../../../src/graph/batch-plan.ts';
import { addUser, type SimUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { createTenantWorld, never, type TenantWorld } from './tenant-world.ts';

const BATCH = 'POST /$batch';
const READ = 'GET /users/{id}';
const ASSIGN = 'POST /users/{id}/assignLicense';

let world: TenantWorld;
let people: readonly SimUser[];

beforeEach(async () => {
  world = await createTenantWorld();
  people = Array.from({ length: 45 }, (_none, index) =>
    addUser(world.directory, { alias: `kim${index}`, displayName: `Kim ${index}` }),
  );
});

afterEach(() => world.close(/needs one of/));

const reading = (user: SimUser): BatchRequest => ({
  id: user.id,
  method: 'GET',
  path: `/users/${user.id}?$select=id,displayName`,
});

/** A country, and the licence that needs it. */
function licensing(user: SimUser, country = 'AT'): readonly BatchRequest[] {
  const add = [{ skuId: PRODUCTS.businessBasic.skuId, disabledPlans: [] }];
  return [
    {
      id: `country ${user.id}`,
      method: 'PATCH',
      path: `/users/${user.id}`,
      body: { usageLocation: country },
    },
    {
      id: `licence ${user.id}`,
      method: 'POST',
      path: `/users/${user.id}/assignLicense`,
      body: { addLicenses: add, removeLicenses: [] },
      dependsOn: [`country ${user.id}`],
    },
  ];
}

function person(index: number): SimUser {
  const user = people[index];
  if (user === undefined) {
    throw new Error('There is no such person.');
  }
  return user;
}

const codeOf = (result: BatchResult | undefined): string | undefined =>
  result?.ok === false ? result.error.code : undefined;

test('45 requests take three exchanges, and each gets its own answer', async () => {
  const found = await world.m365.batch.send(people.map(reading), never);
  expect(world.server.journal.count(BATCH)).toBe(3);
  for (const user of people) {
    expect(found.get(user.id)).toEqual({
      ok: true,
      body: { id: user.id, displayName: user.displayName },
    });
  }
});

test('a request that fails is an answer of its own', async () => {
  const nobody = { ...person(0), id: '00000000-0000-4000-8000-0000000000ff' };
  const found = await world.m365.batch.send([reading(nobody), reading(person(1))], never);
  expect(codeOf(found.get(nobody.id))).toBe('graph.not-found');
  expect(found.get(person(1).id)).toMatchObject({ ok: true });
});

test('only throttled requests are sent again', async () => {
  world.server.faults.push({
    operation: READ,
    skip: 3,
    times: 2,
    action: { kind: 'throttle', retryAfter: '0' },
  });
  const found = await world.m365.batch.send(people.slice(0, 20).map(reading), never);
  expect([...found.values()].every((result) => result.ok)).toBe(true);
  expect(world.server.journal.count(BATCH)).toBe(2);
  expect(world.server.journal.count(READ)).toBe(22);
});

test('a long Retry-After of one request is handed on at once; the others are answered', async () => {
  world.server.faults.push({ operation: READ, action: { kind: 'throttle', retryAfter: '300' } });
  const startedMs = performance.now();
  const found = await world.m365.batch.send([reading(person(0)), reading(person(1))], never);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
  expect(found.get(person(0).id)).toMatchObject({
    ok: false,
    error: { code: 'graph.throttled', disposition: 'wait', status: 429 },
  });
  const failed = found.get(person(0).id);
  const until = failed?.ok === false ? failed.error.retryAfter : null;
  expect(until?.getTime()).toBeGreaterThan(Date.now() + 290_000);
  expect(found.get(person(1).id)).toMatchObject({ ok: true });
});

test('a request that stays throttled is given up', async () => {
  const impatient = world.connect({ budgetMs: 100 });
  world.server.faults.push({ operation: READ, times: 99, action: { kind: 'throttle' } });
  const found = await impatient.batch.send([reading(person(0))], never);
  expect(codeOf(found.get(person(0).id))).toBe('graph.throttled');
});

test('what depends on a throttled request waits for it, and is done once', async () => {
  const operation = 'PATCH /users/{id}';
  world.server.faults.push({ operation, action: { kind: 'throttle', retryAfter: '0' } });
  const found = await world.m365.batch.send(licensing(person(0)), never);
  expect([...found.values()].every((result) => result.ok)).toBe(true);
  expect(world.server.changes.map((change) => change.operation)).toEqual([operation, ASSIGN]);
});

test('what was done is not done again for the sake of what depends on it', async () => {
  world.server.faults.push({ operation: ASSIGN, action: { kind: 'throttle', retryAfter: '0' } });
  const found = await world.m365.batch.send(licensing(person(0)), never);
  expect([...found.values()].every((result) => result.ok)).toBe(true);
  expect(world.server.journal.count('PATCH /users/{id}')).toBe(1);
});

test('what depends on a failed request fails for the same reason, and changes nothing', async () => {
  const synced = addUser(world.directory, {
    alias: 'sync',
    displayName: 'Sync',
    onPremisesSyncEnabled: true,
  });
  const found = await world.m365.batch.send(licensing(synced), never);
  expect(codeOf(found.get(`country ${synced.id}`))).toBe('graph.directory-synced');
  expect(codeOf(found.get(`licence ${synced.id}`))).toBe('graph.directory-synced');
  expect(world.server.changes).toEqual([]);
});

test('a token that a part is refused for is replaced once', async () => {
  const body = { error: { code: 'InvalidAuthenticationToken', message: 'Lifetime validation.' } };
  const refused = { operation: READ, action: { kind: 'answer', status: 401, body } } as const;
  world.server.faults.push(refused);
  const found = await world.m365.batch.send([reading(person(0))], never);
  expect(found.get(person(0).id)).toMatchObject({ ok: true });
  world.server.faults.push({ ...refused, times: 9 });
  const again = await world.m365.batch.send([reading(person(0))], never);
  expect(codeOf(again.get(person(0).id))).toBe('graph.token-rejected');
});

test('a consent withdrawn in mid-run is a missing right of each request', async () => {
  world.application.graphRoles.length = 0;
  const found = await world.m365.batch.send([reading(person(0))], never);
  expect(codeOf(found.get(person(0).id))).toBe('graph.right-missing');
});

test.each([
  ['no answers at all', { odd: true }],
  ['no answer to one of the requests', { responses: [] }],
])('%s are no answer', async (_name, body) => {
  world.server.faults.push({ operation: BATCH, action: { kind: 'answer', status: 200, body } });
  await expect(world.m365.batch.send([reading(person(0))], never)).rejects.toMatchObject({
    code: 'graph.unexpected-answer',
  });
});

const request = (id: string, ...dependsOn: string[]): BatchRequest => ({
  id,
  method: 'GET',
  path: '/organization',
  ...(dependsOn.length === 0 ? {} : { dependsOn }),
});

test('a chain is never torn apart between batches', () => {
  const single = Array.from({ length: 19 }, (_none, index) => request(`single ${index}`));
  const chain = [request('a'), request('b', 'a'), request('c', 'b')];
  const batches = planBatches([...single, ...chain]);
  expect(batches.map((batch) => batch.map(({ id }) => id))).toEqual([
    single.map(({ id }) => id),
    ['a', 'b', 'c'],
  ]);
});

test('two chains that a later request joins are one, in their order', () => {
  const joined = [request('a'), request('x'), request('b', 'a'), request('end', 'x', 'b')];
  expect(planBatches(joined)).toEqual([joined]);
});

test.each([
  ['an id twice', [request('a'), request('a')]],
  ['a dependency named later', [request('b', 'a'), request('a')]],
  [
    'a chain longer than a batch',
    Array.from({ length: BATCH_SIZE + 1 }, (_none, index) =>
      index === 0 ? request('0') : request(`${index}`, `${index - 1}`),
    ),
  ],
])('%s is refused before anything is sent', (_name, requests) => {
  expect(() => planBatches(requests)).toThrow(RangeError);
});
