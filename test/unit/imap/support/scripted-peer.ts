/** The other end of a wire: a loopback socket on which a test plays the server line by line. */

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { WireSockets } from '../../../../src/imap/wire/wire-link.ts';

/** Reads what the client sends and says what the test wants. */
export class ScriptedPeer {
  readonly socket: Socket;
  #buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** The next line without CRLF; null when the client is gone. */
  async line(): Promise<string | null> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#buffer.toString('latin1', 0, end);
        this.#buffer = this.#buffer.subarray(end + 2);
        return line;
      }
      if (this.#ended) {
        return null;
      }
      await this.#more();
    }
  }

  async octets(count: number): Promise<Buffer> {
    while (this.#buffer.length < count && !this.#ended) {
      await this.#more();
    }
    const taken = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(count);
    return taken;
  }

  /** Reads a line, splits its tag off and expects the rest. Returns the tag. */
  async expect(command: string | RegExp): Promise<string> {
    const line = (await this.line()) ?? '(closed)';
    const [tag = ''] = line.split(' ');
    const rest = line.slice(tag.length + 1);
    const fits = typeof command === 'string' ? rest === command : command.test(rest);
    if (!fits) {
      throw new Error(`Expected ${String(command)}, the client sent: ${line}`);
    }
    return tag;
  }

  /** Reads an APPEND with a non-synchronising literal. Returns its tag. */
  async expectAppend(): Promise<{
    readonly tag: string;
    readonly bytes: Buffer;
    readonly line: string;
  }> {
    const line = (await this.line()) ?? '(closed)';
    const match = /^(\S+) APPEND .* \{(\d+)\+\}$/.exec(line);
    if (!match) {
      throw new Error(`Expected an eager APPEND, the client sent: ${line}`);
    }
    const bytes = await this.octets(Number(match[2]));
    await this.octets(2);
    return { tag: match[1] ?? '', bytes, line };
  }

  say(...lines: readonly string[]): void {
    this.socket.write(Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1'));
  }

  /** Resolves when the client has closed. */
  async closed(): Promise<void> {
    while (!this.#ended) {
      await this.#more();
    }
  }

  get unread(): Buffer {
    return this.#buffer;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** A client's sockets and the peer that plays its server. */
export interface WirePair {
  readonly sockets: WireSockets;
  readonly peer: ScriptedPeer;
}

const servers = new Set<Server>();
const sockets = new Set<Socket>();

/** Starts a listener for a test; `closeAll` ends it. */
export async function listen(onPeer: (peer: ScriptedPeer, n: number) => void): Promise<number> {
  let count = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    count += 1;
    onPeer(new ScriptedPeer(socket), count);
  });
  servers.add(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** A connected pair. */
export async function createWirePair(): Promise<WirePair> {
  const peers: ScriptedPeer[] = [];
  const port = await listen((peer) => peers.push(peer));
  const socket = connect(port, '127.0.0.1');
  sockets.add(socket);
  await once(socket, 'connect');
  while (peers.length === 0) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
  const [peer] = peers;
  if (!peer) {
    throw new Error('No peer');
  }
  return { sockets: { readSocket: socket, writeSocket: socket }, peer };
}

/** Ends everything that a test opened here. */
export function closeAll(): void {
  for (const socket of sockets) {
    socket.destroy();
  }
  for (const server of servers) {
    server.close();
  }
  sockets.clear();
  servers.clear();
}
