import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DirectoryStanding } from '../../../src/graph/admin-roles.ts';
import {
  addGroup,
  addRole,
  addUser,
  type SimRole,
  type SimUser,
} from '../../sim/m365/directory.ts';
import { createTenantWorld, never, type TenantWorld } from './tenant-world.ts';

let world: TenantWorld;
let anna: SimUser;
let exchangeAdmins: SimRole;

beforeEach(async () => {
  world = await createTenantWorld();
  anna = addUser(world.directory, { alias: 'anna', displayName: 'Anna' });
  exchangeAdmins = addRole(world.directory, 'Exchange Administrator');
});

let allowed: RegExp | undefined;

afterEach(() => world.close(allowed));

const standingOf = (
  groupIds: readonly string[] = [],
  userId = anna.id,
): Promise<DirectoryStanding> => world.m365.adminRoles.standingOf(userId, groupIds, never);

const NONE = { holdsAdminRole: false, couldActivate: false, groupIds: [] };

test.each([
  ['Global Administrator', true],
  ['User Administrator', false],
  ['Global Reader', false],
] as const)('%s may run a move: %s', async (role, expected) => {
  addRole(world.directory, role, [anna.id]);
  expect(await standingOf()).toEqual({ ...NONE, holdsAdminRole: expected });
});

test('a role is held through groups in groups; one over an administrative unit is none', async () => {
  exchangeAdmins.scopedMembers.set(anna.id, '/administrativeUnits/1');
  expect(await standingOf()).toEqual(NONE);
  const inner = addGroup(world.directory, 'Inner', [anna.id]);
  const outer = addGroup(world.directory, 'Outer', [inner.id]);
  exchangeAdmins.memberIds.push(outer.id);
  expect(await standingOf()).toEqual({ ...NONE, holdsAdminRole: true });
});

test('roles and groups cost one exchange; membership counts through groups in groups', async () => {
  const inner = addGroup(world.directory, 'Inner', [anna.id]);
  const outer = addGroup(world.directory, 'Outer', [inner.id]);
  const other = addGroup(world.directory, 'Other');
  await world.m365.tokens.getToken('graph', never);
  const before = world.server.journal.exchanges();
  const { groupIds } = await standingOf([inner.id, outer.id.toUpperCase(), other.id]);
  expect(groupIds).toEqual([inner.id, outer.id]);
  expect(world.server.journal.exchanges() - before).toBe(1);
});

test('who could activate a role is told; without Entra ID P2 nobody is', async () => {
  exchangeAdmins.eligibleIds.push(anna.id);
  expect(await standingOf()).toEqual({ ...NONE, couldActivate: true });
  world.server.quirks.privilegedIdentityManagement = false;
  expect(await standingOf()).toEqual(NONE);
});

test('where the cast is taken as an advanced query only, it is asked as one', async () => {
  world.server.quirks.castNeedsAdvancedQuery = true;
  exchangeAdmins.memberIds.push(addGroup(world.directory, 'Admins', [anna.id]).id);
  expect(await standingOf()).toEqual({ ...NONE, holdsAdminRole: true });
});

test('somebody whom the tenant does not know has no standing', async () => {
  expect(await standingOf([exchangeAdmins.id], '00000000-0000-4000-8000-0000000000ff')).toEqual(
    NONE,
  );
});

test('without the right to read roles nobody is taken for no admin: it is an error', async () => {
  exchangeAdmins.memberIds.push(anna.id);
  world.application.graphRoles = ['User.ReadWrite.All', 'GroupMember.Read.All'];
  await expect(standingOf()).rejects.toMatchObject({ code: 'graph.right-missing' });
  allowed = /needs one of \w+\.Read\.Directory/;
});
