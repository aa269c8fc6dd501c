/** Cuts the content of a stream into TransferBuffers where it may be cut. */
import { FRAME, MAX_BUFFER_BYTES, type PropertyName } from './properties.ts';

const HEAD_BYTES = 8;

/** Room for the small octets between large values. */
const SCRATCH_BYTES = 4096;

/** Values from here on are passed on as they are, smaller ones are copied: a piece has its price, too. */
const VIEW_FROM_BYTES = 1024;

/** Opcode and length of a frame. */
export function frameHead(opcode: number, length: number): Buffer {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt32LE(opcode, 0);
  head.writeUInt32LE(length, 4);
  return head;
}

export interface FrameWriter {
  /** A marker, a count, a length: four octets that stay together. */
  word(value: number): void;
  /** Two words: a deletion and what it deletes. */
  pair(first: number, second: number): void;
  /** Type, then id. */
  tag(tag: number): void;
  name(name: PropertyName): void;
  /** Octets that stay together. */
  atom(octets: Buffer): void;
  /** Octets that may be cut at any multiple of `unit`. */
  variable(octets: Buffer, unit: 1 | 2): void;
  finish(): { readonly sizeBytes: number; readonly pieces: readonly Buffer[] };
}

export function createFrameWriter(): FrameWriter {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  let scratch = Buffer.allocUnsafe(SCRATCH_BYTES);
  /** What of `scratch` is handed on already, and what is written. */
  let flushed = 0;
  let at = 0;
  /** Where the head of the open frame lies; its length is known at its end. */
  let head: Buffer | null = null;
  let frameBytes = 0;

  const flush = (): void => {
    if (at > flushed) {
      pieces.push(scratch.subarray(flushed, at));
      flushed = at;
    }
  };
  const reserve = (bytes: number): void => {
    if (at + bytes > scratch.length) {
      flush();
      scratch = Buffer.allocUnsafe(Math.max(SCRATCH_BYTES, bytes));
      flushed = 0;
      at = 0;
    }
  };
  const closeFrame = (): void => {
    head?.writeUInt32LE(frameBytes, 4);
    head = null;
    sizeBytes += frameBytes;
    frameBytes = 0;
  };
  const openFrame = (): void => {
    reserve(HEAD_BYTES);
    head = scratch.subarray(at, at + HEAD_BYTES);
    head.writeUInt32LE(FRAME.transferBuffer, 0);
    at += HEAD_BYTES;
    sizeBytes += HEAD_BYTES;
  };
  /** Makes sure that so many octets fit into the open frame, and into the scratch. */
  const together = (bytes: number): void => {
    if (head !== null && frameBytes + bytes > MAX_BUFFER_BYTES) {
      closeFrame();
    }
    if (head === null) {
      openFrame();
    }
    reserve(bytes);
    frameBytes += bytes;
  };
  const copy = (octets: Buffer): void => {
    scratch.set(octets, at);
    at += octets.length;
  };
  const put = (value: number): void => {
    at = scratch.writeUInt32LE(value, at);
  };

  return {
    word(value) {
      together(4);
      put(value);
    },
    pair(first, second) {
      together(8);
      put(first);
      put(second);
    },
    tag(tag) {
      together(4);
      // In the stream the type comes first; as one little-endian number that is the tag itself.
      put(tag);
    },
    name({ set, key }) {
      together(17);
      copy(set);
      scratch[at] = typeof key === 'number' ? 0 : 1;
      at += 1;
      if (typeof key === 'number') {
        together(4);
        put(key);
      } else {
        const text = Buffer.from(`${key}\0`, 'utf16le');
        together(text.length);
        copy(text);
      }
    },
    atom(octets) {
      together(octets.length);
      copy(octets);
    },
    variable(octets, unit) {
      for (let start = 0; start < octets.length; ) {
        together(0);
        const room = MAX_BUFFER_BYTES - frameBytes;
        const length = Math.min(octets.length - start, room - (room % unit));
        if (length === 0) {
          closeFrame();
          continue;
        }
        const part = octets.subarray(start, start + length);
        frameBytes += length;
        start += length;
        if (length < VIEW_FROM_BYTES) {
          reserve(length);
          copy(part);
        } else {
          flush();
          pieces.push(part);
        }
      }
    },
    finish() {
      closeFrame();
      flush();
      return { sizeBytes, pieces };
    },
  };
}
