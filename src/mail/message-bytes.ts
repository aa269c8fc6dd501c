/** The bytes of one message: in memory, or, where they are many, in a file that has no name. */

/** Larger messages are read piece by piece and never held in memory as a whole. */
export const SPOOLED_ABOVE_BYTES = 8 * 1024 * 1024;

/** What a message on disk costs in memory: the pieces that are under way on either side. */
const SPOOLED_HELD_BYTES = 8 * 1024 * 1024;

export type MessageBytes = Buffer | SpooledMessage;

/** A message on disk. Whoever holds it last closes it; a process that dies leaves nothing behind. */
export interface SpooledMessage {
  readonly length: number;
  /** Of all bytes, in hex. */
  readonly sha256: string;
  /** The beginning: the header block, if it is no longer than a mebibyte. */
  readonly head: Buffer;
  /** What a target may not take, found while the message came in. */
  readonly findings: ContentFindings;
  /** All bytes from `start` on, in pieces; each is good until the next one is asked for. */
  read(start: number): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

export interface ContentFindings {
  readonly hasNul: boolean;
  /** A CR without LF, or an LF without CR. */
  readonly hasBareLineEnd: boolean;
  /** Line end included. */
  readonly longestLineBytes: number;
}

/** What a message of this size holds in memory while it is on its way. */
export function heldBytesOf(sizeBytes: number): number {
  return sizeBytes > SPOOLED_ABOVE_BYTES ? SPOOLED_HELD_BYTES : sizeBytes;
}

/** The same message with other bytes before `from`, which the caller has looked at. */
export function withBeginning(
  content: SpooledMessage,
  beginning: Buffer,
  from: number,
): SpooledMessage {
  return {
    ...content,
    length: beginning.length + content.length - from,
    head: beginning,
    async *read(start) {
      if (start < beginning.length) {
        yield beginning.subarray(start);
      }
      yield* content.read(from + Math.max(0, start - beginning.length));
    },
  };
}

/** All bytes at once, for the few that must be rewritten. */
export async function readWhole(content: SpooledMessage): Promise<Buffer> {
  const whole = Buffer.allocUnsafe(content.length);
  let at = 0;
  for await (const piece of content.read(0)) {
    at += piece.copy(whole, at);
  }
  return whole.subarray(0, at);
}

/** Lets go of a file; nothing to do for bytes in memory. */
export async function closeBytes(content: MessageBytes): Promise<void> {
  if (!Buffer.isBuffer(content)) {
    await content.close();
  }
}

/**
 * Gives the memory of a message back at once. The collector would find it much later, since it sees small
 * wrappers and not the octets behind them. Whoever reads it afterwards finds nothing; so only for a message
 * that no socket may still be writing.
 */
export function freeBytes(content: MessageBytes): void {
  // A piece of something larger does not own what it lies in.
  if (Buffer.isBuffer(content) && content.buffer.byteLength === content.length) {
    const memory = content.buffer;
    if (memory instanceof ArrayBuffer) {
      memory.transfer(0);
    }
  }
}

/** Looks at a message piece by piece. */
export function createContentScan(): {
  add(piece: Buffer): void;
  findings(): ContentFindings;
} {
  let hasNul = false;
  let hasBareLineEnd = false;
  let longest = 0;
  let lineBytes = 0;
  let endsWithCr = false;
  const LF = 10;
  const CR = 13;
  const countLineEnds = (piece: Buffer): void => {
    let start = 0;
    for (let lf = piece.indexOf(LF); lf >= 0; lf = piece.indexOf(LF, start)) {
      const before = lf === 0 ? endsWithCr : piece[lf - 1] === CR;
      hasBareLineEnd ||= !before;
      longest = Math.max(longest, lineBytes + lf + 1 - start);
      lineBytes = 0;
      start = lf + 1;
    }
    lineBytes += piece.length - start;
  };
  const findBareCr = (piece: Buffer): void => {
    hasBareLineEnd ||= endsWithCr && piece[0] !== LF;
    for (let cr = piece.indexOf(CR); cr >= 0 && !hasBareLineEnd; cr = piece.indexOf(CR, cr + 1)) {
      hasBareLineEnd = cr + 1 < piece.length && piece[cr + 1] !== LF;
    }
  };
  return {
    add(piece) {
      if (piece.length === 0) {
        return;
      }
      hasNul ||= piece.includes(0);
      countLineEnds(piece);
      findBareCr(piece);
      endsWithCr = piece.at(-1) === CR;
    },
    findings: () => ({
      hasNul,
      hasBareLineEnd: hasBareLineEnd || endsWithCr,
      // On the wire CRLF follows the last line.
      longestLineBytes: Math.max(longest, lineBytes + 2),
    }),
  };
}
