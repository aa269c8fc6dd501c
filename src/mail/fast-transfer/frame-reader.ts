/** Takes the outer frames of a stream apart, and reads its content across the ends of TransferBuffers. */
import { BrokenStreamError, type StreamFault } from './errors.ts';
import { CONFIG_DATA, FRAME, INTERFACE_DATA, MAX_BUFFER_BYTES } from './properties.ts';

const HEAD_BYTES = 8;
const VERSION_BYTES = 6;

/** Bit of the second word of a version: six octets follow the new layout. */
const VERSION_BIT = 0x8000;

interface Piece {
  readonly start: number;
  readonly end: number;
}

export interface StreamFrames {
  readonly version: Buffer;
  readonly content: ContentReader;
}

/** Reads the header and the frames; throws BrokenStreamError. */
export function readFrames(stream: Buffer): StreamFrames {
  let at = 0;
  const fail = (fault: StreamFault): never => {
    throw new BrokenStreamError(fault, at);
  };
  const frame = (): { readonly opcode: number; readonly data: Piece } => {
    if (at + HEAD_BYTES > stream.length) {
      fail('cut-short');
    }
    const opcode = stream.readUInt32LE(at);
    const length = stream.readUInt32LE(at + 4);
    if (opcode < FRAME.config || opcode > FRAME.tellVersion) {
      fail('unknown-frame');
    }
    if (opcode === FRAME.transferBuffer && length > MAX_BUFFER_BYTES) {
      fail('buffer-too-large');
    }
    if (length > stream.length - at - HEAD_BYTES) {
      fail('cut-short');
    }
    const start = at + HEAD_BYTES;
    return { opcode, data: { start, end: start + length } };
  };
  const expectFrame = (
    wanted: number,
    isRight: (data: Buffer) => boolean,
    fault: StreamFault,
  ): Buffer => {
    const { opcode, data } = frame();
    if (opcode !== wanted) {
      fail('frame-out-of-order');
    }
    const octets = stream.subarray(data.start, data.end);
    if (!isRight(octets)) {
      fail(fault);
    }
    at = data.end;
    return octets;
  };
  expectFrame(FRAME.config, (data) => data.equals(CONFIG_DATA), 'wrong-config');
  expectFrame(FRAME.isInterfaceOk, (data) => data.equals(INTERFACE_DATA), 'wrong-interface');
  const version = expectFrame(FRAME.tellVersion, isVersion, 'wrong-version');
  const pieces: Piece[] = [];
  while (at < stream.length) {
    const { opcode, data } = frame();
    if (opcode !== FRAME.transferBuffer) {
      fail('frame-out-of-order');
    }
    if (data.end > data.start) {
      pieces.push(data);
    }
    at = data.end;
  }
  if (pieces.length === 0) {
    fail('no-content');
  }
  return { version, content: new ContentReader(stream, pieces) };
}

function isVersion(data: Buffer): boolean {
  return data.length === VERSION_BYTES && (data.readUInt16LE(2) & VERSION_BIT) !== 0;
}

/** Reads atoms, which no frame may cut, and values, which lie over as many frames as they need. */
export class ContentReader {
  readonly #stream: Buffer;
  readonly #pieces: readonly Piece[];
  #index = 0;
  #at: number;
  #end: number;
  /** Octets of content that are left, so that no length is believed that cannot be. */
  #left: number;

  constructor(stream: Buffer, pieces: readonly Piece[]) {
    this.#stream = stream;
    this.#pieces = pieces;
    this.#at = pieces[0]?.start ?? 0;
    this.#end = pieces[0]?.end ?? 0;
    this.#left = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** Where the reader stands in the stream. */
  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#left;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  /** A number that stays together. */
  word(): number {
    return this.#stream.readUInt32LE(this.#take(4));
  }

  /** The next word, which stays where it is. */
  peek(): number {
    this.#advance();
    if (this.#end - this.#at < 4) {
      throw new BrokenStreamError(this.#left < 4 ? 'cut-short' : 'cut-inside-atom', this.#at);
    }
    return this.#stream.readUInt32LE(this.#at);
  }

  octet(): number {
    return this.#stream.readUInt8(this.#take(1));
  }

  /** Octets that stay together: a view. */
  atom(bytes: number): Buffer {
    const at = this.#take(bytes);
    return this.#stream.subarray(at, at + bytes);
  }

  /** A value of that length: a view where it lies in one frame; `unit` is what no frame may cut. */
  variable(bytes: number, unit: 1 | 2): Buffer {
    if (bytes > this.#left) {
      throw new BrokenStreamError('value-too-long', this.#at);
    }
    this.#advance();
    if (bytes <= this.#end - this.#at) {
      return this.atom(bytes);
    }
    const value = Buffer.allocUnsafe(bytes);
    for (let filled = 0; filled < bytes; ) {
      this.#advance();
      const length = Math.min(bytes - filled, this.#end - this.#at);
      if (filled + length < bytes && (filled + length) % unit !== 0) {
        throw new BrokenStreamError('cut-inside-character', this.#at);
      }
      this.#stream.copy(value, filled, this.#at, this.#at + length);
      filled += length;
      this.#at += length;
      this.#left -= length;
    }
    return value;
  }

  /** Steps into the next frame where this one is read. */
  #advance(): void {
    while (this.#at === this.#end && this.#index + 1 < this.#pieces.length) {
      this.#index += 1;
      const piece = this.#pieces[this.#index];
      this.#at = piece?.start ?? 0;
      this.#end = piece?.end ?? 0;
    }
  }

  #take(bytes: number): number {
    if (bytes === 0) {
      return this.#at;
    }
    this.#advance();
    const at = this.#at;
    if (bytes > this.#end - at) {
      throw new BrokenStreamError(bytes > this.#left ? 'cut-short' : 'cut-inside-atom', at);
    }
    this.#at = at + bytes;
    this.#left -= bytes;
    return at;
  }
}
