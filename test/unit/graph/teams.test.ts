import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAX_TEAMS_FOUND } from '../../../src/graph/teams.ts';
import { addGroup } from '../../sim/m365/directory.ts';
import { createTenantWorld, never, type TenantWorld } from './tenant-world.ts';

const BOT_ID = '00000000-0000-4000-8000-00000000B0B0';

let world: TenantWorld;

beforeEach(async () => {
  world = await createTenantWorld();
  const { directory } = world;
  addGroup(directory, 'Sales (no team)');
  addGroup(directory, 'Sales').apps = [];
  const app = { externalId: 'manifest', displayName: 'Skybridge' };
  directory.teamsApps.push(
    { ...app, id: 'app-other', botId: 'another' },
    { ...app, id: 'app-tab', botId: null },
    { ...app, id: 'app-ours', botId: BOT_ID.toLowerCase() },
  );
});
afterEach(() => world.close());

/** The rights of the tier that the installation belongs to. */
function grant(): void {
  world.directory.applications[0]?.graphRoles.push(
    'TeamsAppInstallation.ReadWriteSelfForTeam.All',
    'AppCatalog.Read.All',
  );
}

const sales = async (): Promise<string> =>
  (await world.m365.teams.find('Sales', never))[0]?.id ?? '';

test('teams are found by the beginning of their name, other groups are not', async () => {
  const { teams } = world.m365;
  expect((await teams.find('Sal', never)).map(({ displayName }) => displayName)).toEqual(['Sales']);
  expect(await teams.find('  ', never)).toEqual([]);
  const id = await sales();
  expect(await teams.get(id, never)).toEqual({ id, displayName: 'Sales' });
  const [other] = world.directory.groups;
  expect([await teams.get(other?.id ?? '', never), await teams.get('none', never)]).toEqual([
    null,
    null,
  ]);
  for (let n = 0; n < 20; n += 1) {
    addGroup(world.directory, `Class ${n}`).apps = [];
  }
  expect(await teams.find('Class', never)).toHaveLength(MAX_TEAMS_FOUND);
});

test('the app of our bot is put into the team, once', async () => {
  grant();
  const input = { groupId: await sales(), botId: BOT_ID };
  expect(await world.m365.teams.installApp(input, never)).toBe('installed');
  expect(await world.m365.teams.installApp(input, never)).toBe('already');
  expect(world.directory.groups.find(({ id }) => id === input.groupId)?.apps).toEqual(['app-ours']);
});

test('an app that is in no catalogue, and a team that is gone, are named', async () => {
  grant();
  const groupId = await sales();
  const { teams } = world.m365;
  await expect(teams.installApp({ groupId, botId: 'none' }, never)).rejects.toMatchObject({
    code: 'graph.app-not-in-catalogue',
  });
  await expect(teams.installApp({ groupId: 'none', botId: BOT_ID }, never)).rejects.toMatchObject({
    code: 'graph.not-found',
  });
});
