/**
 * Reads whole messages and accounts for every UID: delivered, asked again once, then either gone from
 * the listing or an error. A lost link never glues: what was not complete is asked for anew.
 */
import type { FetchQuery, FetchRow } from './commands/fetch-rows.ts';
import type { ControlSession } from './control-session.ts';
import { BodyMissingError, MessagesGoneError } from './errors.ts';
import type { ImapMessageBody } from './types.ts';
import { formatUidSet, splitUids } from './uid-set.ts';

export interface ReadBodiesInput {
  readonly uids: readonly number[];
  readonly session: ControlSession;
  /** UID FETCH in the right folder; nothing comes of it where the folder is not the one that was listed. */
  readonly fetch: (query: FetchQuery) => AsyncIterable<FetchRow>;
  /** The UIDs that are in the folder now, held against EXISTS. */
  readonly listUids: () => Promise<ReadonlySet<number>>;
  readonly signal: AbortSignal;
}

/** UIDs a command at most: enough that round trips do not count, few enough for a short command line. */
const UIDS_PER_FETCH = 200;

async function* deliver(
  open: Set<number>,
  rows: AsyncIterable<FetchRow>,
): AsyncGenerator<ImapMessageBody, void, void> {
  try {
    for await (const { uid, body } of rows) {
      // A row without body is a flag update between the answers, or iCloud's empty row: asked again. No message is empty.
      if (body && body.length > 0 && open.delete(uid)) {
        yield { uid, bytes: body };
      }
    }
  } catch (error) {
    // "Some of the requested messages no longer exist": the rest was delivered.
    if (!(error instanceof MessagesGoneError)) {
      throw error;
    }
  }
}

/** Yields what the server has, and takes it out of `open`. */
async function* readOnce(
  open: Set<number>,
  { fetch, session: { governor } }: ReadBodiesInput,
): AsyncGenerator<ImapMessageBody, void, void> {
  for (const group of splitUids([...open], governor.scale(UIDS_PER_FETCH))) {
    const asked = new Set(group);
    const isOurs = ({ uid }: FetchRow): boolean => asked.has(uid);
    yield* deliver(open, fetch({ uidSet: formatUidSet(group), items: 'BODY.PEEK[]', isOurs }));
    governor.progressed();
  }
}

/** The same across lost connections; gives up after a few losses in a row without any progress. */
async function* readAcrossLosses(
  open: Set<number>,
  input: ReadBodiesInput,
): AsyncGenerator<ImapMessageBody, void, void> {
  for (let losses = 1; ; losses += 1) {
    const before = open.size;
    try {
      yield* readOnce(open, input);
      return;
    } catch (error) {
      input.session.noteFailure(error);
      losses = open.size < before ? 1 : losses;
      await input.session.pauseBeforeRetry(error, losses, input.signal);
    }
  }
}

async function throwForWithheld(open: ReadonlySet<number>, input: ReadBodiesInput): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const present = await input.listUids();
      const withheld = [...open].filter((uid) => present.has(uid));
      if (withheld.length > 0) {
        throw new BodyMissingError(withheld);
      }
      return;
    } catch (error) {
      input.session.noteFailure(error);
      await input.session.pauseBeforeRetry(error, attempt, input.signal);
    }
  }
}

/**
 * Whole messages in the server's order, each UID once. Called again before the last call has ended, its
 * FETCH leaves behind the one that is being answered.
 */
export async function* readBodies(
  input: ReadBodiesInput,
): AsyncGenerator<ImapMessageBody, void, void> {
  const release = await input.session.share();
  try {
    const open = new Set(input.uids);
    yield* readAcrossLosses(open, input);
    if (open.size > 0) {
      yield* readAcrossLosses(open, input);
    }
    if (open.size > 0) {
      await throwForWithheld(open, input);
    }
  } finally {
    release();
  }
}
