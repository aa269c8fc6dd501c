import { randomUUID } from 'node:crypto';
import { and, desc, eq, inArray, isNotNull, isNull, notInArray, or, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Actor, AuditEntry, PilotResult } from '../api.ts';
import { UnknownMigrationError } from '../errors.ts';
import {
  type Command,
  END_STATES,
  type MigrationEvent,
  type MigrationState,
  STATES,
} from '../migration/state.ts';
import { INITIAL_STATE, JOB_OF_STATE, transition } from '../migration/transition.ts';
import type { DirectoryPerson, TenantChange } from '../ports.ts';
import type { Choice, MailboxRoom } from '../room.ts';
import type { PutBackOutcome } from '../tenant-change.ts';
import { type Database, inTransaction } from './connect.ts';
import * as schema from './schema.ts';

export type MigrationRow = typeof schema.migrations.$inferSelect;
export type TenantChangeRow = typeof schema.tenantChanges.$inferSelect;

/** Takes the commands of a transition into the queue, on the connection of its transaction. */
export type CommandSink = (
  client: pg.PoolClient,
  migration: Pick<MigrationRow, 'id' | 'batchId' | 'step'>,
  commands: readonly Command[],
) => Promise<void>;

export interface ApplyInput {
  readonly migrationId: string;
  readonly event: MigrationEvent;
  /** Null for what a worker saw by itself. */
  readonly actor: Actor | null;
  /** Only if the migration still is at this step; null for any. */
  readonly onlyAtStep: number | null;
  /** More to write in the same transaction, only when the event changes something. */
  readonly also?: (client: pg.PoolClient) => Promise<void>;
}

/** Migrations, their batches and what belongs to them, in PostgreSQL. */
export interface MigrationStore {
  createBatch(input: NewBatch): Promise<{ batchId: string; migrationId: string; created: boolean }>;
  find(id: string): Promise<MigrationRow | null>;
  /** Applies an event, queues what follows and writes the audit row, all or nothing; null when it does not fit. */
  apply(input: ApplyInput): Promise<MigrationRow | null>;
  ofBatch(batchId: string): Promise<readonly MigrationRow[]>;
  batch(batchId: string): Promise<typeof schema.batches.$inferSelect | null>;
  latestBatch(): Promise<string | null>;
  /** The person's migration that has not ended, else the newest. */
  ofPerson(personId: string): Promise<MigrationRow | null>;
  openMigrationOf(personId: string): Promise<MigrationRow | null>;
  /** Every migration that a job or the passing of time should move on. */
  needingWork(): Promise<readonly MigrationRow[]>;
  savePilot(migrationId: string, pilot: PilotResult): Promise<void>;
  saveRate(
    migrationId: string,
    folder: string | null,
    bytesPerSecond: number | null,
  ): Promise<void>;
  saveReport(migrationId: string, path: string): Promise<void>;
  saveCredential(client: pg.PoolClient, input: StoredCredential): Promise<void>;
  credential(migrationId: string): Promise<string | null>;
  purgeCredential(migrationId: string): Promise<void>;
  /** Writes a tenant change down before it is made. */
  planChange(migrationId: string, change: TenantChange): Promise<void>;
  /** Notes that a planned change took effect, once, with its audit row in the name of who started the move. */
  noteMade(migrationId: string, change: Pick<TenantChange, 'what' | 'after'>): Promise<void>;
  /** Changes that are not put back yet, the newest first. */
  openChanges(migrationId: string): Promise<readonly TenantChangeRow[]>;
  /** All of them, in their order. */
  changes(migrationId: string): Promise<readonly TenantChangeRow[]>;
  /** Notes that nothing is left to put back, with its audit row; `present`: what was found instead. */
  closeChange(change: TenantChangeRow, end: ChangeEnd): Promise<void>;
  saveRoom(migrationId: string, room: MailboxRoom): Promise<void>;
  /** On the connection of the event that says so. */
  saveAgreed(client: pg.PoolClient, input: AgreedInput): Promise<void>;
  audit(entry: AuditEntry): Promise<void>;
}

export interface StoredCredential {
  readonly migrationId: string;
  readonly sourceAddress: string;
  readonly sealed: string;
}

/** How a change ended; `present`: the value that somebody else gave it, where that was so. */
export interface ChangeEnd {
  readonly outcome: PutBackOutcome;
  readonly present: string | null;
}

export interface AgreedInput {
  readonly migrationId: string;
  readonly actor: Actor;
  readonly choice: Choice;
  readonly bytes: number;
}

export interface NewBatch {
  readonly actor: Actor;
  readonly person: DirectoryPerson;
  readonly targetMailbox: string;
  readonly sourceHost: string;
  readonly planHash: string;
}

/** A forged card may carry any text as an id; PostgreSQL takes no other than these. */
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

const workingStates = STATES.filter((state) => state in JOB_OF_STATE);

/** The store; `sink` queues what a transition commands. */
export function createMigrationStore(database: Database, sink: CommandSink): MigrationStore {
  const { pool } = database;
  const db = drizzle(pool, { schema });
  const { migrations, batches, credentials, tenantChanges } = schema;

  const one = async (id: string): Promise<MigrationRow | null> =>
    UUID.test(id)
      ? ((await db.select().from(migrations).where(eq(migrations.id, id)))[0] ?? null)
      : null;

  const ofPerson = (personId: string): Promise<MigrationRow[]> =>
    db
      .select()
      .from(migrations)
      .where(sql`${migrations.person}->>'id' = ${personId}`)
      .orderBy(desc(migrations.createdAt));

  return {
    find: one,

    createBatch: (input) =>
      inTransaction(pool, async (client) => {
        const tx = drizzle(client, { schema });
        const [before] = await tx
          .select()
          .from(migrations)
          .where(
            and(
              eq(migrations.targetMailbox, input.targetMailbox),
              isNotNull(migrations.batchId),
              notInArray(migrations.state, [...END_STATES]),
            ),
          );
        if (before?.batchId) {
          return { batchId: before.batchId, migrationId: before.id, created: false };
        }
        const batchId = randomUUID();
        const id = randomUUID();
        await tx.insert(batches).values({
          id: batchId,
          startedByPerson: input.actor.personId,
          startedByTenant: input.actor.tenantId,
        });
        const added = await tx
          .insert(migrations)
          .values({
            id,
            runId: randomUUID(),
            batchId,
            person: input.person,
            planHash: `${input.planHash} ${batchId}`,
            targetMailbox: input.targetMailbox,
            sourceHost: input.sourceHost,
            state: INITIAL_STATE.name,
          })
          .returning({ id: migrations.id });
        return { batchId, migrationId: added[0]?.id ?? id, created: true };
      }),

    apply: (input) => inTransaction(pool, (client) => applyEvent(client, input, sink)),

    ofBatch: (batchId) =>
      db
        .select()
        .from(migrations)
        .where(eq(migrations.batchId, batchId))
        .orderBy(migrations.createdAt),

    async batch(batchId) {
      return (await db.select().from(batches).where(eq(batches.id, batchId)))[0] ?? null;
    },

    async latestBatch() {
      const [open] = await db
        .select({ id: migrations.batchId })
        .from(migrations)
        .where(notInArray(migrations.state, [...END_STATES]))
        .orderBy(desc(migrations.createdAt))
        .limit(1);
      if (open?.id) {
        return open.id;
      }
      const [last] = await db.select().from(batches).orderBy(desc(batches.createdAt)).limit(1);
      return last?.id ?? null;
    },

    async ofPerson(personId) {
      const own = await ofPerson(personId);
      return own.find((row) => !END_STATES.includes(row.state)) ?? own[0] ?? null;
    },

    async openMigrationOf(personId) {
      return (await ofPerson(personId)).find((row) => !END_STATES.includes(row.state)) ?? null;
    },

    needingWork: () =>
      db
        .select()
        .from(migrations)
        .where(
          and(
            isNotNull(migrations.batchId),
            or(
              inArray(migrations.state, [...workingStates, 'RateLimited']),
              and(inArray(migrations.state, [...END_STATES]), eq(migrations.cleanedUp, false)),
            ),
          ),
        ),

    async savePilot(migrationId, pilot) {
      await db.update(migrations).set({ pilot }).where(eq(migrations.id, migrationId));
    },

    async saveRate(migrationId, currentFolder, bytesPerSecond) {
      await db
        .update(migrations)
        .set({ currentFolder, bytesPerSecond })
        .where(eq(migrations.id, migrationId));
    },

    async saveReport(migrationId, reportPath) {
      await db.update(migrations).set({ reportPath }).where(eq(migrations.id, migrationId));
    },

    async saveCredential(client, { migrationId, sourceAddress, sealed }) {
      const tx = drizzle(client, { schema });
      await tx
        .insert(credentials)
        .values({ migrationId, sealed })
        .onConflictDoUpdate({
          target: credentials.migrationId,
          set: { sealed, storedAt: new Date() },
        });
      await tx.update(migrations).set({ sourceAddress }).where(eq(migrations.id, migrationId));
    },

    async credential(migrationId) {
      const [row] = await db
        .select()
        .from(credentials)
        .where(eq(credentials.migrationId, migrationId));
      return row?.sealed ?? null;
    },

    async purgeCredential(migrationId) {
      await inTransaction(pool, async (client) => {
        const tx = drizzle(client, { schema });
        const gone = await tx
          .delete(credentials)
          .where(eq(credentials.migrationId, migrationId))
          .returning({ id: credentials.migrationId });
        if (gone.length > 0) {
          await tx.insert(schema.audit).values({
            action: 'credential.purged',
            subject: migrationId,
            outcome: 'done',
          });
        }
      });
    },

    async planChange(migrationId, { what, personId, before, after }) {
      await db
        .insert(tenantChanges)
        .values({ migrationId, what, personId, before, after })
        .onConflictDoUpdate({
          target: [
            tenantChanges.migrationId,
            tenantChanges.what,
            tenantChanges.personId,
            tenantChanges.before,
            tenantChanges.after,
          ],
          targetWhere: isNull(tenantChanges.undoneAt),
          // Somebody took our change back meanwhile: it is made anew, and audited anew.
          set: { plannedAt: new Date(), madeAt: null },
        });
    },

    noteMade: (migrationId, { what, after }) =>
      inTransaction(pool, async (client) => {
        const tx = drizzle(client, { schema });
        const made = await tx
          .update(tenantChanges)
          .set({ madeAt: new Date() })
          .where(
            and(
              eq(tenantChanges.migrationId, migrationId),
              eq(tenantChanges.what, what),
              eq(tenantChanges.after, after),
              isNull(tenantChanges.madeAt),
              isNull(tenantChanges.undoneAt),
            ),
          )
          .returning();
        for (const change of made) {
          await auditChange(client, change, { before: change.before, after: change.after });
        }
      }),

    openChanges: (migrationId) =>
      db
        .select()
        .from(tenantChanges)
        .where(and(eq(tenantChanges.migrationId, migrationId), isNull(tenantChanges.undoneAt)))
        .orderBy(desc(tenantChanges.id)),

    changes: (migrationId) =>
      db
        .select()
        .from(tenantChanges)
        .where(eq(tenantChanges.migrationId, migrationId))
        .orderBy(tenantChanges.id),

    closeChange: (change, { outcome, present }) =>
      inTransaction(pool, async (client) => {
        const tx = drizzle(client, { schema });
        const closed = await tx
          .update(tenantChanges)
          .set({ undoneAt: new Date(), outcome })
          .where(and(eq(tenantChanges.id, change.id), isNull(tenantChanges.undoneAt)))
          .returning();
        if (closed.length > 0 && outcome !== 'never-made') {
          const after = outcome === 'put-back' ? change.before : (present ?? change.after);
          const action = `tenant.${change.what}.${outcome}`;
          await auditChange(client, change, { before: change.after, after, action });
        }
      }),

    async saveRoom(migrationId, room) {
      await db.update(migrations).set({ room }).where(eq(migrations.id, migrationId));
    },

    async saveAgreed(client, { migrationId, actor, choice, bytes }) {
      const tx = drizzle(client, { schema });
      const choices = JSON.stringify({ [choice]: bytes });
      await tx
        .update(migrations)
        .set({ agreed: sql`coalesce(${migrations.agreed}, '{}'::jsonb) || ${choices}::jsonb` })
        .where(eq(migrations.id, migrationId));
      await tx.insert(schema.audit).values({
        ...actorColumns(actor),
        action: `agreed.${choice}`,
        subject: migrationId,
        outcome: 'done',
        after: String(bytes),
      });
    },

    async audit(entry) {
      await db.insert(schema.audit).values({
        ...actorColumns(entry.actor),
        action: entry.action,
        subject: entry.subject,
        outcome: entry.outcome,
        before: entry.before,
        after: entry.after,
      });
    },
  };
}

/** A change is made in the name of the admin who started the move. */
async function auditChange(
  client: pg.PoolClient,
  { migrationId, what, personId }: TenantChangeRow,
  entry: { readonly before: string; readonly after: string; readonly action?: string },
): Promise<void> {
  const tx = drizzle(client, { schema });
  const { batches, migrations } = schema;
  const [starter] = await tx
    .select({ actorPerson: batches.startedByPerson, actorTenant: batches.startedByTenant })
    .from(batches)
    .innerJoin(migrations, eq(migrations.batchId, batches.id))
    .where(eq(migrations.id, migrationId));
  await tx.insert(schema.audit).values({
    ...starter,
    action: `tenant.${what}`,
    ...entry,
    subject: personId,
    outcome: 'done',
  });
}

async function applyEvent(
  client: pg.PoolClient,
  input: ApplyInput,
  sink: CommandSink,
): Promise<MigrationRow | null> {
  const { migrations } = schema;
  const tx = drizzle(client, { schema });
  const [row] = await tx
    .select()
    .from(migrations)
    .where(eq(migrations.id, input.migrationId))
    .for('update');
  if (row === undefined) {
    throw new UnknownMigrationError('No migration has this id.');
  }
  const stale = input.onlyAtStep !== null && row.step !== input.onlyAtStep;
  const next = stale ? null : transition(stateOf(row), input.event);
  if (next === null) {
    return null;
  }
  const entered = next.state.name !== row.state;
  const changes = {
    ...columnsOf(next.state),
    ...(entered ? { stateSince: new Date() } : {}),
    // The step names the one live job; the epoch fences whoever still writes for an older one.
    step: row.step + 1,
    epoch: row.epoch + 1,
  };
  await tx.update(migrations).set(changes).where(eq(migrations.id, row.id));
  const changed = { ...row, ...changes };
  await input.also?.(client);
  await sink(client, changed, next.commands);
  if (entered || input.actor !== null) {
    await tx.insert(schema.audit).values({
      ...actorColumns(input.actor),
      action: `migration.${input.event.type}`,
      subject: row.id,
      outcome: 'done',
      before: row.state,
      after: next.state.name,
    });
  }
  return changed;
}

function actorColumns(actor: Actor | null): {
  actorPerson: string | null;
  actorTenant: string | null;
} {
  return { actorPerson: actor?.personId ?? null, actorTenant: actor?.tenantId ?? null };
}

/** The state machine's part of a row. */
function stateOf(row: MigrationRow): MigrationState {
  const { state, resume, interrupted, until, problem, pass, cleanedUp, putBackProblem } = row;
  return { name: state, resume, interrupted, until, problem, pass, cleanedUp, putBackProblem };
}

function columnsOf({ name, ...rest }: MigrationState): Partial<MigrationRow> {
  return { state: name, ...rest };
}
