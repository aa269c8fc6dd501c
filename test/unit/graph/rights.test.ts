import { afterEach, beforeEach, expect, test } from 'vitest';
import { isM365Error, M365_ERROR_CODES } from '../../../src/graph/errors.ts';
import { missingRights, REQUIRED_RIGHTS, readOwnIdentity } from '../../../src/graph/rights.ts';
import { ALL_CMDLETS, addUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import {
  createTenantWorld,
  EXCHANGE_ROLES,
  GRAPH_ROLES,
  never,
  type TenantWorld,
} from './tenant-world.ts';

let world: TenantWorld;

beforeEach(async () => {
  world = await createTenantWorld();
});

afterEach(() => world.close());

test('our own token says who we are', async () => {
  const { application, directory, m365 } = world;
  expect(await m365.rights.identity('exchange', never)).toMatchObject({
    tenantId: directory.tenantId,
    clientId: application.clientId,
    objectId: application.objectId,
    roles: EXCHANGE_ROLES,
  });
});

test('rights are read from a fresh token, so a consent given just now counts', async () => {
  const { application, m365 } = world;
  expect(await m365.rights.missing(never)).toEqual([]);
  application.graphRoles = ['Directory.Read.All'];
  application.exchangeRoles = [];
  const missing = (await m365.rights.missing(never)).map((right) => right.role);
  expect(missing).toEqual([
    'User.ReadWrite.All',
    'LicenseAssignment.ReadWrite.All',
    'RoleManagement.Read.Directory',
    'MailboxSettings.Read',
    'Exchange.ManageAsApp',
    'IMAP.AccessAsApp',
  ]);
  application.graphRoles = [...GRAPH_ROLES];
  application.exchangeRoles = [...EXCHANGE_ROLES];
  expect(await m365.rights.missing(never)).toEqual([]);
});

test('the tenant that all tests run in has what is required, and no right more', () => {
  const roles = REQUIRED_RIGHTS.map((right) => right.role);
  expect(roles).toEqual([...GRAPH_ROLES, ...EXCHANGE_ROLES]);
});

test('a wider right includes the one that is needed', () => {
  const roles = ['Directory.ReadWrite.All', 'MailboxSettings.ReadWrite'];
  expect(missingRights('graph', roles).map((right) => right.role)).toEqual([
    'Organization.Read.All',
    'RoleManagement.Read.Directory',
  ]);
});

test('a token that cannot be read is not quoted', () => {
  for (const token of ['', 'opaque', 'a.b.c', `a.${btoa('{"tid":1}')}.c`]) {
    expect(() => readOwnIdentity(token)).toThrow(
      expect.toSatisfy(
        (error: unknown) =>
          isM365Error(error, 'graph.unexpected-answer') && error.cause === undefined,
      ),
    );
  }
});

test('the cmdlets we may use are listed without running one', async () => {
  expect(await world.m365.exchange.allowedCmdlets(never)).toEqual(ALL_CMDLETS);
  expect(await world.m365.rights.missingCmdlets(never)).toEqual([]);
  world.application.allowedCmdlets = ['get-mailbox', 'Get-CASMailbox', 'Get-MailboxPermission'];
  expect(await world.m365.rights.missingCmdlets(never)).toEqual([
    'Set-CASMailbox',
    'Set-Mailbox',
    'Get-MailboxStatistics',
    'Get-MailboxFolderStatistics',
    'Get-User',
    'Get-TransportConfig',
    'Get-AuthenticationPolicy',
    'Add-MailboxPermission',
    'Remove-MailboxPermission',
    'Get-ServicePrincipal',
  ]);
  expect(world.server.changes).toEqual([]);
});

test('Exchange knows us, does not, or knows another object of ours', async () => {
  const { m365, directory, application, server } = world;
  const { clientId, objectId } = application;
  const check = (): Promise<string> => m365.servicePrincipal.check({ clientId, objectId }, never);
  expect(await check()).toBe('registered');

  directory.exchangeServicePrincipals.length = 0;
  expect(await check()).toBe('unknown');
  const anna = addUser(directory, {
    alias: 'anna',
    displayName: 'Anna',
    product: PRODUCTS.businessBasic,
  });
  await expect(m365.mailboxAccess.grant(anna.id, never)).rejects.toMatchObject({
    code: 'exchange-admin.trustee-unknown',
    disposition: 'ask',
  });

  const displayName = 'Skybridge';
  directory.exchangeServicePrincipals.push({ appId: clientId, objectId: anna.id, displayName });
  expect(await check()).toBe('wrong-object');
  const token = await m365.tokens.getToken('exchange', never);
  expect(await server.verifyImapToken('anna@contoso.example', token)).toBe('refused');

  directory.exchangeServicePrincipals.length = 0;
  server.faults.push({ operation: 'New-ServicePrincipal', action: { kind: 'drop-after' } });
  await m365.servicePrincipal.register({ clientId, objectId }, never);
  await m365.servicePrincipal.register({ clientId, objectId }, never);
  expect(await check()).toBe('registered');
  expect(server.changes).toHaveLength(1);
});

test('rows of several pages come together', async () => {
  const { m365, directory, server } = world;
  for (const alias of ['a', 'b', 'c', 'd', 'e']) {
    addUser(directory, { alias, displayName: alias, product: PRODUCTS.businessBasic });
  }
  server.quirks.pageSize = 2;
  const { rows } = await m365.exchange.invoke('Get-CASMailbox', {}, never);
  expect(rows).toHaveLength(5);
  expect(server.journal.count('Get-CASMailbox')).toBe(3);
});

test('warnings of a cmdlet are handed on', async () => {
  const { m365, directory } = world;
  const anna = addUser(directory, {
    alias: 'anna',
    displayName: 'Anna',
    product: PRODUCTS.businessBasic,
  });
  const { warnings } = await m365.exchange.invoke(
    'Set-CASMailbox',
    { Identity: anna.id, ImapEnabled: true },
    never,
  );
  expect(warnings).toEqual([expect.stringContaining('no settings of')]);
});

test('every code names its part and what was seen', () => {
  for (const code of M365_ERROR_CODES) {
    expect(code).toMatch(/^(graph|exchange-admin)\.[a-z]+(-[a-z]+)*$/);
  }
});
