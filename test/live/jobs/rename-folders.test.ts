/** Folders that an admin sends elsewhere, on a real ledger: before, amid and after copying. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RenameProblem } from '../../../src/jobs/copy/edit-folder-map.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createFolderMapStore } from '../../../src/jobs/db/folder-map-store.ts';
import { createLedgerStore } from '../../../src/jobs/db/ledger-store.ts';
import type { StateName } from '../../../src/jobs/migration/state.ts';
import { renameFolders } from '../../../src/jobs/rename-folders.ts';
import { silentLogger } from '../../../src/log.ts';
import { createWorld, EXCHANGE, type World } from '../../support/copy-world.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { Crash } from '../../support/fakes/mail-servers.ts';

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const ACTOR = { personId: 'admin', tenantId: 'contoso' };

async function idOf(name: string): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    'select id from migrations where source_address = $1',
    [name],
  );
  return rows[0]?.id ?? '';
}

async function setState(name: string, state: StateName): Promise<void> {
  await database.pool.query('update migrations set state = $2 where source_address = $1', [
    name,
    state,
  ]);
}

async function rename(
  name: string,
  renames: Readonly<Record<string, string>>,
): Promise<string[] | readonly RenameProblem[]> {
  const list = Object.entries(renames).map(([sourcePath, targetPath]) => ({
    sourcePath,
    targetPath,
  }));
  const migrationId = await idOf(name);
  const input = { migrationId, renames: list, actor: ACTOR };
  const edit = await renameFolders(createFolderMapStore(database.pool), input);
  return edit.kind === 'edited'
    ? edit.changes.map(({ sourcePath, targetPath }) => `${sourcePath} → ${targetPath}`)
    : edit.refusals.map(({ problem }) => problem);
}

/** A copy that dies when its map is saved and nothing was sent. */
async function worldBeforeCopy(name: string): Promise<World> {
  const world = await createWorld(database, name, EXCHANGE);
  world.source.folder('Files');
  world.source.folder('Files/Deep');
  const stop = world.run((step) => {
    if (step === 'target.ensureFolders') {
      throw new Crash('nothing was made yet');
    }
  });
  await expect(stop).rejects.toBeInstanceOf(Crash);
  await setState(name, 'Paused');
  return world;
}

describe('the folder map of a migration', () => {
  test('takes new places before anything is copied; mail goes there, and an audit row says who', async () => {
    const world = await worldBeforeCopy('renamed');
    expect(await rename('renamed', { 'Projects/2020': 'Old/Projects', Files: 'Papers' })).toEqual([
      'Files → Papers',
      'Files/Deep → Papers/Deep',
      'Projects/2020 → Old/Projects',
    ]);
    await world.run();
    expect(world.target.folders.get('Old/Projects')?.messages).toHaveLength(1);
    expect([...world.target.folders.keys()].toSorted()).toEqual([
      'Empty',
      'INBOX',
      'Old/Projects',
      'Papers',
      'Papers/Deep',
    ]);
    const { rows } = await database.pool.query(
      `select actor_person as person, action, before, after from audit where subject = $1 order by id`,
      [await idOf('renamed')],
    );
    expect(rows.at(0)).toEqual({
      person: 'admin',
      action: 'folder.renamed',
      before: 'Files → Files (iCloud)',
      after: 'Files → Papers',
    });
    expect(rows).toHaveLength(3);
  });

  test('stays for folders that were copied, whole edits are refused, and nothing of them is done', async () => {
    const world = await worldBeforeCopy('copied');
    await world.run();
    expect(await rename('copied', { INBOX: 'Old inbox', Files: 'Papers' })).toEqual([
      'already-copied',
    ]);
    expect(await rename('copied', { Files: 'Notes' })).toEqual(['not-mail']);
    // An empty folder holds nothing that could be left behind.
    expect(await rename('copied', { Files: 'Papers' })).toEqual([
      'Files → Papers',
      'Files/Deep → Papers/Deep',
    ]);
    expect(await rename('copied', { Files: 'Papers' })).toEqual([]);
  });

  test('stays while mail is copied, and whoever still writes by the old one loses the turn', async () => {
    const world = await worldBeforeCopy('busy');
    await setState('busy', 'Syncing');
    expect(await rename('busy', { Files: 'Papers' })).toEqual(['not-now']);
    await setState('busy', 'Paused');
    // A worker that did not see the pause yet.
    const ledger = createLedgerStore(database.pool);
    const turn = await ledger.takeTurn(await idOf('busy'));
    await rename('busy', { Files: 'Papers' });
    await expect(ledger.recordUnchanged(turn, [1], 0)).rejects.toMatchObject({
      code: 'jobs.turn-lost',
    });
    await world.run();
    expect(world.target.folders.has('Papers')).toBe(true);
  });

  test('of a migration that does not exist is none', async () => {
    const migrationId = '00000000-0000-4000-8000-000000000000';
    const input = { migrationId, renames: [], actor: ACTOR };
    await expect(renameFolders(createFolderMapStore(database.pool), input)).rejects.toMatchObject({
      code: 'jobs.unknown-migration',
    });
  });
});
