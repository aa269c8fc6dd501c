/** Where folders go in a move: edited in the pilot's card, made through Graph or IMAP, their class named. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWholeWorld, type WholeWorld } from '../../sim/whole-world.ts';
import { createMover, createPlay } from '../../support/play.ts';
import { queryService } from '../../support/service-database.ts';

let dir = '';
let world: WholeWorld;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-folder-move-'));
  world = await startWholeWorld({ dir, imapFolderClass: true });
}, 120_000);
afterAll(async () => {
  await world?.close();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

function classesOf(user: string): Readonly<Record<string, string>> {
  const folders = world.exchange.store.account(user)?.folders ?? [];
  return Object.fromEntries(folders.map(({ name, folderClass }) => [name, folderClass]));
}

test('names are edited before anything is copied; folders that Outlook may hide are named to the end', async () => {
  const mover = createMover(world, { displayName: 'Ida Imap', alias: 'ida', messages: 40 });
  world.icloud.store.createFolder(mover.icloudAddress, 'Files');
  world.icloud.store.createFolder(mover.icloudAddress, 'Files/2020');
  const play = createPlay(world, mover);
  await play.until('pilot');
  expect(play.adminCard()).toContain(
    "'Files' → 'Files (iCloud)': Exchange keeps this name for itself.",
  );
  // iCloud's Notes does not open: there is nothing to decide about it.
  expect(play.adminCard()).not.toContain('Notes (iCloud)');
  await play.admin.press('Another folder');
  await play.admin.press('Copy it as the pilot', { folder: 'INBOX' });
  await play.admin.see("Folder 'INBOX' → 'INBOX'");
  await play.seeState('Pilot ready for review');
  expect(
    await queryService(
      world.dataDir,
      `select actor_person, before, after from audit where action = 'pilot.folder'`,
    ),
  ).toEqual([{ actor_person: world.admin.id, before: 'Sent Messages', after: 'INBOX' }]);
  const refused = await play.admin.press('Start everything', { name0: 'Calendar' });
  expect(JSON.stringify(refused.value)).toContain('something that holds no mail');
  expect(play.adminCard()).toContain('Pilot ready for review');
  await play.admin.press('Start everything', { name0: 'Papers' });
  await play.seeState('In step with iCloud', 90_000);
  expect(classesOf(mover.user.userPrincipalName)).toMatchObject({
    INBOX: 'IPF.Note',
    Papers: 'IPF.Imap',
    'Papers/2020': 'IPF.Imap',
  });
  expect(play.adminCard()).toMatch(/Outlook may hide .*'Papers' \(IPF\.Imap\)/);
  const renames = await queryService(
    world.dataDir,
    `select actor_person, before, after from audit where action = 'folder.renamed' and subject = $1 order by id`,
    [play.migrationId()],
  );
  expect(renames).toEqual([
    {
      actor_person: world.admin.id,
      before: 'Files → Files (iCloud)',
      after: 'Files → Papers',
    },
    {
      actor_person: world.admin.id,
      before: 'Files/2020 → Files (iCloud)/2020',
      after: 'Files/2020 → Papers/2020',
    },
  ]);
  await play.admin.press('Finish the move');
  await play.seeState('Done, with something to look at', 90_000);
  const [, report = ''] = /Report: (\S+\.html)/.exec(play.adminCard()) ?? [];
  expect(await readFile(path.join(world.dataDir, report), 'utf8')).toContain(
    'Outlook may hide it: its class is IPF.Imap',
  );
}, 240_000);

test('the person leaves a folder and old mail out: it stays at iCloud, is counted by rule, and the wish is written down', async () => {
  const mover = createMover(world, { displayName: 'Lea Vout', alias: 'lea', messages: 40 });
  const { store } = world.icloud;
  const day = new Date('2012-03-04T00:00:00Z');
  const old = (store.account(mover.icloudAddress)?.folders ?? [])
    .flatMap(({ messages }) => messages)
    .filter(({ internalDate }) => internalDate < day).length;
  store.createFolder(mover.icloudAddress, 'Family');
  store.createFolder(mover.icloudAddress, 'Family/Photos');
  for (const folder of ['Family', 'Family/Photos', 'Family/Photos']) {
    store.addMessage(mover.icloudAddress, folder, {
      bytes: Buffer.from('From: ada@example.org\r\nSubject: family\r\n\r\nfamily\r\n'),
      flags: [],
      internalDate: new Date('2026-01-02T03:04:05Z'),
    });
  }
  const play = createPlay(world, mover);
  await play.until('asked');
  await play.person.press('Leave something out');
  await play.person.press('Save', { folders: 'Family', before: '2012-03-04' });
  await play.person.see(
    "Left out by you: the folder 'Family' and mail received before Mar 4, 2012.",
  );
  await play.until('finishing');
  const migrationId = play.migrationId();
  await play.until('done');
  await play.person.see(
    `Left out by you: mail received before Mar 4, 2012 (${old}) and folders that were named (3).`,
  );
  expect(old).toBeGreaterThan(0);
  const arrived = (world.exchange.store.account(mover.user.userPrincipalName)?.folders ?? []).map(
    ({ name, messages }) => ({ isLeftOut: name.startsWith('Family'), count: messages.length }),
  );
  expect(arrived.filter(({ isLeftOut, count }) => isLeftOut && count > 0)).toEqual([]);
  expect(arrived.reduce((all, { count }) => all + count, 0)).toBe(40 - old);
  const wishes = await queryService(
    world.dataDir,
    `select actor_person, before, after from audit where action = 'migration.leave-out' and subject = $1`,
    [migrationId],
  );
  expect(wishes).toEqual([
    {
      actor_person: mover.user.id,
      before: '[]',
      after: JSON.stringify([
        { kind: 'folder', path: 'Family' },
        { kind: 'before', date: '2012-03-04' },
      ]),
    },
  ]);
  // When it is over, nothing is left to wish for.
  await play.person.forge('person.leave-out', {
    migrationId,
    folders: '',
    before: '',
  });
  const [row] = await queryService(
    world.dataDir,
    'select jsonb_array_length(left_out) as wishes from migrations where id = $1',
    [migrationId],
  );
  expect(row).toEqual({ wishes: 2 });
}, 240_000);

test('with the right to write folders they are made through Graph, and Outlook shows them', async () => {
  const [application] = world.directory.applications;
  world.directory.exchange.assignments.push({
    name: 'folders',
    role: 'Application Mail.ReadWrite',
    assignee: application?.objectId ?? '',
    scope: null,
  });
  const mover = createMover(world, { displayName: 'Gil Graph', alias: 'gil', messages: 40 });
  world.icloud.store.createFolder(mover.icloudAddress, 'Files');
  world.icloud.store.createFolder(mover.icloudAddress, 'Files/2020');
  const play = createPlay(world, mover);
  await play.until('done');
  const classes = classesOf(mover.user.userPrincipalName);
  expect(classes).toMatchObject({ 'Files (iCloud)/2020': 'IPF.Note' });
  expect(Object.values(classes)).not.toContain('IPF.Imap');
  expect(play.adminCard()).not.toContain('may hide');
  expect(world.violations()).toEqual([]);
}, 240_000);
