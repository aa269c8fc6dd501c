/** A place on disk for messages that are too large for memory. */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { createContentScan, type SpooledMessage } from '../mail/message-bytes.ts';

/** Makes files that nobody else can open: mode 0600, and without a name from the beginning. */
export interface Spool {
  begin(): Promise<SpoolWriter>;
}

/** One message on its way to disk. */
export interface SpoolWriter {
  readonly length: number;
  write(piece: Buffer): Promise<void>;
  /** All of it is there; whoever takes it closes it. */
  finish(): SpooledMessage;
  /** Gives up and leaves nothing. */
  abandon(): Promise<void>;
}

const HEAD_MAX_BYTES = 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

/** A spool in a folder that is made when it is needed. */
export function createSpool(directory: string): Spool {
  return {
    async begin() {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const name = path.join(directory, randomUUID());
      const file = await open(name, 'wx+', 0o600);
      // A process that is killed leaves no mail on disk: the file goes with its last descriptor.
      await unlink(name);
      const hash = createHash('sha256');
      const scan = createContentScan();
      const head: Buffer[] = [];
      let length = 0;
      return {
        get length(): number {
          return length;
        },
        async write(piece) {
          if (length < HEAD_MAX_BYTES) {
            head.push(Buffer.from(piece.subarray(0, HEAD_MAX_BYTES - length)));
          }
          hash.update(piece);
          scan.add(piece);
          let at = 0;
          while (at < piece.length) {
            const { bytesWritten } = await file.write(piece, at, piece.length - at, length + at);
            at += bytesWritten;
          }
          length += piece.length;
        },
        finish: () => ({
          length,
          sha256: hash.digest('hex'),
          head: Buffer.concat(head),
          findings: scan.findings(),
          ...readerOf(file, length),
        }),
        abandon: () => file.close(),
      };
    },
  };
}

/** A server may answer before it has all octets: the file stays open until nobody reads it. */
function readerOf(file: FileHandle, length: number): Pick<SpooledMessage, 'read' | 'close'> {
  let readers = 0;
  let isClosing = false;
  const closeUnread = async (): Promise<void> => {
    if (isClosing && readers === 0) {
      await file.close();
    }
  };
  return {
    async *read(start) {
      readers += 1;
      try {
        const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, length - start));
        for (let at = start; at < length; ) {
          const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, length - at), at);
          if (bytesRead === 0) {
            return;
          }
          at += bytesRead;
          yield piece.subarray(0, bytesRead);
        }
      } finally {
        readers -= 1;
        await closeUnread();
      }
    },
    async close() {
      isClosing = true;
      await closeUnread();
    },
  };
}
