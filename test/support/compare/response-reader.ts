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

  function takeAll(): Buffer {
    const all = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    chunks.length = 0;
    bufferedBytes = 0;
    return all;
  }

  function putBack(bytes: Buffer): void {
    if (bytes.length > 0) {
      chunks.unshift(bytes);
      bufferedBytes += bytes.length;
    }
  }

  async function line(): Promise<string | null> {
    for (;;) {
      const all = takeAll();
      const end = all.indexOf('\r\n');
      putBack(end < 0 ? all : all.subarray(end + 2));
      if (end >= 0) {
        return all.subarray(0, end).toString('latin1');
      }
      if (!(await more())) {
        return null;
      }
    }
  }

  async function exactly(sizeBytes: number): Promise<Buffer | null> {
    for (;;) {
      if (bufferedBytes >= sizeBytes) {
        const all = takeAll();
        putBack(all.subarray(sizeBytes));
        return all.subarray(0, sizeBytes);
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
