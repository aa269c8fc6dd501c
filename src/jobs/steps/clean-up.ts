import { type AppError, isAppError } from '../../errors.ts';
import type { ChangeEnd, MigrationRow, TenantChangeRow } from '../db/migration-store.ts';
import type { MigrationEvent } from '../migration/state.ts';
import { problemOf } from '../problem.ts';
import { isPutBack, mayPutBack } from '../tenant-change.ts';
import { nextLook } from './back-off.ts';
import type { StepDeps } from './deps.ts';
import { takeLastLook } from './last-look.ts';

/** A mailbox that is gone for so long does not come back with what we changed. */
const GONE_AFTER_MS = 24 * 60 * 60 * 1000;
/** The end of a move does not wait longer for what a look into the mailbox may still find. */
const LOOK_WITHIN_MS = 30_000;

/**
 * After the end: the password is purged, and what was changed in the tenant is put back, the last change
 * first. One change that cannot be put back keeps none of the others; the job comes back for it.
 */
export async function cleanUp(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent> {
  await deps.sessions.close(row.id);
  await deps.store.purgeCredential(row.id);
  await takeLastLook(deps, { row, withinMs: LOOK_WITHIN_MS }, signal);
  await deps.store.handOver(row.id);
  const hindrances: AppError[] = [];
  for (const change of await deps.store.openChanges(row.id)) {
    try {
      await deps.store.closeChange(change, await putBack(deps, row, change, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (!isAppError(error)) {
        throw error;
      }
      hindrances.push(error);
    }
  }
  return comeBack(deps, row, hindrances);
}

async function putBack(
  deps: StepDeps,
  row: MigrationRow,
  change: TenantChangeRow,
  signal: AbortSignal,
): Promise<ChangeEnd> {
  if (!isPutBack(change)) {
    const took = await tookEffect(deps, change, signal);
    return { outcome: took ? 'stays' : 'never-made', present: null };
  }
  const { personId, what: setting, before } = change;
  try {
    const present = await deps.tenant.readSetting(personId, setting, signal);
    if (!mayPutBack(change, present)) {
      return { outcome: 'left', present };
    }
    if (present === change.after) {
      await deps.store.noteMade(row.id, change);
    }
    await deps.tenant.changeSetting(personId, { setting, value: before }, signal);
    const wasMade = change.madeAt !== null || present === change.after;
    return { outcome: wasMade ? 'put-back' : 'never-made', present: null };
  } catch (error) {
    const endedMs = deps.clock.now().getTime() - row.stateSince.getTime();
    if (isMissing(error) && endedMs > GONE_AFTER_MS) {
      return { outcome: 'gone', present: null };
    }
    throw error;
  }
}

/** A licence that was planned and of which nothing was heard: somebody who lacks none has got it. */
async function tookEffect(
  deps: StepDeps,
  change: TenantChangeRow,
  signal: AbortSignal,
): Promise<boolean> {
  if (change.madeAt !== null) {
    return true;
  }
  const { licence, person } = await deps.tenant.readiness(change.personId, signal);
  const isThere =
    change.what === 'licence' ? licence === null : person.usageLocation === change.after;
  if (isThere) {
    await deps.store.noteMade(change.migrationId, change);
  }
  return isThere;
}

function isMissing(error: unknown): boolean {
  return isAppError(error) && MISSING.has(error.code);
}

const MISSING = new Set(['exchange-admin.object-not-found', 'graph.not-found']);

/** What passes in a moment is for the queue; what needs an admin or time is shown, and tried again. */
function comeBack(
  deps: StepDeps,
  row: MigrationRow,
  hindrances: readonly AppError[],
): MigrationEvent {
  const worst = hindrances.find(({ disposition }) => disposition === 'ask') ?? hindrances[0];
  if (worst === undefined) {
    return { type: 'cleaned-up' };
  }
  if (worst.disposition === 'retry') {
    throw worst;
  }
  const now = deps.clock.now();
  const later = nextLook({
    since: row.stateSince,
    now,
    firstMs: deps.pace.waitMs,
    patienceMs: Number.POSITIVE_INFINITY,
  });
  const until = worst.retryAfter ?? later ?? now;
  return { type: 'clean-up-hindered', until, problem: problemOf(worst) };
}
