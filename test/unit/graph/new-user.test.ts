import { afterEach, beforeEach, expect, test } from 'vitest';
import { createInitialPassword, type NewUser } from '../../../src/graph/new-user.ts';
import { createTenantWorld, never, type TenantWorld } from './tenant-world.ts';

const DORA: NewUser = {
  displayName: 'Dora Neu',
  userPrincipalName: 'dora@contoso.example',
  usageLocation: 'DE',
  initialPassword: createInitialPassword(),
};

let nowMs = 0;
let world: TenantWorld;

beforeEach(async () => {
  nowMs = Date.now();
  world = await createTenantWorld({ now: () => nowMs });
});

afterEach(() => world.close());

const create = (changes: Partial<NewUser> = {}): Promise<string> =>
  world.m365.userCreation.create({ ...DORA, ...changes }, never);

test('a new person can be licensed at once', async () => {
  const id = await create();
  expect(await world.m365.users.get(id, never)).toMatchObject({
    displayName: 'Dora Neu',
    userPrincipalName: 'dora@contoso.example',
    usageLocation: 'DE',
    enabled: true,
  });
});

test('a person whose answer was lost is made once', async () => {
  world.server.faults.push({ operation: 'POST /users', action: { kind: 'drop-after' } });
  const id = await create();
  expect(await create()).toBe(id);
  expect(world.server.changes.map((change) => change.operation)).toEqual(['POST /users']);
});

test('a sign-in name of somebody else is taken', async () => {
  const taken = { code: 'graph.address-taken', disposition: 'ask' };
  await create();
  await expect(create({ displayName: 'Dora Alt' })).rejects.toMatchObject(taken);
  const [dora] = world.directory.users;
  if (dora !== undefined) {
    dora.createdAtMs -= 3_600_000;
  }
  await expect(create()).rejects.toMatchObject(taken);
  expect(world.server.changes).toHaveLength(1);
});

test('a domain of another tenant is refused', async () => {
  await expect(create({ userPrincipalName: 'dora@fjord.example' })).rejects.toMatchObject({
    code: 'graph.request-refused',
  });
});

test('initial passwords have 16 signs of all four kinds, none that look alike, and differ', () => {
  const passwords = Array.from({ length: 200 }, () => createInitialPassword());
  expect(new Set(passwords).size).toBe(200);
  for (const password of passwords) {
    expect(password).toMatch(/^[^\s0O1lI]{16}$/);
    for (const kind of [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/]) {
      expect(password).toMatch(kind);
    }
  }
  // Drawn first, the digit still stands anywhere.
  expect(new Set(passwords.map((password) => password.search(/\d/))).size).toBeGreaterThan(3);
});
