import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IncomingActivity, InvokeAnswer } from '../../../src/bot/activity.ts';
import { textActivity } from '../../../src/bot/activity.ts';
import { BAD_TOKENS } from '../../sim/teams/bad-tokens.ts';
import type { GatewayWorld } from './support/gateway-world.ts';
import { startGatewayWorld } from './support/gateway-world.ts';

let world: GatewayWorld;
let signal: AbortSignal;

beforeEach(async () => {
  world = await startGatewayWorld();
  signal = AbortSignal.timeout(20_000);
});
afterEach(async () => {
  await world.close();
});

function hello(changes: object = {}): Record<string, unknown> {
  return {
    type: 'message',
    id: '1',
    text: 'hello',
    channelId: 'msteams',
    serviceUrl: world.teams.serviceUrl,
    from: { id: '29:p', aadObjectId: 'p' },
    recipient: { id: `28:${world.botId}` },
    conversation: { id: 'c', tenantId: world.tenantId, conversationType: 'personal' },
    channelData: { tenant: { id: world.tenantId } },
    ...changes,
  };
}

test('a valid token reaches the bot; two minutes late is within the tolerance', async () => {
  expect((await world.teams.post(hello())).status).toBe(200);
  expect((await world.teams.post(hello(), { expiresInSeconds: -120 })).status).toBe(200);
  expect(world.received.map((activity) => activity.text)).toEqual(['hello', 'hello']);
});

test.for(BAD_TOKENS)('401 for a token with %s', async ([, change]) => {
  const changes = await change({ botId: world.botId, signing: world.teams.signing });
  const response = await world.teams.post(hello(), changes);
  expect(response.status).toBe(401);
  expect(world.received).toEqual([]);
});

test.for([
  [
    'another tenant',
    { conversation: { id: 'c', tenantId: 'other' }, channelData: {} },
    403,
    'other-tenant',
  ],
  [
    'another tenant in its channel data',
    { channelData: { tenant: { id: 'other' } } },
    403,
    'other-tenant',
  ],
  ['no tenant', { conversation: { id: 'c' }, channelData: {} }, 403, 'other-tenant'],
  ['no service URL', { serviceUrl: undefined }, 400, null],
  ['no sender', { from: undefined }, 400, null],
] as const)('%s is refused', async ([, changes, status, refusal]) => {
  expect((await world.teams.post(hello(changes))).status).toBe(status);
  expect(world.received).toEqual([]);
  expect(world.refusals).toEqual(refusal === null ? [] : [refusal]);
});

test('another channel is refused', async () => {
  const response = await world.teams.post(hello({ channelId: 'webchat' }));
  expect([401, 403]).toContain(response.status);
  expect(world.received).toEqual([]);
});

test('a service URL outside Teams is refused, in and out', async () => {
  const serviceUrl = 'https://teams.example.com/';
  expect((await world.teams.post(hello({ serviceUrl }), { serviceUrl })).status).toBe(403);
  expect(world.refusals).toEqual(['other-service-url']);
  await expect(
    world.gateway.send({ ...world.reference, serviceUrl }, textActivity('hi'), signal),
  ).rejects.toMatchObject({ code: 'teams.refused-service-url' });
});

test('a body that is too large or no JSON is a client error, not ours', async () => {
  expect((await world.teams.post(hello({ text: 'x'.repeat(300_000) }))).status).toBe(413);
  const response = await fetch(world.messagesUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  });
  expect(response.status).toBe(400);
});

test('an invoke answers HTTP 200 with its own status in the body', async () => {
  const refused: InvokeAnswer = {
    statusCode: 400,
    type: 'application/vnd.microsoft.error',
    value: { message: 'no' },
  };
  world.onActivity = async (): Promise<InvokeAnswer> => refused;
  const response = await world.teams.post(
    hello({ type: 'invoke', name: 'adaptiveCard/action', value: {} }),
  );
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(refused);
});

test('a bot that fails answers 500 and tells nothing', async () => {
  world.onActivity = async (_activity: IncomingActivity): Promise<null> => {
    throw new Error('secret detail');
  };
  const response = await world.teams.post(hello());
  expect([response.status, await response.text()]).toEqual([500, '']);
});

test('sends, updates, starts a chat and a thread, each with the bot’s token', async () => {
  const { gateway, teams, reference } = world;
  const id = await gateway.send(reference, textActivity('one'), signal);
  await gateway.update({ conversation: reference, activityId: id }, textActivity('two'), signal);
  const personal = await gateway.createPersonal('p-9', teams.serviceUrl, signal);
  await gateway.send(personal, textActivity('hello you'), signal);
  const channel = {
    ...reference,
    conversationId: teams.channel.id,
    conversationType: 'channel' as const,
  };
  const thread = await gateway.createThread(channel, textActivity('root'), signal);
  await gateway.send(thread.conversation, textActivity('reply'), signal);
  await gateway.update(thread, textActivity('root, changed'), signal);
  expect(teams.transcript.entries.map((entry) => [entry.conversationId, entry.text])).toEqual([
    [reference.conversationId, 'two'],
    ['a:p-9', 'hello you'],
    [thread.conversation.conversationId, 'root, changed'],
    [thread.conversation.conversationId, 'reply'],
  ]);
  expect(teams.violations).toEqual([]);
});

test.for([
  [429, { 'retry-after': '7' }, { code: 'teams.rate-limited', retryAfterMs: 7000 }],
  [403, {}, { code: 'teams.blocked' }],
  [404, {}, { code: 'teams.gone' }],
  [502, {}, { code: 'teams.send-failed', status: 502 }],
] as const)(
  'status %d becomes a typed error after one request',
  async ([status, headers, error]) => {
    world.teams.faults.push({ status, headers });
    await expect(
      world.gateway.send(world.reference, textActivity('x'), signal),
    ).rejects.toMatchObject(error);
    expect(world.teams.requests).toHaveLength(1);
  },
);

test('an aborted send stops', async () => {
  const sending = world.gateway.send(world.reference, textActivity('x'), AbortSignal.abort());
  await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
});

test('a team: its name, its channels of each kind, and who of other tenants reads along', async () => {
  const { teams, gateway, tenantId } = world;
  const [team] = teams.teams;
  const asked = { teamId: teams.channel.id, serviceUrl: teams.serviceUrl };
  const more = AbortSignal.timeout(20_000);
  team?.channels.push(
    { id: '19:p', name: 'Leads', type: 'private' },
    { id: '19:s', name: 'Partners', type: 'shared' },
    { id: '19:m', name: 'Migrations', type: 'standard' },
    { id: '19:x', name: 'Odd', type: 'something' },
  );
  const member = { id: '29:x', userPrincipalName: 'a@contoso.example', tenantId };
  team?.members.push(
    ...Array.from({ length: 600 }, () => ({ ...member, userRole: 'user' })),
    { ...member, userRole: 'guest' },
    { ...member, userRole: 'user', userPrincipalName: 'b_fabrikam.example#EXT#@contoso.example' },
    { ...member, userRole: 'user', tenantId: 'another' },
  );
  expect(await gateway.describeTeam(asked, more)).toEqual({ name: 'Helpdesk', groupId: 'group-1' });
  expect(await gateway.listChannels(asked, more)).toEqual([
    { id: teams.channel.id, name: 'General', kind: 'standard' },
    { id: '19:p', name: 'Leads', kind: 'private' },
    { id: '19:s', name: 'Partners', kind: 'shared' },
    { id: '19:m', name: 'Migrations', kind: 'standard' },
    { id: '19:x', name: 'Odd', kind: 'unknown' },
  ]);
  expect(await gateway.countOutsiders(asked, more)).toEqual({ guests: 2, external: 1 });
  await expect(gateway.listChannels({ ...asked, teamId: '19:none' }, more)).rejects.toMatchObject({
    code: 'teams.blocked',
    serverCode: 'BotNotInConversationRoster',
  });
  const elsewhere = { ...asked, serviceUrl: 'https://evil.example/' };
  await expect(gateway.listChannels(elsewhere, more)).rejects.toMatchObject({
    code: 'teams.refused-service-url',
  });
});
