import { afterEach, expect, test } from 'vitest';
import { rightsOf } from '../../../../src/graph/tiers.ts';
import { addAdministrator } from '../../../sim/m365/administrators.ts';
import { createSetupWorld, type SetupWorld } from './setup-world.ts';

let world: SetupWorld;

afterEach(() => world.close());

test('without a role in Exchange, its part is printed for somebody who has one', async () => {
  world = await createSetupWorld({
    administrator: ['applicationAdministrator', 'privilegedRoleAdministrator'],
  });
  const { exitCode, output } = await world.setup(['--group', world.group]);
  expect(exitCode).toBe(2);
  expect(output).toContain('BY HAND   role "Skybridge Mailboxes"');
  const script = output.slice(output.indexOf('# Needs the modules'));
  for (const cmdlet of [
    'New-ServicePrincipal',
    'New-ManagementScope',
    'New-RoleGroup',
    'Add-RoleGroupMember',
  ]) {
    expect(script).toContain(cmdlet);
  }
  expect(script).not.toContain('New-MgApplication');
  expect(world.directory.applications[0]?.exchangeRoles).toEqual(
    expect.arrayContaining(['IMAP.AccessAsApp']),
  );
  expect(world.directory.exchange.roles).toEqual([]);

  const removal = await world.setup(['--remove']);
  expect(removal.exitCode).toBe(2);
  expect(removal.output).toContain('Remove-RoleGroup');
  expect(world.directory.registrations).toHaveLength(1);

  world.directory.administrators.length = 0;
  addAdministrator(world.directory, 'boss', 'globalAdministrator');
  expect((await world.setup([])).exitCode).toBe(0);
  expect(world.directory.exchange.roleGroups[0]?.members).toEqual([
    world.directory.applications[0]?.objectId,
  ]);
});

test('without a role that may consent, the rights are printed, and all else is done', async () => {
  world = await createSetupWorld({
    administrator: ['applicationAdministrator', 'exchangeAdministrator'],
  });
  const { exitCode, output } = await world.setup(['--group', world.group]);
  expect(exitCode).toBe(2);
  const script = output.slice(output.indexOf('# Needs the modules'));
  for (const { role } of rightsOf(['base'])) {
    expect(script).toContain(`$_.Value -eq '${role}'`);
  }
  expect(script).not.toContain('New-ManagementRole ');
  expect(world.directory.appRoleAssignments).toEqual([]);
  expect(world.directory.exchange.roleGroups).toHaveLength(1);
});

test('whoever may do nothing changes nothing, and gets all of it in writing', async () => {
  world = await createSetupWorld({ administrator: [] });
  const { exitCode, output } = await world.setup(['--group', world.group]);
  expect(exitCode).toBe(2);
  expect(output).toContain('New-MgApplication');
  expect(output).toContain('Add-RoleGroupMember');
  expect(output).not.toContain('CLIENT_ID=');
  expect(world.server.changes).toEqual([]);
});
