/** The listing of many folders, one round trip each: FETCH of one and EXAMINE of the next leave together. */
import type { ImapFolderState, ImapListedMessage } from '../types.ts';
import type { CommandWire } from '../wire/command-wire.ts';
import { examine } from './examine.ts';
import { listMessages } from './list-messages.ts';

/** One folder of a survey: what is in it, or why it could not be listed. */
export type SurveyedFolder<T> =
  | {
      readonly folder: T;
      readonly state: ImapFolderState;
      readonly messages: readonly ImapListedMessage[];
    }
  | { readonly folder: T; readonly error: unknown };

type Settled<V> = PromiseSettledResult<V>;

/** Never more than one folder ahead: a FETCH after an EXAMINE that was refused has no folder to read. */
export async function* surveyFolders<T>(
  wire: CommandWire,
  folders: readonly { readonly folder: T; readonly mailbox: string }[],
  signal: AbortSignal,
): AsyncGenerator<SurveyedFolder<T>, void, void> {
  const open = (n: number): Promise<Settled<ImapFolderState>> | null => {
    const next = folders[n];
    return next === undefined ? null : settle(examine(wire, next.mailbox, signal));
  };
  let opening = open(0);
  for (const [n, { folder }] of folders.entries()) {
    const opened = await opening;
    const listing =
      opened?.status === 'fulfilled'
        ? settle(listMessages(wire, opened.value.exists, signal))
        : null;
    // Leaves behind the FETCH, before its answer.
    opening = open(n + 1);
    yield { folder, ...resultOf(opened, await listing) };
  }
}

/** A promise that may fail before anybody looks at it. */
async function settle<V>(promise: Promise<V>): Promise<Settled<V>> {
  const [settled] = await Promise.allSettled([promise]);
  return settled;
}

type Listing = readonly ImapListedMessage[];

function resultOf(
  opened: Settled<ImapFolderState> | null,
  listed: Settled<Listing> | null,
): { readonly state: ImapFolderState; readonly messages: Listing } | { readonly error: unknown } {
  if (opened?.status === 'fulfilled' && listed?.status === 'fulfilled') {
    return { state: opened.value, messages: listed.value };
  }
  const refused = [opened, listed].find((one) => one?.status === 'rejected');
  return { error: refused?.status === 'rejected' ? refused.reason : null };
}
