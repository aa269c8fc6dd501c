import { and, desc, eq, ilike, inArray, isNotNull, isNull, notInArray, or, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Actor, AuditEntry, PilotResult, VerificationSummary } from '../api.ts';
import type { SkipRules } from '../copy/skip-rules.ts';
import type { OutsideWindowError } from '../errors.ts';
import { END_STATES, type StateName } from '../migration/state.ts';
import type { TenantChange } from '../ports.ts';
import type { Choice, MailboxRoom } from '../room.ts';
import type { PutBackOutcome } from '../tenant-change.ts';
import {
  type ApplyInput,
  actorColumns,
  applyEvent,
  type CommandSink,
  type MigrationRow,
} from './apply-event.ts';
import { type Database, inTransaction } from './connect.ts';
import { handOverChanges } from './hand-over.ts';
import * as schema from './schema.ts';

export type { MigrationRow } from './apply-event.ts';
export type TenantChangeRow = typeof schema.tenantChanges.$inferSelect;

/** Migrations, their batches and what belongs to them, in PostgreSQL. */
export interface MigrationStore {
  find(id: string): Promise<MigrationRow | null>;
  /** Applies an event, queues what follows and writes the audit row, all or nothing; null when it does not fit. */
  apply(input: ApplyInput): Promise<MigrationRow | null>;
  ofBatch(batchId: string): Promise<readonly MigrationRow[]>;
  sizeOfBatch(batchId: string): Promise<number>;
  batch(batchId: string): Promise<typeof schema.batches.$inferSelect | null>;
  latestBatch(): Promise<string | null>;
  /** Moves of batches whose person's name or address holds the text, the newest first. */
  ofName(text: string, limit: number): Promise<readonly MigrationRow[]>;
  /** Those that somebody enters a password for and that have not ended, newest first; else the newest. */
  ofSubmitter(personId: string): Promise<readonly MigrationRow[]>;
  /** Those that wait for somebody's password, the longest first. */
  waitingForPeople(): Promise<readonly MigrationRow[]>;
  /** Those that time alone moves on, and whose time has come. */
  due(now: { readonly isWindowOpen: boolean }): Promise<readonly MigrationRow[]>;
  savePilot(migrationId: string, pilot: PilotResult): Promise<void>;
  saveRate(
    migrationId: string,
    folder: string | null,
    bytesPerSecond: number | null,
  ): Promise<void>;
  saveReport(
    migrationId: string,
    report: { readonly path: string; readonly verification: VerificationSummary },
  ): Promise<void>;
  saveCredential(client: pg.PoolClient, input: StoredCredential): Promise<void>;
  credential(migrationId: string): Promise<string | null>;
  /** Remembers that the source took exactly this password. */
  acceptCredential(migrationId: string, sealed: string): Promise<void>;
  isAccepted(migrationId: string): Promise<boolean>;
  /** `sealed`: exactly this one, and not what the person gave meanwhile. */
  purgeCredential(migrationId: string, sealed?: string): Promise<void>;
  /** Writes a tenant change down before it is made. */
  planChange(migrationId: string, change: TenantChange): Promise<void>;
  /** Notes that a planned change took effect, once, with its audit row in the name of who started the move. */
  noteMade(migrationId: string, change: Pick<TenantChange, 'what' | 'after'>): Promise<void>;
  /** Changes that are not put back yet, the newest first. */
  openChanges(migrationId: string): Promise<readonly TenantChangeRow[]>;
  /** What another move into the same mailbox still needs is left for that one to put back. */
  handOver(migrationId: string): Promise<void>;
  /** All of them, in their order. */
  changes(migrationId: string): Promise<readonly TenantChangeRow[]>;
  /** Notes that nothing is left to put back, with its audit row; `present`: what was found instead. */
  closeChange(change: TenantChangeRow, end: ChangeEnd): Promise<void>;
  saveRoom(migrationId: string, room: MailboxRoom): Promise<void>;
  /** On the connection of the event that says so. */
  saveAgreed(client: pg.PoolClient, input: AgreedInput): Promise<void>;
  /** On the connection of the event that says so, with its audit row. */
  savePilotFolder(client: pg.PoolClient, input: PilotChoice): Promise<void>;
  /** With its audit row; false where it is as it was, or the move has ended. */
  saveLeftOut(input: LeftOutInput): Promise<boolean>;
  audit(entry: AuditEntry): Promise<void>;
}

export interface PilotChoice {
  readonly migrationId: string;
  readonly actor: Actor;
  /** A path of the source. */
  readonly folder: string;
}

export interface LeftOutInput {
  readonly migrationId: string;
  readonly actor: Actor;
  readonly rules: SkipRules['person'];
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

/** A forged card may carry any text as an id; PostgreSQL takes no other than these. */
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

const WAITING_FOR_TIME: readonly StateName[] = ['RateLimited', 'Synced'];
const OUTSIDE_WINDOW: OutsideWindowError['code'] = 'jobs.outside-window';
/** In one look; the next look has the rest. */
const MOST_DUE = 200;

/** The store; `sink` queues what a transition commands. */
export function createMigrationStore(database: Database, sink: CommandSink): MigrationStore {
  const { pool } = database;
  const db = drizzle(pool, { schema });
  const { migrations, batches, credentials, tenantChanges } = schema;

  const one = async (id: string): Promise<MigrationRow | null> =>
    UUID.test(id)
      ? ((await db.select().from(migrations).where(eq(migrations.id, id)))[0] ?? null)
      : null;

  return {
    find: one,

    apply: (input) => inTransaction(pool, (client) => applyEvent(client, input, sink)),

    ofBatch: (batchId) =>
      db
        .select()
        .from(migrations)
        .where(eq(migrations.batchId, batchId))
        .orderBy(migrations.createdAt, migrations.line),

    sizeOfBatch: (batchId) => db.$count(migrations, eq(migrations.batchId, batchId)),

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

    ofName: (text, limit) => {
      const pattern = `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
      const { person, targetMailbox } = migrations;
      return db
        .select()
        .from(migrations)
        .where(
          and(
            isNotNull(migrations.batchId),
            or(
              sql`${person}->>'displayName' ilike ${pattern}`,
              sql`${person}->>'userPrincipalName' ilike ${pattern}`,
              ilike(targetMailbox, pattern),
            ),
          ),
        )
        .orderBy(desc(migrations.createdAt), migrations.line)
        .limit(limit);
    },

    async ofSubmitter(personId) {
      const own = await db
        .select()
        .from(migrations)
        .where(sql`coalesce(${migrations.submitter}, ${migrations.person})->>'id' = ${personId}`)
        .orderBy(desc(migrations.createdAt), migrations.line);
      const open = own.filter((row) => !END_STATES.includes(row.state));
      return open.length > 0 ? open : own.slice(0, 1);
    },

    waitingForPeople: () =>
      db
        .select()
        .from(migrations)
        .where(and(isNotNull(migrations.batchId), eq(migrations.state, 'WaitingForUser')))
        .orderBy(migrations.stateSince),

    due: ({ isWindowOpen }) =>
      db
        .select()
        .from(migrations)
        .where(
          and(
            isNotNull(migrations.batchId),
            inArray(migrations.state, [...WAITING_FOR_TIME]),
            or(
              sql`${migrations.until} <= now()`,
              // The window was set anew, or taken away.
              isWindowOpen ? sql`${migrations.problem}->>'code' = ${OUTSIDE_WINDOW}` : undefined,
            ),
          ),
        )
        .limit(MOST_DUE),

    async savePilot(migrationId, pilot) {
      await db.update(migrations).set({ pilot }).where(eq(migrations.id, migrationId));
    },

    async saveRate(migrationId, currentFolder, bytesPerSecond) {
      await db
        .update(migrations)
        .set({ currentFolder, bytesPerSecond })
        .where(eq(migrations.id, migrationId));
    },

    async saveReport(migrationId, { path: reportPath, verification }) {
      const set = { reportPath, verification };
      await db.update(migrations).set(set).where(eq(migrations.id, migrationId));
    },

    async saveCredential(client, { migrationId, sourceAddress, sealed }) {
      const tx = drizzle(client, { schema });
      await tx
        .insert(credentials)
        .values({ migrationId, sealed })
        .onConflictDoUpdate({
          target: credentials.migrationId,
          set: { sealed, storedAt: new Date(), acceptedAt: null },
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

    async acceptCredential(migrationId, sealed) {
      await db
        .update(credentials)
        .set({ acceptedAt: new Date() })
        .where(and(eq(credentials.migrationId, migrationId), eq(credentials.sealed, sealed)));
    },

    async isAccepted(migrationId) {
      const accepted = await db
        .select({ id: credentials.migrationId })
        .from(credentials)
        .where(and(eq(credentials.migrationId, migrationId), isNotNull(credentials.acceptedAt)));
      return accepted.length > 0;
    },

    async purgeCredential(migrationId, sealed) {
      await inTransaction(pool, async (client) => {
        const tx = drizzle(client, { schema });
        const gone = await tx
          .delete(credentials)
          .where(
            and(
              eq(credentials.migrationId, migrationId),
              sealed === undefined ? undefined : eq(credentials.sealed, sealed),
            ),
          )
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

    handOver: (migrationId) => handOverChanges(pool, migrationId),

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

    async savePilotFolder(client, { migrationId, actor, folder }) {
      const tx = drizzle(client, { schema });
      const [before] = await tx.select().from(migrations).where(eq(migrations.id, migrationId));
      await tx
        .update(migrations)
        .set({ pilotFolder: folder })
        .where(eq(migrations.id, migrationId));
      await tx.insert(schema.audit).values({
        ...actorColumns(actor),
        action: 'pilot.folder',
        subject: migrationId,
        outcome: 'done',
        before: before?.pilotFolder ?? before?.pilot?.sourcePath ?? null,
        after: folder,
      });
    },

    saveLeftOut: ({ migrationId, actor, rules }) =>
      inTransaction(pool, async (client) => {
        const tx = drizzle(client, { schema });
        const [before] = await tx
          .select()
          .from(migrations)
          .where(eq(migrations.id, migrationId))
          .for('update');
        const after = JSON.stringify(rules);
        // Keys stand in the order of the database in what was read, so that they are compared there.
        const changed = await tx
          .update(migrations)
          .set({ leftOut: [...rules] })
          .where(
            and(
              eq(migrations.id, migrationId),
              notInArray(migrations.state, [...END_STATES]),
              sql`${migrations.leftOut} is distinct from ${after}::jsonb`,
            ),
          )
          .returning({ id: migrations.id });
        if (changed.length > 0) {
          await tx.insert(schema.audit).values({
            ...actorColumns(actor),
            action: 'migration.leave-out',
            subject: migrationId,
            outcome: 'done',
            before: JSON.stringify(before?.leftOut ?? []),
            after,
          });
        }
        return changed.length > 0;
      }),

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
