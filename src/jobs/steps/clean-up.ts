import type { MigrationRow, TenantChangeRow } from '../db/migration-store.ts';
import type { MigrationEvent } from '../migration/state.ts';
import type { StepDeps } from './deps.ts';

/**
 * After the end: the password is purged, access and IMAP are put back as they were. A licence stays:
 * without it the person would lose the mailbox that now holds the mail.
 */
export async function cleanUp(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent> {
  await deps.sessions.close(row.id);
  await deps.store.purgeCredential(row.id);
  for (const change of await deps.store.openChanges(row.id)) {
    await putBack(deps, change, signal);
    await deps.store.closeChange(change.id);
    await deps.store.audit({
      actor: null,
      action: `tenant.${change.what}`,
      subject: change.personId,
      outcome: 'done',
      before: change.after,
      after: STAYS.has(change.what) ? change.after : change.before,
    });
  }
  return { type: 'cleaned-up' };
}

const STAYS = new Set(['licence', 'usage-location']);

async function putBack(
  deps: StepDeps,
  change: TenantChangeRow,
  signal: AbortSignal,
): Promise<void> {
  if (change.what === 'imap') {
    await deps.tenant.setImapEnabled(change.personId, change.before === 'on', signal);
  }
  if (change.what === 'mailbox-access') {
    await deps.tenant.setMailboxAccess(change.personId, false, signal);
  }
}
