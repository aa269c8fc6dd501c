import { afterEach, beforeEach, expect, test } from 'vitest';
import { TeamsSendError } from '../../../src/bot/errors.ts';
import { entryToText } from '../../sim/teams-client.ts';
import type { BotWorld } from './support/bot-world.ts';
import { startBotWorld } from './support/bot-world.ts';
import {
  ALEX,
  batchPlan,
  COPIED,
  FOLDERS,
  HALF_WAY,
  migrationView,
  PILOT,
  planOfMany,
} from './support/views.ts';

let world: BotWorld;

beforeEach(async () => {
  world = await startBotWorld();
});
afterEach(async () => {
  await world.close();
});

test('an account that does not fit: the answer carries the bytes it was asked with, and a stale one does nothing', async () => {
  const { admin, api } = world;
  await admin.install();
  const problem = {
    code: 'tenant.messages-too-large',
    facts: { bytes: 47_185_920, messages: 1, largestBytes: 45_000_000, limitBytes: 36_700_160 },
  };
  api.set({ state: 'WaitingForAdmin', resume: 'Piloting', problem });
  await world.notify('admin');
  await admin.see('1 message is larger than the 35 MB that the mailbox takes');
  const data = { migrationId: 'migration-1', choice: 'raise-limit' };
  await admin.forge('migration.agree', { ...data, bytes: 1 });
  expect(api.current?.state).toBe('WaitingForAdmin');
  await admin.press('Raise the limit to 45 MB');
  await admin.see('Copying one folder as a pilot');
  expect(api.acted).toEqual(['raise-limit', 'raise-limit']);
});

test('what keeps the clean-up from its end is said, with a button for when it is mended', async () => {
  const { admin, api } = world;
  await admin.install();
  const putBackProblem = { code: 'exchange-admin.right-missing', facts: {} };
  api.set({ ...HALF_WAY, state: 'Cancelled', putBackProblem });
  await world.notify('admin');
  await admin.see('Not everything is put back yet. Exchange refused: a right is missing.');
  await admin.press('Put it back now');
  expect(api.acted).toEqual(['retry']);
});

test('the whole run, from the first word to the report', async () => {
  const { admin, api } = world;
  await admin.install();
  await admin.see('First I check that your tenant is ready');
  await admin.press('Check my tenant');
  await admin.see('Your tenant is ready');
  await admin.press('Move someone');
  await admin.press('Find', { who: 'alexw' });
  const plan = await admin.see('what I will change');
  expect(plan.card === null ? '' : JSON.stringify(plan.card)).toContain('41 → 40 free');
  await admin.press('Do it');
  const live = await admin.see('Preparing the mailbox');
  expect(live.id).toBe(plan.id);
  await world.notify('admin');

  api.set({ state: 'WaitingForUser' });
  await world.notify('admin');
  await admin.see('I have asked Alex Wilber for an app-specific password');
  expect(admin.entries().filter((entry) => entry.from === 'bot')).toHaveLength(1);

  api.set({ state: 'PilotReview', pilot: PILOT, folderMap: FOLDERS });
  await world.notify('admin');
  const review = await admin.see('Count: 412 in iCloud, 412 in Outlook.');
  expect(review.id).not.toBe(live.id);
  await admin.see('goes on in a newer card');
  await admin.press('Start everything');
  expect(api.acted).toEqual(['approve-pilot']);

  api.set(HALF_WAY);
  await world.notify('admin');
  const running = await admin.see('about 40 min left');
  expect(running.id).toBe(review.id);
  await admin.press('Pause');
  await admin.see('You paused it');
  await admin.press('Resume');
  await admin.see('7,487 of 12,904');

  api.set({ ...COPIED, state: 'Synced' });
  await world.notify('admin');
  await admin.press('Finish the move');
  api.set({
    state: 'CompletedWithWarnings',
    cleanedUp: true,
    reportPath: 'reports/batch-1/alex.html',
  });
  await world.notify('admin');
  const done = await admin.see('Every one of 12,904 messages is accounted for.');
  expect(JSON.stringify(done.card)).toContain('reports/batch-1/alex.html');
});

test('words lead there too: move with a name, status, doctor, help and anything else', async () => {
  const { admin, api } = world;
  await admin.say('status');
  await admin.see('There is no move yet');
  await admin.say('Move Alex Wilber');
  await admin.see('what I will change');
  await admin.say('move nobody');
  await admin.see('I found nobody');
  await admin.say('move');
  await admin.see('Who moves?');
  await admin.say('doctor');
  await admin.see('Your tenant is ready');
  api.set({ ...HALF_WAY, state: 'Syncing' });
  await admin.say('status');
  await admin.see('7,487 of 12,904');
  await admin.say('what can you do?');
  expect((await admin.see('How a move goes')).card).not.toBeNull();
});

test('several people of one name are offered, and one is chosen', async () => {
  const { admin, api } = world;
  api.people.push({ ...ALEX, id: 'p-2', userPrincipalName: 'alex2@contoso.example' });
  await admin.say('move alex');
  await admin.see('2 people have that name');
  await admin.press('This one');
  expect((await admin.see('what I will change')).updates).toBeLessThan(3);
});

test('a plan that changed is shown again and nothing starts', async () => {
  const { admin, api } = world;
  await admin.say('move alexw');
  await admin.see('what I will change');
  api.plan = batchPlan({ hash: 'plan-2' });
  await admin.press('Do it');
  await admin.see('Something changed meanwhile');
  expect(api.starts).toEqual([]);
  await admin.press('Do it');
  expect(api.starts).toEqual(['plan-2']);
});

test('a second press does nothing and says so', async () => {
  const { admin, api } = world;
  api.set({ state: 'Syncing' });
  const again = await admin.forge('migration.approve-pilot', {
    migrationId: 'migration-1',
    seen: 'x',
  });
  expect(JSON.stringify(again.value)).toContain('nothing was changed');
  expect(api.current?.state).toBe('Syncing');
});

test('a pilot that was made anew, or folders that go elsewhere by now, are shown again and nothing starts', async () => {
  const { admin, api } = world;
  await admin.install();
  const source = { messages: 12_904, bytes: 3_400_000_000, largestBytes: 1 };
  api.set({
    state: 'PilotReview',
    pilot: PILOT,
    folderMap: FOLDERS,
    room: { source, before: { quotaBytes: null, usedBytes: null, items: null }, after: null },
  });
  await world.notify('admin');
  const shown = await admin.see('Count: 412 in iCloud, 412 in Outlook.');
  expect(entryToText(shown)).toContain('It depends on what iCloud gives');
  const press = /"verb":"migration.approve-pilot".*?"seen":"(?<seen>[^"]+)"/.exec(
    JSON.stringify(shown.card),
  );
  const seen = press?.groups?.['seen'] ?? '';
  api.set({ pilot: { ...PILOT, messages: { source: 412, target: 411 } } });
  const data = { migrationId: 'migration-1', seen };
  const stale = await admin.forge('migration.approve-pilot', data);
  expect(JSON.stringify(stale.value)).toContain('Something changed meanwhile');
  expect(JSON.stringify(stale.value)).toContain('412 in iCloud, 411 in Outlook');
  expect([api.acted, api.current?.state]).toEqual([[], 'PilotReview']);
  api.set({ pilot: PILOT });
  await admin.forge('migration.approve-pilot', data);
  expect(api.acted).toEqual(['approve-pilot']);
});

test('another folder as the pilot: chosen from those that fit, copied, and asked about again', async () => {
  const { admin, api } = world;
  await admin.install();
  api.set({ state: 'PilotReview', pilot: PILOT, folderMap: FOLDERS });
  await world.notify('admin');
  await admin.see('Count: 412 in iCloud, 412 in Outlook.');
  await admin.press('Another folder');
  await admin.see('Which folder of Alex Wilber shall be the pilot?');
  const gone = await admin.forge('pilot.choose', { migrationId: 'migration-1', folder: 'Gone' });
  expect(JSON.stringify(gone.value)).toContain('There is no such folder');
  await admin.press('Copy it as the pilot', { folder: 'Files' });
  expect(api.acted).toEqual(['pilot Files']);
  expect(api.current?.state).toBe('Piloting');
});

test('cancelling is asked once more, below the live card', async () => {
  const { admin, api } = world;
  api.set({ state: 'Syncing' });
  await admin.say('status');
  await admin.press('Cancel…');
  await admin.see('Cancel the move of Alex Wilber?');
  await admin.press('Back');
  expect(api.current?.state).toBe('Syncing');
  await admin.press('Cancel…');
  await admin.see('Cancel the move of Alex Wilber?');
  await admin.press('Cancel the move');
  expect(api.current?.state).toBe('Cancelled');
});

test('an error says what to do, in a press and in a message', async () => {
  const { admin, api } = world;
  api.failure = new TeamsSendError(502);
  await admin.say('move alex');
  await admin.see('Teams did not take a message');
  await admin.say('move');
  await admin.see('Who moves?');
  api.failure = new Error('something internal');
  const reply = await admin.press('Find', { who: 'alex' });
  expect([reply.httpStatus, reply.statusCode]).toEqual([200, 500]);
  expect(JSON.stringify(reply.value)).not.toContain('something internal');
});

test('the live card is found again, updated in place, and posted anew when somebody deleted it', async () => {
  const { admin, api, teams } = world;
  api.set({ state: 'Provisioning' });
  await admin.install();
  await world.notify('admin');
  const first = await admin.see('Preparing the mailbox');
  api.set({ state: 'Testing' });
  await world.notify('admin');
  expect((await admin.see('Checking the password')).id).toBe(first.id);
  teams.transcript.remove(first.id);
  api.set({ state: 'Piloting' });
  await world.notify('admin');
  expect((await admin.see('Apple accepted the password')).id).not.toBe(first.id);
});

test('a form is not shown anew behind the back of somebody who types', async () => {
  const { admin } = world;
  await admin.say('move');
  const asked = await admin.see('Who moves?');
  await admin.press('Find', { who: 'nobody' });
  await admin.see('I found nobody');
  await admin.press('Not now');
  await admin.see('Nothing was changed');
  await world.teams.transcript.until(() => (asked.updates > 0 ? true : undefined), 'the update');
  expect(asked.updates).toBe(1);
});

test('several names, one below the other: problems first, and the whole is started as shown', async () => {
  const { admin, api } = world;
  api.plan = planOfMany();
  await admin.say('move Megan Bowen<br>alexw@contoso.example; Gus Guest');
  const shown = await admin.see(
    '5 people: 2 ready, 1 to be given a licence, 1 to be created first',
  );
  expect(api.selections).toEqual([
    { kind: 'names', text: 'Megan Bowen\nalexw@contoso.example; Gus Guest' },
  ]);
  const text = entryToText(shown);
  expect(text.indexOf('Gus Guest')).toBeLessThan(text.indexOf('Megan Bowen'));
  expect(text).toContain('Assign Business Basic to 1 person (41 → 40 free).');
  expect(text).toContain('Give myself access to 3 mailboxes, and to no other.');
  await admin.press('Do it for the 3 who are ready');
  expect(api.starts).toEqual(['plan-1']);
});

test('first passwords are shown to the one who pressed, and do not stay in the chat', async () => {
  const { admin, api, logged } = world;
  const initialPassword = 'aB3!defghijkmnop';
  const dora = { address: 'dora@contoso.example', displayName: 'Dora Neu' };
  api.plan = planOfMany();
  api.created = [{ kind: 'created', ...dora, initialPassword }];
  await admin.say('move a; b');
  await admin.see('to be created first');
  const reply = await admin.press('Create 1 person');
  expect(JSON.stringify(reply.value)).toContain(initialPassword);
  await admin.see('Their first passwords were shown once');
  expect(world.teams.transcript.entries.map(entryToText).join()).not.toContain(initialPassword);
  expect(logged.join()).not.toContain(initialPassword);
});

test('of a batch of several the admin has one card, and one more for a move that needs a word', async () => {
  const { admin, api } = world;
  api.more = [
    migrationView({ id: 'migration-2', person: { ...ALEX, displayName: 'Megan Bowen' } }),
  ];
  api.set({ state: 'Provisioning' });
  await admin.install();
  await world.notify('admin');
  await admin.see('Move of 2 people');
  api.set({ state: 'PilotReview', pilot: PILOT, folderMap: FOLDERS });
  await world.notify('admin');
  await admin.see('Count: 412 in iCloud, 412 in Outlook.');
  await admin.press('Start everything');
  expect(api.acted).toEqual(['approve-pilot']);
});

test('a group by its name, and a table pasted as it is', async () => {
  const { admin, api } = world;
  api.plan = planOfMany();
  api.groups.push({ id: 'g-1', displayName: 'Sales' }, { id: 'g-2', displayName: 'Sales EU' });
  await admin.say('move group Sales');
  await admin.see('5 people: 2 ready');
  await admin.say('move group Sal');
  await admin.see('Several groups answer to that: Sales, Sales EU.');
  await admin.say('move group Marketing');
  await admin.see('I found no group with that name');
  const table = 'EmailAddress,UserName\nalexw@contoso.example,alex@icloud.com';
  await admin.press('Find', { who: table });
  expect(api.selections).toEqual([
    { kind: 'group', groupId: 'g-1' },
    { kind: 'csv', text: table },
  ]);
});
