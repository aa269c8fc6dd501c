/** The flags of messages, and with them which of the messages are there. */
import { ListingIncompleteError, MessagesGoneError } from '../errors.ts';
import { formatUidSet } from '../uid-set.ts';
import type { CommandWire } from '../wire/command-wire.ts';
import { type FetchRow, fetchEachRow } from './fetch-rows.ts';

/**
 * The flags of those of the UIDs that are in the open folder of `exists` messages. What is missing is asked
 * for twice: a server that throttles may say OK and give no row, and that never means that a message is gone.
 */
export async function readFlags(
  wire: CommandWire,
  { uids, exists }: { readonly uids: readonly number[]; readonly exists: number },
  signal: AbortSignal,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, readonly string[]>();
  let missing = exists === 0 ? [] : uids;
  for (let look = 1; look <= 2 && missing.length > 0; look += 1) {
    await readOnce(wire, { uids: missing, exists, found }, signal);
    missing = missing.filter((uid) => !found.has(uid));
  }
  return new Map(uids.flatMap((uid) => (found.has(uid) ? [[uid, found.get(uid) ?? []]] : [])));
}

interface Reading {
  readonly uids: readonly number[];
  readonly exists: number;
  readonly found: Map<number, readonly string[]>;
}

/** `*` names the last message (RFC 9051 section 9, seq-number): where not even that comes, nothing was answered. */
async function readOnce(
  wire: CommandWire,
  { uids, exists, found }: Reading,
  signal: AbortSignal,
): Promise<void> {
  let rows = 0;
  const query = { uidSet: `${formatUidSet(uids)},*`, items: 'FLAGS' };
  const onRow = ({ uid, flags }: FetchRow): void => {
    rows += 1;
    if (flags !== null) {
      found.set(uid, flags);
    }
  };
  await fetchEachRow(wire, query, onRow, signal).catch((error: unknown) => {
    // "Some of the requested messages no longer exist": the rest was delivered.
    if (!(error instanceof MessagesGoneError)) {
      throw error;
    }
  });
  if (rows === 0) {
    throw new ListingIncompleteError(0, exists);
  }
}
