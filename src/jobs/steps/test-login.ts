import { isAppError } from '../../errors.ts';
import type { MigrationRow } from '../db/migration-store.ts';
import type { MigrationEvent } from '../migration/state.ts';
import { problemOf } from '../problem.ts';
import { nextLook } from './back-off.ts';
import { changeSetting } from './change-setting.ts';
import type { StepDeps } from './deps.ts';

/** A right takes minutes, and is said to take up to an hour, to reach the mail servers. */
const ACCESS_PATIENCE_MS = 2 * 60 * 60 * 1000;

const REFUSED = new Set([
  'source.login-refused',
  'secrets.not-for-this',
  'jobs.credential-missing',
]);

/**
 * Testing: does Apple take the password? Only then do we get access to the person's new mailbox, and
 * wait until a login there works too.
 */
export async function testLogin(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent> {
  const sealed = (await deps.store.credential(row.id)) ?? undefined;
  try {
    if (!(await deps.store.isAccepted(row.id))) {
      await deps.sessions.tryLogin(row.id, signal);
    }
  } catch (error) {
    if (isAppError(error) && REFUSED.has(error.code)) {
      // What the person entered since then is yet to be tried.
      await deps.store.purgeCredential(row.id, sealed);
      return { type: 'login-refused', problem: problemOf(error) };
    }
    if (isAppError(error) && error.disposition === 'wait') {
      const until = error.retryAfter ?? new Date(deps.clock.now().getTime() + deps.pace.waitMs);
      return { type: 'waiting', until, problem: problemOf(error) };
    }
    throw error;
  }
  if (sealed !== undefined) {
    await deps.store.acceptCredential(row.id, sealed);
  }
  if (row.person !== null) {
    await changeSetting(deps, row, { setting: 'mailbox-access', value: 'FullAccess' }, signal);
    // Another move into the same mailbox, or an admin, may have switched it off since.
    await changeSetting(deps, row, { setting: 'imap', value: 'on' }, signal);
  }
  return awaitTarget(deps, row, signal);
}

/** Apple is left alone meanwhile: what it took once is not tried again. */
async function awaitTarget(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent> {
  try {
    await deps.sessions.readTarget(
      row.targetMailbox,
      (reader) => reader.listFolders(signal),
      signal,
    );
    return { type: 'login-accepted' };
  } catch (error) {
    if (!isAppError(error) || error.code !== 'imap.not-connected') {
      throw error;
    }
    const until = nextLook({
      since: await accessSince(deps, row),
      now: deps.clock.now(),
      firstMs: deps.pace.pollMs,
      patienceMs: ACCESS_PATIENCE_MS,
    });
    if (until === null) {
      throw error;
    }
    return { type: 'waiting', until };
  }
}

/** Apple may have kept us waiting before the access was given. */
async function accessSince(deps: StepDeps, row: MigrationRow): Promise<Date> {
  const changes = await deps.store.openChanges(row.id);
  const madeAt = changes.find(({ what }) => what === 'mailbox-access')?.madeAt ?? null;
  return madeAt !== null && madeAt > row.stateSince ? madeAt : row.stateSince;
}
