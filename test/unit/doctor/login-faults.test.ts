/** The trial login over IMAP, which Exchange refuses with few words: planted, named, mended. */
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { type DoctorWorld, giveAccess, startDoctorWorld } from './doctor-world.ts';
import { expectFinding, type Fault, verdictsOn } from './faults.ts';

const IMAP_OAUTH =
  'Microsoft, "Authenticate an IMAP, POP or SMTP connection using OAuth"; the two refusals: email-oauth2-proxy, issues 74 and 275, and the FAQ of imapsync';

const ANNA = 'anna@contoso.example';

const FAULTS: readonly Fault<DoctorWorld>[] = [
  {
    name: 'NO AUTHENTICATE failed, for want of the right',
    fact: `IMAP.AccessAsApp must be in the token: ${IMAP_OAUTH}`,
    mark: 'found',
    plant: ({ application }) => {
      application.exchangeRoles = ['Exchange.ManageAsApp'];
    },
    code: 'check.imap-login.no-right',
    verdict: 'failed',
    names: 'IMAP.AccessAsApp',
    mend: ({ application }) => application.exchangeRoles.push('IMAP.AccessAsApp'),
  },
  {
    name: 'NO AUTHENTICATE failed, for a registration under the wrong object id',
    fact: `ObjectId of the enterprise application, not of the app registration: ${IMAP_OAUTH}`,
    mark: 'found',
    plant: ({ directory, application }) => {
      application.allowedCmdlets.push('Remove-ServicePrincipal');
      directory.exchangeServicePrincipals.splice(0, 1, {
        appId: application.clientId,
        objectId: '00000000-0000-4000-8000-00000000beef',
        displayName: 'Skybridge',
      });
    },
    code: 'check.imap-login.not-registered',
    verdict: 'failed',
    names: 'registration in Exchange',
    mend: (world) => world.doctor().mend('register-principal', new AbortController().signal),
  },
  {
    name: 'NO AUTHENTICATE failed, and nothing that explains it',
    fact: `a registration made a moment ago is not known everywhere yet: ${IMAP_OAUTH}`,
    mark: 'found',
    plant: ({ imap }) =>
      imap.faults.push({
        command: 'AUTHENTICATE',
        action: { kind: 'reply', text: 'NO AUTHENTICATE failed.' },
      }),
    code: 'check.imap-login.refused',
    verdict: 'failed',
    names: 'up to an hour',
    mend: ({ imap }) => imap.faults.clear(),
  },
  {
    name: 'authenticated but not connected: IMAP is switched off',
    fact: `"BAD User is authenticated but not connected.": ${IMAP_OAUTH}; that the switch of the mailbox matters to an application is believed`,
    mark: 'believed',
    plant: (world) => setImap(world, false),
    code: 'check.imap-login.imap-off',
    verdict: 'warning',
    names: 'Set-CASMailbox -Identity anna@contoso.example -ImapEnabled',
    mend: (world) => setImap(world, true),
  },
  {
    name: 'authenticated but not connected: no FullAccess',
    fact: `FullAccess for each mailbox: ${IMAP_OAUTH}`,
    mark: 'found',
    plant: ({ anna }) => anna.mailbox?.permissions.splice(0),
    code: 'check.imap-login.no-access',
    verdict: 'warning',
    names: 'so IMAP.AccessAsApp works',
    mend: ({ anna, application }) => giveAccess(anna, application.objectId),
  },
  {
    name: 'authenticated but not connected: a permission that is minutes old',
    fact: 'a permission takes minutes to an hour until IMAP honours it: believed',
    mark: 'believed',
    plant: ({ anna, application }) => {
      anna.mailbox?.permissions.splice(0, 1, {
        userId: application.objectId,
        accessRights: ['FullAccess'],
        effectiveAtMs: Date.now() + 3_600_000,
      });
    },
    code: 'check.imap-login.not-yet',
    verdict: 'warning',
    names: 'Wait',
    mend: ({ anna, application }) => {
      anna.mailbox?.permissions.splice(0);
      giveAccess(anna, application.objectId);
    },
  },
  {
    name: 'a mailbox that does not exist',
    fact: "\"The operation couldn't be performed because object '…' couldn't be found\": Exchange Online PowerShell",
    mark: 'found',
    mailbox: 'nobody@contoso.example',
    plant: () => undefined,
    code: 'check.imap-login.no-mailbox',
    verdict: 'failed',
    names: 'nobody@contoso.example',
    mend: () => undefined,
  },
  {
    name: 'authenticated but not connected, and no role to look further',
    fact: `the two roles of an application are apart: ${IMAP_OAUTH}`,
    mark: 'found',
    plant: ({ anna, application }) => {
      anna.mailbox?.permissions.splice(0);
      application.exchangeRoles = ['IMAP.AccessAsApp'];
    },
    breaks: /Exchange\.ManageAsApp/,
    code: 'check.imap-login.not-connected',
    verdict: 'failed',
    names: 'Get-MailboxPermission',
    mend: ({ anna, application }) => {
      giveAccess(anna, application.objectId);
      application.exchangeRoles.push('Exchange.ManageAsApp');
    },
  },
  {
    name: 'Exchange throttles the login',
    fact: '"Request is throttled. Suggested Backoff Time: 92415 milliseconds": FAQ of imapsync',
    mark: 'found',
    plant: ({ imap }) =>
      imap.faults.push({
        command: 'AUTHENTICATE',
        action: { kind: 'throttle', ms: 92_415 },
      }),
    code: 'check.imap-login.unanswered',
    verdict: 'unknown',
    names: /slow/,
    mend: ({ imap }) => imap.faults.clear(),
  },
];

function setImap({ anna }: DoctorWorld, isOn: boolean): void {
  if (anna.mailbox !== null) {
    anna.mailbox.imapEnabled = isOn;
  }
}

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
  const found = expectFinding(await world.check(fault.mailbox ?? ANNA), fault);
  expect(found.raw).toMatch(/authenticat|wait until/i);
  await fault.mend(world);
  expect(verdictsOn('imap-login', await world.check(ANNA))).toEqual(['ok']);
});

test('without a mailbox the login is not tried, and says so', async () => {
  const found = await world.check();
  const finding = expectFinding(found, {
    code: 'check.imap-login.not-tried',
    verdict: 'unknown',
    mark: 'found',
    names: '--mailbox',
  });
  expect(finding.facts).toEqual({});
});
