/** The JSON of an import, written piece by piece: the stream is never held in base64 as a whole. */

export interface StreamPieces {
  readonly sizeBytes: number;
  readonly pieces: readonly Buffer[];
}

export interface ImportBody {
  readonly sizeBytes: number;
  readonly body: Iterable<Buffer>;
}

/** A multiple of three, so that pieces of base64 can be put together. */
const PIECE_BYTES = 3 * 16 * 1024;

const base64Bytes = (bytes: number): number => 4 * Math.ceil(bytes / 3);

export function importBody(folderId: string, stream: StreamPieces): ImportBody {
  const head = Buffer.from(`{"FolderId":${JSON.stringify(folderId)},"Mode":"create","Data":"`);
  const tail = Buffer.from('"}');
  return {
    sizeBytes: head.length + base64Bytes(stream.sizeBytes) + tail.length,
    body: inOrder(head, stream, tail),
  };
}

function* inOrder(head: Buffer, { pieces }: StreamPieces, tail: Buffer): Generator<Buffer> {
  yield head;
  yield* base64Of(pieces);
  yield tail;
}

function* base64Of(pieces: readonly Buffer[]): Generator<Buffer> {
  const held = Buffer.allocUnsafe(PIECE_BYTES);
  let filled = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const length = piece.copy(held, filled, at);
      filled += length;
      at += length;
      if (filled === PIECE_BYTES) {
        yield Buffer.from(held.toString('base64'), 'latin1');
        filled = 0;
      }
    }
  }
  if (filled > 0) {
    yield Buffer.from(held.toString('base64', 0, filled), 'latin1');
  }
}
