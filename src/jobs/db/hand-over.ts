import { and, eq, inArray, isNotNull, isNull, ne, notInArray, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { END_STATES } from '../migration/state.ts';
import { PUT_BACK_SETTINGS } from '../tenant-change.ts';
import { inTransaction } from './connect.ts';
import * as schema from './schema.ts';

/**
 * Where another move into the same mailbox has not ended, what this one changed there is left for that one
 * to put back, and is kept here as passed on. The other move cannot end meanwhile: its row is locked, and
 * its clean-up comes after its end.
 */
export function handOverChanges(pool: pg.Pool, migrationId: string): Promise<void> {
  const { migrations, tenantChanges } = schema;
  return inTransaction(pool, async (client) => {
    const tx = drizzle(client, { schema });
    const ofSamePerson = sql`${migrations.person}->>'id' = (select person->>'id' from migrations where id = ${migrationId})`;
    const [heir] = await tx
      .select({ id: migrations.id })
      .from(migrations)
      .where(
        and(
          ofSamePerson,
          ne(migrations.id, migrationId),
          isNotNull(migrations.batchId),
          notInArray(migrations.state, [...END_STATES]),
        ),
      )
      .orderBy(migrations.createdAt, migrations.line)
      .limit(1)
      .for('update');
    if (heir === undefined) {
      return;
    }
    const open = and(
      isNull(tenantChanges.undoneAt),
      inArray(tenantChanges.what, [...PUT_BACK_SETTINGS]),
    );
    const known = await tx
      .select()
      .from(tenantChanges)
      .where(and(eq(tenantChanges.migrationId, heir.id), open));
    const own = await tx
      .select()
      .from(tenantChanges)
      .where(and(eq(tenantChanges.migrationId, migrationId), open));
    for (const change of own) {
      const twin = known.some(
        ({ what, before, after }) =>
          what === change.what && before === change.before && after === change.after,
      );
      const passedOn = { undoneAt: new Date(), outcome: 'passed-on' } as const;
      await tx
        .update(tenantChanges)
        .set(twin ? passedOn : { migrationId: heir.id })
        .where(eq(tenantChanges.id, change.id));
      if (!twin) {
        // The row itself goes over: changes are put back in the order of their ids.
        const { id: _id, ...kept } = change;
        await tx.insert(tenantChanges).values({ ...kept, ...passedOn });
      }
    }
  });
}
