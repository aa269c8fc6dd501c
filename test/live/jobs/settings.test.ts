/** Settings of a tenant: durable, each change audited with the value before it, and taken back only while it is the last. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../../src/jobs/api.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createSettingsStore } from '../../../src/jobs/db/settings-store.ts';
import type { MaintenanceWindow } from '../../../src/jobs/settings/maintenance-window.ts';
import { DEFAULT_SETTINGS } from '../../../src/jobs/settings/settings.ts';
import { silentLogger } from '../../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

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

const actor: Actor = { personId: 'admin', tenantId: 'contoso' };
const NIGHT: MaintenanceWindow = {
  days: ['Mon', 'Fri'],
  fromMinute: 1320,
  toMinute: 360,
  timeZone: 'Europe/Berlin',
};

async function audits(): Promise<readonly unknown[]> {
  const { rows } = await database.pool.query(
    `select actor_person as who, action, subject, before, after from audit order by id`,
  );
  return rows;
}

test('what was set is there for the next process, for this tenant alone, and its audit has both values', async () => {
  const store = createSettingsStore(database.pool, 'contoso');
  expect(await store.read()).toEqual(DEFAULT_SETTINGS);
  expect(await store.save({ name: 'window', value: NIGHT }, actor)).toMatchObject({
    kind: 'saved',
  });
  await store.save({ name: 'reminderDays', value: [] }, actor);
  await store.save({ name: 'skipRules', value: [{ kind: 'deleted' }] }, actor);
  const set = { window: NIGHT, reminderDays: [], skipRules: [{ kind: 'deleted' }] };
  expect(await createSettingsStore(database.pool, 'contoso').read()).toEqual(set);
  expect(await createSettingsStore(database.pool, 'fabrikam').read()).toEqual(DEFAULT_SETTINGS);
  expect(await audits()).toEqual([
    {
      who: 'admin',
      action: 'setting.change',
      subject: 'window',
      before: 'null',
      after: JSON.stringify(NIGHT),
    },
    {
      who: 'admin',
      action: 'setting.change',
      subject: 'reminderDays',
      before: '[1,3,7]',
      after: '[]',
    },
    {
      who: 'admin',
      action: 'setting.change',
      subject: 'skipRules',
      before: '[]',
      after: '[{"kind":"deleted"}]',
    },
  ]);
});

test('the same value again changes nothing and leaves no row', async () => {
  const store = createSettingsStore(database.pool, 'contoso');
  const before = await audits();
  const again = { ...NIGHT, days: [...NIGHT.days] };
  expect(await store.save({ name: 'window', value: again }, actor)).toEqual({ kind: 'unchanged' });
  expect(await audits()).toEqual(before);
});

test('the last change is taken back, and that too; one that something came after is not', async () => {
  const store = createSettingsStore(database.pool, 'contoso');
  const first = await store.save({ name: 'reminderDays', value: [2] }, actor);
  const second = await store.save({ name: 'reminderDays', value: [5] }, actor);
  const idOf = (result: typeof first): number => (result.kind === 'saved' ? result.changeId : 0);
  expect(await store.undo(idOf(first), actor)).toEqual({ kind: 'stale' });
  const undone = await store.undo(idOf(second), actor);
  expect((await store.read()).reminderDays).toEqual([2]);
  // A second press of the same button.
  expect(await store.undo(idOf(second), actor)).toEqual({ kind: 'stale' });
  await store.undo(idOf(undone), actor);
  expect((await store.read()).reminderDays).toEqual([5]);
  expect((await audits()).slice(-2)).toEqual([
    { who: 'admin', action: 'setting.undo', subject: 'reminderDays', before: '[5]', after: '[2]' },
    { who: 'admin', action: 'setting.undo', subject: 'reminderDays', before: '[2]', after: '[5]' },
  ]);
});

test('the first change goes back to the default, and nobody undoes a change of another tenant', async () => {
  const fabrikam = createSettingsStore(database.pool, 'fabrikam');
  const saved = await fabrikam.save({ name: 'window', value: NIGHT }, actor);
  const changeId = saved.kind === 'saved' ? saved.changeId : 0;
  expect(await createSettingsStore(database.pool, 'contoso').undo(changeId, actor)).toEqual({
    kind: 'stale',
  });
  await fabrikam.undo(changeId, actor);
  expect((await fabrikam.read()).window).toBeNull();
});

test('ten who set at once leave ten changes one after the other, each with the value before it', async () => {
  const store = createSettingsStore(database.pool, 'northwind');
  await Promise.all(
    Array.from({ length: 10 }, (_none, day) =>
      store.save({ name: 'reminderDays', value: [day + 1] }, { ...actor, tenantId: 'northwind' }),
    ),
  );
  const { rows } = await database.pool.query<{ before: string; after: string }>(
    `select before, after from audit where actor_tenant = 'northwind' order by id`,
  );
  expect(rows).toHaveLength(10);
  expect(rows.map(({ before }) => before)).toEqual([
    '[1,3,7]',
    ...rows.slice(0, -1).map(({ after }) => after),
  ]);
});
