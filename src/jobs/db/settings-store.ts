import { isDeepStrictEqual } from 'node:util';
import { and, desc, eq } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Actor } from '../api.ts';
import {
  DEFAULT_SETTINGS,
  type SettingName,
  type SettingResult,
  type Settings,
  type SettingValue,
} from '../settings/settings.ts';
import { actorColumns } from './apply-event.ts';
import { inTransaction } from './connect.ts';
import * as schema from './schema.ts';

/** What admins have set for one tenant, with all that it was before. */
export interface SettingsStore {
  read(): Promise<Settings>;
  /** With its audit row, in one transaction. */
  save(setting: SettingValue, actor: Actor): Promise<SettingResult>;
  /** Gives the setting the value from before this change, as long as nothing came after it. */
  undo(changeId: number, actor: Actor): Promise<SettingResult>;
}

type Changes = NodePgDatabase<typeof schema>;

/** Any number: changes of settings take turns. */
const SETTINGS_LOCK = 7_352_004;

/** The store of one tenant. */
export function createSettingsStore(pool: pg.Pool, tenantId: string): SettingsStore {
  const { settingChanges } = schema;

  /** The newest changes of one setting, and the newest first. */
  const lastTwo = (
    db: Changes,
    name: SettingName,
  ): Promise<readonly (typeof settingChanges.$inferSelect)[]> =>
    db
      .select()
      .from(settingChanges)
      .where(and(eq(settingChanges.tenantId, tenantId), eq(settingChanges.name, name)))
      .orderBy(desc(settingChanges.id))
      .limit(2);

  const write = async (
    db: Changes,
    setting: SettingValue,
    { before, actor, action }: WriteContext,
  ): Promise<SettingResult> => {
    if (isDeepStrictEqual(before, setting.value)) {
      return { kind: 'unchanged' };
    }
    const row = { tenantId, name: setting.name, value: { is: setting.value } };
    const [made] = await db.insert(settingChanges).values(row).returning({ id: settingChanges.id });
    await db.insert(schema.audit).values({
      ...actorColumns(actor),
      action,
      subject: setting.name,
      outcome: 'done',
      before: JSON.stringify(before),
      after: JSON.stringify(setting.value),
    });
    return { kind: 'saved', changeId: made?.id ?? 0 };
  };

  const inTurn = <T>(work: (db: Changes) => Promise<T>): Promise<T> =>
    inTransaction(pool, async (client) => {
      await client.query('select pg_advisory_xact_lock($1)', [SETTINGS_LOCK]);
      return work(drizzle(client, { schema }));
    });

  return {
    async read() {
      const rows = await drizzle(pool, { schema })
        .selectDistinctOn([settingChanges.name])
        .from(settingChanges)
        .where(eq(settingChanges.tenantId, tenantId))
        .orderBy(settingChanges.name, desc(settingChanges.id));
      const saved = Object.fromEntries(rows.map(({ name, value }) => [name, value.is]));
      return { ...DEFAULT_SETTINGS, ...saved };
    },

    save: (setting, actor) =>
      inTurn(async (db) => {
        const [last] = await lastTwo(db, setting.name);
        const before = last === undefined ? DEFAULT_SETTINGS[setting.name] : last.value.is;
        return write(db, setting, { before, actor, action: 'setting.change' });
      }),

    undo: (changeId, actor) =>
      inTurn(async (db) => {
        const [named] = await db
          .select()
          .from(settingChanges)
          .where(and(eq(settingChanges.id, changeId), eq(settingChanges.tenantId, tenantId)));
        const [last, earlier] = named === undefined ? [] : await lastTwo(db, named.name);
        if (named === undefined || last?.id !== named.id) {
          return { kind: 'stale' };
        }
        const value = earlier === undefined ? DEFAULT_SETTINGS[named.name] : earlier.value.is;
        const context = { before: named.value.is, actor, action: 'setting.undo' };
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a value of the same setting
        return write(db, { name: named.name, value } as SettingValue, context);
      }),
  };
}

interface WriteContext {
  readonly before: Settings[SettingName];
  readonly actor: Actor;
  readonly action: string;
}
