import { afterEach, beforeEach, expect, test } from 'vitest';
import { ACTIONS } from '../../../src/bot/cards/actions.ts';
import { M365Error } from '../../../src/graph/errors.ts';
import type { BotWorld } from './support/bot-world.ts';
import { startBotWorld } from './support/bot-world.ts';
import { ALEX, COPIED, HALF_WAY, PILOT } from './support/views.ts';

let world: BotWorld;

beforeEach(async () => {
  world = await startBotWorld();
  world.api.set({ state: 'WaitingForUser' });
});
afterEach(async () => {
  await world.close();
});

const WHOLE = {
  personId: ALEX.id,
  planHash: 'plan-1',
  migrationId: 'migration-1',
  who: 'alex',
  nonce: 'n',
  address: 'alex@icloud.com',
  appPassword: 'abcdefghijklmnop',
  fix: 'register-principal',
  mailbox: 'anna@contoso.example',
  choice: 'raise-limit',
  word: 'settings',
  seen: 'x',
  batchId: 'batch-1',
  which: 'window',
  changeId: 1,
  days: '2',
  bytes: 1,
  since: 0,
  teamId: '19:t',
  channelId: '19:c',
  agreed: -1,
  groupId: 'g-1',
};
const guarded = Object.keys(ACTIONS).filter((name) => name !== 'help.show');

test.for(guarded)('a stranger’s %s is refused, audited, and changes nothing', async (name) => {
  const { api, teams } = world;
  const before = api.current;
  const settings = await api.settings();
  const stranger = teams.person('00000000-0000-4000-8000-0000000000ff');
  const reply = await stranger.forge(name, WHOLE);
  expect(reply).toMatchObject({
    httpStatus: 200,
    type: 'application/vnd.microsoft.activity.message',
  });
  expect(JSON.stringify(reply)).not.toContain('Alex');
  expect(api.audits).toMatchObject([{ action: name, outcome: 'refused' }]);
  expect([api.current, api.acted, api.submitted, api.starts]).toEqual([before, [], [], []]);
  expect([api.checked, api.mended]).toEqual([[], []]);
  expect(await api.settings()).toEqual(settings);
});

const refusalOf = async (name = 'people.ask'): Promise<string> => {
  const reply = await world.teams.person('00000000-0000-4000-8000-0000000000ff').forge(name, WHOLE);
  return JSON.stringify(reply.value);
};

test.each([
  ['role', 'takes the role Exchange Administrator'],
  ['activation', 'is not active. Activate it'],
  ['group', 'in the admin group'],
] as const)('who lacks the %s is told so', async (lacks, expected) => {
  world.api.lacks = lacks;
  expect(await refusalOf()).toContain(expected);
});

test('where the directory does not say who is an admin, nobody is, and the cause is told', async () => {
  const { api, admin, alex } = world;
  api.roleFailure = new M365Error('graph.right-missing');
  expect(await refusalOf()).toContain('could not find out whether you may');
  expect(api.audits).toMatchObject([{ action: 'people.ask', after: 'role-unknown' }]);
  await admin.say('move alex');
  await admin.see('could not find out whether you may');
  expect(api.starts).toEqual([]);
  await alex.say('status');
  await alex.see('app-specific password');
  await alex.install();
  await alex.see('I help to move');
  api.roleFailure = null;
  await admin.say('status');
  await admin.see('Waiting for the person');
});

test('the helpdesk sees how all moves go, reminds who must act, and moves nobody', async () => {
  const { api, teams } = world;
  const helper = teams.person('00000000-0000-4000-8000-0000000000fe');
  api.helpdesk.add('00000000-0000-4000-8000-0000000000fe');
  await helper.say('status');
  await helper.see('App-specific password not given yet (1)');
  await helper.press('Ask again');
  await world.alex.see('A reminder: your move waits for an app-specific password.');
  const again = await helper.press('Ask again');
  expect(again.value).toBe('I have reminded Alex Wilber within this hour already.');
  expect(api.audits).toMatchObject([{ action: 'migration.remind', outcome: 'done' }]);
  api.set({ state: 'Testing' });
  expect((await helper.press('Ask again')).value).toBe(
    'I am not waiting for Alex Wilber any more.',
  );
  const look = await helper.forge('migration.show', WHOLE);
  expect(JSON.stringify(look.value)).toContain('goes on as before');
  await helper.forge('migration.cancel', WHOLE);
  await helper.say('move alex');
  await helper.see('How a move goes');
  expect([api.acted, api.starts]).toEqual([[], []]);
});

test('a migration that does not exist is refused with the same words as somebody else’s', async () => {
  const stranger = world.teams.person('00000000-0000-4000-8000-0000000000ff');
  const others = await stranger.forge('person.show', { migrationId: 'migration-1' });
  const none = await stranger.forge('person.show', { migrationId: 'no-such' });
  expect(none).toEqual(others);
});

test('not even an admin submits for the person', async () => {
  const reply = await world.admin.forge('credential.submit', WHOLE);
  expect(JSON.stringify(reply.value)).toContain('not for you');
  expect(world.api.submitted).toEqual([]);
});

test.for([
  ['an unknown action', 'tenant.destroy', {}],
  ['missing data', 'move.start', { personId: 'p' }],
  ['data of another kind', 'people.find', { who: { $ne: 1 } }],
  ['a name from the prototype', 'constructor', {}],
] as const)('%s is answered and audited', async ([, verb, data]) => {
  const reply = await world.admin.forge(verb, data);
  expect(reply).toMatchObject({ httpStatus: 200, statusCode: 400 });
  expect(world.api.audits).toMatchObject([{ action: 'card.unreadable', outcome: 'refused' }]);
});

test('another tenant with a valid token does nothing and is audited', async () => {
  const response = await world.teams.post({
    type: 'message',
    text: 'move alex',
    channelId: 'msteams',
    serviceUrl: world.teams.serviceUrl,
    from: { id: '29:x', aadObjectId: 'x' },
    recipient: { id: '28:bot' },
    conversation: { id: 'c', tenantId: 'other', conversationType: 'personal' },
  });
  expect(response.status).toBe(403);
  expect(world.api.audits).toMatchObject([{ actor: null, after: 'other-tenant' }]);
});

test('the channel: an admin makes it the helpdesk’s, nobody else can', async () => {
  const { teams, api, admin, alex } = world;
  await teams.channel.install(ALEX.id);
  await teams.channel.see('When an admin of the moves writes "here"');
  await teams.channel.say(ALEX.id, 'here');
  await admin.install();
  await alex.install();
  await world.notify('channel');
  expect(teams.channel.texts().join()).not.toContain('Who must act');

  await teams.channel.say('00000000-0000-4000-8000-000000000020', 'here');
  await teams.channel.see('I report here from now on');
  await world.notify('channel');
  const card = await teams.channel.see('App-specific password not given yet (1)');
  api.set({ ...HALF_WAY, state: 'Syncing' });
  await world.notify('channel');
  expect((await teams.channel.see('1 running')).id).toBe(card.id);
  api.set({ state: 'PilotReview', pilot: PILOT });
  await world.notify('channel', 'channel');
  const replies = (): readonly string[] =>
    teams.channel.texts().filter((text) => text.startsWith('An admin: look at the pilot'));
  expect(replies()).toHaveLength(1);
  api.set({ ...COPIED, state: 'Completed', cleanedUp: true });
  await world.notify('channel');
  await teams.channel.see('Move of Alex Wilber: done\n! 12,904 messages in iCloud: 12,850 copied');
  expect(teams.channel.texts().join()).not.toContain('@icloud.com');
});

test('in the channel nothing is moved and no password is taken', async () => {
  const { teams } = world;
  await teams.channel.say('00000000-0000-4000-8000-000000000020', 'move alex');
  await teams.channel.see('Let us do that in our own chat');
  await teams.channel.say(ALEX.id, 'abcd-efgh-ijkl-mnop');
  await teams.channel.see('Please delete your message');
  expect([world.api.submitted, world.api.starts]).toEqual([[], []]);
});
