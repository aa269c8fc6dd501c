/** The tenant check in Teams, by the real service: a fault is shown, mended by a press, and written down. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PersonClient } from '../../sim/teams-client.ts';
import { startWholeWorld, type WholeWorld } from '../../sim/whole-world.ts';
import { queryService } from '../../support/service-database.ts';

let dir = '';
let world: WholeWorld;
let admin: PersonClient;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-card-'));
  world = await startWholeWorld({ dir });
  admin = world.teams.person(world.admin.id);
}, 120_000);
afterAll(async () => {
  await world?.close();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

test('Exchange does not know the application: shown, mended, checked again, written down', async () => {
  world.directory.exchangeServicePrincipals.length = 0;
  await admin.say('doctor');
  await admin.see('Exchange does not know me');
  await admin.press('Fix it');
  await admin.see('Register me in Exchange?');
  expect(world.m365.changes).toEqual([]);

  await admin.press('Do it');
  await admin.see('Your tenant is ready');
  expect(world.m365.changes).toMatchObject([{ operation: 'New-ServicePrincipal' }]);
  const rows = await queryService(
    world.dataDir,
    `select actor_person, action, before, after from audit where action like 'tenant.%' order by id`,
  );
  expect(rows).toEqual([
    expect.objectContaining({
      actor_person: world.admin.id,
      action: 'tenant.mending',
      before: 'not registered',
    }),
    expect.objectContaining({ action: 'tenant.mended', before: 'not registered' }),
  ]);
});

test('a login on a mailbox that the admin enters, which is written down', async () => {
  await admin.press('Try a login', { mailbox: 'meganb@contoso.example' });
  await admin.see('so IMAP.AccessAsApp works');
  expect(
    await queryService(
      world.dataDir,
      `select actor_person, subject from audit where action = 'tenant.trial-login'`,
    ),
  ).toEqual([{ actor_person: world.admin.id, subject: 'meganb@contoso.example' }]);
  expect(world.violations()).toEqual([]);
});
