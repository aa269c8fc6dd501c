/** The credential, the tenant's policies, the clock: planted, named, mended. */
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { judgeSkews } from '../../../src/graph/doctor/check-clock.ts';
import { createCertificate } from '../../sim/m365/certificates.ts';
import type { SimPolicy } from '../../sim/m365/graph-policies.ts';
import { SECRET } from '../graph/tenant-world.ts';
import { type DoctorWorld, startDoctorWorld } from './doctor-world.ts';
import { expectFinding, type Fault, verdictsOn } from './faults.ts';

const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

const POLICIES = 'Microsoft Graph, conditionalAccessPolicy: conditions.clientApplications';
const SECRET_ENDS =
  'Microsoft Graph, passwordCredential: hint (first three characters), endDateTime';

const GOOD = await createCertificate({ commonName: 'Skybridge', notAfter: inDays(90) });
const ENDING = await createCertificate({ commonName: 'Skybridge', notAfter: inDays(10) });
const ENDED = await createCertificate({ commonName: 'Skybridge', notAfter: inDays(-1) });

function useCertificate(world: DoctorWorld, { key, cert }: { key: string; cert: string }): void {
  world.application.certificates = [cert];
  world.credential = { kind: 'certificate', pem: `${key}\n${cert}` };
}

const useSecret = (world: DoctorWorld): void => {
  world.credential = { kind: 'secret', secret: SECRET };
};

function workloadPolicy(include: string, state: SimPolicy['state']): SimPolicy {
  return {
    displayName: 'Workloads from the office alone',
    state,
    conditions: {
      clientAppTypes: ['all'],
      clientApplications: { includeServicePrincipals: [include], excludeServicePrincipals: [] },
    },
    grantControls: { builtInControls: ['block'] },
  };
}

/** As an admin does it in the portal. */
function excludeUs({ directory, application }: DoctorWorld): void {
  directory.policies.splice(
    0,
    directory.policies.length,
    ...directory.policies.map((policy) => ({
      ...policy,
      conditions: {
        ...policy.conditions,
        clientApplications: {
          includeServicePrincipals:
            policy.conditions.clientApplications?.includeServicePrincipals ?? [],
          excludeServicePrincipals: [application.objectId],
        },
      },
    })),
  );
}

/** One service tells another time than the others. */
function tellTime({ server }: DoctorWorld, services: readonly string[], aheadMs: number): void {
  for (const service of services) {
    server.faults.push({
      operation: `HEAD / of ${service}`,
      action: {
        kind: 'answer',
        status: 302,
        body: {},
        headers: { Date: new Date(Date.now() + aheadMs).toUTCString() },
      },
    });
  }
}

const FAULTS: readonly Fault<DoctorWorld>[] = [
  {
    name: 'a certificate that ends in ten days',
    fact: 'X.509, notAfter; msal-node signs with it until then',
    mark: 'measured',
    plant: (world) => useCertificate(world, ENDING),
    code: 'check.credential.ends-soon',
    verdict: 'warning',
    names: /certificate ends on .* in 9 days/,
    mend: (world) => useCertificate(world, GOOD),
  },
  {
    name: 'a certificate that has ended',
    fact: 'X.509, notAfter; AADSTS700027 at the sign-in: Microsoft Entra error codes',
    mark: 'found',
    plant: (world) => useCertificate(world, ENDED),
    code: 'check.credential.ended',
    verdict: 'failed',
    names: 'Certificates & secrets',
    mend: (world) => useCertificate(world, GOOD),
  },
  {
    name: 'a client secret in use',
    fact: 'Microsoft, "Security best practices for application properties": certificates before secrets',
    mark: 'found',
    plant: useSecret,
    code: 'check.credential.secret',
    verdict: 'warning',
    names: 'MANAGED_IDENTITY_CLIENT_ID',
    mend: (world) => useCertificate(world, GOOD),
  },
  {
    name: 'a client secret that ends next week',
    fact: SECRET_ENDS,
    mark: 'found',
    plant: (world) => {
      useSecret(world);
      world.application.passwordCredentials = [
        { hint: SECRET.slice(0, 3), endDateTime: inDays(7).toISOString() },
        { hint: 'zzz', endDateTime: inDays(700).toISOString() },
      ];
    },
    code: 'check.credential.ends-soon',
    verdict: 'warning',
    names: /client secret ends/,
    leaves: ['check.credential.secret'],
    mend: ({ application }) =>
      application.passwordCredentials.push({
        hint: SECRET.slice(0, 3),
        endDateTime: inDays(300).toISOString(),
      }),
  },
  {
    name: 'the end of a client secret that may not be read',
    fact: 'Microsoft Graph, Get application: Application.Read.All',
    mark: 'found',
    plant: (world) => {
      useSecret(world);
      world.application.graphRoles = world.application.graphRoles.filter(
        (role) => role !== 'Application.Read.All',
      );
      world.application.passwordCredentials = [
        { hint: SECRET.slice(0, 3), endDateTime: inDays(300).toISOString() },
      ];
    },
    code: 'check.credential.end-unreadable',
    verdict: 'unknown',
    names: 'Application.Read.All',
    leaves: ['check.credential.secret'],
    mend: ({ application }) => application.graphRoles.push('Application.Read.All'),
  },
  {
    name: 'policies that may not be read',
    fact: 'Microsoft Graph, List conditionalAccess policies: Policy.Read.All',
    mark: 'found',
    plant: ({ application }) => {
      application.graphRoles = application.graphRoles.filter((role) => role !== 'Policy.Read.All');
    },
    code: 'check.policies.unreadable',
    verdict: 'unknown',
    names: 'Policy.Read.All',
    mend: ({ application }) => application.graphRoles.push('Policy.Read.All'),
  },
  {
    name: 'a policy for workload identities that names our service principal',
    fact: `${POLICIES}; that it blocks an app-only token is believed until it does`,
    mark: 'believed',
    plant: ({ directory, application }) =>
      directory.policies.push(workloadPolicy(application.objectId, 'enabled')),
    code: 'check.conditional-access.workload',
    verdict: 'warning',
    names: 'Workloads from the office alone',
    mend: excludeUs,
  },
  {
    name: 'a policy for every service principal of the tenant',
    fact: `${POLICIES}, ServicePrincipalsInMyTenant; its effect is believed`,
    mark: 'believed',
    plant: ({ directory }) =>
      directory.policies.push(workloadPolicy('ServicePrincipalsInMyTenant', 'enabled')),
    code: 'check.conditional-access.workload',
    verdict: 'warning',
    names: 'AADSTS53003',
    mend: excludeUs,
  },
  {
    name: 'such a policy that only reports so far',
    fact: `${POLICIES}; state enabledForReportingButNotEnforced; its effect is believed`,
    mark: 'believed',
    plant: ({ directory, application }) =>
      directory.policies.push(
        workloadPolicy(application.objectId, 'enabledForReportingButNotEnforced'),
      ),
    code: 'check.conditional-access.reports',
    verdict: 'warning',
    names: 'before it is enforced',
    mend: ({ directory }) => directory.policies.splice(0),
  },
  {
    name: 'the clock of this machine is an hour fast',
    fact: 'AADSTS700024, an assertion outside its time: Microsoft Entra error codes; five minutes of grace',
    mark: 'found',
    plant: (world) => {
      world.aheadMs = 3_600_000;
    },
    code: 'check.clock.wrong',
    verdict: 'failed',
    names: /60 minutes fast/,
    mend: (world) => {
      world.aheadMs = 0;
    },
  },
  {
    name: 'one service tells another time than all others',
    fact: 'RFC 9110, section 6.6.1: Date is the time of whoever made the answer',
    mark: 'found',
    plant: (world) => tellTime(world, ['graph'], 1_200_000),
    code: 'check.clock.other',
    verdict: 'warning',
    names: /Microsoft Graph.*20 minutes/,
    mend: ({ server }) => server.faults.clear(),
  },
  {
    name: 'every service tells another time',
    fact: 'RFC 9110, section 6.6.1',
    mark: 'found',
    plant: (world) => {
      tellTime(world, ['graph'], 1_200_000);
      tellTime(world, ['exchange'], -1_200_000);
    },
    code: 'check.clock.unclear',
    verdict: 'unknown',
    names: 'cannot say which',
    mend: ({ server }) => server.faults.clear(),
  },
];

let world: DoctorWorld;

beforeAll(async () => {
  world = await startDoctorWorld();
  useCertificate(world, GOOD);
});
afterAll(() => world.end());

test.for(FAULTS)('$name ($mark)', async (fault) => {
  onTestFailed(async () => {
    world = await startDoctorWorld();
    useCertificate(world, GOOD);
  });
  await fault.plant(world);
  const finding = expectFinding(await world.check(), fault);
  await fault.mend(world);
  expect(verdictsOn(finding.check, await world.check(), fault.leaves)).toEqual(['ok']);
});

test('security defaults and a block of legacy authentication are said, and are no fault', async () => {
  const { directory } = world;
  directory.securityDefaults.isEnabled = true;
  directory.policies.push({
    displayName: 'Block legacy authentication',
    state: 'enabled',
    conditions: {
      clientAppTypes: ['exchangeActiveSync', 'other'],
      users: { includeUsers: ['All'] },
    },
    grantControls: { builtInControls: ['block'] },
  });
  const found = await world.check();
  const said = found.filter(({ check }) => check.startsWith('sec') || check.startsWith('cond'));
  expect(said.map(({ verdict }) => verdict)).not.toContain('failed');
  expect(said.filter(({ believed }) => believed)).toEqual([
    expect.objectContaining({
      code: 'check.security-defaults.on',
      verdict: 'ok',
      raw: '{"isEnabled":true}',
    }),
    expect.objectContaining({
      code: 'check.conditional-access.legacy',
      verdict: 'ok',
      raw: expect.stringContaining('exchangeActiveSync'),
    }),
  ]);
});

test('no service tells the time: the clock is not judged', () => {
  expect(judgeSkews([])).toMatchObject({ code: 'check.clock.no-answer', verdict: 'unknown' });
  expect(judgeSkews([{ name: 'Exchange', aheadMs: 400_000 }])).toMatchObject({
    code: 'check.clock.unclear',
  });
});
