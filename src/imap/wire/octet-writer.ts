/** Writes octets in order and knows which of them were never handed to the socket. */
import type { Writable } from 'node:stream';

/** Small pieces leave together up to here, so that a pipeline of commands costs few system calls. */
const BATCH_MAX_BYTES = 64 * 1024;
/** Large messages go out in pieces, so that a lost link leaves the rest certainly unsent. */
const PIECE_BYTES = 256 * 1024;

const NOTHING = Buffer.alloc(0);

interface Piece {
  readonly bytes: Buffer;
  readonly onHandedOver: (() => void) | null;
}

/** Octets that are read from elsewhere while they are written. */
interface Stream {
  readonly pieces: AsyncIterable<Buffer>;
  readonly sizeBytes: number;
  readonly onFailure: (cause: unknown) => void;
}

function cut(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    pieces.push(bytes.subarray(at, at + PIECE_BYTES));
  }
  return pieces;
}

/**
 * One write at a time is left to the socket: what waits here was certainly not sent. A write that
 * the socket took counts as sent, whatever its callback says, because a part of it may have gone out.
 */
export class OctetWriter {
  readonly #socket: Writable;
  #waiting: (Piece | Stream)[] = [];
  #next = 0;
  #writing = false;
  #stopped = false;

  readonly #mayWrite: () => boolean;

  constructor(socket: Writable, mayWrite: () => boolean = () => true) {
    this.#socket = socket;
    this.#mayWrite = mayWrite;
  }

  /** Queues octets; `onHandedOver` is called just before the last of them reaches the socket. */
  send(buffers: readonly Buffer[], onHandedOver: (() => void) | null = null): void {
    const pieces = buffers.flatMap((bytes) => (bytes.length > PIECE_BYTES ? cut(bytes) : [bytes]));
    for (const [i, bytes] of pieces.entries()) {
      this.#waiting.push({ bytes, onHandedOver: i === pieces.length - 1 ? onHandedOver : null });
    }
    this.#pump();
  }

  /** Queues `sizeBytes` octets that are read when their turn comes; fewer or more are a failure. */
  sendStream(
    pieces: AsyncIterable<Buffer>,
    sizeBytes: number,
    onFailure: (cause: unknown) => void,
  ): void {
    this.#waiting.push({ pieces, sizeBytes, onFailure });
    this.#pump();
  }

  /** Nothing more goes out. */
  stop(): void {
    this.#stopped = true;
    this.#waiting = [];
    this.#next = 0;
  }

  /** The mailbox may be another's by now: what waits here must never follow. */
  #isForbidden(): boolean {
    if (this.#mayWrite()) {
      return false;
    }
    this.stop();
    this.#socket.destroy();
    return true;
  }

  #takeBatch(): Piece[] {
    const batch: Piece[] = [];
    let sizeBytes = 0;
    for (let piece = this.#waiting[this.#next]; piece; piece = this.#waiting[this.#next]) {
      if ('pieces' in piece) {
        break;
      }
      if (batch.length > 0 && sizeBytes + piece.bytes.length > BATCH_MAX_BYTES) {
        break;
      }
      batch.push(piece);
      sizeBytes += piece.bytes.length;
      this.#next += 1;
    }
    this.#forgetTaken();
    return batch;
  }

  #takeStream(): Stream | null {
    const first = this.#waiting[this.#next];
    if (first === undefined || !('pieces' in first)) {
      return null;
    }
    this.#next += 1;
    this.#forgetTaken();
    return first;
  }

  #forgetTaken(): void {
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    }
  }

  async #writeStream({ pieces, sizeBytes, onFailure }: Stream): Promise<void> {
    let left = sizeBytes;
    try {
      for await (const piece of pieces) {
        left -= piece.length;
        if (left < 0 || this.#stopped || this.#isForbidden()) {
          break;
        }
        await new Promise<void>((resolve, reject) => {
          this.#socket.write(piece, (error) => (error ? reject(error) : resolve()));
        });
      }
      if (left !== 0) {
        throw new RangeError('not as many octets as were announced');
      }
    } catch (error) {
      onFailure(error);
      return;
    }
    this.#writing = false;
    this.#pump();
  }

  #pump(): void {
    if (this.#writing || this.#stopped || this.#isForbidden()) {
      return;
    }
    const stream = this.#takeStream();
    if (stream !== null) {
      this.#writing = true;
      void this.#writeStream(stream);
      return;
    }
    const batch = this.#takeBatch();
    if (batch.length === 0) {
      return;
    }
    this.#writing = true;
    for (const piece of batch) {
      piece.onHandedOver?.();
    }
    // Corked, they go out with one system call and nothing is copied.
    this.#socket.cork();
    for (const { bytes } of batch.slice(0, -1)) {
      this.#socket.write(bytes);
    }
    this.#socket.write(batch.at(-1)?.bytes ?? NOTHING, (error) => {
      this.#writing = false;
      if (!error) {
        this.#pump();
      }
    });
    this.#socket.uncork();
  }
}
