import type { AppError } from '../../errors.ts';
import type { OpenRow, Settlement } from '../ledger.ts';
import type { AppendOutcome } from '../ports.ts';

/** What an append's outcome means for its row, and whether the folder can go on. Pure. */
export function decideSettlement(
  row: Pick<OpenRow, 'id'>,
  outcome: AppendOutcome,
  uidValidity: number,
): { readonly settlement: Settlement; readonly stops: AppError | null } {
  const { id } = row;
  if (outcome.kind === 'stored') {
    const { uid } = outcome;
    const settlement: Settlement =
      uid === null
        ? { id, state: 'done', uidValidity: null, uid }
        : { id, state: 'done', uidValidity: outcome.uidValidity ?? uidValidity, uid };
    return { settlement, stops: null };
  }
  const { kind, error } = outcome;
  if (kind === 'unknown') {
    return { settlement: { id, state: 'in-flight', emptyLooks: 0 }, stops: null };
  }
  if (kind === 'refused' && error.disposition === 'stop') {
    return { settlement: { id, state: 'failed', reason: reasonOf(error) }, stops: null };
  }
  // Certainly not stored. A dead link is replaced by the target itself; what only a wait or a person
  // can mend is not.
  const stops = kind === 'unsent' && error.disposition === 'retry' ? null : error;
  return { settlement: { id, state: 'listed', suspected: false }, stops };
}

/** The error's code, and after it what the server found in the message, where it said so. */
function reasonOf(error: AppError): string {
  return 'reason' in error && typeof error.reason === 'string'
    ? `${error.code}.${error.reason}`
    : error.code;
}
