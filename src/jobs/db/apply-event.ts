import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Actor } from '../api.ts';
import { UnknownMigrationError } from '../errors.ts';
import type { Command, MigrationEvent, MigrationState } from '../migration/state.ts';
import { transition } from '../migration/transition.ts';
import * as schema from './schema.ts';

export type MigrationRow = typeof schema.migrations.$inferSelect;

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
  /** Only if it is in its state since then; any where absent. */
  readonly onlySince?: Date;
  /** More to write in the same transaction, only when the event changes something. */
  readonly also?: (client: pg.PoolClient) => Promise<void>;
}

/** Applies an event in the caller's transaction; null when it does not fit. */
export async function applyEvent(
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
  const isOtherStep = input.onlyAtStep !== null && row.step !== input.onlyAtStep;
  const isOtherState =
    input.onlySince !== undefined && row.stateSince.getTime() !== input.onlySince.getTime();
  const stale = isOtherStep || isOtherState;
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
    retryAt: null,
    tries: 0,
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

/** Who did it, as the columns of an audit row. */
export function actorColumns(actor: Actor | null): {
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
