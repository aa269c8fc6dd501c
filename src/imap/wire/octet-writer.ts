/** Writes octets in order and knows which of them were never handed to the socket. */
import type { Writable } from 'node:stream';

/** Small pieces are joined up to here, so that a pipeline of commands costs few system calls. */
const BATCH_MAX_BYTES = 64 * 1024;
/** Large messages go out in pieces, so that a lost link leaves the rest certainly unsent. */
const PIECE_BYTES = 256 * 1024;

interface Piece {
  readonly bytes: Buffer;
  readonly onHandedOver: (() => void) | null;
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
  #waiting: Piece[] = [];
  #next = 0;
  #writing = false;
  #stopped = false;

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  /** Queues octets; `onHandedOver` is called just before the last of them reaches the socket. */
  send(buffers: readonly Buffer[], onHandedOver: (() => void) | null = null): void {
    const pieces = buffers.flatMap((bytes) => (bytes.length > PIECE_BYTES ? cut(bytes) : [bytes]));
    for (const [i, bytes] of pieces.entries()) {
      this.#waiting.push({ bytes, onHandedOver: i === pieces.length - 1 ? onHandedOver : null });
    }
    this.#pump();
  }

  /** Nothing more goes out. */
  stop(): void {
    this.#stopped = true;
    this.#waiting = [];
    this.#next = 0;
  }

  #takeBatch(): Piece[] {
    const batch: Piece[] = [];
    let sizeBytes = 0;
    for (let piece = this.#waiting[this.#next]; piece; piece = this.#waiting[this.#next]) {
      if (batch.length > 0 && sizeBytes + piece.bytes.length > BATCH_MAX_BYTES) {
        break;
      }
      batch.push(piece);
      sizeBytes += piece.bytes.length;
      this.#next += 1;
    }
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    }
    return batch;
  }

  #pump(): void {
    if (this.#writing || this.#stopped) {
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
    const [first] = batch;
    const octets =
      batch.length === 1 && first ? first.bytes : Buffer.concat(batch.map((piece) => piece.bytes));
    this.#socket.write(octets, (error) => {
      this.#writing = false;
      if (!error) {
        this.#pump();
      }
    });
  }
}
