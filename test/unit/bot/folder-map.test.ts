/** The folder map for review: names are edited in the card, approved with the pilot, and checked on the server. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BotWorld } from './support/bot-world.ts';
import { startBotWorld } from './support/bot-world.ts';
import { FOLDERS, PILOT } from './support/views.ts';

let world: BotWorld;

beforeEach(async () => {
  world = await startBotWorld();
  world.api.set({ state: 'PilotReview', pilot: PILOT, folderMap: FOLDERS });
  await world.admin.say('status');
  await world.admin.see('Shall I copy everything');
});
afterEach(async () => {
  await world.close();
});

const targetOf = (sourcePath: string): string | undefined =>
  world.api.current?.folderMap.find((folder) => folder.sourcePath === sourcePath)?.targetPath;

test('the proposals stand in fields; what was typed is approved with the pilot', async () => {
  const { admin, api } = world;
  await admin.press('Start everything', {
    name0: 'projects (2)',
    name1: ' Papers ',
    name2: 'Links',
    otherFolder: '',
    otherName: '',
  });
  expect(api.acted).toEqual(['approve-pilot']);
  expect(targetOf('Files')).toBe('Papers');
  expect(targetOf('[x](https://evil.example)')).toBe('Links');
  expect(targetOf('projects')).toBe('projects (2)');
});

test('a name that cannot be is said, what was typed stays, and nothing is approved', async () => {
  const { admin, api } = world;
  const reply = await admin.press('Start everything', { name0: 'Job', name1: 'Notes' });
  const shown = JSON.stringify(reply.value);
  expect(shown).toContain(
    "'Files' cannot be 'Notes': Outlook uses this name for something that holds no mail. Nothing was changed.",
  );
  expect(shown).toContain('"value":"Notes"');
  expect(shown).toContain('"value":"Job"');
  expect(api.acted).toEqual([]);
  expect(api.current?.folderMap).toEqual(FOLDERS);
});

test('names are saved without approving, and any other folder by its name in iCloud', async () => {
  const { admin, api } = world;
  const reply = await admin.press('Save the names', {
    name1: 'Papers',
    otherFolder: 'inbox',
    otherName: 'From iCloud/Inbox',
  });
  expect(JSON.stringify(reply.value)).toContain("'Files' → 'Papers': as you said.");
  expect(targetOf('INBOX')).toBe('From iCloud/Inbox');
  expect(api.current?.state).toBe('PilotReview');
  const data = { migrationId: 'migration-1' };
  const copied = await admin.forge('folders.rename', {
    ...data,
    otherFolder: 'Sent Messages',
    otherName: 'Sent before',
  });
  expect(JSON.stringify(copied.value)).toContain('some of its mail is in Outlook already');
  const unknown = await admin.forge('folders.rename', {
    ...data,
    otherFolder: 'None',
    otherName: 'x',
  });
  expect(JSON.stringify(unknown.value)).toContain('there is no folder of this name in iCloud');
});

test('a card of before, and a forged one, do no harm', async () => {
  const { admin, api } = world;
  const data = { migrationId: 'migration-1' };
  await admin.forge('folders.rename', { ...data, paths: ['INBOX'], name0: 'Files' });
  await admin.forge('folders.rename', { ...data, paths: Array.from({ length: 9 }, () => 'INBOX') });
  await admin.forge('folders.rename', { ...data, paths: ['INBOX'], name0: { $ne: 1 } });
  await admin.forge('folders.rename', { ...data, paths: ['__proto__'], name0: 'x' });
  expect(api.current?.folderMap).toEqual(FOLDERS);
  const other = await admin.forge('folders.rename', { migrationId: 'none', paths: [] });
  expect(other.httpStatus).toBe(200);
  // Cards of before the form carry no folders, and do not say what was seen.
  const older = await admin.forge('migration.approve-pilot', data);
  expect(JSON.stringify(older.value)).toContain('Something changed meanwhile');
  expect(api.acted).toEqual([]);
});

test('is an admin’s alone', async () => {
  const { admin, api } = world;
  api.admins.clear();
  await admin.press('Save the names', { name1: 'Papers' });
  expect(api.current?.folderMap).toEqual(FOLDERS);
  expect(api.audits.at(-1)).toMatchObject({ action: 'folders.rename', outcome: 'refused' });
});
