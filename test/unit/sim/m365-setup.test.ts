import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addAdministrator, PUBLIC_CLIENTS } from '../../sim/m365/administrators.ts';
import { addMailSecurityGroup, addUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { type RawTenant, startRawTenant } from './m365-raw.ts';

let tenant: RawTenant;

beforeEach(async () => {
  tenant = await startRawTenant();
  addAdministrator(tenant.directory, 'admin', 'globalAdministrator');
});

afterEach(() => tenant.server.close());

const VERIFIER = randomBytes(32).toString('base64url');
const REDIRECT = 'http://localhost:53682';

const QUESTION: Readonly<Record<string, string>> = {
  client_id: PUBLIC_CLIENTS.graph,
  response_type: 'code',
  response_mode: 'form_post',
  scope: 'https://graph.microsoft.com/Application.ReadWrite.All openid profile offline_access',
  redirect_uri: REDIRECT,
  state: 'a state that is long enough',
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
};

async function authorize(changes: Readonly<Record<string, string>> = {}): Promise<Response> {
  const query = new URLSearchParams({ ...QUESTION, ...changes });
  const { loginUrl } = tenant.server;
  return fetch(
    `${loginUrl}/${tenant.directory.tenantId}/oauth2/v2.0/authorize?${query.toString()}`,
  );
}

async function codeOf(): Promise<string> {
  const page = await (await authorize()).text();
  return /name="code" value="([^"]+)"/.exec(page)?.[1] ?? '';
}

const redeem = (
  code: string,
  changes: Readonly<Record<string, string>> = {},
): ReturnType<RawTenant['tokenRequest']> =>
  tenant.tokenRequest({
    client_id: PUBLIC_CLIENTS.graph,
    grant_type: 'authorization_code',
    scope: QUESTION['scope'] ?? '',
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
    code,
    ...changes,
  });

describe('signing in', () => {
  test('a code is good once, for the client, the address and the verifier it was made for', async () => {
    const code = await codeOf();
    expect(await redeem(code)).toMatchObject({
      status: 200,
      body: { scope: 'https://graph.microsoft.com/Application.ReadWrite.All' },
    });
    expect(await redeem(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(tenant.server.violations).toEqual([expect.stringContaining('used authorization code')]);
  });

  test.for([
    [{ code_verifier: randomBytes(32).toString('base64url') }, /verifier does not fit/],
    [{ code_verifier: 'short' }, /verifier does not fit/],
    [{ redirect_uri: 'http://localhost:53683' }, /another redirect URI/],
    [{ client_id: PUBLIC_CLIENTS.exchange }, /unknown or used/],
  ] as const)('%j gets no token', async ([changes, violation]) => {
    const { status } = await redeem(await codeOf(), changes);
    expect(status).toBe(400);
    expect(tenant.server.violations).toEqual([expect.stringMatching(violation)]);
  });

  test.for([
    [{ state: '' }, /good state/],
    [{ code_challenge_method: 'plain' }, /good code_challenge_method/],
    [{ code_challenge: 'short' }, /good code_challenge/],
    [{ response_mode: 'query' }, /good response_mode/],
    [{ redirect_uri: 'https://localhost:53682' }, /good redirect_uri/],
    [{ redirect_uri: 'http://localhost.evil.example:53682' }, /good redirect_uri/],
    [{ redirect_uri: 'http://localhost:53682/elsewhere' }, /good redirect_uri/],
    [{ client_id: '00000000-0000-4000-8000-0000000000ee' }, /unknown public client/],
    [{ scope: 'https://graph.microsoft.com/.default' }, /scope/],
    [{ scope: 'https://graph.microsoft.com/Mail.Read' }, /scope/],
    [{ scope: 'https://outlook.office365.com/Exchange.Manage' }, /scope/],
  ] as const)('%j gets no page', async ([changes, violation]) => {
    expect((await authorize(changes)).status).toBe(400);
    expect(tenant.server.violations).toEqual([expect.stringMatching(violation)]);
  });
});

async function asAdministrator(
  line: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const token = await tenant.server.administratorToken('https://graph.microsoft.com');
  return tenant.graph(line, {
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body }),
  });
}

describe('app registrations', () => {
  test('are not for applications, however many rights they have', async () => {
    expect((await tenant.graph('GET /applications')).status).toBe(403);
    expect(tenant.server.violations).toEqual([expect.stringContaining('needs one of')]);
  });

  test('a person does nothing that the token does not allow', async () => {
    expect((await asAdministrator('GET /users')).status).toBe(403);
    expect(tenant.server.violations).toEqual([expect.stringContaining('needs one of the scopes')]);
  });

  test.for([
    ['POST /servicePrincipals', { appId: 'x', displayName: 'x' }, 400],
    ['PATCH /applications/x', { displayName: 'x' }, 400],
    ["PATCH /applications(uniqueName='x')", { displayName: 'x' }, 404],
    ['DELETE /applications/x', undefined, 404],
    ['GET /servicePrincipals?$filter=tags%20eq%20%27x%27', undefined, 400],
  ] as const)('%s %j is %d', async ([line, body, status]) => {
    expect((await asAdministrator(line, body)).status).toBe(status);
    expect(tenant.server.changes).toEqual([]);
  });

  test('consent needs an administrator who may give it', async () => {
    tenant.directory.administrators.length = 0;
    addAdministrator(tenant.directory, 'other', 'exchangeAdministrator');
    const { objectId } = tenant.application;
    const path = `/servicePrincipals/${objectId}/appRoleAssignments`;
    expect((await asAdministrator(`GET ${path}`)).status).toBe(200);
    expect(
      (await asAdministrator(`POST ${path}`, { principalId: 'x', resourceId: 'x', appRoleId: 'x' }))
        .status,
    ).toBe(403);
  });
});

describe('roles in Exchange', () => {
  const cmdlet = async (
    name: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly status: number; readonly body: unknown }> => {
    const token = await tenant.server.administratorToken('https://outlook.office365.com');
    return tenant.cmdlet(name, parameters, { headers: { authorization: `Bearer ${token}` } });
  };

  test.for([
    [
      'Set-ManagementRoleEntry',
      { Identity: 'Mail Recipients\\Set-Mailbox', Parameters: ['Identity'] },
    ],
    ['Add-ManagementRoleEntry', { Identity: 'Own\\New-TransportRule', Parameters: ['Name'] }],
    ['Set-ManagementRoleEntry', { Identity: 'Own\\Set-CASMailbox', Parameters: ['Everything'] }],
    [
      'New-ManagementRole',
      { Name: 'Other', Parent: 'Mail Recipients', EnabledCmdlets: ['Get-All'] },
    ],
    ['Remove-ManagementRole', { Identity: 'Own' }],
    ['New-ManagementScope', { Name: 'S', RecipientRestrictionFilter: "Name -eq 'x'" }],
    ['New-ManagementRoleAssignment', { Role: 'Mail Recipients', App: 'x' }],
    ['New-ManagementRoleAssignment', { Role: 'Application Mail.Send', SecurityGroup: 'x' }],
  ] as const)('%s %j is refused', async ([name, parameters]) => {
    const { exchange } = tenant.directory;
    exchange.roles.push({
      name: 'Own',
      parent: 'Mail Recipients',
      description: '',
      entries: new Map([['Set-CASMailbox', ['Identity']]]),
    });
    expect((await cmdlet(name, parameters)).status).toBe(400);
    expect(tenant.server.violations).toHaveLength(1);
    expect(tenant.server.changes).toEqual([]);
  });

  test('a shared configuration takes no role until it is the tenant’s own', async () => {
    tenant.directory.exchange.dehydratedUntilMs = Number.POSITIVE_INFINITY;
    const role = { Name: 'Own', Parent: 'Mail Recipients' };
    expect((await cmdlet('New-ManagementRole', role)).status).toBe(400);
    expect((await cmdlet('Enable-OrganizationCustomization', {})).status).toBe(200);
    expect((await cmdlet('Enable-OrganizationCustomization', {})).status).toBe(400);
    expect((await cmdlet('New-ManagementRole', role)).status).toBe(200);
  });

  test('who is in the group through another group is out of the scope', async () => {
    const { directory, application } = tenant;
    const product = PRODUCTS.businessBasic;
    const anna = addUser(directory, { alias: 'anna', displayName: 'Anna', product });
    const bert = addUser(directory, { alias: 'bert', displayName: 'Bert', product });
    const inner = addMailSecurityGroup(directory, 'inner', [bert.id]);
    addMailSecurityGroup(directory, 'moves', [anna.id, inner.id]);
    const { body } = await cmdlet('Get-DistributionGroup', { Identity: 'moves' });
    const name = /"DistinguishedName":"([^"]+)"/.exec(JSON.stringify(body))?.[1] ?? '';
    const filter = `MemberOfGroup -eq '${name}'`;
    await cmdlet('New-ManagementScope', { Name: 'S', RecipientRestrictionFilter: filter });
    await cmdlet('New-RoleGroup', {
      Name: 'G',
      Roles: ['Mail Recipients'],
      CustomRecipientWriteScope: 'S',
    });
    const { clientId: AppId, objectId: ObjectId } = application;
    await cmdlet('New-ServicePrincipal', { AppId, ObjectId });
    await cmdlet('Add-RoleGroupMember', { Identity: 'G', Member: ObjectId });
    application.allowedCmdlets = [];
    const change = (id: string): ReturnType<RawTenant['cmdlet']> =>
      tenant.cmdlet('Set-CASMailbox', { Identity: id, ImapEnabled: false });
    expect((await change(anna.id)).status).toBe(200);
    const refused = await change(bert.id);
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toContain('within your current write scopes');
    expect((await tenant.cmdlet('Get-CASMailbox', { Identity: bert.id })).status).toBe(200);
    expect(tenant.server.violations).toEqual([]);
  });
});
