import type { Socket } from 'node:net';

/** One answer: its text with the literals cut out (each leaves its `{n}`), and the literals. */
export interface ImapResponse {
  readonly text: string;
  readonly literals: readonly Buffer[];
}

interface Partial {
  text: string;
  literals: Buffer[];
}

/** Reads a server's answers one by one; null once it closed the connection. */
export function createResponseReader(socket: Socket): { next: () => Promise<ImapResponse | null> } {
  const chunks: Buffer[] = [];
  let bufferedBytes = 0;
  let ended = false;
  let wake: () => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bufferedBytes += chunk.length;
    wake();
  });
  socket.on('close', () => {
    ended = true;
    wake();
  });

  async function more(): Promise<boolean> {
    if (ended) {
      return false;
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    return true;
  }

  /** Up to `sizeBytes` from the front; what lies behind is not copied. */
  function take(sizeBytes: number): Buffer {
    const taken: Buffer[] = [];
    let leftBytes = sizeBytes;
    while (leftBytes > 0) {
      const [first] = chunks;
      if (first === undefined) {
        break;
      }
      taken.push(first.subarray(0, leftBytes));
      if (first.length > leftBytes) {
        chunks[0] = first.subarray(leftBytes);
      } else {
        chunks.shift();
      }
      leftBytes -= Math.min(first.length, leftBytes);
    }
    bufferedBytes -= sizeBytes - leftBytes;
    return taken.length === 1 && taken[0] !== undefined ? taken[0] : Buffer.concat(taken);
  }

  /** How many octets the first line has with its end; null while that has not come. */
  function lineLength(): number | null {
    let beforeBytes = 0;
    for (const chunk of chunks) {
      const lf = chunk.indexOf('\n');
      if (lf >= 0) {
        return beforeBytes + lf + 1;
      }
      beforeBytes += chunk.length;
    }
    return null;
  }

  async function line(): Promise<string | null> {
    for (;;) {
      const sizeBytes = lineLength();
      if (sizeBytes !== null) {
        return take(sizeBytes)
          .toString('latin1')
          .replace(/\r?\n$/u, '');
      }
      if (!(await more())) {
        return null;
      }
    }
  }

  async function exactly(sizeBytes: number): Promise<Buffer | null> {
    for (;;) {
      if (bufferedBytes >= sizeBytes) {
        return take(sizeBytes);
      }
      if (!(await more())) {
        return null;
      }
    }
  }

  async function next(): Promise<ImapResponse | null> {
    const response: Partial = { text: '', literals: [] };
    for (;;) {
      const text = await line();
      if (text === null) {
        return null;
      }
      response.text += text;
      const size = /\{(\d+)\}$/u.exec(text)?.[1];
      if (size === undefined) {
        return response;
      }
      const literal = await exactly(Number(size));
      if (literal === null) {
        return null;
      }
      response.literals.push(literal);
    }
  }

  return { next };
}
