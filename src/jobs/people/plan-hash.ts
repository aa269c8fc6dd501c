import { createHash } from 'node:crypto';
import type { BatchPlan } from '../api.ts';
import type { PersonReadiness } from '../ports.ts';

/** Everything that an admin is shown and confirms, and nothing that changes by itself. */
export function hashPlan(
  plan: Pick<BatchPlan, 'moves' | 'obstacle' | 'rules'>,
  host: string,
): string {
  const shown = plan.moves.map((move) => [
    move.readiness === null ? move.named : shownOf(move.readiness),
    move.is,
    // How full a mailbox is changes with every message: it is shown, and no part of what is confirmed.
    move.changes,
    move.notes,
    move.submitter?.id,
    move.sourceAccount,
    move.obstacle?.code,
  ]);
  const text = JSON.stringify([host, plan.obstacle?.code, plan.rules, shown]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

const shownOf = ({ person, mailbox, licence }: PersonReadiness): readonly unknown[] => [
  person.id,
  person.userPrincipalName,
  mailbox,
  licence?.needsSeat,
];
