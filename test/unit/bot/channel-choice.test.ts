import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatPlace, parsePlace } from '../../../src/bot/cards/channel-choice.ts';
import { M365Error } from '../../../src/graph/errors.ts';
import type { ConversationReference } from '../../../src/jobs/api.ts';
import { entryToText } from '../../sim/teams-client.ts';
import type { BotWorld } from './support/bot-world.ts';
import { startBotWorld } from './support/bot-world.ts';
import { ADMIN_ID, ALEX, HALF_WAY } from './support/views.ts';

const TENANT_ID = '00000000-0000-4000-8000-000000000001';
const member = { id: '29:x', userPrincipalName: 'x@contoso.example', tenantId: TENANT_ID };
const guest = { ...member, userRole: 'guest' };
const MIGRATIONS = '19:migrations@thread.tacv2';

let world: BotWorld;

beforeEach(async () => {
  world = await startBotWorld();
  world.teams.teams[0]?.channels.push(
    { id: MIGRATIONS, name: 'Migrations', type: 'standard' },
    { id: '19:leads', name: 'Leads', type: 'private' },
    { id: '19:partners', name: 'Partners', type: 'shared' },
  );
  await world.admin.install();
});
afterEach(async () => {
  await world.close();
});

const helpdesk = async (): Promise<string | undefined> =>
  (await world.api.conversations.findConversation('channel:helpdesk'))?.conversationId;

/** Somebody who is no admin adds the app: the team is known, and nothing is posted into it. */
const addApp = async (): Promise<void> => {
  await world.teams.channel.install(ALEX.id);
  await world.teams.channel.see('When an admin of the moves writes "here"');
};

const place = (channelId: string): string =>
  formatPlace({ teamId: world.teams.channel.id, channelId });

test('the channels of the teams that the bot is in are offered; one is chosen, told and audited', async () => {
  const { admin, api, teams } = world;
  await addApp();
  await admin.say('channel');
  const card = entryToText(await admin.see('The channel of the helpdesk'));
  expect(card).toContain('I report nowhere yet.');
  expect(card).toContain('Not offered: Helpdesk › Leads, a private channel');
  expect(card).toContain('Not offered: Helpdesk › Partners, a shared channel');
  await admin.press('Use this channel', { place: place(MIGRATIONS) });
  await admin.see('I report in Helpdesk › Migrations from now on');
  expect(await helpdesk()).toBe(MIGRATIONS);
  expect(api.audits.at(-1)).toMatchObject({
    action: 'channel.use',
    subject: MIGRATIONS,
    outcome: 'done',
    before: null,
  });
  await teams.transcript.until(
    () =>
      teams.transcript.entries.find(
        (entry) => entry.conversationId.startsWith(MIGRATIONS) && entry.text !== null,
      ),
    'the word in the channel',
  );
  await admin.say('channel');
  await admin.see('I report in Helpdesk › Migrations now.');
});

test('a batch that is under way goes on in the channel that was chosen', async () => {
  const { admin, api, teams } = world;
  await teams.channel.say(ADMIN_ID, 'here');
  await teams.channel.see('I report here from now on');
  api.set({ ...HALF_WAY, state: 'Syncing' });
  await world.notify('channel');
  const old = await teams.channel.see('1 running');
  await admin.say('channel');
  await admin.see('I report in Helpdesk › General now.');
  await admin.press('Use this channel', { place: place(MIGRATIONS) });
  await teams.transcript.until(() => (old.updates > 0 ? true : undefined), 'the old card’s end');
  expect(entryToText(old)).toContain('This goes on in another channel.');
});

describe('guests and people of other organisations', () => {
  test('are named before any name is posted, and taken only as shown', async () => {
    const { admin, teams } = world;
    await addApp();
    teams.teams[0]?.members.push(guest, { ...guest, id: '29:y' });
    await admin.say('channel');
    await admin.see('The channel of the helpdesk');
    await admin.press('Use this channel', { place: place(MIGRATIONS) });
    await admin.see('2 guests can read this channel.');
    expect(await helpdesk()).toBeUndefined();
    teams.teams[0]?.members.push({ ...member, userRole: 'user', tenantId: 'another' });
    await admin.press('Use it all the same');
    await admin.see('2 guests and 1 person of another organisation can read this channel.');
    expect(await helpdesk()).toBeUndefined();
    await admin.press('Use it all the same');
    await admin.see('I report in Helpdesk › Migrations from now on');
    expect(await helpdesk()).toBe(MIGRATIONS);
  });

  test('in the channel itself, "here" asks in the own chat', async () => {
    const { admin, teams } = world;
    teams.teams[0]?.members.push(guest);
    await teams.channel.say(ADMIN_ID, 'here');
    await teams.channel.see('I have asked you in your own chat with me.');
    expect(await helpdesk()).toBeUndefined();
    await admin.see('1 guest can read this channel.');
    await admin.press('Use it all the same');
    await admin.see('from now on');
    expect(await helpdesk()).toBe(teams.channel.id);
  });

  test('where Teams does not tell who reads, that is said and confirmed', async () => {
    const { admin, teams } = world;
    await addApp();
    await admin.say('channel');
    await admin.see('The channel of the helpdesk');
    // The name and the channels are told, the members are not.
    teams.faults.push({ status: 0 }, { status: 0 }, { status: 403 });
    await admin.press('Use this channel', { place: place(MIGRATIONS) });
    await admin.see('Teams does not tell me who is in this team');
    teams.faults.push({ status: 0 }, { status: 0 }, { status: 403 });
    await admin.press('Use it all the same');
    await admin.see('I report in Helpdesk › Migrations from now on');
    expect(await helpdesk()).toBe(MIGRATIONS);
  });
});

test.for([
  ['19:leads', 'It is a private channel'],
  ['19:partners', 'It is a shared channel'],
  ['19:gone', 'I do not see this channel any more.'],
] as const)('%s is not taken, and what to do instead is said', async ([channelId, text]) => {
  const { admin, teams } = world;
  await addApp();
  await admin.forge('channel.pick', { place: place(channelId) });
  await admin.forge('channel.use', { teamId: teams.channel.id, channelId, agreed: 1000 });
  const reply = await admin.forge('channel.use', {
    teamId: teams.channel.id,
    channelId,
    agreed: -1,
  });
  expect(JSON.stringify(reply.value)).toContain(text);
  expect(await helpdesk()).toBeUndefined();
});

test('a team without the app: found, asked once more, installed, and audited by the domain', async () => {
  const { admin, api } = world;
  api.teams.push({ id: 'g-2', displayName: 'Sales EU' }, { id: 'group-1', displayName: 'Sales' });
  await addApp();
  await admin.say('channel');
  await admin.see('The channel of the helpdesk');
  await admin.press('Find the team', { team: 'Sales' });
  const found = entryToText(await admin.see('Which team?'));
  expect(found).toContain('Sales EU  [Install…]');
  expect(found).toContain('Sales · I am in it');
  await admin.press('Install…');
  await admin.see('This takes the right TeamsAppInstallation.ReadWriteSelfForTeam.All');
  expect(api.installed).toEqual([]);
  await admin.press('Install');
  await admin.see('I am in Sales EU');
  expect(api.installed).toEqual(['g-2']);
});

test('an installation that lacks its right says so', async () => {
  const { admin, api } = world;
  api.teams.push({ id: 'g-2', displayName: 'Sales EU' });
  api.failure = new M365Error('graph.right-missing');
  const reply = await admin.forge('channel.install', { groupId: 'g-2' });
  expect(reply.statusCode).toBe(500);
  expect(JSON.stringify(reply.value)).toContain('right');
  const none = await admin.forge('channel.install', { groupId: 'no-such' });
  expect(JSON.stringify(none.value)).toContain('I do not see this team any more.');
  expect(api.installed).toEqual([]);
});

test('a team that the bot was taken out of is not offered any more', async () => {
  const { admin, teams } = world;
  await addApp();
  await teams.channel.uninstall(ALEX.id);
  await admin.say('channel');
  const card = await admin.see('I am in no team with a channel that I can take.');
  expect(entryToText(card)).not.toContain('Use this channel');
});

test('one more team that the app is added to, by an admin even, does not take the channel over', async () => {
  const { teams, api } = world;
  const other = { ...(await chosenElsewhere()), conversationId: '19:other@thread.tacv2' };
  await api.conversations.saveConversation('channel:helpdesk', other, null);
  await teams.channel.install(ADMIN_ID);
  await teams.channel.see('I report the moves in another channel.');
  expect(await helpdesk()).toBe('19:other@thread.tacv2');
  await teams.channel.say(ADMIN_ID, 'here');
  await teams.channel.see('I report here from now on');
  expect(await helpdesk()).toBe(teams.channel.id);
});

async function chosenElsewhere(): Promise<ConversationReference> {
  await world.teams.channel.install(ADMIN_ID);
  await world.teams.channel.see('I report here from now on');
  const chosen = await world.api.conversations.findConversation('channel:helpdesk');
  if (chosen === null) {
    throw new Error('No channel was chosen.');
  }
  return chosen;
}

test('a place is what it was made of, and nothing else', () => {
  expect(parsePlace(formatPlace({ teamId: 'a', channelId: 'b' }))).toEqual({
    teamId: 'a',
    channelId: 'b',
  });
  expect(['', 'a', 'a b c', ' b'].map(parsePlace)).toEqual([null, null, null, null]);
});
