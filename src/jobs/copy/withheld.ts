/** Messages that the source lists and does not hand over. */
import { errorCodeOf } from '../../errors.ts';
import { type OpenRow, WITHHELD } from '../ledger.ts';
import type { BatchContext } from './read-batch.ts';

/** That often, with others delivered meanwhile or alone, and a message is named and left to a later pass. */
const MAX_WITHHELD = 6;

interface FailedReading {
  readonly error: unknown;
  readonly rows: readonly OpenRow[];
  /** Rows that nothing was delivered for, by UID. */
  readonly open: ReadonlyMap<number, OpenRow>;
}

/**
 * Counts those that were held back, and names what was held back too often. Returns them where the copy
 * goes on without them; none where the reading is to be tried again after a wait.
 */
export async function leaveWithheld(
  { deps, input, settle }: Pick<BatchContext, 'deps' | 'input' | 'settle'>,
  failed: FailedReading,
): Promise<readonly OpenRow[]> {
  const withheld = withheldOf(failed);
  if (withheld.length === 0) {
    return [];
  }
  const counts = await deps.ledger.noteWithheld(
    input.turn,
    withheld.map(({ id }) => id),
  );
  const given = withheld.filter(({ id }) => (counts.get(id) ?? 0) >= MAX_WITHHELD);
  given.forEach((row) => settle(row, { id: row.id, ...WITHHELD }));
  const isWorthWaiting = given.length < withheld.length && withheld.length === failed.rows.length;
  return isWorthWaiting ? [] : withheld;
}

/**
 * None where nothing was delivered at all: that is a server that wants a rest, and says nothing about any
 * message. One that is alone can only be counted.
 */
function withheldOf({ error, rows, open }: FailedReading): readonly OpenRow[] {
  const hasDelivered = open.size < rows.length;
  const wereAlone = rows.length === 1 || rows.every(({ withheld }) => withheld > 0);
  return errorCodeOf(error) === 'imap.body-missing' && (hasDelivered || wereAlone)
    ? [...open.values()]
    : [];
}
