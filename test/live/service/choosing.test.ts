/** Whom to move: names that do not fit, people who cannot move yet, plans that changed, cards that lie. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addUser, consumedUnits } from '../../sim/m365/directory.ts';
import { entryToText, type PersonClient } from '../../sim/teams-client.ts';
import { startWholeWorld, type WholeWorld } from '../../sim/whole-world.ts';
import { createMover, createPlay } from '../../support/play.ts';
import { queryService } from '../../support/service-database.ts';

let dir = '';
let world: WholeWorld;
let admin: PersonClient;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-choosing-'));
  world = await startWholeWorld({ dir });
  admin = world.teams.person(world.admin.id);
  await admin.install();
  await admin.see('I move people');
}, 120_000);
afterAll(async () => {
  await world?.close();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

const newest = (): string => {
  const entry = admin.entries().findLast(({ from }) => from === 'bot');
  return entry === undefined ? '' : entryToText(entry);
};

async function countOf(table: 'migrations' | 'tenant_changes'): Promise<number> {
  return (await queryService(world.dataDir, `select from ${table}`)).length;
}

async function refusals(action: string): Promise<readonly unknown[]> {
  return await queryService(
    world.dataDir,
    `select actor_person, subject, after from audit where outcome = 'refused' and action = $1`,
    [action],
  );
}

test('nobody of that name: said so, with a field to try again', async () => {
  await admin.say('move Nobody Atall');
  await admin.see('I found nobody with that name or address in your directory.');
  await admin.press('Find', { who: 'nobody@elsewhere.example' });
  await admin.see('I found nobody');
  expect(newest()).toContain('[Find] [Not now]');
});

test('two people of one name: both are shown by their address, and one is chosen', async () => {
  for (const alias of ['sam.first', 'sam.second']) {
    addUser(world.directory, { displayName: 'Sam Sample', alias, usageLocation: 'DE' });
  }
  await admin.say('move Sam Sample');
  await admin.see('2 people have that name');
  expect(newest()).toContain('sam.first@contoso.example');
  expect(newest()).toContain('sam.second@contoso.example');
  await admin.press('This one');
  await admin.see(/Move of Sam Sample: what I will change[\s\S]*sam\.(first|second)@/);
});

test('a guest cannot have a mailbox here: why, and what to do instead', async () => {
  addUser(world.directory, { displayName: 'Gus Guest', alias: 'gus', userType: 'Guest' });
  await admin.say('move Gus Guest');
  await admin.see('This person is a guest here and cannot have a mailbox in your tenant.');
  expect(newest()).toContain('Choose the person’s own account, or make one.');
  expect(newest()).not.toContain('[Do it]');
});

test('no free licence: an obstacle on the card; a seat is freed, and "Check again" shows the plan', async () => {
  const mover = createMover(world, { displayName: 'Lou Late', alias: 'lou', messages: 5 });
  const sku = world.directory.skus[0];
  if (sku === undefined) {
    throw new Error('The world has no plan.');
  }
  const seats = sku.enabledUnits;
  sku.enabledUnits = consumedUnits(world.directory, sku.product.skuId);
  await admin.say(`move ${mover.user.userPrincipalName}`);
  await admin.see(/All seats of .* are taken\./);
  expect(newest()).toContain('Buy or free a seat, then check again.');
  expect(newest()).not.toContain('[Do it]');
  await admin.press('Check again');
  expect(newest()).toContain('are taken.');
  sku.enabledUnits = seats;
  await admin.press('Check again');
  await admin.see('Move of Lou Late: what I will change');
  expect(newest()).toContain('[Do it]');
});

test('the plan changed between showing and pressing: shown anew, nothing started', async () => {
  const mover = createMover(world, { displayName: 'Chris Change', alias: 'chris', messages: 5 });
  await admin.say(`move ${mover.user.userPrincipalName}`);
  await admin.see('Move of Chris Change: what I will change');
  mover.user.usageLocation = 'DE';
  const before = await countOf('migrations');
  await admin.press('Do it');
  await admin.see('Something changed meanwhile, so here is the plan anew.');
  expect(newest()).not.toContain('Set the usage location');
  expect(await countOf('migrations')).toBe(before);
});

test('pressed twice at once, a plan starts once', async () => {
  const mover = createMover(world, { displayName: 'Toni Twice', alias: 'toni', messages: 5 });
  const play = createPlay(world, mover);
  await admin.say(`move ${mover.user.userPrincipalName}`);
  await admin.see('Move of Toni Twice: what I will change');
  const before = await countOf('migrations');
  await Promise.all([admin.press('Do it'), admin.press('Do it')]);
  await play.seeState('Waiting for the person');
  expect(await countOf('migrations')).toBe(before + 1);
  const licences = world.m365.journal.changes.filter(
    ({ operation, target }) =>
      operation.includes('assignLicense') && target === mover.user.userPrincipalName,
  );
  expect(licences).toHaveLength(1);
});

test('a card that was forged or is of another time is refused, noted, and changes nothing', async () => {
  const mover = createMover(world, { displayName: 'Max Moved', alias: 'max', messages: 5 });
  const play = createPlay(world, mover);
  await admin.say(`move ${mover.user.userPrincipalName}`);
  await admin.see('Move of Max Moved: what I will change');
  await admin.press('Do it');
  await play.seeState('Waiting for the person');
  const migrationId = play.migrationId();
  const row = async (): Promise<unknown> =>
    await queryService(world.dataDir, 'select state, step from migrations where id = $1', [
      migrationId,
    ]);
  const before = await row();
  const stranger = world.teams.person(world.helpdesk.id);
  const changes = world.m365.changes.length;

  expect(await admin.forge('migration.explode', { migrationId })).toMatchObject({
    httpStatus: 200,
    statusCode: 400,
  });
  expect(await admin.forge('migration.cancel', {})).toMatchObject({ statusCode: 400 });
  expect(await admin.forge('move.start', { personId: { id: 1 } })).toMatchObject({
    statusCode: 400,
  });
  expect(await refusals('card.unreadable')).toHaveLength(3);

  expect((await stranger.forge('migration.cancel', { migrationId })).value).toBe(
    'Only people in the admin group for these moves can do this.',
  );
  expect(await refusals('migration.cancel')).toEqual([
    { actor_person: world.helpdesk.id, subject: migrationId, after: 'not-in-group' },
  ]);
  for (const verb of ['person.decline', 'person.show']) {
    expect((await stranger.forge(verb, { migrationId })).value).toContain('not for you');
    expect(await refusals(verb)).toHaveLength(1);
  }
  const stolen = {
    migrationId,
    nonce: 'x',
    address: 'a@b.example',
    appPassword: mover.appPassword,
  };
  expect((await stranger.forge('credential.submit', stolen)).value).toContain('not for you');
  expect(await queryService(world.dataDir, 'select from credentials')).toEqual([]);

  const unknown = await admin.forge('migration.cancel', { migrationId: crypto.randomUUID() });
  expect(JSON.stringify(unknown.value)).toContain('I do not know this move.');
  const noId = await admin.forge('migration.cancel', { migrationId: 'no such id' });
  expect(JSON.stringify(noId.value)).toContain('I do not know this move.');

  expect(await row()).toEqual(before);
  expect(world.m365.changes).toHaveLength(changes);
});

test('another tenant is refused before anything is read, and noted', async () => {
  const other = '99999999-0000-4000-8000-000000000001';
  const said = world.teams.transcript.entries.length;
  const response = await world.teams.post({
    type: 'message',
    id: 'foreign',
    channelId: 'msteams',
    serviceUrl: world.teams.serviceUrl,
    from: { id: '29:x', aadObjectId: world.admin.id },
    recipient: { id: '28:bot' },
    conversation: { id: 'a:foreign', tenantId: other, conversationType: 'personal' },
    channelData: { tenant: { id: other } },
    text: 'status',
  });
  expect(response.status).toBe(403);
  expect(world.teams.transcript.entries).toHaveLength(said);
  expect(await refusals('activity')).toEqual([
    { actor_person: null, subject: 'message', after: 'other-tenant' },
  ]);
});
