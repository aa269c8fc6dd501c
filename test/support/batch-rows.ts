/** Batches and migrations as rows, for tests of who takes which next. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { StateName } from '../../src/jobs/migration/state.ts';

export interface BatchRowInput {
  readonly priority?: number;
  readonly startAt?: Date;
  readonly finishBy?: Date;
}

/** The id of a new batch. */
export async function addBatch(pool: pg.Pool, input: BatchRowInput = {}): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `insert into batches (id, started_by_person, started_by_tenant, priority, start_at, finish_by)
     values ($1, 'admin', 'tenant', $2, $3, $4)`,
    [id, input.priority ?? 0, input.startAt ?? null, input.finishBy ?? null],
  );
  return id;
}

export interface MigrationRowInput {
  readonly batchId: string;
  readonly state?: StateName;
  readonly alias: string;
  readonly target?: string;
  readonly personId?: string;
  readonly sourceHost?: string;
  readonly until?: Date;
}

/** The id of a new migration, by default one that copies. */
export async function addMigration(pool: pg.Pool, input: MigrationRowInput): Promise<string> {
  const id = randomUUID();
  const person = {
    id: input.personId ?? `person-${input.alias}`,
    displayName: input.alias,
    userPrincipalName: `${input.alias}@contoso.example`,
    mail: null,
    usageLocation: null,
    kind: 'member',
  };
  await pool.query(
    `insert into migrations (id, run_id, batch_id, person, target_mailbox, source_address, source_host, state, until)
     values ($1, $1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      id,
      input.batchId,
      JSON.stringify(person),
      input.target ?? person.userPrincipalName,
      `${input.alias}@icloud.example`,
      input.sourceHost ?? 'imap.mail.me.com',
      input.state ?? 'Syncing',
      input.until ?? null,
    ],
  );
  return id;
}

/** Ends what earlier tests left. */
export async function clearMigrations(pool: pg.Pool): Promise<void> {
  await pool.query('delete from workers');
  await pool.query('delete from migrations');
  await pool.query('delete from batches');
}
