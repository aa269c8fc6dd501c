import { createHash } from 'node:crypto';

/** Names what a card shows, so that its confirm is of exactly that; for plans that have no hash of their own. */
export function seenHash(shown: unknown): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 32);
}
