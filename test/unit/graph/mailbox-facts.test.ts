import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createGraphTenant } from '../../../src/jobs/adapters/graph-tenant.ts';
import type { MailboxFacts, TenantPort } from '../../../src/jobs/ports.ts';
import { ALL_CMDLETS, addUser, type SimMailbox } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { createTenantWorld, never, type TenantWorld } from './tenant-world.ts';

let world: TenantWorld;
let tenant: TenantPort;
let personId = '';
let mailbox: SimMailbox;
let people = 0;

beforeAll(async () => {
  world = await createTenantWorld();
  tenant = createGraphTenant(world.m365);
});
beforeEach(() => {
  people += 1;
  const person = addUser(world.directory, {
    alias: `anna${people}`,
    displayName: 'Anna Berg',
    product: PRODUCTS.businessBasic,
  });
  if (person.mailbox === null) {
    throw new Error('Anna has no mailbox.');
  }
  personId = person.id;
  mailbox = person.mailbox;
});
afterAll(() => world.close(/is not recognized as the name of a cmdlet/));

const inspect = (): Promise<MailboxFacts> => tenant.inspectMailbox(personId, never);

test('quota, use, limits and policies of a mailbox, as its readiness shows them too', async () => {
  Object.assign(mailbox, { usedBytes: 1_234_567_890, itemCount: 4321 });
  const facts = await inspect();
  expect(facts).toEqual({
    quotaBytes: 100 * 1024 ** 3,
    usedBytes: 1_234_567_890,
    items: 4321,
    maxReceiveBytes: 36 * 1024 ** 2,
    maxSendBytes: 35 * 1024 ** 2,
    retentionPolicy: 'Default MRM Policy',
    retentionHold: false,
    purviewDeletes: 0,
    litigationHold: false,
    archive: false,
    smtpAuth: false,
    imapPasswords: null,
  });
  expect((await tenant.readiness(personId, never)).mailboxFacts).toEqual(facts);
  expect(world.server.changes).toEqual([]);
});

test('holds, archive and Purview policies that delete are noticed', async () => {
  Object.assign(mailbox, {
    litigationHoldEnabled: true,
    retentionHoldEnabled: true,
    archive: true,
    retentionPolicy: null,
    inPlaceHolds: [
      'mbx7cfb30345d454ac0a989ab3041051209:1',
      'mbx7cfb30345d454ac0a989ab3041051210:2',
      'mbx7cfb30345d454ac0a989ab3041051211:3',
      '-mbx7cfb30345d454ac0a989ab3041051212:3',
      'skp127d7cf1076947929bf136b7a2a8c36f:3',
      'UniH7d895d48-7e23-4a8d-8346-533c3beac15d',
    ],
  });
  expect(await inspect()).toMatchObject({
    litigationHold: true,
    retentionHold: true,
    archive: true,
    retentionPolicy: null,
    purviewDeletes: 2,
  });
});

test('a mailbox that nobody opened yet has no figures', async () => {
  world.server.quirks.figuresOfUnopened = false;
  expect(await inspect()).toMatchObject({ usedBytes: null, items: null });
  world.server.quirks.figuresOfUnopened = true;
});

test.each([
  [null, true, false],
  [null, false, true],
  [false, true, true],
  [true, false, false],
] as const)(
  'SMTP AUTH with %s at the mailbox and %s at the organisation is %s',
  async (own, organisation, open) => {
    mailbox.smtpClientAuthenticationDisabled = own;
    world.directory.smtpClientAuthenticationDisabled = organisation;
    expect((await inspect()).smtpAuth).toBe(open);
  },
);

test('the authentication policy of a person says whether IMAP takes passwords', async () => {
  world.directory.authenticationPolicies.set('No basic', { allowBasicAuthImap: false });
  mailbox.authenticationPolicy = 'No basic';
  expect((await inspect()).imapPasswords).toBe(false);
});

test('a role without the cmdlets that only inform says nothing, and works', async () => {
  const informing = ['Get-User', 'Get-TransportConfig', 'Get-AuthenticationPolicy'];
  world.application.allowedCmdlets = ALL_CMDLETS.filter((name) => !informing.includes(name));
  mailbox.smtpClientAuthenticationDisabled = null;
  expect(await inspect()).toMatchObject({ smtpAuth: null, imapPasswords: null, archive: false });
  world.application.allowedCmdlets = [...ALL_CMDLETS];
});

test.each([
  ['imap', 'on', 'off'],
  ['mailbox-access', 'none', 'FullAccess'],
  ['retention-hold', 'off', 'on'],
  ['receive-limit', String(36 * 1024 ** 2), String(50 * 1024 ** 2)],
  ['send-limit', String(35 * 1024 ** 2), String(50 * 1024 ** 2)],
] as const)('%s is read, changed and put back in the same words', async (setting, is, other) => {
  const read = (): Promise<string> => tenant.readSetting(personId, setting, never);
  expect(await read()).toBe(is);
  await tenant.changeSetting(personId, { setting, value: other }, never);
  expect(await read()).toBe(other);
  await tenant.changeSetting(personId, { setting, value: is }, never);
  expect(await read()).toBe(is);
});
