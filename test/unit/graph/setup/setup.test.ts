import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyAuditFile } from '../../../../src/app/setup-audit.ts';
import { systemClock } from '../../../../src/clock.ts';
import { graphChecks, runTokenChecks } from '../../../../src/graph/doctor/graph-checks.ts';
import { cmdletsOf } from '../../../../src/graph/required-cmdlets.ts';
import { rightsOf } from '../../../../src/graph/tiers.ts';
import { silentLogger } from '../../../../src/log.ts';
import { never } from '../tenant-world.ts';
import { createSetupWorld, type SetupWorld } from './setup-world.ts';

/** One tenant, from untouched to prepared and back: the tests below follow one another. */
let world: SetupWorld;
let before: unknown;
let settings = '';

beforeAll(async () => {
  world = await createSetupWorld({ fresh: true });
  before = world.snapshot();
});

afterAll(() => world.close(/parameter name|not recognized|no Exchange role/));

const MUTATING = /^(PATCH|POST|DELETE) \/(?!\{tenant\}|\$batch)|^(New|Set|Add|Remove|Enable)-/;

test('a dry run says what would be made, and asks the tenant for nothing but what is there', async () => {
  const { exitCode, output, questions } = await world.setup([
    '--group',
    world.group,
    '--with',
    'provisioning',
    '--dry-run',
  ]);
  expect(exitCode).toBe(0);
  expect(questions).toEqual([]);
  expect(output).toContain('NEW       app registration');
  expect(output).toContain('Enable-OrganizationCustomization');
  expect(output).toMatch(/hold for the whole tenant.+User\.ReadWrite\.All/);
  expect(output).toContain('this was a dry run');
  expect(world.server.requests.filter(({ operation }) => MUTATING.test(operation))).toEqual([]);
  expect(world.server.changes).toEqual([]);
  expect(world.snapshot()).toEqual(before);
  await expect(stat(path.join(world.dataDir, 'setup.json'))).rejects.toThrow('ENOENT');
});

test('whoever answers no has changed nothing', async () => {
  const { exitCode, questions } = await world.setup(['--group', world.group], { answer: false });
  expect(exitCode).toBe(0);
  expect(questions).toHaveLength(1);
  expect(world.server.changes).toEqual([]);
});

test('a fresh tenant is prepared with one command', async () => {
  const words = ['--group', world.group, '--with', 'provisioning'];
  const { exitCode, output } = await world.setup(words);
  expect(output).toContain('Exchange prepares the tenant, 1 min so far');
  expect(exitCode).toBe(0);
  expect(output).not.toContain('PRIVATE KEY');
  settings = output;
  const [application] = world.directory.applications;
  const wanted = rightsOf(['base', 'provisioning']);
  expect([...(application?.graphRoles ?? []), ...(application?.exchangeRoles ?? [])]).toEqual(
    wanted.map(({ role }) => role),
  );
});

test('what it keeps on this machine is for its owner alone, and holds no secret but the key', async () => {
  for (const name of ['setup.json', 'setup-audit.jsonl', 'application.pem']) {
    const file = path.join(world.dataDir, name);
    expect({ name, mode: (await stat(file)).mode & 0o777 }).toEqual({ name, mode: 0o600 });
    const text = await readFile(file, 'utf8');
    expect({ name, key: text.includes('PRIVATE KEY') }).toEqual({
      name,
      key: name === 'application.pem',
    });
    expect(world.server.journal.tokens.filter((token) => text.includes(token))).toEqual([]);
  }
  const audit = await readFile(path.join(world.dataDir, 'setup-audit.jsonl'), 'utf8');
  const rows = audit
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(rows).toContainEqual({
    at: expect.any(String),
    by: world.directory.administrators[0]?.id,
    tenantId: world.directory.tenantId,
    step: 'grant:IMAP.AccessAsApp',
    before: 'none',
    after: expect.stringContaining('IMAP.AccessAsApp'),
    previous: expect.stringMatching(/^[\da-f]{64}$/),
    hash: expect.stringMatching(/^[\da-f]{64}$/),
  });
  expect(verifyAuditFile(audit)).toMatchObject({ head: { position: rows.length }, faults: [] });
});

test('with the certificate the service does all that a move needs, on a mailbox in the group', async () => {
  const { anna, server } = world;
  const m365 = await world.connect(settings);
  expect(await m365.rights.missing(never)).toEqual([]);
  expect(await m365.rights.missingCmdlets(never)).toEqual([]);
  const identity = await m365.rights.identity('exchange', never);
  expect(await m365.servicePrincipal.check(identity, never)).toBe('registered');
  expect((await m365.people.states([anna.id, world.bert.id], never)).people.size).toBe(2);
  await m365.imapSwitch.setEnabled(anna.id, false, never);
  await m365.imapSwitch.setEnabled(anna.id, true, never);
  expect(await m365.mailboxAccess.isGranted(anna.id, never)).toBe(false);
  await m365.mailboxAccess.grant(anna.id, never);
  const token = await m365.tokens.getToken('exchange', never);
  expect(await server.verifyImapToken(anna.userPrincipalName, token)).toBe('ok');
  await m365.mailboxAccess.revoke(anna.id, never);
  for (const setting of ['imap', 'retention-hold', 'receive-limit', 'send-limit'] as const) {
    const value = await m365.mailboxSettings.read(anna.id, setting, never);
    await m365.mailboxSettings.change(anna.id, { setting, value }, never);
  }
  expect(await m365.mailboxes.use(anna.id, never)).toBeDefined();
  expect(await m365.protocols.read(anna.id, never)).toBeDefined();
});

test('the tenant check finds nothing that must be mended, and who is outside of the group', async () => {
  const pem = await readFile(path.join(world.dataDir, 'application.pem'), 'utf8');
  const m365 = await world.connect(settings);
  const credential = { kind: 'certificate', pem } as const;
  const failedFor = async ({ id }: { readonly id: string }): Promise<readonly string[]> => {
    const checks = graphChecks({ m365, credential, clock: systemClock }, id);
    const findings = await runTokenChecks({ m365, log: silentLogger }, checks, never);
    return findings.filter(({ verdict }) => verdict === 'failed').map(({ code }) => code);
  };
  expect(await failedFor(world.anna)).toEqual([]);
  expect(await failedFor(world.bert)).toEqual(['check.scope.outside']);
});

test('mail through Graph is open for the group alone, once its tier is chosen', async () => {
  const m365 = await world.connect(settings);
  const { anna, bert } = world;
  const list = ({ id }: { readonly id: string }): Promise<unknown> =>
    m365.mailFolders.list(id, never);
  await expect(list(anna)).rejects.toMatchObject({ code: 'graph.right-missing' });
  expect((await world.setup(['--with', 'graph-writing', '--yes'])).questions).toEqual([]);
  expect(await list(anna)).toContainEqual(expect.objectContaining({ path: 'INBOX' }));
  await expect(list(bert)).rejects.toMatchObject({ code: 'graph.right-missing' });
  await world.setup(['--without', 'graph-writing', '--yes']);
  await expect(list(anna)).rejects.toMatchObject({ code: 'graph.right-missing' });
});

test('outside of the group it may look, and change nothing', async () => {
  const { bert } = world;
  const m365 = await world.connect(settings);
  expect(await m365.imapSwitch.isEnabled(bert.id, never)).toBe(true);
  const refused = { code: 'exchange-admin.outside-scope', disposition: 'ask' };
  await expect(m365.imapSwitch.setEnabled(bert.id, false, never)).rejects.toMatchObject(refused);
  await expect(m365.mailboxAccess.grant(bert.id, never)).rejects.toMatchObject(refused);
  expect(bert.mailbox).toMatchObject({ imapEnabled: true, permissions: [] });
});

test('it may run the cmdlets of the table with their parameters, and nothing else', async () => {
  const { anna } = world;
  const m365 = await world.connect(settings);
  const table = cmdletsOf(['base', 'provisioning']).map(({ cmdlet }) => cmdlet);
  expect((await m365.exchange.allowedCmdlets(never)).toSorted()).toEqual(table.toSorted());
  await expect(
    m365.exchange.invoke(
      'Set-CASMailbox',
      { Identity: anna.id, SmtpClientAuthenticationDisabled: false },
      never,
    ),
  ).rejects.toMatchObject({ code: 'exchange-admin.parameter-unknown' });
  for (const cmdlet of [
    'New-ManagementRoleAssignment',
    'Disable-Mailbox',
    'Get-DistributionGroup',
  ]) {
    await expect(m365.exchange.invoke(cmdlet, { Identity: anna.id }, never)).rejects.toMatchObject({
      code: 'exchange-admin.cmdlet-unknown',
    });
  }
});

test('a second run changes nothing', async () => {
  const changes = world.server.changes.length;
  const { exitCode, output, questions } = await world.setup([]);
  expect(output).not.toMatch(/NEW|CHANGE|BY HAND/);
  expect(output).toContain('nothing was changed');
  expect({ exitCode, questions }).toEqual({ exitCode: 0, questions: [] });
  expect(world.server.changes).toHaveLength(changes);
});

test('removing it leaves the tenant as it was', async () => {
  const dry = await world.setup(['--remove', '--dry-run']);
  expect(dry.output).toContain('role group "Skybridge"');
  const changes = world.server.changes.length;
  expect((await world.setup(['--remove'], { answer: false })).exitCode).toBe(0);
  expect(world.server.changes).toHaveLength(changes);
  const { exitCode, questions } = await world.setup(['--remove']);
  expect(exitCode).toBe(0);
  expect(questions).toHaveLength(1);
  expect(world.snapshot()).toEqual(before);
  for (const name of ['setup.json', 'application.pem']) {
    await expect(stat(path.join(world.dataDir, name))).rejects.toThrow('ENOENT');
  }
  expect((await world.setup(['--remove'])).output).toContain('nothing of setup to remove');
});
