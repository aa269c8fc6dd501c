/** What stands in a folder from a UID on, with headers: `UID FETCH n:*`. */
import { readStamp } from '../../mail/stamp.ts';
import { BodyMissingError, ListingIncompleteError } from '../errors.ts';
import type { ImapStoredMessage } from '../types.ts';
import type { CommandWire } from '../wire/command-wire.ts';
import { type FetchRow, fetchRows } from './fetch-rows.ts';

export interface LookInput {
  readonly fromUid: number;
  /** Messages in the open folder. */
  readonly exists: number;
}

/**
 * Messages with UID ≥ `fromUid`, oldest first. An answer that leaves out what it must hold is an error: who
 * looks takes what is not shown for not stored, and would send it again.
 */
export async function lookInto(
  wire: CommandWire,
  { fromUid, exists }: LookInput,
  signal: AbortSignal,
): Promise<readonly ImapStoredMessage[]> {
  if (exists === 0) {
    // Some servers refuse to fetch from an empty folder.
    return [];
  }
  const found = new Map<number, ImapStoredMessage | null>();
  const query = {
    uidSet: `${fromUid}:*`,
    items: 'FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]',
  };
  for await (const row of fetchRows(wire, query, signal)) {
    // A row without header is a flag update between the answers, unless no other comes for its message.
    found.set(row.uid, storedOf(row) ?? found.get(row.uid) ?? null);
  }
  // `n:*` always holds the last message, also where its UID is below n (RFC 9051 section 9, seq-range).
  if (found.size === 0 || (fromUid <= 1 && found.size < exists)) {
    throw new ListingIncompleteError(found.size, exists);
  }
  const shown = [...found].filter(([uid]) => uid >= fromUid);
  const withheld = shown.flatMap(([uid, message]) => (message === null ? [uid] : []));
  if (withheld.length > 0) {
    throw new BodyMissingError(withheld);
  }
  return shown.flatMap(([, message]) => message ?? []).toSorted((a, b) => a.uid - b.uid);
}

function storedOf({
  uid,
  flags,
  receivedAt,
  sizeBytes,
  header,
}: FetchRow): ImapStoredMessage | null {
  return header === null || sizeBytes === null
    ? null
    : { uid, flags: flags ?? [], receivedAt, sizeBytes, stamp: readStamp(header), header };
}
