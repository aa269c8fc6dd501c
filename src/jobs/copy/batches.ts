import type { OpenRow } from '../ledger.ts';

/** Enough messages that one round trip does not matter, few enough that a pause takes effect soon. */
const MAX_MESSAGES = 200;
/** What one batch holds in memory while its intents are committed. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Cuts the rows of a folder into batches by count and bytes. A row that was tried before goes alone:
 * should it be what kills the connection, it takes nobody with it.
 */
export function cutBatches(rows: readonly OpenRow[]): readonly (readonly OpenRow[])[] {
  const batches: OpenRow[][] = [];
  let current: OpenRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    const alone = row.attempts > 0;
    if (
      current.length > 0 &&
      (alone || current.length >= MAX_MESSAGES || bytes + row.sizeBytes > MAX_BYTES)
    ) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    if (alone) {
      batches.push([row]);
      continue;
    }
    current.push(row);
    bytes += row.sizeBytes;
  }
  if (current.length > 0) {
    batches.push(current);
  }
  return batches;
}
