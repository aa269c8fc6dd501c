import type { PlanNote, PlannedChange, Problem } from './api.ts';
import type { MailboxFacts, PersonReadiness } from './ports.ts';

/** Why this person cannot be moved as things stand; null when he can. Pure. */
export function findObstacle(readiness: PersonReadiness): Problem | null {
  if (readiness.person.kind === 'guest') {
    return { code: 'tenant.guest', facts: {} };
  }
  if (readiness.mailbox === 'none' && readiness.licence === null) {
    return { code: 'tenant.no-mailbox-plan', facts: {} };
  }
  if (readiness.licence?.needsSeat === true && readiness.licence.freeSeats <= 0) {
    return { code: 'tenant.no-free-licence', facts: { sku: readiness.licence.skuName } };
  }
  return null;
}

/** Each change that the start of a move leads to, in its order. Pure. */
export function planChanges(readiness: PersonReadiness): readonly PlannedChange[] {
  const { licence, mailboxFacts: facts } = readiness;
  const changes: PlannedChange[] = [];
  if (licence?.needsUsageLocation === true) {
    changes.push({ what: 'usage-location', before: 'none', after: 'of the tenant' });
  }
  if (licence !== null) {
    changes.push({ what: 'licence', before: 'none', after: licence.skuId });
  }
  if (readiness.imapEnabled !== true) {
    changes.push({ what: 'imap', before: facts === null ? null : 'off', after: 'on' });
  }
  if (readiness.accessGranted !== true) {
    const before = readiness.accessGranted === null ? null : 'none';
    changes.push({ what: 'mailbox-access', before, after: 'FullAccess' });
  }
  // Exchange gives a new mailbox its default policy.
  if (facts === null || (facts.retentionPolicy !== null && !facts.retentionHold)) {
    changes.push({ what: 'retention-hold', before: facts === null ? null : 'off', after: 'on' });
  }
  return changes;
}

/** What was noticed at the mailbox that a move leaves as it is. Pure. */
export function noteFacts(facts: MailboxFacts | null): readonly PlanNote[] {
  if (facts === null) {
    return [];
  }
  const { purviewDeletes } = facts;
  return [
    ...(purviewDeletes > 0
      ? [{ code: 'purview-deletes', warns: true, facts: { policies: purviewDeletes } } as const]
      : []),
    ...(facts.litigationHold ? [note('litigation-hold')] : []),
    ...(facts.archive ? [note('archive')] : []),
    ...(facts.retentionHold ? [note('retention-held')] : []),
    ...(facts.imapPasswords === false ? [note('imap-passwords-off')] : []),
    ...(facts.smtpAuth === false ? [note('smtp-auth-off')] : []),
    note('purview-unseen'),
  ];
}

const note = (code: PlanNote['code']): PlanNote => ({ code, warns: false, facts: {} });
