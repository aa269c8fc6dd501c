/**
 * A loopback relay that counts how often a client speaks after it has heard something: its round trips.
 * What the server says takes a while, so that commands that are sent together are seen together.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface CountingRelay {
  readonly port: number;
  /** Since the last call. */
  turns(): number;
  close(): void;
}

const ANSWER_MS = 40;

export async function startCountingRelay(upstreamPort: number): Promise<CountingRelay> {
  const sockets = new Set<Socket>();
  let turns = 0;
  const server = createServer((client) => {
    const upstream = connect(upstreamPort, '127.0.0.1');
    let hasHeard = false;
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined).on('close', () => other.destroy());
    }
    client.on('data', () => {
      turns += hasHeard ? 1 : 0;
      hasHeard = false;
    });
    upstream.on('data', (chunk: Buffer) => {
      setTimeout(() => {
        hasHeard = true;
        client.write(chunk);
      }, ANSWER_MS);
    });
    client.pipe(upstream);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    turns: () => {
      const counted = turns;
      turns = 0;
      return counted;
    },
    close() {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}
