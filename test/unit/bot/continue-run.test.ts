/** A run is gone on with days later, in another process, and by another admin: each card still leads on. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entryToText } from '../../sim/teams-client.ts';
import { type BotWorld, startBotWorld } from './support/bot-world.ts';
import { COPIED, FOLDERS, HALF_WAY, PILOT } from './support/views.ts';

let world: BotWorld;
const OTHER_ADMIN = '00000000-0000-4000-8000-0000000000ad';

beforeEach(async () => {
  world = await startBotWorld();
  world.api.admins.add(OTHER_ADMIN);
});
afterEach(async () => {
  await world.close();
});

test('each card of a run works in the process that comes after the one which posted it', async () => {
  const { admin, api } = world;
  await admin.install();
  await world.restart();
  await admin.press('Check my tenant');
  await admin.see('Your tenant is ready');
  await world.restart();
  await admin.press('Move someone');
  await world.restart();
  await admin.press('Find', { who: 'alexw' });
  const plan = await admin.see('what I will change');
  await world.restart();
  await admin.press('Do it');
  expect(api.starts).toEqual(['plan-1']);
  const live = await admin.see('Preparing the mailbox');
  expect(live.id).toBe(plan.id);

  api.set({ state: 'PilotReview', pilot: PILOT, folderMap: FOLDERS });
  await world.restart();
  await world.notify('admin');
  await admin.see('Count: 412 in iCloud, 412 in Outlook.');
  await world.restart();
  await admin.press('Start everything');
  expect(api.acted).toEqual(['approve-pilot']);

  api.set(HALF_WAY);
  await world.notify('admin');
  await admin.see('about 40 min left');
  await world.restart();
  await admin.press('Pause');
  await world.restart();
  await admin.press('Resume');
  expect(api.acted).toEqual(['approve-pilot', 'pause', 'resume']);
  api.set({ ...COPIED, state: 'Synced' });
  await world.restart();
  await world.notify('admin');
  await admin.press('Finish the move');
  expect(api.acted.at(-1)).toBe('finish');
});

test('another admin finds the run, sees where it is and goes on; the one who began sees that', async () => {
  const { admin, api, teams } = world;
  const other = teams.person(OTHER_ADMIN);
  await admin.install();
  await admin.say('move alexw');
  await admin.press('Do it');
  api.set({ state: 'PilotReview', pilot: PILOT, folderMap: FOLDERS });
  await world.notify('admin');
  await admin.see('Count: 412 in iCloud, 412 in Outlook.');

  await other.say('status');
  const seen = entryToText(await other.see('Count: 412 in iCloud, 412 in Outlook.'));
  expect(seen).toContain('Step 3 of 7 · Pilot');
  await other.press('Start everything');
  expect([api.acted, api.current?.state]).toEqual([['approve-pilot'], 'Syncing']);
  await admin.see('Move of Alex Wilber · Copying');
  // The button that the first still had open: nothing is done twice.
  const late = await admin.forge('migration.approve-pilot', { migrationId: 'migration-1' });
  expect(JSON.stringify(late.value)).toContain('nothing was changed');
  expect(api.current?.state).toBe('Syncing');
});

test('a plan that one admin was shown is started by another, once', async () => {
  const { admin, api, teams } = world;
  const other = teams.person(OTHER_ADMIN);
  await admin.say('move alexw');
  await admin.see('what I will change');
  await other.say('move alexw');
  await other.press('Do it');
  await admin.press('Do it');
  await admin.see('That was started before; nothing was done twice.');
  expect(api.current?.state).toBe('Provisioning');
});

test('whoever loses the role in the middle goes on with nothing', async () => {
  const { admin, api } = world;
  await admin.say('move alexw');
  await admin.see('what I will change');
  api.admins.clear();
  await admin.press('Do it');
  expect(api.starts).toEqual([]);
  expect(api.audits.at(-1)).toMatchObject({ action: 'move.start', outcome: 'refused' });
});
