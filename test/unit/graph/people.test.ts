import { afterAll, beforeAll, expect, test } from 'vitest';
import { mailboxSubscriptions, type Subscription } from '../../../src/graph/licences.ts';
import { parseExchangeSize } from '../../../src/graph/mailbox.ts';
import { MAX_FOUND } from '../../../src/graph/users.ts';
import { addSku, addUser, type SimUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { createTenantWorld, mailboxOf, never, type TenantWorld } from './tenant-world.ts';

let world: TenantWorld;
let anna: SimUser;

beforeAll(async () => {
  world = await createTenantWorld();
  const { directory } = world;
  addSku(directory, PRODUCTS.frontlineNoMailbox, 10);
  anna = addUser(directory, {
    alias: 'anna',
    displayName: 'Anna Berg',
    product: PRODUCTS.businessBasic,
  });
  addUser(directory, { alias: 'anna.olsen', displayName: 'Anna Olsen', mail: 'a@fjord.example' });
  addUser(directory, { alias: 'sean', displayName: "Seán O'Brien", onPremisesSyncEnabled: true });
  addUser(directory, {
    alias: 'frieda',
    displayName: 'Frieda & Söhne #1?',
    product: PRODUCTS.frontlineNoMailbox,
  });
});

afterAll(() => world.close());

const names = async (query: string): Promise<readonly string[]> =>
  (await world.m365.users.find(query, never)).map((user) => user.displayName);

test.each([
  ['anna', ['Anna Berg', 'Anna Olsen']],
  ['ANNA B', ['Anna Berg']],
  ['  Berg ', ['Anna Berg']],
  ['anna@contoso.example', ['Anna Berg']],
  ['A@FJORD.example', ['Anna Olsen']],
  ["Seán O'Br", ["Seán O'Brien"]],
  ['Frieda & Söhne #1?', ['Frieda & Söhne #1?']],
  ["x' or startswith(displayName,'", []],
  ['%41nna', []],
  ['nobody@contoso.example', []],
  ['   ', []],
])('%j finds %j', async (query, expected) => {
  expect(await names(query)).toEqual(expected);
});

test('a person is read by id and by sign-in name, with all that a move must know', async () => {
  const expected = {
    id: anna.id,
    displayName: 'Anna Berg',
    userPrincipalName: 'anna@contoso.example',
    mail: 'anna@contoso.example',
    usageLocation: 'DE',
    kind: 'member',
    directorySynced: false,
    enabled: true,
    licences: [{ skuId: PRODUCTS.businessBasic.skuId, disabledPlanIds: [], assignedByGroup: null }],
    failedLicences: [],
    enabledPlanIds: PRODUCTS.businessBasic.servicePlans.map((plan) => plan.servicePlanId),
  };
  expect(await world.m365.users.get(anna.id, never)).toEqual(expected);
  expect(await world.m365.users.get('anna@contoso.example', never)).toEqual(expected);
  expect(await world.m365.users.get('gone@contoso.example', never)).toBeNull();
});

test('a licence that comes from a group is shown as such, unless it is held directly too', async () => {
  const { skuId } = PRODUCTS.businessBasic;
  const held = { skuId, disabledPlans: [], assignedByGroup: 'group-1' };
  const group = addUser(world.directory, { alias: 'gina', displayName: 'Gina Viagroup' });
  group.licences = [held];
  const read = async (): Promise<string | null | undefined> =>
    (await world.m365.users.get(group.id, never))?.licences[0]?.assignedByGroup;
  expect(await read()).toBe('group-1');
  group.licences = [held, { ...held, assignedByGroup: null }];
  expect(await read()).toBeNull();
});

test('a licence without a mailbox plan gives no mailbox', async () => {
  const [frieda] = await world.m365.users.find('Frieda', never);
  expect(frieda?.licences).toHaveLength(1);
  expect(await mailboxOf(world, frieda?.id)).toBe('none');
});

test('the tenant introduces itself', async () => {
  expect(await world.m365.organization.read(never)).toEqual({
    tenantId: world.directory.tenantId,
    displayName: 'Contoso',
    country: 'DE',
    defaultDomain: 'contoso.example',
    domains: ['contoso.example'],
  });
});

test('subscriptions: free seats and names as an admin knows them', async () => {
  const found = await world.m365.licences.list(never);
  expect(found.find((one) => one.skuPartNumber === 'O365_BUSINESS_ESSENTIALS')).toMatchObject({
    name: 'Microsoft 365 Business Basic',
    freeSeats: 3,
    usedSeats: 2,
    usable: true,
  });
  expect(mailboxSubscriptions(found).map((one) => one.skuPartNumber)).toEqual([
    'O365_BUSINESS_ESSENTIALS',
  ]);
});

const STANDARD = '9aaf7827-d63c-4b61-89c3-182f06f82e5c';
const KIOSK = '4a82b400-a79f-41a4-b4e2-e94f5787b113';

function subscription(name: string, input: Partial<Subscription>): Subscription {
  return {
    skuId: name,
    skuPartNumber: name,
    name,
    freeSeats: 1,
    usedSeats: 0,
    usable: true,
    servicePlanIds: [STANDARD],
    ...input,
  };
}

test.each([
  [
    'the one most people have',
    [
      subscription('rare', { usedSeats: 2, freeSeats: 90 }),
      subscription('common', { usedSeats: 40 }),
    ],
    'common',
  ],
  [
    'a full mailbox before a small one',
    [subscription('kiosk', { usedSeats: 99, servicePlanIds: [KIOSK] }), subscription('full', {})],
    'full',
  ],
  [
    'a small one when there is nothing else',
    [subscription('kiosk', { servicePlanIds: [KIOSK] })],
    'kiosk',
  ],
  ['none that is used up', [subscription('full', { freeSeats: 0 })], undefined],
  ['none that is suspended', [subscription('old', { usable: false })], undefined],
  [
    'none without a mailbox',
    [subscription('flow', { servicePlanIds: ['113feb6c-3fe4-4440-bddc-54d774bf0318'] })],
    undefined,
  ],
])('the proposal is %s', (_name, subscriptions, expected) => {
  expect(mailboxSubscriptions(subscriptions)[0]?.name).toBe(expected);
});

test.each([
  ['49.5 GB (53,150,220,288 bytes)', 53_150_220_288],
  ['100 GB (107.374.182.400 bytes)', 107_374_182_400],
  ['0 B (0 bytes)', 0],
  ['Unlimited', null],
  ['', null],
])('%j is %j bytes', (text, expected) => {
  expect(parseExchangeSize(text)).toBe(expected);
});

test('a large tenant comes in pages, up to what a card can show', async () => {
  const crowd = await createTenantWorld();
  for (let index = 0; index < 60; index += 1) {
    addUser(crowd.directory, { alias: `kim${index}`, displayName: `Kim ${index}` });
  }
  expect(await crowd.m365.users.find('Kim', never)).toHaveLength(MAX_FOUND);
  expect(crowd.server.journal.count('GET /users')).toBe(1);
  await crowd.close();
});
