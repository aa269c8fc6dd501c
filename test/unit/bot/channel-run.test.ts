import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MigrationView } from '../../../src/jobs/api.ts';
import { entryToText } from '../../sim/teams-client.ts';
import { LONG_NAMES, moveOf } from './cards/channel-cards.ts';
import type { BotWorld } from './support/bot-world.ts';
import { startBotWorld } from './support/bot-world.ts';
import { ADMIN_ID, ALEX, COPIED, HALF_WAY, migrationView } from './support/views.ts';

let world: BotWorld;

beforeEach(async () => {
  world = await startBotWorld();
  await world.teams.channel.say(ADMIN_ID, 'here');
  await world.teams.channel.see('I report here from now on');
  world.api.set({ ...HALF_WAY, state: 'Syncing' });
});
afterEach(async () => {
  await world.close();
});

const FULL = { code: 'imap.quota-full', facts: {} };
const megan: MigrationView = moveOf(1, 40, {
  id: 'migration-2',
  person: { ...ALEX, id: 'megan', displayName: 'Megan Bowen' },
});
const replies = (): readonly string[] =>
  world.teams.channel.texts().filter((text) => !text.startsWith('Move of '));

test('the card is found again after a restart, and updated in place', async () => {
  await world.notify('channel');
  const card = await world.teams.channel.see('1 running');
  await world.restart();
  world.api.set({ state: 'Paused' });
  await world.notify('channel');
  expect((await world.teams.channel.see('is paused')).id).toBe(card.id);
});

test('nothing is told twice, by this process or the next', async () => {
  world.api.set({ state: 'WaitingForAdmin', problem: FULL });
  await world.notify('channel', 'channel');
  await world.restart();
  await world.notify('channel');
  expect(replies().filter((text) => text.startsWith('An admin: Alex Wilber.'))).toHaveLength(1);
});

test('what says the same is not shown again, whatever the time', async () => {
  await world.notify('channel');
  const card = await world.teams.channel.see('1 running');
  await world.notify('channel', 'channel');
  expect(card.updates).toBe(0);
});

test('a deleted card is posted anew, and its thread with it', async () => {
  await world.notify('channel');
  const first = await world.teams.channel.see('1 running');
  world.teams.transcript.remove(first.id);
  world.api.set({ state: 'WaitingForAdmin', problem: FULL });
  await world.notify('channel');
  const second = await world.teams.channel.see('Needs an admin (1)');
  expect(second.id).not.toBe(first.id);
  const reply = await world.teams.channel.see(/^An admin: Alex Wilber\./);
  expect(reply.conversationId).toBe(second.conversationId);
});

test('the end of a batch is summed up once, when the last of it is over, in the thread', async () => {
  world.api.more = [megan];
  world.api.set({ ...COPIED, state: 'Completed', cleanedUp: true });
  await world.notify('channel');
  await world.teams.channel.see('1 running · 1 done');
  expect(replies().join()).not.toContain('done');
  world.api.more = [{ ...megan, state: 'Cancelled', cleanedUp: true }];
  await world.notify('channel', 'channel');
  const shown = world.teams.channel.texts().filter((text) => text.includes('2 people: done'));
  expect(shown).toHaveLength(1);
  expect(shown[0]).toContain('! Megan Bowen: cancelled.');
});

test('another channel takes the batch over; the old card says so', async () => {
  await world.notify('channel');
  const old = await world.teams.channel.see('1 running');
  const other = { ...migrationReference(), conversationId: '19:other@thread.tacv2' };
  await world.api.conversations.saveConversation('channel:helpdesk', other, null);
  await world.notify('channel');
  const moved = world.teams.transcript.entries.find(({ conversationId }) =>
    conversationId.startsWith('19:other'),
  );
  expect(moved === undefined ? '' : entryToText(moved)).toContain('1 running');
  expect(entryToText(old)).toContain('This goes on in another channel.');
});

function migrationReference(): Parameters<typeof world.api.conversations.saveConversation>[1] {
  return {
    conversationId: world.teams.channel.id,
    conversationType: 'channel',
    serviceUrl: world.teams.serviceUrl,
    tenantId: '00000000-0000-4000-8000-000000000001',
    botId: '28:bot',
    userId: null,
  };
}

test('500 people with the longest names stay within 25 KB as it is sent', async () => {
  world.api.more = LONG_NAMES.migrations.slice(1).map((move) => migrationView(move));
  await world.notify('channel');
  await world.teams.channel.see('Move of 500 people');
  const sent = world.teams.requests.map(({ bytes }) => bytes);
  expect(Math.max(...sent)).toBeGreaterThan(10_000);
  expect(Math.max(...sent)).toBeLessThan(25_000);
});
