import { heldBytesOf, SPOOLED_ABOVE_BYTES } from '../../mail/message-bytes.ts';
import type { OpenRow } from '../ledger.ts';
import type { ByteBudget } from './byte-budget.ts';

/** Enough messages that one round trip does not matter, few enough that a pause takes effect soon. */
const MAX_MESSAGES = 200;
/** What one batch holds in memory while its intents are committed; what is read in pieces is alone. */
const MAX_BYTES = SPOOLED_ABOVE_BYTES;
/** After one attempt: a kill leaves hundreds of such rows, which one by one would take very long. */
const MAX_TRIED_ONCE = 16;

/** After this many attempts a message is named as one that breaks the connection, and left. */
const MAX_ATTEMPTS = 4;

/** False for what was tried too often. */
export function isWorthTrying({ attempts }: Pick<OpenRow, 'attempts'>): boolean {
  return attempts < MAX_ATTEMPTS;
}

/**
 * What a row takes of the process's byte budget. The last attempt takes all of it: what ends the process,
 * or the link, while nothing else of any mailbox is under way, is this message and no other.
 */
export function budgetOf(
  { attempts, sizeBytes }: Pick<OpenRow, 'attempts' | 'sizeBytes'>,
  { capBytes }: Pick<ByteBudget, 'capBytes'>,
): number {
  return attempts >= MAX_ATTEMPTS - 1 ? capBytes : heldBytesOf(sizeBytes);
}

/**
 * How many rows may travel with a row that was tried so often. Should it be what kills the connection,
 * it takes ever fewer with it, and nobody of its mailbox from the third attempt on.
 */
function companyOf({ attempts }: Pick<OpenRow, 'attempts'>): number {
  if (attempts === 0) {
    return MAX_MESSAGES;
  }
  return attempts === 1 ? MAX_TRIED_ONCE : 1;
}

/** Cuts the rows of a folder into batches by count and bytes; what was tried before never mixes with the rest. */
export function cutBatches(rows: readonly OpenRow[]): readonly (readonly OpenRow[])[] {
  const batches: OpenRow[][] = [];
  let current: OpenRow[] = [];
  let bytes = 0;
  let limit = MAX_MESSAGES;
  for (const row of rows) {
    const company = companyOf(row);
    const isFull = current.length >= limit || bytes + row.sizeBytes > MAX_BYTES;
    if (current.length > 0 && (company !== limit || isFull)) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    limit = company;
    current.push(row);
    bytes += row.sizeBytes;
  }
  if (current.length > 0) {
    batches.push(current);
  }
  return batches;
}
