import { isAppError } from '../../errors.ts';
import type { MigrationRow } from '../db/migration-store.ts';
import type { MigrationEvent } from '../migration/state.ts';
import { problemOf } from '../problem.ts';
import type { StepDeps } from './deps.ts';

/** How long a right may take to reach the mail servers before somebody should look. */
const ACCESS_PATIENCE_MS = 60 * 60 * 1000;

/**
 * Testing: does Apple take the password? Only then do we get access to the person's new mailbox, and
 * wait until a login there works too.
 */
export async function testLogin(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent> {
  try {
    await deps.sessions.tryLogin(row.id, signal);
  } catch (error) {
    if (isAppError(error) && REFUSED.has(error.code)) {
      await deps.store.purgeCredential(row.id);
      return { type: 'login-refused', problem: problemOf(error) };
    }
    if (isAppError(error) && error.disposition === 'wait') {
      const until = error.retryAfter ?? new Date(deps.clock.now().getTime() + deps.pace.waitMs);
      return { type: 'waiting', until, problem: problemOf(error) };
    }
    throw error;
  }
  if (row.person !== null) {
    const { id } = row.person;
    const { accessGranted } = await deps.tenant.readiness(id, signal);
    if (accessGranted !== true) {
      await deps.store.planChange(row.id, {
        what: 'mailbox-access',
        personId: id,
        before: 'none',
        after: 'FullAccess',
      });
      await deps.tenant.setMailboxAccess(id, true, signal);
    }
  }
  return awaitTarget(deps, row, signal);
}

const REFUSED = new Set([
  'source.login-refused',
  'secrets.not-for-this',
  'jobs.credential-missing',
]);

async function awaitTarget(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent> {
  try {
    await deps.sessions.use(row, async ({ target }) => target.listFolders(signal), signal);
    return { type: 'login-accepted' };
  } catch (error) {
    const waitedMs = deps.clock.now().getTime() - row.stateSince.getTime();
    if (isAppError(error) && error.code === 'imap.not-connected' && waitedMs < ACCESS_PATIENCE_MS) {
      return { type: 'waiting', until: new Date(deps.clock.now().getTime() + deps.pace.pollMs) };
    }
    throw error;
  }
}
