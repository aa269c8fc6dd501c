/** The listing of an open folder, held against EXISTS. Never SEARCH: on iCloud it names expunged messages. */
import { ListingIncompleteError } from '../errors.ts';
import type { ImapListedMessage } from '../types.ts';
import type { CommandWire } from '../wire/command-wire.ts';
import { fetchEachRow } from './fetch-rows.ts';

/**
 * Every message in order of UID; throws ListingIncompleteError where rows are missing. FETCH is sent at
 * once where `opened` is still on its way.
 */
export async function listMessages(
  wire: CommandWire,
  opened: Promise<{ readonly exists: number }>,
  signal: AbortSignal,
): Promise<readonly ImapListedMessage[]> {
  const messages = new Map<number, ImapListedMessage>();
  const query = { uidSet: '1:*', items: 'FLAGS INTERNALDATE RFC822.SIZE' };
  await fetchEachRow(
    wire,
    query,
    ({ uid, flags, receivedAt, sizeBytes }) => {
      // A row without size is an unsolicited flag update between the answers.
      if (sizeBytes !== null && flags !== null) {
        messages.set(uid, { uid, flags, receivedAt, sizeBytes });
      }
    },
    signal,
  );
  const { exists } = await opened;
  if (messages.size < exists) {
    throw new ListingIncompleteError(messages.size, exists);
  }
  return [...messages.values()].toSorted((a, b) => a.uid - b.uid);
}
