import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { and, desc, eq, isNotNull, isNull, lt, notInArray, or, sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Actor, BatchLine, BatchSchedule } from '../api.ts';
import type { AdminRule } from '../copy/skip-rules.ts';
import { END_STATES } from '../migration/state.ts';
import { INITIAL_STATE } from '../migration/transition.ts';
import { createOpenMoves, type MailMove } from '../people/open-moves.ts';
import type { ReadyMove } from '../people/plan-batch.ts';
import type { KeptSelection } from '../people/selection.ts';
import { actorColumns, applyEvent, type CommandSink } from './apply-event.ts';
import { type Database, inTransaction } from './connect.ts';
import * as schema from './schema.ts';

export interface NewBatch {
  readonly planHash: string;
  readonly actor: Actor;
  readonly sourceHost: string;
  readonly migrations: readonly ReadyMove[];
  /** As the plan showed them. */
  readonly rules: readonly AdminRule[];
}

/** `overlaps`: one of its mails is being moved by another batch, that was started meanwhile. */
export type BatchCreation =
  | { readonly kind: 'created' | 'already-started'; readonly batchId: string }
  | { readonly kind: 'overlaps' | 'unknown' };

export interface StoredPlan {
  readonly selection: KeptSelection;
  readonly batchId: string | null;
}

/** Plans that were shown, and the batches that they become. */
export interface BatchStore {
  /** A plan that is shown anew can be started anew, even where an earlier batch of the same has ended. */
  savePlan(hash: string, selection: KeptSelection): Promise<void>;
  findPlan(hash: string): Promise<StoredPlan | null>;
  /** True for one of all who want to create a plan's new people, for a quarter of an hour. */
  claimCreation(hash: string): Promise<boolean>;
  openMoves(): Promise<readonly MailMove[]>;
  /** Those that have not ended first, then the newest first. */
  list(limit: number): Promise<readonly BatchLine[]>;
  /** With its audit row; false where there is no such batch, or all of it is so already. */
  schedule(batchId: string, schedule: BatchSchedule, actor: Actor): Promise<boolean>;
  /** The batch with all its migrations, started, and the jobs that follow: all or nothing, and once for a plan. */
  createBatch(input: NewBatch): Promise<BatchCreation>;
}

/** A card that is older is planned anew before it is started; what was chosen is not kept for ever. */
const KEEP_PLANS_MS = 7 * 86_400_000;

/** New people take this long to be seen everywhere; until then the same plan would create them again. */
const CREATION_MS = 15 * 60_000;

/** Any number: batches are created one after another, so that none overlaps another. */
const BATCH_LOCK = 7_352_002;

/** PostgreSQL takes 65,535 parameters in one statement. */
const ROWS_AT_ONCE = 1000;

const SCHEDULE = {
  priority: schema.batches.priority,
  startAt: schema.batches.startAt,
  finishBy: schema.batches.finishBy,
  deltaEveryMinutes: schema.batches.deltaEveryMinutes,
};

export function createBatchStore({ pool }: Database, sink: CommandSink): BatchStore {
  const { batches, plans, migrations } = schema;
  const db = drizzle(pool, { schema });

  const insertMigrations = async (
    client: pg.PoolClient,
    batchId: string,
    input: NewBatch,
  ): Promise<void> => {
    const tx = drizzle(client, { schema });
    const rows = input.migrations.map(({ submitter, sourceAccount, ...one }) => ({
      ...one,
      id: randomUUID(),
      runId: randomUUID(),
      batchId,
      submitter: submitter.id === one.person.id ? null : submitter,
      sourceAddress: sourceAccount,
      sourceHost: input.sourceHost,
      skipRules: [...input.rules],
      state: INITIAL_STATE.name,
    }));
    for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
      await tx.insert(migrations).values(rows.slice(start, start + ROWS_AT_ONCE));
    }
    for (const { id } of rows) {
      const started = { type: 'started' } as const;
      const event = { migrationId: id, event: started, actor: input.actor, onlyAtStep: null };
      await applyEvent(client, event, sink);
    }
  };

  return {
    async savePlan(hash, selection) {
      await db.delete(plans).where(lt(plans.plannedAt, new Date(Date.now() - KEEP_PLANS_MS)));
      const fresh = { selection, batchId: null, plannedAt: new Date() };
      await db
        .insert(plans)
        .values({ hash, ...fresh })
        .onConflictDoUpdate({ target: plans.hash, set: fresh });
    },

    async findPlan(hash) {
      const [row] = await db.select().from(plans).where(eq(plans.hash, hash));
      return row === undefined ? null : { selection: row.selection, batchId: row.batchId };
    },

    async claimCreation(hash) {
      const longAgo = new Date(Date.now() - CREATION_MS);
      const claimed = await db
        .update(plans)
        .set({ peopleMadeAt: new Date() })
        .where(
          and(
            eq(plans.hash, hash),
            or(isNull(plans.peopleMadeAt), lt(plans.peopleMadeAt, longAgo)),
          ),
        )
        .returning({ hash: plans.hash });
      return claimed.length > 0;
    },

    schedule: (batchId, schedule, actor) =>
      inTransaction(pool, async (client) => {
        const tx = drizzle(client, { schema });
        const [before] = await tx
          .select(SCHEDULE)
          .from(batches)
          .where(eq(batches.id, batchId))
          .for('update');
        const after = { ...before, ...schedule };
        if (before === undefined || isDeepStrictEqual(before, after)) {
          return false;
        }
        await tx.update(batches).set(schedule).where(eq(batches.id, batchId));
        await tx.insert(schema.audit).values({
          ...actorColumns(actor),
          action: 'batch.scheduled',
          subject: batchId,
          outcome: 'done',
          before: JSON.stringify(before),
          after: JSON.stringify(after),
        });
        return true;
      }),

    openMoves: () => openMovesOf(db),

    async list(limit) {
      const open = sql<number>`count(*) filter (where ${notInArray(migrations.state, [...END_STATES])})`;
      const rows = await db
        .select({
          id: batches.id,
          personId: batches.startedByPerson,
          tenantId: batches.startedByTenant,
          createdAt: batches.createdAt,
          size: sql<number>`count(*)`.mapWith(Number),
          open: open.mapWith(Number),
          reports: sql<number>`count(${migrations.reportPath})`.mapWith(Number),
          firstName: sql<
            string | null
          >`(array_agg(${migrations.person}->>'displayName' order by ${migrations.line}))[1]`,
        })
        .from(batches)
        .innerJoin(migrations, eq(migrations.batchId, batches.id))
        .groupBy(batches.id)
        .orderBy(sql`${open} = 0`, desc(batches.createdAt))
        .limit(limit);
      return rows.map(({ personId, tenantId, firstName, ...line }) => ({
        ...line,
        startedBy: { personId, tenantId },
        firstName: firstName ?? '',
      }));
    },

    createBatch: (input) =>
      inTransaction(pool, async (client) => {
        await client.query('select pg_advisory_xact_lock($1)', [BATCH_LOCK]);
        const tx = drizzle(client, { schema });
        const [plan] = await tx.select().from(plans).where(eq(plans.hash, input.planHash));
        if (plan === undefined) {
          return { kind: 'unknown' };
        }
        if (plan.batchId !== null) {
          return { kind: 'already-started', batchId: plan.batchId };
        }
        const open = createOpenMoves(await openMovesOf(tx));
        if (input.migrations.some((one) => open.has(one))) {
          return { kind: 'overlaps' };
        }
        const batchId = randomUUID();
        await tx.insert(batches).values({
          id: batchId,
          startedByPerson: input.actor.personId,
          startedByTenant: input.actor.tenantId,
        });
        await insertMigrations(client, batchId, input);
        await tx.update(plans).set({ batchId }).where(eq(plans.hash, input.planHash));
        return { kind: 'created', batchId };
      }),
  };
}

function openMovesOf(db: NodePgDatabase<typeof schema>): Promise<readonly MailMove[]> {
  const { migrations } = schema;
  return db
    .select({
      targetMailbox: migrations.targetMailbox,
      sourceAccount: migrations.sourceAddress,
    })
    .from(migrations)
    .where(and(isNotNull(migrations.batchId), notInArray(migrations.state, [...END_STATES])));
}
