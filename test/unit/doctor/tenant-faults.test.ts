/** Sign-in, rights, Exchange's knowledge of us, our role there, licences: planted, named, mended. */
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { ALL_CMDLETS, addMailSecurityGroup } from '../../sim/m365/directory.ts';
import { distinguishedNameOf } from '../../sim/m365/exchange-rbac.ts';
import { SECRET } from '../graph/tenant-world.ts';
import { type DoctorWorld, startDoctorWorld } from './doctor-world.ts';
import { expectFinding, type Fault, verdictsOn } from './faults.ts';

const SIGN_IN_CODES =
  'Microsoft Entra authentication and authorization error codes, learn.microsoft.com/entra/identity-platform/reference-error-codes';
const IMAP_OAUTH =
  'Microsoft, "Authenticate an IMAP, POP or SMTP connection using OAuth": app role, service principal in Exchange, FullAccess';
const APP_ONLY =
  'Microsoft, "App-only authentication for unattended scripts in Exchange Online PowerShell": Exchange.ManageAsApp and a role, both';
const GRAPH_DOCS = 'Microsoft Graph reference, permissions of each call';

function without(list: string[], ...gone: readonly string[]): void {
  for (const name of gone) {
    list.splice(list.indexOf(name), 1);
  }
}

/** A role that allows Set-CASMailbox in part, as `setup` or an admin cuts it. */
function cutRole(
  { directory, application }: DoctorWorld,
  parameters: readonly string[],
  scope: string | null,
): void {
  without(application.allowedCmdlets, 'Set-CASMailbox');
  const { exchange } = directory;
  exchange.roles.push({
    name: 'Cut',
    parent: 'Mail Recipients',
    description: '',
    entries: new Map([['Set-CASMailbox', parameters]]),
  });
  exchange.roleGroups.push({ name: 'Movers', description: '', members: [application.objectId] });
  exchange.assignments.push({ name: 'Cut-Movers', role: 'Cut', assignee: 'Movers', scope });
}

function restoreRole({ directory, application }: DoctorWorld): void {
  const { exchange } = directory;
  for (const list of [exchange.roles, exchange.roleGroups, exchange.assignments, exchange.scopes]) {
    list.splice(0);
  }
  application.allowedCmdlets.push('Set-CASMailbox');
}

const FAULTS: readonly Fault<DoctorWorld>[] = [
  {
    name: 'the id of the secret in place of its value',
    fact: `AADSTS7000215: ${SIGN_IN_CODES}`,
    mark: 'found',
    plant: (world) => {
      world.credential = { kind: 'secret', secret: 'the id of the secret' };
    },
    code: 'check.sign-in.refused',
    verdict: 'failed',
    names: 'credential-refused',
    mend: (world) => {
      world.credential = { kind: 'secret', secret: SECRET };
    },
  },
  {
    name: 'a client secret that has ended',
    fact: `AADSTS7000222: ${SIGN_IN_CODES}`,
    mark: 'found',
    plant: ({ application }) => {
      application.secretExpired = true;
    },
    code: 'check.sign-in.refused',
    verdict: 'failed',
    names: 'credential-expired',
    mend: ({ application }) => {
      application.secretExpired = false;
    },
  },
  {
    name: 'an application that the tenant does not know',
    fact: `AADSTS700016: ${SIGN_IN_CODES}`,
    mark: 'found',
    plant: (world) => {
      world.clientId = '00000000-0000-4000-8000-0000000000ab';
    },
    code: 'check.sign-in.refused',
    verdict: 'failed',
    names: 'application-unknown',
    mend: (world) => {
      world.clientId = world.application.clientId;
    },
  },
  {
    name: 'a tenant that nobody knows',
    fact: `AADSTS90002: ${SIGN_IN_CODES}`,
    mark: 'found',
    plant: (world) => {
      world.tenantId = '00000000-0000-4000-8000-0000000000cd';
    },
    code: 'check.sign-in.refused',
    verdict: 'failed',
    names: 'tenant-unknown',
    mend: (world) => {
      world.tenantId = world.directory.tenantId;
    },
  },
  {
    name: 'a policy for workload identities that blocks the sign-in',
    fact: `AADSTS53003 for an application: that a workload policy answers with it is believed (${SIGN_IN_CODES} names it for people)`,
    mark: 'believed',
    plant: ({ server }) => {
      server.faults.push({
        operation: 'POST /{tenant}/oauth2/v2.0/token',
        times: 10,
        action: {
          kind: 'answer',
          status: 400,
          body: {
            error: 'invalid_grant',
            error_description:
              'AADSTS53003: Access has been blocked by Conditional Access policies.',
            error_codes: [53_003],
          },
        },
      });
    },
    code: 'check.sign-in.refused',
    verdict: 'failed',
    names: 'Conditional Access',
    mend: ({ server }) => server.faults.clear(),
  },
  {
    name: 'a right of Microsoft Graph that was never granted',
    fact: GRAPH_DOCS,
    mark: 'found',
    plant: ({ application }) => without(application.graphRoles, 'GroupMember.Read.All'),
    code: 'check.rights.missing',
    verdict: 'failed',
    names: 'GroupMember.Read.All',
    mend: ({ application }) => application.graphRoles.push('GroupMember.Read.All'),
  },
  {
    name: 'no right to assign licences, which an admin can do by hand',
    fact: GRAPH_DOCS,
    mark: 'found',
    plant: ({ application }) => {
      without(application.graphRoles, 'User.ReadWrite.All', 'LicenseAssignment.ReadWrite.All');
      application.graphRoles.push('User.Read.All');
    },
    code: 'check.rights.missing-by-hand',
    verdict: 'warning',
    names: 'usage location',
    mend: ({ application }) =>
      application.graphRoles.push('User.ReadWrite.All', 'LicenseAssignment.ReadWrite.All'),
  },
  {
    name: 'the right to use IMAP, never granted',
    fact: IMAP_OAUTH,
    mark: 'found',
    plant: ({ application }) => without(application.exchangeRoles, 'IMAP.AccessAsApp'),
    code: 'check.rights.missing',
    verdict: 'failed',
    names: 'IMAP.AccessAsApp',
    mend: ({ application }) => application.exchangeRoles.push('IMAP.AccessAsApp'),
  },
  {
    name: 'a consent that was taken back while the token still bears it',
    fact: `403 Authorization_RequestDenied "Insufficient privileges to complete the operation.": ${GRAPH_DOCS}`,
    mark: 'found',
    plant: ({ server }) => {
      server.faults.push({
        operation: 'GET /groups',
        action: {
          kind: 'answer',
          status: 403,
          body: {
            error: {
              code: 'Authorization_RequestDenied',
              message: 'Insufficient privileges to complete the operation.',
            },
          },
        },
      });
    },
    code: 'check.rights.refused',
    verdict: 'failed',
    names: 'GroupMember.Read.All',
    mend: ({ server }) => server.faults.clear(),
  },
  {
    name: 'an application access policy',
    fact: '403 ErrorAccessDenied "Access to OData is disabled.": Microsoft, "Limiting application permissions to specific mailboxes"',
    mark: 'found',
    plant: ({ server }) => {
      server.quirks.applicationAccessPolicy = true;
    },
    code: 'check.rights.restricted',
    verdict: 'failed',
    names: 'Get-ApplicationAccessPolicy',
    mend: ({ server }) => {
      server.quirks.applicationAccessPolicy = false;
    },
  },
  {
    name: 'a right that is far wider than needed',
    fact: GRAPH_DOCS,
    mark: 'found',
    plant: ({ application }) => {
      without(application.graphRoles, 'Organization.Read.All');
      application.graphRoles.push('Directory.Read.All');
    },
    code: 'check.rights.wider',
    verdict: 'warning',
    names: 'Directory.Read.All',
    mend: ({ application }) => {
      without(application.graphRoles, 'Directory.Read.All');
      application.graphRoles.push('Organization.Read.All');
    },
  },
  {
    name: 'Exchange does not know the application; the check mends it',
    fact: `New-ServicePrincipal: ${IMAP_OAUTH}`,
    mark: 'found',
    plant: ({ directory }) => {
      directory.exchangeServicePrincipals.length = 0;
    },
    code: 'check.registration.unknown',
    verdict: 'failed',
    names: 'New-ServicePrincipal -AppId',
    mend: (world) => world.doctor().mend('register-principal', new AbortController().signal),
  },
  {
    name: 'registered with the object id of the app registration; the check mends it',
    fact: `"NO AUTHENTICATE failed." for a wrong ObjectId: ${IMAP_OAUTH}; email-oauth2-proxy, issues 74 and 275`,
    mark: 'found',
    plant: ({ directory, application }) => {
      application.allowedCmdlets.push('Remove-ServicePrincipal');
      directory.exchangeServicePrincipals.splice(0, 1, {
        appId: application.clientId,
        objectId: '00000000-0000-4000-8000-00000000beef',
        displayName: 'Skybridge',
      });
    },
    code: 'check.registration.wrong-object',
    verdict: 'failed',
    names: 'Remove-ServicePrincipal -Identity 00000000-0000-4000-8000-00000000beef',
    mend: (world) => world.doctor().mend('register-principal', new AbortController().signal),
  },
  {
    name: 'let in by Exchange, with no role there',
    fact: `${APP_ONLY}; the wording of the refusal is believed`,
    mark: 'believed',
    plant: ({ application }) => {
      application.allowedCmdlets = [];
    },
    code: 'check.cmdlets.no-role',
    verdict: 'failed',
    names: 'Add-RoleGroupMember',
    breaks: /no Exchange role/,
    mend: ({ application }) => {
      application.allowedCmdlets = [...ALL_CMDLETS];
    },
  },
  {
    name: 'a role that lacks a cmdlet',
    fact: 'EXOModuleFile names the cmdlets that the caller may use: CIPP, New-ExoRequest.ps1',
    mark: 'found',
    plant: ({ application }) => without(application.allowedCmdlets, 'Remove-MailboxPermission'),
    code: 'check.cmdlets.missing',
    verdict: 'failed',
    names: 'Remove-MailboxPermission',
    mend: ({ application }) => application.allowedCmdlets.push('Remove-MailboxPermission'),
  },
  {
    name: 'a role that allows a cmdlet without the parameter',
    fact: '"A parameter cannot be found that matches parameter name": PowerShell; that this endpoint binds parameters before it looks for the mailbox is believed',
    mark: 'believed',
    plant: (world) => cutRole(world, ['Identity'], null),
    breaks: /A parameter cannot be found that matches parameter name 'ImapEnabled'/,
    code: 'check.cmdlets.parameter-missing',
    verdict: 'failed',
    names: /-AddParameter -Parameters ImapEnabled"/,
    mend: restoreRole,
  },
  {
    name: 'a mailbox outside the scope of the role',
    fact: 'management scopes limit what is changed: Microsoft, "Understanding management role scopes"; the wording for an application is believed',
    mark: 'believed',
    mailbox: 'anna@contoso.example',
    plant: (world) => {
      const group = addMailSecurityGroup(world.directory, 'movers');
      const filter = `MemberOfGroup -eq '${distinguishedNameOf(world.directory, group)}'`;
      world.directory.exchange.scopes.push({ name: 'Movers alone', filter });
      cutRole(world, ['Identity', 'ImapEnabled'], 'Movers alone');
    },
    breaks: /out of the current user's write scope/,
    code: 'check.scope.outside',
    verdict: 'failed',
    names: 'Add-DistributionGroupMember',
    mend: ({ directory, anna }) =>
      directory.groups.find(({ displayName }) => displayName === 'movers')?.memberIds.push(anna.id),
  },
  {
    name: 'no licence with Exchange is free',
    fact: 'Microsoft Graph, subscribedSku: prepaidUnits.enabled − consumedUnits',
    mark: 'found',
    plant: ({ directory }) => {
      directory.skus.splice(0, 1, ...directory.skus.slice(0, 1).map(seats(1)));
    },
    code: 'check.licences.none-free',
    verdict: 'warning',
    names: 'Business Basic',
    mend: ({ directory }) => {
      directory.skus.splice(0, 1, ...directory.skus.slice(0, 1).map(seats(5)));
    },
  },
  {
    name: 'a suspended subscription',
    fact: 'Microsoft Graph, subscribedSku.capabilityStatus: Suspended',
    mark: 'found',
    plant: ({ directory }) => directory.skus.forEach(status('Suspended')),
    code: 'check.licences.suspended',
    verdict: 'warning',
    names: 'Business Basic',
    mend: ({ directory }) => directory.skus.forEach(status('Enabled')),
  },
  {
    name: 'products with EXCHANGE_S_FOUNDATION alone, which is no mailbox',
    fact: 'Service plan 113feb6c-…: product names and service plan identifiers for licensing, Microsoft',
    mark: 'found',
    plant: ({ directory }) => {
      directory.skus.reverse();
      parked = directory.skus.splice(1);
    },
    code: 'check.licences.no-product',
    verdict: 'warning',
    names: 'Business Basic',
    mend: ({ directory }) => directory.skus.push(...parked),
  },
  {
    name: 'Microsoft Graph asks for five minutes',
    fact: '429 with Retry-After: Microsoft Graph throttling guidance',
    mark: 'found',
    plant: ({ server }) =>
      server.faults.push({
        operation: 'GET /subscribedSkus',
        times: 9,
        action: { kind: 'throttle', retryAfter: '300' },
      }),
    code: 'check.unanswered',
    verdict: 'unknown',
    names: 'slow down',
    mend: ({ server }) => server.faults.clear(),
  },
];

let parked: DoctorWorld['directory']['skus'] = [];

type Sku = DoctorWorld['directory']['skus'][number];

const seats =
  (enabledUnits: number) =>
  (sku: Sku): Sku => ({ ...sku, enabledUnits });
const status =
  (capabilityStatus: Sku['capabilityStatus']) =>
  (sku: Sku): void => {
    sku.capabilityStatus = capabilityStatus;
  };

/** One tenant for all of them: each fault is mended, and a test that failed leaves it to nobody. */
let world: DoctorWorld;

beforeAll(async () => {
  world = await startDoctorWorld();
});
afterAll(() => world.end());

test.for(FAULTS)('$name ($mark)', async (fault) => {
  onTestFailed(async () => {
    world = await startDoctorWorld();
  });
  await fault.plant(world);
  if (fault.breaks !== undefined) {
    world.allowed.push(fault.breaks);
  }
  const finding = expectFinding(await world.check(fault.mailbox), fault);
  await fault.mend(world);
  expect(verdictsOn(finding.check, await world.check(fault.mailbox), fault.leaves)).toEqual(['ok']);
});

test('nothing that a finding shows is a secret', async () => {
  world.application.secretExpired = true;
  const refused = await world.check(world.anna.userPrincipalName);
  world.application.secretExpired = false;
  const shown = JSON.stringify([refused, await world.check(world.anna.userPrincipalName)]);
  const { tokens } = world.server.journal;
  expect(tokens.length).toBeGreaterThan(10);
  expect([SECRET, ...tokens].filter((secret) => shown.includes(secret))).toEqual([]);
});

test('a tenant that is ready has no fault, and looking at it changes nothing', async () => {
  const changes = world.server.changes.length;
  const found = await world.check(world.anna.userPrincipalName);
  const faults = found.filter(({ verdict }) => verdict !== 'ok').map(({ code }) => code);
  expect(new Set(faults)).toEqual(
    new Set(['check.credential.secret', 'check.credential.end-unreadable']),
  );
  expect(found.map(({ code }) => code)).toContain('check.imap-login');
  expect(world.server.changes).toHaveLength(changes);
  expect(world.imap.violations).toEqual([]);
});

test('one question that is never answered spoils no other', async () => {
  const { faults } = world.server;
  faults.push({ operation: 'GET /groups', times: 99, action: { kind: 'drop' } });
  faults.push({
    operation: 'GET /subscribedSkus',
    times: 99,
    action: { kind: 'answer', status: 200, body: { value: 'none of our business' } },
  });
  const found = await world.check();
  faults.clear();
  expect(found.filter(({ code }) => code === 'check.unanswered').map((one) => one.facts)).toEqual(
    expect.arrayContaining([
      { check: 'rights', problem: 'graph.unreachable' },
      { check: 'licences', problem: 'graph.unexpected-answer' },
    ]),
  );
  expect(found.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['check.registration', 'check.cmdlets', 'check.clock']),
  );
});

test('without a sign-in nothing is guessed: the other questions say that they were not asked', async () => {
  world.application.secretExpired = true;
  const found = await world.check();
  world.application.secretExpired = false;
  const left = found.filter(({ code }) => code === 'check.not-asked');
  expect(new Set(left.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']));
  expect(left.map(({ check }) => check)).toContain('licences');
  expect(found.some(({ check, verdict }) => check === 'licences' && verdict === 'ok')).toBe(false);
});
