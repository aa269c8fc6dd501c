/**
 * Numbers for what Graph knows by ids: the ledger settles a row by UIDVALIDITY and UID. A folder's id, which
 * never changes, gives the first; a message's id, which holds while it lies in its folder, the second.
 * They are told apart by what stands above them: no IMAP server's UIDVALIDITY or UID is larger than 32 bits.
 */
import { createHash } from 'node:crypto';

/** Above every number of a message; numbers have no order, so a look from anywhere shows all. */
export const GRAPH_UID_NEXT = 2 ** 53 - 1;

const VALIDITY_BASE = 2 ** 33;
const UID_BASE = 2 ** 52;

/** 32 bits of the id's hash, above 2^33. */
export function numberOfFolder(folderId: string): number {
  return VALIDITY_BASE + hashOf(folderId).readUInt32BE(0);
}

/** 51 bits of the id's hash, above 2^52: a folder with a million messages holds two alike once in four thousand times. */
export function numberOfMessage(messageId: string): number {
  const hash = hashOf(messageId);
  return UID_BASE + hash.readUIntBE(0, 6) * 8 + (hash.readUInt8(6) % 8);
}

function hashOf(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}
