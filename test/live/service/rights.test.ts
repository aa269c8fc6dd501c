/**
 * What nobody may do to the running service: requests that are not Teams', activities of another tenant,
 * and presses that are forged, replayed, stale or somebody else's. Each does nothing, and is audited.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BAD_TOKENS } from '../../sim/teams/bad-tokens.ts';
import { cardNodes } from '../../sim/teams/card-text.ts';
import type { Entry, PersonClient } from '../../sim/teams-client.ts';
import { startWholeWorld, type WholeWorld } from '../../sim/whole-world.ts';
import { BOT_ID, TENANT_ID } from '../../sim/world.ts';
import { createMover, createPlay, type Mover, type Play } from '../../support/play.ts';
import { queryService } from '../../support/service-database.ts';

let dir = '';
let world: WholeWorld;
let mover: Mover;
let play: Play;
let migrationId = '';
/** Works here, and has no right to anything of this move. */
let stranger: PersonClient;
let strangerId = '';

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-rights-'));
  world = await startWholeWorld({ dir });
  mover = createMover(world, { displayName: 'Mia Mover', alias: 'mia', messages: 5 });
  const other = createMover(world, { displayName: 'Otto Other', alias: 'otto', messages: 5 });
  strangerId = other.user.id;
  stranger = world.teams.person(strangerId);
  play = createPlay(world, mover);
  await play.until('asked');
  migrationId = await newestMigration();
}, 120_000);
afterAll(async () => {
  await world?.close();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

async function newestMigration(): Promise<string> {
  const [row] = await queryService(world.dataDir, 'select id from migrations');
  return String(row?.['id']);
}

/** Everything that a press could have changed. */
async function moved(): Promise<unknown> {
  const [moves, passwords] = [
    'select id, state, step from migrations order by id',
    'select migration_id, sealed from credentials order by migration_id',
  ].map(async (query) => await queryService(world.dataDir, query));
  return [await moves, await passwords, [...world.m365.changes]];
}

type Refusal = Readonly<Record<string, unknown>>;

let seen = 0;
async function refusals(): Promise<readonly Refusal[]> {
  return await queryService(
    world.dataDir,
    `select actor_person, action, subject, after from audit where outcome = 'refused' order by id`,
  );
}

beforeEach(async () => {
  seen = (await refusals()).length;
});

/** The refusals that this test has caused. */
const newRefusals = async (): Promise<readonly Refusal[]> => (await refusals()).slice(seen);

/** The masked card's button, with its one-time token. */
function submitButton(entry: Entry): Readonly<Record<string, unknown>> {
  const button = cardNodes(entry.card).find(({ verb }) => verb === 'credential.submit');
  return Object(button?.['data']);
}

function message(changes: object = {}): Record<string, unknown> {
  return {
    type: 'message',
    id: '1',
    text: 'status',
    channelId: 'msteams',
    serviceUrl: world.teams.serviceUrl,
    from: { id: `29:${world.admin.id}`, aadObjectId: world.admin.id },
    recipient: { id: `28:${BOT_ID}` },
    conversation: { id: 'c', tenantId: TENANT_ID, conversationType: 'personal' },
    channelData: { tenant: { id: TENANT_ID } },
    ...changes,
  };
}

test.for(BAD_TOKENS)('401 for a token with %s, before anything is read', async ([, change]) => {
  const before = await moved();
  const said = world.teams.requests.length;
  const { signing } = world.teams;
  const response = await world.teams.post(message(), await change({ botId: BOT_ID, signing }));
  expect([response.status, await response.text()]).toEqual([401, '']);
  expect(await moved()).toEqual(before);
  expect(world.teams.requests).toHaveLength(said);
});

const FOREIGN = [
  ['another tenant', { conversation: { id: 'c', tenantId: 'other' }, channelData: {} }],
  ['another tenant in its channel data', { channelData: { tenant: { id: 'other' } } }],
  ['no tenant', { conversation: { id: 'c' }, channelData: {} }],
] as const;

test.for(FOREIGN)(
  'an activity of %s with a valid token does nothing and is audited',
  async (one) => {
    const before = await moved();
    const verb = { action: { verb: 'migration.cancel', data: { migrationId } } };
    const invoke = { type: 'invoke', name: 'adaptiveCard/action', value: verb };
    const response = await world.teams.post(message({ ...invoke, ...one[1] }));
    expect([response.status, await response.text()]).toEqual([403, '']);
    expect(await moved()).toEqual(before);
    expect(await newRefusals()).toMatchObject([
      { actor_person: null, action: 'activity', after: 'other-tenant' },
    ]);
  },
);

test('answers go to hosts of Teams alone, whatever a valid token says', async () => {
  const serviceUrl = 'https://teams.example.com/';
  const response = await world.teams.post(message({ serviceUrl }), { serviceUrl });
  expect(response.status).toBe(403);
  expect(await newRefusals()).toMatchObject([{ after: 'other-service-url' }]);
});

test('a body of more than 256 KB is not read, and one that is no activity is refused', async () => {
  expect((await world.teams.post(message({ text: 'x'.repeat(300_000) }))).status).toBe(413);
  expect((await world.teams.post({ type: 'message' })).status).toBe(400);
  expect(await newRefusals()).toEqual([]);
});

test('a forged press of what only an admin may do', async () => {
  const before = await moved();
  const reply = await stranger.forge('migration.cancel', { migrationId });
  expect(reply.httpStatus).toBe(200);
  expect(JSON.stringify(reply.value)).not.toContain('Mia');
  expect(await moved()).toEqual(before);
  expect(await newRefusals()).toMatchObject([
    { actor_person: strangerId, action: 'migration.cancel', subject: migrationId },
  ]);
});

test('a forged press that no card offers, or of a move that is not there', async () => {
  const before = await moved();
  const { admin } = play;
  await admin.forge('tenant.destroy', { migrationId });
  await admin.forge('migration.cancel', { migrationId: { $ne: 1 } });
  await admin.forge('migration.cancel', { migrationId: '00000000-0000-4000-8000-0000000000aa' });
  expect(await moved()).toEqual(before);
  expect(await newRefusals()).toMatchObject([
    { actor_person: world.admin.id, action: 'card.unreadable' },
    { actor_person: world.admin.id, action: 'card.unreadable' },
    { actor_person: world.admin.id, action: 'migration.cancel', after: 'unknown-migration' },
  ]);
});

test('the press of another person, with the card of the one who was asked', async () => {
  const before = await moved();
  const data = submitButton(await play.person.see('Check and start'));
  const typed = { address: mover.icloudAddress, appPassword: mover.appPassword };
  for (const who of [stranger, play.admin]) {
    await who.forge('credential.submit', { ...data, ...typed });
    await who.forge('person.decline', { migrationId });
  }
  expect(await moved()).toEqual(before);
  expect(await newRefusals()).toMatchObject(
    [strangerId, world.admin.id].flatMap((actor) => [
      { actor_person: actor, action: 'credential.submit', after: 'not-owner' },
      { actor_person: actor, action: 'person.decline', after: 'not-owner' },
    ]),
  );
});

test('words take rights as buttons do, and say nothing of a mailbox to whoever has none', async () => {
  const before = await moved();
  const from = world.m365.requests.length;
  const answers: string[] = [];
  for (const address of [mover.user.userPrincipalName, 'nobody@contoso.example']) {
    for (const word of ['doctor', 'move']) {
      await stranger.say(`${word} ${address}`);
      answers.push(stranger.texts().at(-1) ?? '');
    }
    const found = await stranger.forge('people.find', { who: address });
    answers.push(String(found.value));
  }
  expect(answers.slice(0, 3)).toEqual(answers.slice(3));
  const asked = world.m365.requests.slice(from).map(({ operation }) => operation);
  expect(asked.filter((operation) => /mailbox|\/users$/i.test(operation))).toEqual([]);
  expect(await moved()).toEqual(before);
  expect((await newRefusals()).map(({ action }) => action)).toEqual([
    'chat.doctor',
    'chat.move',
    'people.find',
    'chat.doctor',
    'chat.move',
    'people.find',
  ]);
});

test('a person who repeats without end is held off, with one line in the audit', async () => {
  const before = await moved();
  const presses = Array.from({ length: 90 }, () => stranger.forge('help.show', {}));
  const replies = await Promise.all(presses);
  expect(replies.filter(({ statusCode }) => statusCode === 403).length).toBeGreaterThan(10);
  expect(JSON.stringify(replies)).toContain('too much at once');
  expect(await moved()).toEqual(before);
  expect((await newRefusals()).filter(({ after }) => after === 'too-many').length).toBeLessThan(9);
});

test('a card that was used, pressed once more', async () => {
  const data = submitButton(await play.person.see('Check and start'));
  const { person } = play;
  await play.until('pilot');
  const before = await moved();
  const typed = { address: 'other@icloud.com', appPassword: 'abcd-efgh-ijkl-mnop' };
  await person.forge('credential.submit', { ...data, ...typed });
  expect(await moved()).toEqual(before);
  expect(await newRefusals()).toMatchObject([
    { actor_person: mover.user.id, action: 'credential.submit', after: 'used-or-foreign-card' },
  ]);
});

test('a stale card: what it offers no longer fits', async () => {
  const { admin, person } = play;
  const before = await moved();
  const plan = 'a plan of yesterday';
  await admin.forge('move.start', { planHash: plan });
  await admin.forge('migration.finish', { migrationId });
  await admin.forge('migration.agree', { migrationId, choice: 'raise-limit', bytes: 1 });
  expect(await moved()).toEqual(before);
  expect(await newRefusals()).toMatchObject([
    { actor_person: world.admin.id, action: 'move.start', subject: plan, after: 'plan-unknown' },
    { actor_person: world.admin.id, action: 'migration.finish', after: 'nothing-to-do' },
    { actor_person: world.admin.id, action: 'migration.agree', after: 'nothing-to-do' },
  ]);
  expect((await person.forge('person.show', { migrationId })).httpStatus).toBe(200);
  expect(world.violations()).toEqual([]);
});
