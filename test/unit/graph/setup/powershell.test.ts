import { expect, test } from 'vitest';
import { cmdletsOf } from '../../../../src/graph/required-cmdlets.ts';
import { decidePlan, type SetupStep } from '../../../../src/graph/setup/plan.ts';
import { formatRemovalScript, formatScript } from '../../../../src/graph/setup/powershell.ts';
import { blankSurvey, type SetupChoice } from '../../../../src/graph/setup/survey.ts';
import { rightsOf, SCOPED_ROLES, TIERS } from '../../../../src/graph/tiers.ts';

const TENANT = '00000000-0000-4000-8000-000000000001';
const CHOICE: SetupChoice = {
  tiers: TIERS,
  groupAddress: "o'brien@contoso.example",
  credential: { kind: 'certificate' },
  redirectUri: 'https://skybridge.example/sign-in/done',
};

const stepsOf = (choice: SetupChoice): readonly SetupStep[] =>
  decidePlan(choice, blankSurvey(new Date())).map(({ step }) => step);

const scriptFor = (steps: readonly SetupStep[]): string =>
  formatScript({
    tenantId: TENANT,
    issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
    certificatePath: '/data/application.pem',
    steps,
  });

/** What makes each kind of thing. */
const MAKERS: Readonly<Record<SetupStep['kind'], string>> = {
  customization: 'Enable-OrganizationCustomization',
  application: 'New-MgApplication ',
  principal: 'New-MgServicePrincipal ',
  certificate: 'Update-MgApplication ',
  federation: 'New-MgApplicationFederatedIdentityCredential ',
  'sign-in': '-Web @{ RedirectUris = $uris }',
  grant: 'New-MgServicePrincipalAppRoleAssignment ',
  'withdraw-grant': 'Remove-MgServicePrincipalAppRoleAssignment ',
  registration: 'New-ServicePrincipal ',
  scope: 'New-ManagementScope ',
  role: 'New-ManagementRole ',
  'role-group': 'New-RoleGroup ',
  member: 'Add-RoleGroupMember ',
  'scoped-role': '-App $sp.Id -CustomResourceScope',
  'withdraw-scoped-role': 'Remove-ManagementRoleAssignment ',
};

test('the script makes each step of a plan, in its order', () => {
  const steps = stepsOf(CHOICE);
  const blocks = scriptFor(steps).split('\n\n').slice(1);
  expect(blocks).toHaveLength(steps.length);
  expect(
    blocks.map((block, index) => block.includes(MAKERS[steps[index]?.kind ?? 'role'])),
  ).toEqual(steps.map(() => true));
});

test.for(Object.keys(MAKERS))('%s has lines of its own', (kind) => {
  const steps: readonly SetupStep[] = [
    ...stepsOf(CHOICE),
    ...stepsOf({ ...CHOICE, credential: { kind: 'managed-identity', id: TENANT } }),
    { kind: 'withdraw-grant', grantId: 'x', role: 'Domain.ReadWrite.All', resource: 'graph' },
    { kind: 'withdraw-scoped-role', role: 'Application Mail.Send', assignment: 'Skybridge x' },
  ];
  const step = steps.find((one) => one.kind === kind);
  expect(step).toBeDefined();
  expect(scriptFor(step === undefined ? [] : [step])).toContain(
    Object.entries(MAKERS).find(([name]) => name === kind)?.[1],
  );
});

test('every right, scoped role, cmdlet and parameter is in it', () => {
  const script = scriptFor(stepsOf(CHOICE));
  for (const { role } of [...rightsOf(TIERS), ...SCOPED_ROLES]) {
    expect(script).toContain(`'${role}'`);
  }
  for (const { cmdlet, parameters } of cmdletsOf(TIERS)) {
    const [, given] =
      new RegExp(
        `Set-ManagementRoleEntry -Identity '[^']+\\\\${cmdlet}' -Parameters ([^}]+) }`,
      ).exec(script) ?? [];
    const names = parameters.map((name) => `'${name}'`).join(', ');
    expect(given).toBe(names === '' ? '$null' : names);
  }
});

test('what an administrator typed stays text', () => {
  const hostile = "x@y'; Remove-Item / #\u2019; calc";
  const script = scriptFor([{ kind: 'scope', groupAddress: hostile }]);
  expect(script).toContain("'x@y''; Remove-Item / #\u2019\u2019; calc'");
});

test('a part of a plan needs no module that it does not use', () => {
  expect(scriptFor([{ kind: 'application' }])).not.toContain('Connect-ExchangeOnline');
  expect(scriptFor([{ kind: 'customization' }])).toContain('Connect-ExchangeOnline');
});

test('the way back removes all that is made, and asks nothing', () => {
  const script = formatRemovalScript(TENANT);
  for (const name of ['Skybridge Mailboxes', 'Skybridge Registration', 'Skybridge Configuration']) {
    expect(script).toContain(`Remove-ManagementRole -Identity '${name}' -Confirm:$false`);
  }
  for (const line of script.split('\n').filter((one) => /^Remove-(?!Mg)/.test(one))) {
    expect(line).toContain('-Confirm:$false');
  }
});
