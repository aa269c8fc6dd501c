import { afterEach, beforeEach, expect, test } from 'vitest';
import { planLicences, plansLeftOff } from '../../../src/graph/licence-plan.ts';
import type { PersonState, TenantState } from '../../../src/graph/people.ts';
import { createGraphTenant } from '../../../src/jobs/adapters/graph-tenant.ts';
import {
  addSku,
  addUser,
  type SimLicence,
  type SimUser,
  settleMailbox,
} from '../../sim/m365/directory.ts';
import { PRODUCTS, type SimProduct } from '../../sim/m365/skus.ts';
import { createTenantWorld, never, type TenantWorld } from './tenant-world.ts';

const BASIC = PRODUCTS.businessBasic;
const E3 = PRODUCTS.enterprise3;

let world: TenantWorld;

beforeEach(async () => {
  world = await createTenantWorld();
});

afterEach(() => world.close());

const add = (alias: string, input: Partial<SimUser> = {}): SimUser =>
  addUser(world.directory, { alias, displayName: alias, ...input });

/** Somebody who holds the product, directly and complete unless said otherwise. */
function holder(alias: string, product: SimProduct, licence: Partial<SimLicence> = {}): SimUser {
  const user = add(alias);
  user.licences = [{ skuId: product.skuId, disabledPlans: [], assignedByGroup: null, ...licence }];
  settleMailbox(world.directory, user, 0);
  return user;
}

const exchangePlanOf = (product: SimProduct): string =>
  product.servicePlans.find((plan) => plan.servicePlanName.startsWith('EXCHANGE'))?.servicePlanId ??
  '';

const statesOf = ({ people }: TenantState): readonly PersonState[] =>
  [...people.values()].flatMap((one) => (one.kind === 'found' ? [one.state] : []));

async function planFor(
  users: readonly SimUser[],
  preferredSkuId?: string,
): Promise<ReturnType<typeof planLicences>> {
  const ids = users.map((user) => user.id);
  const state = await world.m365.people.states(ids, never);
  return planLicences(statesOf(state), state.subscriptions, preferredSkuId);
}

const needOf = async (user: SimUser): Promise<unknown> =>
  (await planFor([user])).needs.get(user.id);

test('seats are counted over the whole list, and who comes too late is told', async () => {
  const users = Array.from({ length: 7 }, (_none, index) => add(`kim${index}`));
  const plan = await planFor(users);
  expect([...plan.needs.values()].map((need) => need.kind)).toEqual([
    ...Array.from({ length: 5 }, () => 'assign'),
    'no-seat',
    'no-seat',
  ]);
  expect(plan.missingSeats).toBe(2);
  expect(plan.costs).toMatchObject([
    { subscription: { name: 'Microsoft 365 Business Basic' }, neededSeats: 5, seatsLeft: 0 },
  ]);
});

test('the product an admin prefers is used up first, then the next one', async () => {
  addSku(world.directory, E3, 2);
  const plan = await planFor(
    ['a', 'b', 'c'].map((alias) => add(alias)),
    E3.skuId,
  );
  expect(plan.costs.map((cost) => [cost.subscription.skuId, cost.neededSeats])).toEqual([
    [E3.skuId, 2],
    [BASIC.skuId, 1],
  ]);
});

test('somebody who is named twice costs one seat', async () => {
  const anna = add('anna');
  const state = await world.m365.people.states([anna.id], never);
  const [one] = statesOf(state);
  const plan = planLicences(one === undefined ? [] : [one, one], state.subscriptions);
  expect(plan.costs.map((cost) => cost.neededSeats)).toEqual([1]);
});

test('who is licensed, shared or a guest costs nothing', async () => {
  const shared = holder('info', BASIC);
  shared.licences = [];
  if (shared.mailbox !== null) {
    shared.mailbox.userPurpose = 'shared';
  }
  const plan = await planFor([
    holder('direct', BASIC),
    holder('group', BASIC, { assignedByGroup: 'group-1' }),
    shared,
    add('guest', { userType: 'Guest' }),
  ]);
  expect([...plan.needs.values()]).toEqual([
    { kind: 'none' },
    { kind: 'none' },
    { kind: 'none' },
    { kind: 'guest' },
  ]);
  expect(plan.costs).toEqual([]);
});

test('a usage location that is missing is said', async () => {
  const need = await needOf(add('anna', { usageLocation: null }));
  expect(need).toEqual({ kind: 'assign', skuId: BASIC.skuId, needsUsageLocation: true });
});

test('a tenant that bought nothing with a mailbox is told so', async () => {
  world.directory.skus.splice(0, 1);
  expect(await needOf(add('anna'))).toEqual({ kind: 'no-product' });
});

test('Exchange that is switched off is switched on, without a seat and without anything else', async () => {
  const teams = BASIC.servicePlans.find((plan) => plan.servicePlanName === 'TEAMS1');
  const disabledPlans = [exchangePlanOf(BASIC), teams?.servicePlanId ?? ''];
  const users = ['a', 'b', 'c', 'd', 'anna'].map((alias) => holder(alias, BASIC));
  const [anna] = users.slice(-1);
  if (anna === undefined) {
    throw new Error('There is nobody.');
  }
  anna.licences = [{ skuId: BASIC.skuId, disabledPlans, assignedByGroup: null }];
  settleMailbox(world.directory, anna, 0);
  const tenant = createGraphTenant(world.m365);

  const before = await tenant.readiness(anna.id, never);
  expect(before).toMatchObject({
    mailbox: 'none',
    licence: { skuId: BASIC.skuId, freeSeats: 0, needsSeat: false },
  });
  const user = await world.m365.users.get(anna.id, never);
  expect(user === null ? [] : plansLeftOff(user, BASIC.skuId)).toEqual([teams?.servicePlanId]);

  await tenant.assignLicence(anna.id, BASIC.skuId, never);
  expect(anna.licences).toMatchObject([{ disabledPlans: [teams?.servicePlanId] }]);
  expect(await tenant.readiness(anna.id, never)).toMatchObject({
    mailbox: 'ready',
    licence: null,
  });
});

test('what a group gives is never doubled: Exchange off, or an error, is for an admin', async () => {
  const off = holder('off', BASIC, {
    assignedByGroup: 'group-1',
    disabledPlans: [exchangePlanOf(BASIC)],
  });
  expect(await needOf(off)).toEqual({ kind: 'blocked', code: 'graph.mailbox-plan-off' });
  await expect(createGraphTenant(world.m365).readiness(off.id, never)).rejects.toMatchObject({
    code: 'graph.mailbox-plan-off',
    disposition: 'ask',
  });
});

test.each([
  ['CountViolation', 'graph.no-free-licence'],
  ['MutuallyExclusiveViolation', 'graph.licence-conflict'],
  ['ProhibitedInUsageLocationViolation', 'graph.licence-not-in-country'],
  ['UniquenessViolation', 'graph.address-taken'],
  ['DependencyViolation', 'graph.licence-incomplete'],
  ['Other', 'graph.licence-failed'],
])('a group that cannot give its licence for %s is %s', async (error, code) => {
  const user = holder('late', BASIC, { assignedByGroup: 'group-1', error });
  expect(await needOf(user)).toEqual({ kind: 'blocked', code });
});

test('a direct licence that failed is given anew', async () => {
  const user = holder('late', BASIC, { error: 'CountViolation' });
  expect(await needOf(user)).toMatchObject({ kind: 'assign', skuId: BASIC.skuId });
});
