import { afterEach, beforeEach, expect, test } from 'vitest';
import { M365Error } from '../../../src/graph/errors.ts';
import {
  hasMailboxLicence,
  hasMailboxPlan,
  mailboxSubscriptions,
} from '../../../src/graph/licences.ts';
import type { User } from '../../../src/graph/users.ts';
import { addUser, type SimUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { createTenantWorld, mailboxOf, never, type TenantWorld } from './tenant-world.ts';

let nowMs = 0;
let world: TenantWorld;
let anna: SimUser;

beforeEach(async () => {
  nowMs = Date.now();
  world = await createTenantWorld({ now: () => nowMs, provisioningMs: 900_000 });
  anna = addUser(world.directory, { alias: 'anna', displayName: 'Anna Berg', usageLocation: null });
});

afterEach(async () => {
  await world.close();
});

const read = async (): Promise<User> => {
  const user = await world.m365.users.get(anna.id, never);
  if (user === null) {
    throw new Error('The person is gone.');
  }
  return user;
};

test('a person without a licence is taken to an open IMAP mailbox and back', async () => {
  const { m365, server } = world;
  expect(await mailboxOf(world, anna.id)).toBe('none');

  const [proposal] = mailboxSubscriptions(await m365.licences.list(never));
  expect(proposal).toMatchObject({ name: 'Microsoft 365 Business Basic', freeSeats: 5 });
  const skuId = proposal?.skuId ?? '';
  await expect(m365.licences.assign(anna.id, { skuId }, never)).rejects.toMatchObject({
    code: 'graph.usage-location-missing',
    disposition: 'ask',
  });
  await m365.users.setUsageLocation(anna.id, 'DE', never);
  await m365.licences.assign(anna.id, { skuId }, never);
  expect(await mailboxOf(world, anna.id)).toBe('provisioning');

  nowMs += 900_000;
  expect(await mailboxOf(world, anna.id)).toBe('ready');
  expect(await m365.mailboxes.details(anna.id, never)).toEqual({
    address: 'anna@contoso.example',
    shared: false,
    quotaBytes: 100 * 1024 ** 3,
    maxReceiveBytes: 36 * 1024 ** 2,
    maxSendBytes: 35 * 1024 ** 2,
    retentionPolicy: 'Default MRM Policy',
    retentionHold: false,
    purviewDeletes: 0,
    litigationHold: false,
    archive: false,
  });

  const token = await m365.tokens.getToken('exchange', never);
  const login = (): Promise<string> => server.verifyImapToken(anna.mail ?? '', token);
  await m365.imapSwitch.setEnabled(anna.id, false, never);
  expect(await m365.imapSwitch.isEnabled(anna.id, never)).toBe(false);
  await m365.imapSwitch.setEnabled(anna.id, true, never);
  expect(await login()).toBe('not-connected');
  await m365.mailboxAccess.grant(anna.id, never);
  expect(await m365.mailboxAccess.isGranted(anna.id, never)).toBe(true);
  expect(await login()).toBe('ok');

  await m365.mailboxAccess.revoke(anna.id, never);
  expect(await m365.mailboxAccess.isGranted(anna.id, never)).toBe(false);
  await m365.licences.remove(anna.id, skuId, never);
  expect(await login()).toBe('not-connected');
  expect(server.changes.map((change) => change.operation)).toEqual([
    'PATCH /users/{id}',
    'POST /users/{id}/assignLicense',
    'Set-CASMailbox',
    'Set-CASMailbox',
    'Add-MailboxPermission',
    'Remove-MailboxPermission',
    'POST /users/{id}/assignLicense',
  ]);
});

test('a licence counts at once, though its plans come later', async () => {
  const { m365, directory } = world;
  directory.timing.planDelayMs = 30_000;
  anna.usageLocation = 'DE';
  await m365.licences.assign(anna.id, { skuId: PRODUCTS.businessBasic.skuId }, never);
  const user = await read();
  expect(hasMailboxPlan(user)).toBe(false);
  expect(hasMailboxLicence(user, await m365.licences.list(never))).toBe(true);
  expect(await mailboxOf(world, user.id)).toBe('provisioning');
  nowMs += 30_000;
  expect(hasMailboxPlan(await read())).toBe(true);
});

test('every change made twice is made once', async () => {
  const { m365, server } = world;
  const twice = async (change: () => Promise<void>): Promise<void> => {
    await change();
    await change();
  };
  await twice(() => m365.users.setUsageLocation(anna.id, 'DE', never));
  await twice(() => m365.licences.assign(anna.id, { skuId: PRODUCTS.businessBasic.skuId }, never));
  nowMs += 900_000;
  await twice(() => m365.imapSwitch.setEnabled(anna.id, false, never));
  await twice(() => m365.mailboxAccess.grant(anna.id, never));
  await twice(() => m365.mailboxAccess.revoke(anna.id, never));
  expect(server.changes).toHaveLength(5);
});

test.each(['object-id', 'sid', 'display-name'] as const)(
  'our access is recognised when Exchange shows us by %s',
  async (shownAs) => {
    const { m365, server } = world;
    const ben = addUser(world.directory, {
      alias: 'ben',
      displayName: 'Ben Kurz',
      product: PRODUCTS.businessBasic,
    });
    server.quirks.permissionUserShownAs = shownAs;
    expect(await m365.mailboxAccess.isGranted(ben.id, never)).toBe(false);
    await m365.mailboxAccess.grant(ben.id, never);
    expect(await m365.mailboxAccess.isGranted(ben.id, never)).toBe(true);
  },
);

test.each([
  'MailboxNotEnabledForRESTAPI',
  'MailboxNotSupportedForRESTAPI',
  'ResourceNotFound',
] as const)('no mailbox is recognised by %s', async (wording) => {
  world.server.quirks.noMailboxWording = wording;
  expect(await mailboxOf(world, anna.id)).toBe('none');
});

test('an application access policy is named as such', async () => {
  world.server.quirks.applicationAccessPolicy = true;
  await expect(mailboxOf(world, anna.id)).rejects.toMatchObject({
    code: 'graph.mailbox-access-restricted',
  });
});

test('a guest with a licence still has no mailbox', async () => {
  const guest = addUser(world.directory, {
    alias: 'carl_example.org#EXT#',
    displayName: 'Carl Gast',
    userType: 'Guest',
  });
  const found = await world.m365.users.get(guest.userPrincipalName, never);
  expect(found).toMatchObject({ kind: 'guest', mail: null });
  expect(await mailboxOf(world, guest.id)).toBe('none');
});

test('licences that cannot be had are told apart', async () => {
  const { m365, directory } = world;
  await m365.users.setUsageLocation(anna.id, 'DE', never);
  const basic = PRODUCTS.businessBasic.skuId;
  for (const sku of directory.skus) {
    sku.enabledUnits = 0;
  }
  await expect(m365.licences.assign(anna.id, { skuId: basic }, never)).rejects.toMatchObject({
    code: 'graph.no-free-licence',
  });
  expect(mailboxSubscriptions(await m365.licences.list(never))).toEqual([]);
  await expect(
    m365.licences.assign(anna.id, { skuId: PRODUCTS.kiosk.skuId }, never),
  ).rejects.toMatchObject({
    code: 'graph.licence-unknown',
  });
});

test('two plans that exclude each other are a conflict', async () => {
  const { m365, directory } = world;
  const dora = addUser(directory, {
    alias: 'dora',
    displayName: 'Dora Lang',
    product: PRODUCTS.businessBasic,
  });
  directory.skus.push({
    product: PRODUCTS.enterprise3,
    enabledUnits: 3,
    capabilityStatus: 'Enabled',
  });
  await expect(
    m365.licences.assign(dora.id, { skuId: PRODUCTS.enterprise3.skuId }, never),
  ).rejects.toMatchObject({ code: 'graph.licence-conflict' });
});

test('a person mastered in a local directory cannot be changed here', async () => {
  anna.onPremisesSyncEnabled = true;
  await expect(world.m365.users.setUsageLocation(anna.id, 'DE', never)).rejects.toMatchObject({
    code: 'graph.directory-synced',
  });
  expect(world.server.changes).toEqual([]);
});

test.each(['details', 'internal-exception', 'message'] as const)(
  'the text of an Exchange error is found in %s',
  async (place) => {
    world.server.quirks.errorPlace = place;
    const failure = await world.m365.imapSwitch.isEnabled(anna.id, never).catch((error) => error);
    expect(failure).toBeInstanceOf(M365Error);
    expect(failure).toMatchObject({
      code: 'exchange-admin.object-not-found',
      disposition: 'wait',
      serverCode: 'Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException',
    });
    expect(failure.serverText).toContain(anna.id);
    expect(JSON.stringify(failure)).not.toContain(anna.id);
    expect(failure.message).not.toContain(anna.id);
  },
);
