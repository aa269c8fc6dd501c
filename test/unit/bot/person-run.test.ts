import { afterEach, beforeEach, expect, test } from 'vitest';
import { cardNodes } from '../../sim/teams/card-text.ts';
import type { BotWorld } from './support/bot-world.ts';
import { startBotWorld } from './support/bot-world.ts';
import { ALEX, COPIED, HALF_WAY } from './support/views.ts';

const PASTED = 'ABCD-efgh ijkl–mnop';
const ADDRESS = 'alex@icloud.com';
let world: BotWorld;

beforeEach(async () => {
  world = await startBotWorld();
  world.api.set({ state: 'WaitingForUser' });
});
afterEach(async () => {
  await world.close();
});

async function ask(): Promise<void> {
  await world.notify('ask-person');
  await world.alex.see('It takes two minutes');
}

test('the password is normalised, sealed for this person and move, and nowhere else', async () => {
  const { alex, api } = world;
  await ask();
  const asked = await alex.see('App-specific password: [••••____]');
  await alex.press('Check and start', { address: ` ${ADDRESS} `, appPassword: PASTED });
  const checking = await alex.see('Asking Apple');
  expect(checking.id).toBe(asked.id);
  expect(api.submitted).toHaveLength(1);
  const [{ sealed, sourceAddress } = { sealed: '', sourceAddress: '' }] = api.submitted;
  expect(sourceAddress).toBe(ADDRESS);
  expect(await world.unseal(sealed)).toMatchObject({
    value: 'abcdefghijklmnop',
    binding: { personId: ALEX.id, migrationId: 'migration-1', sourceHost: 'imap.mail.me.com' },
  });
  const everything = JSON.stringify([world.logged, world.teams.transcript.entries, api.audits]);
  expect(everything).not.toMatch(/abcd[- ]?efgh/i);

  api.set({ state: 'Piloting' });
  await world.notify('person');
  await alex.see('Apple accepted it');
  api.set({ ...HALF_WAY, state: 'Syncing' });
  await world.notify('person');
  await alex.see("58% · Folder 'Family' · about 40 min left");
  api.set({ ...COPIED, state: 'Completed', cleanedUp: true });
  await world.notify('person');
  const done = await alex.see('Please revoke the password now');
  expect(done.id).not.toBe(asked.id);
});

test('a wrong length is answered here: not sent, not kept, and the card can be used again', async () => {
  const { alex, api } = world;
  await ask();
  await alex.press('Check and start', { address: ADDRESS, appPassword: 'my-password' });
  const wrong = await alex.see('That has 10 letters; an app-specific password has 16');
  expect(JSON.stringify(wrong.card)).toContain(`"value":"${ADDRESS}"`);
  expect(api.submitted).toEqual([]);
  await alex.press('Check and start', { address: 'no address', appPassword: PASTED });
  await alex.see('That is not an e-mail address');
  expect(api.submitted).toEqual([]);
  await alex.press('Check and start', { address: ADDRESS, appPassword: PASTED });
  await alex.see('Asking Apple');
  expect(api.submitted).toHaveLength(1);
});

test('what Apple refused is shown on the same card, with the address and without the password', async () => {
  const { alex, api } = world;
  await ask();
  const before = await alex.see('It takes two minutes');
  await alex.press('Check and start', { address: ADDRESS, appPassword: PASTED });
  api.set({ state: 'WaitingForUser', problem: { code: 'source.login-refused', facts: {} } });
  await world.notify('person');
  const refused = await alex.see('✗');
  expect(refused.id).toBe(before.id);
  expect(JSON.stringify(refused.card)).toContain(`"value":"${ADDRESS}"`);
});

test('a password lost on the way is asked for in a new card', async () => {
  const { alex, api } = world;
  await ask();
  await alex.press('Check and start', { address: ADDRESS, appPassword: PASTED });
  api.set({ ...HALF_WAY, state: 'Syncing' });
  await world.notify('person');
  const moving = await alex.see('Your mail is moving');
  api.set({
    state: 'WaitingForUser',
    interrupted: 'Syncing',
    problem: { code: 'source.login-refused', facts: {} },
  });
  await world.notify('ask-person');
  const again = await alex.see('I need a new app-specific password');
  expect(again.id).not.toBe(moving.id);
  await world.notify('ask-person', 'person');
  expect(alex.entries().filter((entry) => entry.from === 'bot')).toHaveLength(2);
});

test('a card is good for one submission: a replay is refused and changes nothing', async () => {
  const { alex, api } = world;
  await ask();
  const { card } = await alex.see('It takes two minutes');
  const submit = cardNodes(card).find(({ verb }) => verb === 'credential.submit');
  const data = { ...Object(submit?.['data']), address: ADDRESS, appPassword: PASTED };
  await alex.forge('credential.submit', data);
  api.set({ state: 'WaitingForUser' });
  const replay = await alex.forge('credential.submit', data);
  expect(JSON.stringify(replay.value)).toContain('used before');
  expect(api.submitted).toHaveLength(1);
});

test('something is left out before the password is given; a day that cannot be is told, and what was typed stays', async () => {
  const { alex, api } = world;
  await ask();
  await alex.press('Leave something out');
  const folders = 'Archive\n Family/Photos \n\nArchive';
  await alex.press('Save', { folders, before: '2019-02-30' });
  const wrong = await alex.see('That is no day that I can read');
  expect(JSON.stringify(wrong.card)).toContain('Family/Photos');
  expect(api.current?.rules.person).toEqual([]);
  await alex.press('Save', { folders, before: '2019-01-01' });
  await alex.see(
    "Left out by you: the folder 'Archive', the folder 'Family/Photos', and mail received",
  );
  expect(api.current?.rules.person).toEqual([
    { kind: 'folder', path: 'Archive' },
    { kind: 'folder', path: 'Family/Photos' },
    { kind: 'before', date: '2019-01-01' },
  ]);
  await alex.press('Check and start', { address: ADDRESS, appPassword: PASTED });
  await alex.see('Asking Apple');
});

test('nothing to move: asked once more, then told', async () => {
  const { alex, api } = world;
  await ask();
  await alex.press('I have no iCloud Mail');
  await alex.press('Back');
  await alex.see('It takes two minutes');
  await alex.press('I have no iCloud Mail');
  await alex.press('Yes, nothing to move');
  await alex.see('Your move has ended');
  expect(api.current?.state).toBe('Cancelled');
});

test('a password typed into the chat is not used, kept, logged or echoed', async () => {
  const { alex, api } = world;
  await ask();
  const secret = 'qrst-uvwx-yzab-cdef';
  await alex.say(`here it is: ${secret}`);
  const answer = await alex.see('Please delete your message');
  expect(answer.text).not.toContain('qrst');
  await alex.say(secret.replaceAll('-', ''));
  expect(api.submitted).toEqual([]);
  expect(JSON.stringify([world.logged, api.audits])).not.toContain('qrst');
  expect(alex.texts().filter((text) => text.includes('Please delete your message'))).toHaveLength(
    2,
  );
});

test('the person asks how far it is', async () => {
  const { alex, api } = world;
  api.set({ ...HALF_WAY, state: 'Syncing' });
  await alex.say('status');
  await alex.see("Folder 'Family'");
  api.current = null;
  await alex.say('status');
  await alex.see('No move of yours is under way');
  await alex.say('hello');
  expect((await alex.see('You can say: "status", "help".')).from).toBe('bot');
});

test.for([
  ['ForbiddenOperationException', 'teams.not-installed'],
  ['BotNotInConversationRoster', 'teams.not-installed'],
  ['ConversationBlockedByUser', 'teams.blocked-by-person'],
  ['BotDisabledByAdmin', 'teams.disabled-by-admin'],
  ['MessageWritesBlocked', 'teams.blocked'],
] as const)('Teams refuses a person with %s: %s', async ([code, expected]) => {
  world.teams.faults.push({ status: 403, code });
  await expect(world.notify('ask-person')).rejects.toMatchObject({
    code: expected,
    disposition: 'ask',
  });
});

test('somebody who cannot be reached is an error that names the cause', async () => {
  world.teams.blocked.add(ALEX.id);
  await expect(world.notify('ask-person')).rejects.toMatchObject({
    code: 'teams.blocked',
    disposition: 'ask',
  });
});
