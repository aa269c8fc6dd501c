import { afterEach, beforeEach, expect, test } from 'vitest';
import { addGroup, addUser, type SimUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { type RawAnswer, type RawTenant, startRawTenant } from './m365-raw.ts';

let nowMs = 0;
let tenant: RawTenant;
let anna: SimUser;
let ben: SimUser;

beforeEach(async () => {
  nowMs = Date.now();
  tenant = await startRawTenant({
    now: () => nowMs,
    provisioningMs: 600_000,
    permissionDelayMs: 60_000,
  });
  const { directory } = tenant;
  anna = addUser(directory, {
    alias: 'anna',
    displayName: 'Anna Berg',
    product: PRODUCTS.businessBasic,
  });
  ben = addUser(directory, { alias: 'ben', displayName: 'Ben Kurz', usageLocation: null });
});

afterEach(async () => {
  await tenant.server.close();
});

const assign = (user: SimUser, skuId: string): Promise<RawAnswer> =>
  tenant.graph(`POST /users/${user.id}/assignLicense`, {
    body: { addLicenses: [{ skuId, disabledPlans: [] }], removeLicenses: [] },
  });

const graphError = (code: string, message: string | RegExp): object => ({
  body: { error: { code, message: expect.stringMatching(message) } },
});

test('without a usage location no licence, without a seat no licence', async () => {
  const { skuId } = PRODUCTS.businessBasic;
  expect(await assign(ben, skuId)).toMatchObject(
    graphError('Request_BadRequest', /invalid usage location/),
  );
  await tenant.graph(`PATCH /users/${ben.id}`, { body: { usageLocation: 'DE' } });
  expect((await assign(ben, skuId)).status).toBe(200);
  const carl = addUser(tenant.directory, { alias: 'carl', displayName: 'Carl' });
  expect(await assign(carl, skuId)).toMatchObject(
    graphError('Request_BadRequest', /does not have any available licenses/),
  );
  expect(await assign(carl, PRODUCTS.kiosk.skuId)).toMatchObject(
    graphError('Request_BadRequest', /does not correspond to a valid company License/),
  );
  expect(
    await tenant.graph(`PATCH /users/${carl.id}`, { body: { usageLocation: 'Germany' } }),
  ).toMatchObject(
    graphError('Request_BadRequest', /Invalid value specified for property 'usageLocation'/),
  );
  expect(tenant.server.violations).toEqual([]);
  expect(tenant.server.changes.map((change) => change.after)).toEqual([
    'usageLocation DE',
    `licences ${skuId}`,
  ]);
});

test('a mailbox appears after its time, in Graph and in Exchange', async () => {
  ben.usageLocation = 'DE';
  await assign(ben, PRODUCTS.businessBasic.skuId);
  const settings = (): Promise<RawAnswer> => tenant.graph(`GET /users/${ben.id}/mailboxSettings`);
  const mailbox = (): Promise<RawAnswer> => tenant.cmdlet('Get-Mailbox', { Identity: ben.id });
  expect(await settings()).toMatchObject({
    status: 404,
    ...Object(
      graphError('MailboxNotEnabledForRESTAPI', /inactive, soft-deleted, or is hosted on-premise/),
    ),
  });
  expect((await mailbox()).status).toBe(404);
  nowMs += 600_001;
  expect(await settings()).toMatchObject({ status: 200, body: { userPurpose: 'user' } });
  expect(await mailbox()).toMatchObject({
    status: 200,
    body: { value: [{ ProhibitSendReceiveQuota: '100 GB (107,374,182,400 bytes)' }] },
  });
});

test('only what is selected comes back, and usageLocation not by itself', async () => {
  const plain = await tenant.graph(`GET /users/${anna.id}`);
  expect(plain.body).not.toHaveProperty('usageLocation');
  const chosen = await tenant.graph(`GET /users/${anna.id}?$select=usageLocation`);
  expect(chosen.body).toEqual({ usageLocation: 'DE' });
});

test('licence details show products and their plans', async () => {
  expect(await tenant.graph(`GET /users/${anna.id}/licenseDetails`)).toMatchObject({
    body: {
      value: [
        {
          skuPartNumber: 'O365_BUSINESS_ESSENTIALS',
          servicePlans: [
            { servicePlanName: 'EXCHANGE_S_STANDARD', provisioningStatus: 'Success' },
            {},
          ],
        },
      ],
    },
  });
});

test('an unknown person is a 404 of its own kind', async () => {
  expect(await tenant.graph('GET /users/nobody@contoso.example')).toMatchObject({
    status: 404,
    ...Object(
      graphError('Request_ResourceNotFound', /Resource 'nobody@contoso.example' does not exist/),
    ),
  });
});

test('collections come in pages that can be followed', async () => {
  const first = await tenant.graph('GET /users?$top=1&$select=id');
  expect(first.body).toMatchObject({ value: [{ id: anna.id }] });
  const link = new URL(Object(first.body)['@odata.nextLink']);
  const second = await tenant.graph(`GET ${link.pathname.replace('/v1.0', '')}${link.search}`);
  expect(second.body).toEqual({ value: [{ id: ben.id }] });
});

test('members are found through groups in groups', async () => {
  const inner = addGroup(tenant.directory, 'Inner', [anna.id]);
  const outer = addGroup(tenant.directory, 'Outer', [inner.id]);
  const members = await tenant.graph(`GET /groups/${outer.id}/transitiveMembers?$select=id`);
  expect(members.body).toMatchObject({ value: [{ id: anna.id }, { id: inner.id }] });
  const direct = await tenant.graph(`GET /groups/${outer.id}/members?$select=id`);
  expect(direct.body).toMatchObject({ value: [{ id: inner.id }] });
  const held = await tenant.graph(`POST /users/${anna.id}/checkMemberGroups`, {
    body: { groupIds: [outer.id] },
  });
  expect(held.body).toEqual({ value: [outer.id] });
});

test('IMAP opens only with role, registration, permission, time and the switch', async () => {
  const { server, directory, application } = tenant;
  const verify = async (): Promise<string> =>
    server.verifyImapToken('anna@contoso.example', await tenant.token('exchange'));
  const { clientId: AppId, objectId: ObjectId } = application;
  expect(await verify()).toBe('refused');
  await tenant.cmdlet('New-ServicePrincipal', { AppId, ObjectId });
  expect(await verify()).toBe('not-connected');
  await tenant.cmdlet('Add-MailboxPermission', {
    Identity: anna.id,
    User: ObjectId,
    AccessRights: ['FullAccess'],
    AutoMapping: false,
  });
  expect(await verify()).toBe('not-connected');
  nowMs += 60_001;
  expect(await verify()).toBe('ok');
  const byId = await server.verifyImapToken(anna.id, await tenant.token('exchange'));
  expect(byId).toBe('not-connected');
  await tenant.cmdlet('Set-CASMailbox', { Identity: anna.id, ImapEnabled: false });
  expect(await verify()).toBe('not-connected');
  await tenant.cmdlet('Set-CASMailbox', { Identity: anna.id, ImapEnabled: true });
  expect(await server.verifyImapToken('ben@contoso.example', await tenant.token('exchange'))).toBe(
    'not-connected',
  );
  expect(await server.verifyImapToken('anna@contoso.example', await tenant.token('graph'))).toBe(
    'refused',
  );
  const old = await tenant.token('exchange');
  nowMs += 3_600_000;
  expect(await server.verifyImapToken('anna@contoso.example', old)).toBe('refused');
  application.exchangeRoles = ['Exchange.ManageAsApp'];
  expect(await verify()).toBe('refused');
  expect(directory.exchangeServicePrincipals).toHaveLength(1);
  expect(server.violations).toEqual([]);
});

test('a mailbox goes with its last licence', async () => {
  await tenant.graph(`POST /users/${anna.id}/assignLicense`, {
    body: { addLicenses: [], removeLicenses: [PRODUCTS.businessBasic.skuId] },
  });
  expect(anna.mailbox).toBeNull();
  expect((await tenant.cmdlet('Get-CASMailbox', { Identity: anna.id })).status).toBe(404);
});

test('message size limits stop at what the service allows', async () => {
  await tenant.cmdlet('Set-Mailbox', {
    Identity: anna.id,
    MaxReceiveSize: '75MB',
    MaxSendSize: '2 GB',
  });
  expect((await tenant.cmdlet('Get-Mailbox', { Identity: anna.id })).body).toMatchObject({
    value: [
      { MaxReceiveSize: '75 MB (78,643,200 bytes)', MaxSendSize: '150 MB (157,286,400 bytes)' },
    ],
  });
});

test('a retention hold is set and shown, and noted once', async () => {
  const hold = { Identity: anna.id, RetentionHoldEnabled: true };
  expect((await tenant.cmdlet('Set-Mailbox', hold)).body).not.toHaveProperty('@adminapi.warnings');
  expect((await tenant.cmdlet('Set-Mailbox', hold)).body).toHaveProperty('@adminapi.warnings');
  expect((await tenant.cmdlet('Get-Mailbox', { Identity: anna.id })).body).toMatchObject({
    value: [
      { RetentionHoldEnabled: true, RetentionPolicy: 'Default MRM Policy', InPlaceHolds: [] },
    ],
  });
  expect(tenant.server.changes).toHaveLength(1);
});

test('policies are shown by name, and what is not there is not found', async () => {
  tenant.directory.authenticationPolicies.set('No basic', { allowBasicAuthImap: false });
  expect((await tenant.cmdlet('Get-AuthenticationPolicy', {})).body).toMatchObject({
    value: [{ Name: 'No basic', AllowBasicAuthImap: false }],
  });
  const other = await tenant.cmdlet('Get-AuthenticationPolicy', { Identity: 'Other' });
  expect(other.status).toBe(404);
  expect((await tenant.cmdlet('Get-TransportConfig', {})).body).toMatchObject({
    value: [{ SmtpClientAuthenticationDisabled: true }],
  });
  expect((await tenant.cmdlet('Get-User', { Identity: anna.id })).body).toMatchObject({
    value: [{ AuthenticationPolicy: null }],
  });
});

test('faults strike the operation they name, as often as they say', async () => {
  const { server } = tenant;
  const operation = 'GET /organization';
  server.faults.push({
    operation,
    skip: 1,
    times: 2,
    action: { kind: 'throttle', retryAfter: '7' },
  });
  const statuses = [];
  for (let count = 0; count < 4; count += 1) {
    statuses.push((await tenant.graph(operation)).status);
  }
  expect(statuses).toEqual([200, 429, 429, 200]);
  server.faults.push({ operation, action: { kind: 'drop' } });
  expect(server.faults.pending()).toBe(1);
  await expect(tenant.graph(operation)).rejects.toThrow('fetch failed');
  expect(server.faults.pending()).toBe(0);
  expect(server.journal.count(operation)).toBe(5);
});

test('a dropped answer is not a dropped change', async () => {
  tenant.server.faults.push({ operation: 'Set-CASMailbox', action: { kind: 'drop-after' } });
  await expect(
    tenant.cmdlet('Set-CASMailbox', { Identity: anna.id, ImapEnabled: false }),
  ).rejects.toThrow('fetch failed');
  expect(anna.mailbox?.imapEnabled).toBe(false);
});
