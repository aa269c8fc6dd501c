import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAX_GROUPS_FOUND } from '../../../src/graph/groups.ts';
import { addGroup, addUser, type SimUser } from '../../sim/m365/directory.ts';
import { createTenantWorld, never, type TenantWorld } from './tenant-world.ts';

let world: TenantWorld;

beforeEach(async () => {
  world = await createTenantWorld();
});

afterEach(() => world.close());

const add = (alias: string, mail: string | null = null): SimUser =>
  addUser(world.directory, { alias, displayName: alias, mail });

test.each([
  ['sales', ['Sales', 'Sales (EU)']],
  ['team@contoso.example', ['Team']],
  ["O'Hara", ["O'Hara"]],
  ["x' or startswith(displayName,'", []],
  ['  ', []],
])('%j finds the groups %j', async (query, expected) => {
  const { directory, m365 } = world;
  addGroup(directory, 'Sales');
  addGroup(directory, 'Sales (EU)');
  addGroup(directory, "O'Hara");
  addGroup(directory, 'Team', [], 'team@contoso.example');
  const found = await m365.groups.find(query, never);
  expect(found.map(({ displayName }) => displayName)).toEqual(expected);
});

test('a name that many groups share finds as many as a card can show', async () => {
  for (let index = 0; index < 60; index += 1) {
    addGroup(world.directory, `Class ${index}`);
  }
  expect(await world.m365.groups.find('Class', never)).toHaveLength(MAX_GROUPS_FOUND);
  expect(world.server.journal.count('GET /groups')).toBe(1);
});

async function peopleIn(groupId: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const page of world.m365.groups.peopleIn(groupId, never)) {
    ids.push(...page);
  }
  return ids;
}

test('people in groups in groups, each once; the groups themselves are none', async () => {
  const [anna, ben, carl] = ['anna', 'ben', 'carl'].map((alias) => add(alias).id);
  const inner = addGroup(world.directory, 'Inner', [anna ?? '', ben ?? '']);
  const outer = addGroup(world.directory, 'Outer', [inner.id, ben ?? '', carl ?? '']);
  expect(await peopleIn(outer.id)).toEqual([anna, ben, carl]);
  await expect(peopleIn('00000000-0000-4000-8000-0000000000ff')).rejects.toMatchObject({
    code: 'graph.not-found',
  });
});

test('a group of 1,100 comes in two pages', async () => {
  const users = Array.from({ length: 1_100 }, (_none, index) => add(`kim${index}`));
  const ids = users.map((user) => user.id);
  const group = addGroup(world.directory, 'Everybody', ids);
  expect(await peopleIn(group.id)).toEqual(ids);
  expect(world.server.journal.count('GET /groups/{id}/transitiveMembers')).toBe(2);
});

test('addresses are told by sign-in name and by mail, 20 an exchange', async () => {
  const people = Array.from({ length: 38 }, (_none, index) => add(`kim${index}`));
  const anna = add('anna', 'Anna.Berg@fjord.example');
  const [left, right] = [add('left', 'both@fjord.example'), add('right', 'both@fjord.example')];
  await world.m365.tokens.getToken('graph', never);
  const before = world.server.journal.exchanges();
  const asked = [
    ...people.map((user) => user.userPrincipalName),
    'ANNA.berg@fjord.example',
    'both@fjord.example',
    "o'nobody@contoso.example",
    "o'Nobody@contoso.example",
  ];
  const found = await world.m365.addresses.resolve(asked, never);
  expect(world.server.journal.exchanges() - before).toBe(3);
  expect(found.get('kim7@contoso.example')).toEqual({ kind: 'found', userId: people[7]?.id });
  expect(found.get('ANNA.berg@fjord.example')).toEqual({ kind: 'found', userId: anna.id });
  expect(found.get('both@fjord.example')).toEqual({
    kind: 'several',
    userIds: [left.id, right.id],
  });
  expect(found.get("o'Nobody@contoso.example")).toEqual({ kind: 'nobody' });
  expect(found.size).toBe(asked.length);
});

test('an address whose question fails spoils no other', async () => {
  const [anna, ben] = [add('anna'), add('ben')];
  const body = { error: { code: 'Request_BadRequest', message: 'Something new.' } };
  world.server.faults.push({
    operation: 'GET /users',
    action: { kind: 'answer', status: 400, body },
  });
  const asked = [anna.userPrincipalName, ben.userPrincipalName];
  const found = await world.m365.addresses.resolve(asked, never);
  expect(found.get(anna.userPrincipalName)).toMatchObject({
    kind: 'failed',
    error: { code: 'graph.request-refused' },
  });
  expect(found.get(ben.userPrincipalName)).toEqual({ kind: 'found', userId: ben.id });
});
