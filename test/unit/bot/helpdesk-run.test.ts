import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BotWorld } from './support/bot-world.ts';
import { startBotWorld } from './support/bot-world.ts';
import { ADMIN_ID, ALEX } from './support/views.ts';

const HELPER = '00000000-0000-4000-8000-0000000000fe';
const STRANGER = '00000000-0000-4000-8000-0000000000ff';
const FULL = { code: 'imap.quota-full', facts: {} };
const ACTIONS = [
  'helpdesk.ask-again',
  'helpdesk.retry',
  'helpdesk.ask-skip',
  'helpdesk.skip',
  'helpdesk.keep',
];

let world: BotWorld;

beforeEach(async () => {
  world = await startBotWorld();
  world.api.helpdesk.add(HELPER);
  await world.teams.channel.say(ADMIN_ID, 'here');
  await world.teams.channel.see('I report here from now on');
  world.api.set({ state: 'WaitingForUser' });
});
afterEach(async () => {
  await world.close();
});

const needOfAlex = (): { migrationId: string; since: number } => ({
  migrationId: 'migration-1',
  since: world.api.current?.stateSince.getTime() ?? 0,
});

test.for([HELPER, ADMIN_ID])('%s asks a person again from the channel', async (presser) => {
  const { teams, alex, api } = world;
  await world.notify('channel');
  await teams.channel.see('App-specific password not given yet (1)');
  const reply = await teams.channel.press(presser, 'Ask again', 'Alex Wilber');
  expect(reply.value).toBe('I have reminded Alex Wilber.');
  await alex.see('A reminder: your move waits for an app-specific password.');
  const again = await teams.channel.press(presser, 'Ask again', 'Alex Wilber');
  expect(again.value).toBe('I have reminded Alex Wilber within this hour already.');
  expect(api.audits.at(-1)).toMatchObject({ action: 'migration.remind', outcome: 'done' });
});

test('whom Teams did not reach is asked anew', async () => {
  const { teams, api } = world;
  api.set({ problem: { code: 'teams.blocked', facts: {} } });
  await world.notify('channel');
  await teams.channel.see('I could not ask them (1)');
  const reply = await teams.channel.press(HELPER, 'Ask again');
  expect(reply.value).toBe('I am asking Alex Wilber again.');
  expect(api.acted).toEqual(['retry']);
});

test('a move that waits for an admin is tried again', async () => {
  const { teams, api } = world;
  api.set({ state: 'WaitingForAdmin', resume: 'Syncing', problem: FULL });
  await world.notify('channel');
  await teams.channel.see('Needs an admin (1)');
  const stale = needOfAlex();
  const reply = await teams.channel.press(HELPER, 'Retry', 'Alex Wilber');
  expect(reply.value).toBe('I am trying the move of Alex Wilber again.');
  expect(api.current?.state).toBe('Provisioning');
  const again = await teams.channel.forge(HELPER, 'helpdesk.retry', stale);
  expect(again.value).toContain('That has changed meanwhile, so I did nothing.');
  expect(api.current?.state).toBe('Provisioning');
});

describe('leaving a move out', () => {
  test('is asked once more, in the thread, and the answer takes the place of the question', async () => {
    const { teams, api } = world;
    await world.notify('channel');
    const card = await teams.channel.see('App-specific password not given yet (1)');
    expect((await teams.channel.press(HELPER, 'Skip…')).value).toBe('Please confirm below.');
    const asked = await teams.channel.see('Leave Alex Wilber out?');
    expect(asked.conversationId).toBe(card.conversationId);
    expect(api.current?.state).toBe('WaitingForUser');
    await teams.channel.press(HELPER, 'Leave out');
    expect((await teams.channel.see('Alex Wilber is left out')).id).toBe(asked.id);
    expect(api.current?.state).toBe('Cancelled');
  });

  test('can be thought better of', async () => {
    const { teams, api } = world;
    await world.notify('channel');
    await teams.channel.see('App-specific password not given yet (1)');
    await teams.channel.press(HELPER, 'Skip…');
    await teams.channel.see('Leave Alex Wilber out?');
    await teams.channel.press(HELPER, 'Keep waiting');
    await teams.channel.see('Alex Wilber stays in');
    expect([api.current?.state, api.acted]).toEqual(['WaitingForUser', []]);
  });

  test('is not done to a move that went on meanwhile', async () => {
    const { teams, api } = world;
    const stale = needOfAlex();
    api.set({ state: 'WaitingForAdmin', problem: FULL, stateSince: new Date() });
    const asked = await teams.channel.forge(HELPER, 'helpdesk.ask-skip', stale);
    expect(asked.value).toContain('That has changed meanwhile');
    const reply = await teams.channel.forge(HELPER, 'helpdesk.skip', stale);
    expect(JSON.stringify(reply.value)).toContain('That has changed meanwhile');
    expect(api.current?.state).toBe('WaitingForAdmin');
  });
});

test.for(ACTIONS)('%s: a stranger in the channel is refused, and it is audited', async (action) => {
  const { teams, api } = world;
  const before = api.current;
  const reply = await teams.channel.forge(STRANGER, action, needOfAlex());
  expect(reply.value).toBe('Only admins and the helpdesk of these moves can do this.');
  expect(JSON.stringify(reply)).not.toContain('Alex');
  expect(api.audits.at(-1)).toMatchObject({ action, outcome: 'refused', after: 'not-helpdesk' });
  expect([api.current, api.acted]).toEqual([before, []]);
});

test.for(ACTIONS)('%s is taken in no other channel', async (action) => {
  const { teams, api } = world;
  const reply = await teams.channel.forge(HELPER, action, needOfAlex(), '19:other@thread.tacv2');
  expect(reply.value).toContain('in the channel where I report');
  expect(api.audits.at(-1)).toMatchObject({ action, after: 'not-this-channel' });
  expect(api.acted).toEqual([]);
});

test.for(['migration.cancel', 'migration.pause', 'migration.retry', 'people.ask'])(
  '%s is taken in no channel, not even from an admin',
  async (action) => {
    const { teams, api } = world;
    const data = { migrationId: 'migration-1' };
    const reply = await teams.channel.forge(ADMIN_ID, action, data);
    expect(reply.value).toContain('in your own chat with me');
    expect(api.audits.at(-1)).toMatchObject({ action, after: 'not-personal' });
    expect(api.acted).toEqual([]);
  },
);

test('a move that does not exist is answered as nothing, and the own move of the helper is no exception', async () => {
  const { teams, api } = world;
  const reply = await teams.channel.forge(HELPER, 'helpdesk.skip', {
    migrationId: 'no-such',
    since: 0,
  });
  expect(reply.value).toBe('I do not know this move.');
  await teams.channel.forge(ALEX.id, 'helpdesk.skip', needOfAlex());
  expect(api.current?.state).toBe('WaitingForUser');
});
