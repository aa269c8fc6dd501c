/** The admin's settings and lists, as a conversation. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entryToText } from '../../sim/teams-client.ts';
import { type BotWorld, startBotWorld } from './support/bot-world.ts';
import { ALEX, COPIED, HALF_WAY, migrationView } from './support/views.ts';

let world: BotWorld;

beforeEach(async () => {
  world = await startBotWorld();
});
afterEach(async () => {
  await world.close();
});

test('every command has a button on the help card, and each leads somewhere', async () => {
  const { admin, api } = world;
  await admin.say('help');
  const help = entryToText(await admin.see('What you can say'));
  for (const word of ['move', 'status', 'people', 'doctor', 'report', 'settings', 'help']) {
    expect(help).toContain(`${word}: `);
  }
  for (const title of ['How it goes', 'People', 'Reports']) {
    await admin.press(title);
    await admin.see('There is no move yet.');
  }
  await admin.press('Settings');
  await admin.see('Settings for all moves');
  api.set({ ...HALF_WAY, state: 'Syncing' });
  await admin.say('help');
  await admin.press('How it goes');
  await admin.see('7,487 of 12,904');
  await admin.press('Reports');
  await admin.see('Moves and their reports');
});

test('a slip of the finger is understood, and what is not is answered with what can be done', async () => {
  const { admin } = world;
  await admin.say('setings');
  await admin.see('Settings for all moves');
  await admin.say('please do something');
  const help = await admin.see('I did not understand that. This is what I can do.');
  expect(entryToText(help)).toContain('settings: ');
});

test('reminders: changed, shown, taken back, and what is no number of days is said', async () => {
  const { admin, api } = world;
  await admin.say('settings');
  await admin.see('after 1, 3, and 7 days');
  await admin.forge('settings.edit', { which: 'reminderDays' });
  await admin.say('settings');
  const shown = await admin.see('Settings for all moves');
  const wrong = await admin.forge('settings.reminders', { days: 'tomorrow' }, shown.id);
  expect(JSON.stringify(wrong.value)).toContain('I need whole days');
  expect(JSON.stringify(wrong.value)).toContain('tomorrow');
  await admin.forge('settings.reminders', { days: '5, 2' }, shown.id);
  expect((await api.settings()).reminderDays).toEqual([2, 5]);
  await admin.see('after 2 and 5 days');
  await admin.press('Undo');
  await admin.see('after 1, 3, and 7 days');
  expect((await api.settings()).reminderDays).toEqual([1, 3, 7]);
  // The button of an older card.
  const stale = await admin.forge('settings.undo', { changeId: 1 });
  expect(JSON.stringify(stale.value)).toContain('nothing was taken back');
  await admin.forge('settings.reminders', { days: '0' }, shown.id);
  await admin.see('I remind nobody by myself');
});

test('the window: each wrong field is said with what was typed still there, and it is saved as typed', async () => {
  const { admin, api } = world;
  const typed = { days: 'Mon,Fri', from: '22:00', to: '06:00', timeZone: 'europe/berlin' };
  const answers = await Promise.all(
    [
      { ...typed, days: '' },
      { ...typed, to: '' },
      { ...typed, from: '25:00' },
      { ...typed, timeZone: 'Berlin' },
      { ...typed, to: '22:10' },
    ].map(async (fields) => JSON.stringify((await admin.forge('settings.window', fields)).value)),
  );
  expect(answers.map((answer) => /✗ ([^"]+)"/.exec(answer)?.[1])).toEqual([
    'Choose at least one day, or \\',
    'I need both times, such as 22:00 and 06:00.',
    'I need both times, such as 22:00 and 06:00.',
    'I do not know that time zone. Name one such as Europe/Berlin or America/New_York.',
    'A window needs at least 30 minutes.',
  ]);
  expect((await api.settings()).window).toBeNull();
  const saved = await admin.forge('settings.window', typed);
  expect(JSON.stringify(saved.value)).toContain(
    'I copy Mon and Fri from 22:00 to 06:00 of the next day, in Europe/Berlin.',
  );
  expect((await api.settings()).window).toEqual({
    days: ['Mon', 'Fri'],
    fromMinute: 1320,
    toMinute: 360,
    timeZone: 'Europe/Berlin',
  });
  await admin.forge('settings.no-window', {});
  expect((await api.settings()).window).toBeNull();
});

test('what is left out: read from the form, and shown again in it', async () => {
  const { admin, api } = world;
  const wrong = await admin.forge('settings.skip-rules', { folders: 'deleted', junkDays: '30' });
  expect(JSON.stringify(wrong.value)).toContain('Junk is not chosen');
  await admin.forge('settings.skip-rules', {
    folders: 'junk,deleted',
    junkDays: '30',
    before: '2019-01-31',
  });
  expect((await api.settings()).skipRules).toEqual([
    { kind: 'junk', olderThanDays: 30 },
    { kind: 'deleted' },
    { kind: 'before', date: '2019-01-31' },
  ]);
  const form = await admin.forge('settings.edit', { which: 'skipRules' });
  expect(JSON.stringify(form.value)).toContain('"value":"junk,deleted"');
  expect(JSON.stringify(form.value)).toContain('"value":"2019-01-31"');
});

test('people: those of the newest batch, or whoever answers to a name; each opens', async () => {
  const { admin, api } = world;
  api.more = [
    migrationView({
      id: 'migration-2',
      state: 'Syncing',
      person: { ...ALEX, displayName: 'Megan Bowen' },
    }),
  ];
  api.set({ ...HALF_WAY, state: 'PilotReview' });
  await admin.say('people');
  const list = entryToText(await admin.see('Megan Bowen · Copying'));
  expect(list.indexOf('Alex Wilber')).toBeLessThan(list.indexOf('Megan Bowen'));
  await admin.press('Open');
  await admin.see('Move of Alex Wilber · Pilot ready for review');
  await admin.say('people megan');
  await admin.see('Move of Megan Bowen · Copying');
  await admin.say('people nobody');
  await admin.see('No move is of somebody of that name');
});

test('report: the batches, the reports of one, and where each lies', async () => {
  const { admin, api } = world;
  api.set({ ...COPIED, state: 'Completed', cleanedUp: true, reportPath: 'reports/m/report.html' });
  await admin.say('report');
  await admin.see('1 of 1 report');
  await admin.press('Reports');
  await admin.see('reports/m/report.html in the data folder');
  await admin.press('Open');
  await admin.see('Every one of 12,904 messages is accounted for.');
  const gone = await admin.forge('report.batch', { batchId: 'no-such' });
  expect(JSON.stringify(gone.value)).toContain('That did not work');
});

test('status names the other batches that are under way', async () => {
  const { admin, api } = world;
  api.set({ ...HALF_WAY, state: 'Syncing' });
  api.otherBatches = [
    {
      id: 'batch-2',
      startedBy: { personId: 'somebody', tenantId: 't' },
      createdAt: new Date('2026-11-20T08:00:00Z'),
      size: 23,
      firstName: 'Dora Neu',
      open: 4,
      reports: 19,
    },
  ];
  await admin.say('status');
  const others = await admin.see('Move of 23 people, Dora Neu first');
  expect(entryToText(others)).toContain('4 under way');
});
