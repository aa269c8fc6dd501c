import type { Socket } from 'node:net';

/** The client is gone, or a fault cut the line. */
export class ConnectionEndedError extends Error {
  override readonly name = 'ConnectionEndedError';
}

/** Pulls octets from a socket; stops reading from it when nobody pulls. */
export interface ByteSource {
  /** One line without its end; `bareLf` where the CR was missing, `tooLong` where it was cut at `maxBytes`. */
  readLine(maxBytes: number): Promise<{ line: Buffer; bareLf: boolean; tooLong: boolean }>;
  /** The next octets, at most `maxBytes` of them. */
  readSome(maxBytes: number): Promise<Buffer>;
  /** Puts octets back in front. */
  unread(bytes: Buffer): void;
}

const HIGH_WATER_BYTES = 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;

function createChunkQueue(socket: Socket): {
  shift: () => Promise<Buffer>;
  unshift: (bytes: Buffer) => void;
} {
  const chunks: Buffer[] = [];
  let bufferedBytes = 0;
  let ended = false;
  let wake: () => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bufferedBytes += chunk.length;
    if (bufferedBytes > HIGH_WATER_BYTES) {
      socket.pause();
    }
    wake();
  });
  const end = (): void => {
    ended = true;
    wake();
  };
  socket.on('end', end).on('close', end).on('error', end);
  return {
    shift: async () => {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk !== undefined) {
          bufferedBytes -= chunk.length;
          if (bufferedBytes <= HIGH_WATER_BYTES && socket.isPaused()) {
            socket.resume();
          }
          return chunk;
        }
        if (ended) {
          throw new ConnectionEndedError('the client closed the connection');
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    unshift: (bytes) => {
      if (bytes.length > 0) {
        chunks.unshift(bytes);
        bufferedBytes += bytes.length;
      }
    },
  };
}

/** Wraps a connected socket. */
export function createByteSource(socket: Socket): ByteSource {
  const queue = createChunkQueue(socket);
  return {
    unread: queue.unshift,
    readSome: async (maxBytes) => {
      const chunk = await queue.shift();
      queue.unshift(chunk.subarray(maxBytes));
      return chunk.subarray(0, maxBytes);
    },
    readLine: async (maxBytes) => {
      const parts: Buffer[] = [];
      let keptBytes = 0;
      let tooLong = false;
      for (;;) {
        const chunk = await queue.shift();
        const lf = chunk.indexOf(LF);
        const part = lf < 0 ? chunk : chunk.subarray(0, lf);
        tooLong ||= keptBytes + part.length > maxBytes + 1;
        const kept = part.subarray(0, maxBytes + 1 - keptBytes);
        parts.push(kept);
        keptBytes += kept.length;
        if (lf >= 0) {
          queue.unshift(chunk.subarray(lf + 1));
          const whole = Buffer.concat(parts);
          const bareLf = !tooLong && whole.at(-1) !== CR;
          return { line: bareLf || tooLong ? whole : whole.subarray(0, -1), bareLf, tooLong };
        }
      }
    },
  };
}
