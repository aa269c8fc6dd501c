import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IncomingActivity } from '../../../src/bot/activity.ts';
import { newsOf, troubleOf } from '../../../src/bot/channel-trouble.ts';
import { createChannelWatch } from '../../../src/bot/channel-watch.ts';
import {
  TeamsBlockedError,
  TeamsGoneError,
  TeamsRateLimitedError,
  TeamsSendError,
} from '../../../src/bot/errors.ts';
import { silentLogger } from '../../../src/log.ts';
import { createManualClock } from '../../support/fakes/manual-clock.ts';
import type { BotWorld } from './support/bot-world.ts';
import { startBotWorld } from './support/bot-world.ts';
import { createFakeApi } from './support/fake-api.ts';
import { ADMIN_ID, HALF_WAY } from './support/views.ts';

let world: BotWorld;

beforeEach(async () => {
  world = await startBotWorld();
  await world.admin.install();
  await world.teams.channel.say(ADMIN_ID, 'here');
  await world.teams.channel.see('I report here from now on');
  world.api.set({ ...HALF_WAY, state: 'Syncing' });
  await world.notify('channel');
  await world.teams.channel.see('1 running');
});
afterEach(async () => {
  await world.close();
});

const told = (): readonly string[] =>
  world.admin.texts().filter((text) => text.startsWith('The helpdesk does not see the moves'));

/** The move goes on, and the channel is to be told of it. */
async function goOn(state: 'Paused' | 'Syncing' | 'Synced'): Promise<void> {
  world.api.set({ state });
  await world.notify('channel');
}

describe('the admin is told once, in plain words', () => {
  test('the bot was taken out of the team; it goes on when it is back', async () => {
    const { teams, admin } = world;
    await teams.channel.uninstall(ADMIN_ID);
    await admin.see('I was taken out of the team of the helpdesk’s channel.');
    await goOn('Paused');
    await goOn('Syncing');
    expect(told()).toHaveLength(1);
    expect(told()[0]).toContain('Add Skybridge to the team again');
    await goOn('Paused');
    await teams.channel.install(ADMIN_ID);
    await teams.channel.see('is paused');
    await teams.channel.uninstall(ADMIN_ID);
    await teams.transcript.until(() => (told().length === 2 ? true : undefined), 'the second word');
  });

  test('the team is archived, and restored', async () => {
    const { teams, admin } = world;
    await teams.channel.turn('teamArchived');
    await admin.see('is archived, so nobody can write there');
    await goOn('Paused');
    await teams.channel.turn('teamUnarchived');
    await teams.channel.see('is paused');
    expect(told()).toHaveLength(1);
  });

  test('the team is archived, and Teams did not say so', async () => {
    await world.teams.channel.turn('teamArchived', { told: false });
    await goOn('Paused');
    await goOn('Syncing');
    expect(told()).toHaveLength(1);
    expect(told()[0]).toContain('Either its team is archived, or only its moderators may write.');
  });

  test('the channel is deleted', async () => {
    await world.teams.channel.turn('channelDeleted', { told: false });
    await goOn('Paused');
    await world.restart();
    await goOn('Syncing');
    expect(told()).toHaveLength(1);
    expect(told()[0]).toContain('The helpdesk’s channel is no longer there.');
  });

  test('the app is blocked in the tenant', async () => {
    await world.teams.channel.turn('blocked', { told: false });
    await goOn('Paused');
    expect(told()[0]).toContain('The app is blocked in this tenant');
  });
});

test('a channel in trouble is not asked again at once', async () => {
  const { teams } = world;
  await teams.channel.turn('channelDeleted', { told: false });
  await goOn('Paused');
  const asked = teams.requests.length;
  await goOn('Syncing');
  await goOn('Paused');
  expect(teams.requests).toHaveLength(asked);
});

test.for([
  [{ status: 502 }],
  [{ status: 429, headers: { 'retry-after': '1' } }],
  [{ status: 412 }],
] as const)('what passes by itself is tried again, and nobody is told: %j', async ([fault]) => {
  world.teams.faults.push(fault);
  await goOn('Paused');
  await world.teams.channel.see('is paused');
  expect(told()).toEqual([]);
});

test('a card that was deleted together with its thread is posted anew for what is to be said', async () => {
  const { teams, api } = world;
  const card = await teams.channel.see('1 running');
  api.set({ state: 'WaitingForAdmin', problem: { code: 'imap.quota-full', facts: {} } });
  teams.transcript.remove(card.id);
  await world.notify('channel');
  const reply = await teams.channel.see(/^An admin: Alex Wilber\./);
  expect(reply.conversationId).not.toBe(card.conversationId);
});

test('another team’s news change nothing', async () => {
  const { teams, api } = world;
  await teams.post({
    type: 'conversationUpdate',
    channelId: 'msteams',
    serviceUrl: teams.serviceUrl,
    from: { id: '29:team' },
    recipient: { id: '28:bot' },
    conversation: {
      id: '19:other',
      tenantId: api.current === null ? '' : TENANT,
      conversationType: 'channel',
    },
    channelData: { eventType: 'teamArchived', team: { id: '19:other' }, tenant: { id: TENANT } },
  });
  await goOn('Paused');
  await teams.channel.see('is paused');
  expect(told()).toEqual([]);
});

const TENANT = '00000000-0000-4000-8000-000000000001';

test('ten minutes later it is tried again', async () => {
  const clock = createManualClock();
  const posts: string[] = [];
  const { conversations } = createFakeApi();
  const chat = {
    conversationId: 'a:admin',
    conversationType: 'personal',
    serviceUrl: '',
    tenantId: TENANT,
    botId: '',
    userId: null,
  } as const;
  const watch = createChannelWatch({
    conversations,
    clock,
    logger: silentLogger,
    chats: { with: async () => chat },
    outbound: {
      post: async (conversation) => {
        posts.push(conversation.conversationId);
        return { conversation, activityId: '1' };
      },
    },
  });
  const batch = { startedBy: { personId: ADMIN_ID, tenantId: TENANT } };
  const signal = AbortSignal.timeout(10_000);
  await watch.lose('c', { trouble: 'refused', batch }, signal);
  await clock.pass(10 * 60_000 - 1);
  expect([watch.isOpen('c'), watch.isOpen('d')]).toEqual([false, true]);
  await clock.pass(1);
  expect(watch.isOpen('c')).toBe(true);
  await watch.lose('c', { trouble: 'refused', batch }, signal);
  expect(posts).toHaveLength(1);
  await watch.find('c');
  await watch.lose('c', { trouble: 'removed', batch }, signal);
  expect(posts).toHaveLength(2);
});

test('what an error means for a channel', () => {
  const errors = [
    new TeamsBlockedError('no', 'BotNotInConversationRoster'),
    new TeamsBlockedError('no', 'BotDisabledByAdmin'),
    new TeamsBlockedError('no', 'ConversationBlockedByUser'),
    new TeamsBlockedError('no'),
    new TeamsGoneError('gone'),
    new TeamsSendError(502),
    new TeamsRateLimitedError(1000),
    new Error('bug'),
  ];
  expect(errors.map(troubleOf)).toEqual([
    'removed',
    'disabled',
    'refused',
    'refused',
    'deleted',
    null,
    null,
    null,
  ]);
});

test('what is no news of a team', () => {
  const base: IncomingActivity = {
    type: 'conversationUpdate',
    channelId: 'msteams',
    serviceUrl: 'https://smba.trafficmanager.net/teams/',
    from: { id: '29:a' },
    recipient: { id: '28:b' },
    conversation: { id: 'c' },
  };
  const team = { id: '19:t' };
  expect(newsOf(base)).toBeNull();
  expect(newsOf({ ...base, channelData: { team, eventType: 'teamRenamed' } })).toBeNull();
  expect(newsOf({ ...base, channelData: { team, eventType: 'constructor' } })).toBeNull();
  expect(newsOf({ ...base, type: 'message', channelData: { team } })).toBeNull();
  expect(newsOf({ ...base, channelData: { team, eventType: 'teamDeleted' } })).toEqual({
    teamId: '19:t',
    channelId: null,
    trouble: 'deleted',
  });
});
