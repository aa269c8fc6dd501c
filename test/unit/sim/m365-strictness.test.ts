import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addUser, type SimUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { type RawRequest, type RawTenant, startRawTenant } from './m365-raw.ts';

let tenant: RawTenant;
let anna: SimUser;

beforeEach(async () => {
  tenant = await startRawTenant();
  anna = addUser(tenant.directory, {
    alias: 'anna',
    displayName: 'Anna Berg',
    product: PRODUCTS.businessBasic,
  });
});

afterEach(() => tenant.server.close());

/** Every line below is an error, and leaves exactly one violation and no change behind. */
function expectViolation(text: RegExp): void {
  expect(tenant.server.violations).toHaveLength(1);
  expect(tenant.server.violations[0]).toMatch(text);
  expect(tenant.server.changes).toEqual([]);
}

const JSON_BODY = { body: { usageLocation: 'DE' } };

describe('Graph refuses what Graph does not know', () => {
  const cases: readonly (readonly [string, RawRequest, number, RegExp])[] = [
    ['GET /nothing', {}, 400, /unknown path GET \/v1.0\/nothing/],
    ['DELETE /users/x', {}, 400, /unknown path DELETE/],
    ['GET /users?$expand=manager', {}, 400, /'\$expand' is not supported/],
    ['GET /users?$select=id,shoeSize', {}, 400, /'shoeSize' on type 'microsoft.graph.user'/],
    ['GET /users?$filter=shoeSize%20eq%20%2744%27', {}, 400, /eq on 'shoeSize'/],
    ['GET /users?$filter=displayName%20eq%20Anna', {}, 400, /Invalid filter clause/],
    ['GET /users?$top=1000', {}, 400, /Invalid page size/],
    ['GET /users?$search="displayName:anna"', {}, 400, /ConsistencyLevel: eventual/],
    ['GET /users', { headers: { authorization: '' } }, 401, /without a bearer token/],
    [
      'GET /users',
      { headers: { authorization: 'Bearer made.up.token' } },
      401,
      /validation failure/,
    ],
    ['PATCH /users/ANNA', { body: { jobTitle: 'Boss' } }, 400, /Invalid property 'jobTitle'/],
    [
      'PATCH /users/ANNA',
      { ...JSON_BODY, headers: { 'content-type': 'text/plain' } },
      415,
      /content type/,
    ],
    [
      'POST /users/ANNA/assignLicense',
      { body: { addLicenses: [] } },
      400,
      /'removeLicenses' is missing/,
    ],
    ['POST /users/ANNA/checkMemberGroups', { body: { groupIds: [] } }, 400, /'groupIds'/],
  ];
  test.each(cases)('%s %j is %d', async (line, request, status, violation) => {
    const answer = await tenant.graph(line.replace('ANNA', anna.id), request);
    expect(answer).toMatchObject({
      status,
      body: { error: { code: expect.any(String), message: expect.any(String) } },
    });
    expectViolation(violation);
  });

  test('a token for Exchange is no token for Graph', async () => {
    const authorization = `Bearer ${await tenant.token('exchange')}`;
    const answer = await tenant.graph('GET /organization', { headers: { authorization } });
    expect(answer.status).toBe(401);
    expectViolation(/Invalid audience/);
  });

  test('a token of another tenant is no token here', async () => {
    const other = await startRawTenant();
    const authorization = `Bearer ${await other.token('graph')}`;
    await other.server.close();
    const answer = await tenant.graph('GET /organization', { headers: { authorization } });
    expect(answer.status).toBe(401);
    expectViolation(/validation failure/);
  });

  test.each([
    ['GET /users', ['Organization.Read.All'], 'Authorization_RequestDenied'],
    ['GET /organization', ['User.Read.All'], 'Authorization_RequestDenied'],
    ['GET /subscribedSkus', [], 'Authorization_RequestDenied'],
    ['GET /users/ANNA/mailboxSettings', ['User.ReadWrite.All'], 'ErrorAccessDenied'],
    ['GET /groups/x/members', ['User.ReadWrite.All'], 'Authorization_RequestDenied'],
  ])('%s with %j only is forbidden', async (line, roles, code) => {
    tenant.application.graphRoles = [...roles];
    const answer = await tenant.graph(line.replace('ANNA', anna.id));
    expect(answer).toMatchObject({ status: 403, body: { error: { code } } });
    expectViolation(/needs one of/);
  });

  test('mail folders take a right of the token or one in Exchange, which only asking tells', async () => {
    tenant.application.graphRoles = ['MailboxSettings.Read'];
    const ask = async (): Promise<number> =>
      (await tenant.graph(`GET /users/${anna.id}/mailFolders`)).status;
    expect(await ask()).toBe(403);
    const { assignments, scopes } = tenant.directory.exchange;
    scopes.push({ name: 'others', filter: "MemberOfGroup -eq 'CN=others'" });
    const given = {
      name: 'read',
      role: 'Application Mail.Read',
      assignee: tenant.application.objectId,
    };
    assignments.push({ ...given, scope: 'others' });
    expect(await ask()).toBe(403);
    assignments.splice(0, 1, { ...given, scope: null });
    expect(await ask()).toBe(200);
    const body = { displayName: 'Family' };
    const make = await tenant.graph(`POST /users/${anna.id}/mailFolders`, { body });
    expect(make.status).toBe(403);
    assignments.length = 0;
  });

  test.each([
    ['PATCH /users/ANNA', { usageLocation: 'FR' }],
    ['POST /users/ANNA/assignLicense', { addLicenses: [], removeLicenses: [] }],
  ])('%s needs a right to write', async (line, body) => {
    tenant.application.graphRoles = ['User.Read.All', 'LicenseAssignment.Read.All'];
    expect(await tenant.graph(line.replace('ANNA', anna.id), { body })).toMatchObject({
      status: 403,
    });
    expectViolation(/needs one of/);
  });
});

describe('Exchange refuses what Exchange does not know', () => {
  test.each([
    ['Get-Everything', {}, /'Get-Everything' is not recognized/],
    ['Get-CASMailbox', { Identitty: 'a' }, /parameter name 'Identitty'/],
    ['Set-CASMailbox', { ImapEnabled: true }, /mandatory parameters: Identity/],
    ['Set-CASMailbox', { Identity: 'a@b.example', ImapEnabled: 'yes' }, /'ImapEnabled'/],
    [
      'Remove-MailboxPermission',
      { Identity: 'ANNA', User: 'ANNA', AccessRights: 'FullAccess' },
      /Confirm:false/,
    ],
    [
      'Add-MailboxPermission',
      { Identity: 'ANNA', User: 'ANNA', AccessRights: 'Everything' },
      /'AccessRights'/,
    ],
  ])('%s %j', async (name, parameters, violation) => {
    const filled: unknown = JSON.parse(JSON.stringify(parameters).replaceAll('ANNA', anna.id));
    const answer = await tenant.cmdlet(name, filled);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: expect.any(String) } } });
    expectViolation(violation);
  });

  const requests: readonly (readonly [RawRequest, number, RegExp])[] = [
    [{ headers: { 'x-anchormailbox': '' } }, 400, /X-AnchorMailbox/],
    [{ headers: { authorization: '' } }, 401, /No bearer token/],
    [{ headers: { 'content-type': 'text/plain' } }, 415, /application\/json/],
    [{ body: { Cmdlet: 'Get-Mailbox' } }, 400, /The body is not/],
  ];
  test.each(requests)('%j is %d', async (request, status, violation) => {
    const answer = await tenant.cmdlet('Get-Mailbox', {}, request);
    expect(answer).toMatchObject({ status, body: { error: { code: expect.any(String) } } });
    expectViolation(violation);
  });

  test('a token for Graph is no token for Exchange', async () => {
    const authorization = `Bearer ${await tenant.token('graph')}`;
    const answer = await tenant.cmdlet('Get-Mailbox', {}, { headers: { authorization } });
    expect(answer.status).toBe(401);
    expectViolation(/Invalid audience/);
  });

  test('the application role alone does not open the endpoint', async () => {
    tenant.application.exchangeRoles = ['IMAP.AccessAsApp'];
    expect((await tenant.cmdlet('Get-Mailbox', {})).status).toBe(403);
    expectViolation(/Exchange.ManageAsApp/);
  });
});

describe('the token endpoint refuses what Entra ID does not know', () => {
  const usual = (): Record<string, string> => ({
    client_id: tenant.application.clientId,
    client_secret: tenant.application.secret ?? '',
    grant_type: 'client_credentials',
    scope: 'https://graph.microsoft.com/.default',
  });

  test.each([
    [{ grant_type: 'password' }, 70003, /grant type password/],
    [{ scope: 'https://graph.microsoft.com/Mail.Read' }, 70011, /scope/],
    [{ scope: 'https://graph.microsoft.com/.default openid' }, 70011, /scope/],
    [{ username: 'anna' }, 90014, /unknown token field username/],
  ])('%j', async (change, code, violation) => {
    const answer = await tenant.tokenRequest({ ...usual(), ...change });
    expect(answer).toMatchObject({ status: 400, body: { error_codes: [code] } });
    expectViolation(violation);
  });

  test('a wrong secret is an answer, not a violation', async () => {
    const answer = await tenant.tokenRequest({ ...usual(), client_secret: 'guess' });
    expect(answer).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_codes: [7_000_215] },
    });
    expect(tenant.server.violations).toEqual([]);
  });

  test('a secret that only looks like an assertion proves nothing', async () => {
    const { client_secret: secret = '', ...fields } = usual();
    const answer = await tenant.tokenRequest({
      ...fields,
      client_assertion: secret,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    expect(answer).toMatchObject({ status: 401, body: { error_codes: [700_027] } });
  });
});
