/**
 * Reads one large message in pieces into the spool: `BODY.PEEK[]<offset.length>` (RFC 9051 section 6.4.5),
 * a few in flight, so that neither memory nor the round trip counts. What is on disk stays when a link is
 * lost: a message never changes under its UID and UIDVALIDITY, and reading goes on where it ended.
 */
import { freeBytes, type SpooledMessage } from '../mail/message-bytes.ts';
import type { FetchQuery, FetchRow } from './commands/fetch-rows.ts';
import type { ControlSession } from './control-session.ts';
import { BodyMissingError, MessagesGoneError, ProtocolViolationError } from './errors.ts';
import type { Spool, SpoolWriter } from './spool.ts';

export interface ReadLargeInput {
  readonly uid: number;
  readonly session: ControlSession;
  readonly spool: Spool;
  readonly fetch: (query: FetchQuery) => AsyncIterable<FetchRow>;
  /** The UIDs that are in the folder now, held against EXISTS. */
  readonly listUids: () => Promise<ReadonlySet<number>>;
  readonly signal: AbortSignal;
}

const PIECE_BYTES = 1024 * 1024;
/** As much as a fast link has under way in a tenth of a second. */
const PIECES_IN_FLIGHT = 8;

/** The whole message, or null where it is no longer in the folder; one without a body throws. */
export async function readLarge(input: ReadLargeInput): Promise<SpooledMessage | null> {
  const release = await input.session.share();
  try {
    const content =
      (await spooled(input, readPieces)) ??
      // The pieces and RFC822.SIZE tell different stories: a literal of the whole has one length.
      (await spooled(input, readAsOne));
    if (content === null && (await input.listUids()).has(input.uid)) {
      const withheld = new BodyMissingError([input.uid]);
      input.session.noteFailure(withheld);
      throw withheld;
    }
    input.session.governor.progressed();
    return content;
  } finally {
    release();
  }
}

/** Resolves to true where all of the message is written. */
type Reading = (writer: SpoolWriter, input: ReadLargeInput) => Promise<boolean>;

async function spooled(input: ReadLargeInput, read: Reading): Promise<SpooledMessage | null> {
  const writer = await input.spool.begin();
  try {
    if (await readAcrossLosses(writer, input, read)) {
      return writer.finish();
    }
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  await writer.abandon();
  return null;
}

async function readAcrossLosses(
  writer: SpoolWriter,
  input: ReadLargeInput,
  read: Reading,
): Promise<boolean> {
  for (let losses = 1; ; losses += 1) {
    const before = writer.length;
    try {
      return await read(writer, input);
    } catch (error) {
      input.session.noteFailure(error);
      losses = writer.length > before ? 1 : losses;
      await input.session.pauseBeforeRetry(error, losses, input.signal);
    }
  }
}

/** Goes on behind what is written; the end is a short piece at the length that the server announced. */
async function readPieces(writer: SpoolWriter, input: ReadLargeInput): Promise<boolean> {
  const asked: Promise<Piece | null>[] = [];
  let next = writer.length;
  let end = Infinity;
  try {
    for (;;) {
      while (next <= end && asked.length < input.session.governor.scale(PIECES_IN_FLIGHT)) {
        const piece = readPiece(next, input);
        piece.catch(() => undefined);
        asked.push(piece);
        next += PIECE_BYTES;
      }
      const piece = await asked.shift();
      if (!piece) {
        return false;
      }
      end = piece.announcedBytes ?? Infinity;
      await writer.write(piece.bytes);
      const isLast = piece.bytes.length < PIECE_BYTES;
      freeBytes(piece.bytes);
      if (isLast) {
        return writer.length > 0 && writer.length === piece.announcedBytes;
      }
    }
  } finally {
    await Promise.allSettled(asked);
  }
}

interface Piece {
  /** Empty behind the end. */
  readonly bytes: Buffer;
  /** RFC822.SIZE. */
  readonly announcedBytes: number | null;
}

/** Null where the server gives no such row, or one without content. */
async function readPiece(offset: number, { uid, fetch }: ReadLargeInput): Promise<Piece | null> {
  let found: Piece | null = null;
  const items = `RFC822.SIZE BODY.PEEK[]<${offset}.${PIECE_BYTES}>`;
  // Pieces that are under way together may come in any order.
  const isOurs = (row: FetchRow): boolean =>
    row.uid === uid && (row.partial === null || row.partial.offset === offset);
  for await (const row of knownRows(fetch({ uidSet: String(uid), items, isOurs }))) {
    if (row.partial !== null) {
      found = pieceOf(row.partial.bytes, row.sizeBytes);
    }
  }
  return found;
}

function pieceOf(bytes: Buffer, announcedBytes: number | null): Piece {
  if (bytes.length > PIECE_BYTES) {
    throw new ProtocolViolationError('piece-too-long');
  }
  return { bytes, announcedBytes };
}

async function readAsOne(writer: SpoolWriter, { uid, fetch }: ReadLargeInput): Promise<boolean> {
  for await (const { uid: found, body } of knownRows(
    fetch({ uidSet: String(uid), items: 'BODY.PEEK[]' }),
  )) {
    if (found === uid && body !== null && writer.length === 0) {
      await writer.write(body);
    }
  }
  return writer.length > 0;
}

/** "Some of the requested messages no longer exist" ends the rows like any other end. */
async function* knownRows(rows: AsyncIterable<FetchRow>): AsyncGenerator<FetchRow, void, void> {
  try {
    yield* rows;
  } catch (error) {
    if (!(error instanceof MessagesGoneError)) {
      throw error;
    }
  }
}
