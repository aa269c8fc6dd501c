import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeLimits } from '../../../../src/app/setup-words.ts';
import { decidePlan, lackingCmdlets, stepKey } from '../../../../src/graph/setup/plan.ts';
import type { SetupChoice } from '../../../../src/graph/setup/survey.ts';
import { rightsOf, type Tier } from '../../../../src/graph/tiers.ts';
import { addMailSecurityGroup } from '../../../sim/m365/directory.ts';
import { addManagedIdentity } from '../../../sim/m365/registrations.ts';
import { createDirectWorld, type DirectWorld } from './direct-world.ts';

let world: DirectWorld;

beforeEach(async () => {
  world = await createDirectWorld();
});

afterEach(() => world.close());

const choose = (...tiers: readonly Tier[]): SetupChoice => ({ ...world.choice, tiers });

const rightsInTenant = (): readonly string[] =>
  world.directory.applications.flatMap((one) => [...one.graphRoles, ...one.exchangeRoles]);

const openKeys = async (choice?: SetupChoice): Promise<readonly string[]> =>
  (await world.plan(choice))
    .filter(({ status }) => status !== 'there')
    .map(({ step, status }) => `${status} ${stepKey(step)}`);

describe('rights', () => {
  test.for([
    [['base']],
    [['base', 'provisioning']],
    [['base', 'cut-over']],
    [['base', 'graph-writing']],
    [['base', 'channel-installation']],
  ] as const)('of %j are granted, and no other', async ([tiers]) => {
    await world.apply({ choice: choose(...tiers) });
    const wanted = rightsOf(tiers).map(({ role }) => role);
    expect(rightsInTenant().toSorted()).toEqual(wanted.toSorted());
    expect(rightsInTenant().filter((role) => role.startsWith('Mail.'))).toEqual([]);
  });

  test('a tier that is taken back leaves what it had not brought', async () => {
    await world.apply({ choice: choose('base') });
    await world.apply({ choice: choose('base', 'provisioning', 'cut-over', 'graph-writing') });
    const { exchange } = world.directory;
    expect(exchange.assignments.map(({ role }) => role)).toContain('Application Mail.Send');
    expect(exchange.roles[0]?.entries.get('Set-Mailbox')).toContain('EmailAddresses');
    expect(rightsInTenant()).not.toContain('User.Read.All');
    expect(await openKeys(choose('base'))).toEqual([
      'make grant:User.Read.All',
      'change withdraw-grant:User.ReadWrite.All',
      'change withdraw-grant:LicenseAssignment.ReadWrite.All',
      'change withdraw-grant:Domain.ReadWrite.All',
      'change withdraw-grant:MailboxItem.ImportExport.All',
      'change role:Skybridge Mailboxes',
      'change withdraw-scoped-role:Application Mail.Send',
      'change withdraw-scoped-role:Application Mail.ReadWrite',
    ]);
    await world.apply({ choice: choose('base') });
    expect(await openKeys(choose('base'))).toEqual([]);
    const wanted = rightsOf(['base']).map(({ role }) => role);
    expect(rightsInTenant().toSorted()).toEqual(wanted.toSorted());
    expect(exchange.roles[0]?.entries.get('Set-Mailbox')).not.toContain('EmailAddresses');
    expect(exchange.assignments.map(({ scope }) => scope)).toEqual([
      'Skybridge Mailboxes',
      null,
      null,
    ]);
  });

  test('what somebody else granted is told and left alone', async () => {
    await world.apply();
    const { directory } = world;
    directory.appRoleAssignments.push({
      id: 'foreign',
      principalId: directory.applications[0]?.objectId ?? '',
      resourceId: 'another service',
      appRoleId: 'unknown',
    });
    expect(await openKeys()).toEqual([]);
    const survey = await world.survey();
    expect(describeLimits(await world.plan(), survey, []).join(' ')).toContain('leaves alone');
  });

  test('a right that this cloud does not have is left to be done by hand', async () => {
    const survey = await world.survey();
    const { graph } = survey.entra.resources;
    const roles = new Map([...graph.roles].filter(([role]) => role !== 'User.Read.All'));
    const plan = decidePlan(choose('base'), {
      ...survey,
      entra: {
        ...survey.entra,
        resources: { ...survey.entra.resources, graph: { ...graph, roles } },
      },
    });
    expect(
      plan.filter(({ status }) => status === 'by-hand').map(({ step }) => stepKey(step)),
    ).toEqual(['grant:User.Read.All']);
  });
});

describe('the Exchange role', () => {
  test('has the scope that it should have again, whatever was done to it', async () => {
    await world.apply();
    const { exchange } = world.directory;
    const wide = exchange.assignments.findIndex(({ role }) => role === 'Skybridge Mailboxes');
    exchange.assignments.splice(wide, 1, {
      name: 'widened',
      role: 'Skybridge Mailboxes',
      assignee: 'Skybridge',
      scope: null,
    });
    exchange.roles[0]?.entries.set('Disable-Mailbox', ['Identity']);
    exchange.roles[0]?.entries.delete('Get-Mailbox');
    expect(await openKeys()).toEqual(['change role:Skybridge Mailboxes', 'change role-group']);
    await world.apply();
    expect(await openKeys()).toEqual([]);
    expect(exchange.roles[0]?.entries.has('Disable-Mailbox')).toBe(false);
    expect(exchange.assignments.find(({ role }) => role === 'Skybridge Mailboxes')?.scope).toBe(
      'Skybridge Mailboxes',
    );
  });

  test('follows another group', async () => {
    await world.apply();
    const { mail: groupAddress = '' } = addMailSecurityGroup(world.directory, "O'Brien's people");
    const choice = { ...world.choice, groupAddress };
    expect(await openKeys(choice)).toEqual(['change scope']);
    await world.apply({ choice });
    expect(world.directory.exchange.scopes[0]?.filter).toContain("O''Brien''s people");
    expect(await openKeys(choice)).toEqual([]);
  });

  test('an app that Exchange knows under another object is made known anew', async () => {
    await world.apply();
    const known = structuredClone(world.directory.exchangeServicePrincipals);
    const wrong = known.map((principal) => ({ ...principal, objectId: 'wrong' }));
    world.directory.exchangeServicePrincipals.splice(0, 1, ...wrong);
    expect(await openKeys()).toEqual(['change registration', 'make member']);
    await world.apply();
    expect(world.directory.exchangeServicePrincipals).toEqual(known);
    expect(await openKeys()).toEqual([]);
  });

  test('is made without what the tenant’s own roles lack, and that is told', async () => {
    const { exchange, ...survey } = await world.survey();
    const parents = new Map(exchange?.parents);
    parents.set('View-Only Configuration', new Map());
    const lean = { ...survey, exchange: exchange === null ? null : { ...exchange, parents } };
    expect(lackingCmdlets(world.choice, lean)).toEqual([
      'Get-TransportConfig',
      'Get-AuthenticationPolicy',
    ]);
    const plan = decidePlan(world.choice, lean);
    const group = plan.find(({ step }) => step.kind === 'role-group')?.step;
    expect(group).toEqual({
      kind: 'role-group',
      roles: [
        { name: 'Skybridge Mailboxes', scoped: true },
        { name: 'Skybridge Registration', scoped: false },
      ],
    });
    expect(describeLimits(plan, lean, ['Get-TransportConfig']).join(' ')).toContain(
      'made without them: Get-TransportConfig',
    );
  });
});

describe('what stands in the way is named', () => {
  test.for([
    ['nobody@contoso.example', 'setup.group-unknown'],
    ['list@contoso.example', 'setup.group-unfit'],
  ])('%s: %s', async ([groupAddress = '', code]) => {
    world.directory.groups.push({
      id: 'list',
      displayName: 'list',
      mail: 'list@contoso.example',
      memberIds: [],
    });
    await expect(world.survey({ ...world.choice, groupAddress })).rejects.toMatchObject({
      code,
      subject: groupAddress,
    });
  });

  test('a role of our name that we did not make is neither changed nor removed', async () => {
    const role = {
      name: 'Skybridge Registration',
      parent: 'Role Management',
      description: 'Theirs',
    };
    world.directory.exchange.roles.push({ ...role, entries: new Map() });
    const taken = { code: 'setup.name-taken', subject: role.name };
    await expect(world.apply()).rejects.toMatchObject(taken);
    await expect(world.remove()).rejects.toMatchObject(taken);
    expect(world.server.changes).toEqual([]);
  });

  test('so is a scope of our name, unless our roles are there or it is written down', async () => {
    const scope = { name: 'Skybridge Mailboxes', filter: "Name -eq 'x'" };
    world.directory.exchange.scopes.push(scope);
    const taken = { code: 'setup.name-taken', subject: scope.name };
    await expect(world.apply()).rejects.toMatchObject(taken);
    await expect(world.remove()).rejects.toMatchObject(taken);
    expect(world.server.changes).toEqual([]);
  });

  test('a managed identity must be one', async () => {
    const id = '00000000-0000-4000-8000-0000000000ff';
    const choice: SetupChoice = { ...world.choice, credential: { kind: 'managed-identity', id } };
    await expect(world.survey(choice)).rejects.toMatchObject({ code: 'setup.identity-unknown' });
  });

  test('an Exchange that never ends preparing is not waited for without end', async () => {
    world.directory.exchange.dehydratedUntilMs = Number.POSITIVE_INFINITY;
    world.directory.timing.customizationMs = 3 * 3_600_000;
    await expect(world.apply()).rejects.toMatchObject({
      code: 'setup.customization-slow',
      disposition: 'wait',
    });
    await world.clock.sleep(3 * 3_600_000);
    expect((await world.apply()).byHand).toEqual([]);
    expect(world.server.journal.count('Enable-OrganizationCustomization')).toBe(1);
  });
});

test('a managed identity is trusted by either of its ids, once, and nothing secret is made', async () => {
  const { publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const identity = addManagedIdentity(world.directory, 'skybridge-host', publicKey);
  const choiceFor = (id: string): SetupChoice => ({
    ...world.choice,
    credential: { kind: 'managed-identity', id },
  });
  await world.apply({ choice: choiceFor(identity.clientId) });
  expect(await openKeys(choiceFor(identity.id))).toEqual([]);
  expect(world.directory.registrations[0]).toMatchObject({
    keyCredentials: [],
    federations: [
      {
        subject: identity.id,
        issuer: `https://login.microsoftonline.com/${world.directory.tenantId}/v2.0`,
        audiences: ['api://AzureADTokenExchange'],
      },
    ],
  });
});
