/** sha256 of whole stored messages. */
import { createHash } from 'node:crypto';
import { BodyMissingError, MessagesGoneError } from '../errors.ts';
import { formatUidSet, splitUids } from '../uid-set.ts';
import type { CommandWire } from '../wire/command-wire.ts';
import { fetchEachRow } from './fetch-rows.ts';
import { readFlags } from './read-flags.ts';

const UIDS_PER_FETCH = 500;

export interface HashInput {
  readonly uids: readonly number[];
  /** Messages in the open folder. */
  readonly exists: number;
  /** By UID, hexadecimal; what is there already is not read again. */
  readonly hashes: Map<number, string>;
}

/** Adds hashes; a UID that is not in the open folder is left out, one that is held back throws. */
export async function hashBodies(
  wire: CommandWire,
  { uids, exists, hashes }: HashInput,
  signal: AbortSignal,
): Promise<void> {
  const unread = uids.filter((uid) => !hashes.has(uid));
  for (const group of splitUids(unread, UIDS_PER_FETCH)) {
    await hashGroup(wire, group, hashes, signal);
    const missing = group.filter((uid) => !hashes.has(uid));
    if (missing.length > 0) {
      await hashGroup(wire, missing, hashes, signal);
    }
  }
  const missing = uids.filter((uid) => !hashes.has(uid));
  for (const group of splitUids(missing, UIDS_PER_FETCH)) {
    const present = await readFlags(wire, { uids: group, exists }, signal);
    if (present.size > 0) {
      throw new BodyMissingError([...present.keys()]);
    }
  }
}

async function hashGroup(
  wire: CommandWire,
  uids: readonly number[],
  hashes: Map<number, string>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await fetchEachRow(
      wire,
      { uidSet: formatUidSet(uids), items: 'BODY.PEEK[]' },
      ({ uid, body }) => {
        if (body) {
          hashes.set(uid, createHash('sha256').update(body).digest('hex'));
        }
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof MessagesGoneError)) {
      throw error;
    }
  }
}
