import { createHash } from 'node:crypto';
import type { MovePlan, PlanNote, PlannedChange, Problem } from './api.ts';
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

/** The plan of a move; its hash names exactly what the admin is shown and confirms. Pure. */
export function planMove(
  readiness: PersonReadiness,
  source: { readonly host: string; readonly isApple: boolean },
): MovePlan {
  const changes = planChanges(readiness);
  const notes = noteFacts(readiness.mailboxFacts);
  const shown = [
    readiness.person.id,
    readiness.person.userPrincipalName,
    readiness.mailbox,
    changes,
    // How full a mailbox is changes with every message: it is shown, and no part of what is confirmed.
    notes,
    source.host,
  ];
  return {
    readiness,
    changes,
    notes,
    sourceHost: source.host,
    sourceIsApple: source.isApple,
    obstacle: findObstacle(readiness),
    hash: createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 32),
  };
}

/** Each change that the start of a move leads to, in its order. Pure. */
function planChanges(readiness: PersonReadiness): readonly PlannedChange[] {
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
    const before = facts === null ? null : 'none';
    changes.push({ what: 'mailbox-access', before, after: 'FullAccess' });
  }
  // Exchange gives a new mailbox its default policy.
  if (facts === null || (facts.retentionPolicy !== null && !facts.retentionHold)) {
    changes.push({ what: 'retention-hold', before: facts === null ? null : 'off', after: 'on' });
  }
  return changes;
}

/** What was noticed at the mailbox that a move leaves as it is. Pure. */
function noteFacts(facts: MailboxFacts | null): readonly PlanNote[] {
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
