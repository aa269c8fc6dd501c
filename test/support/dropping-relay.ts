/** A loopback relay that resets each connection once so many octets went through it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface DroppingRelay {
  readonly port: number;
  /** Connections that were reset. */
  drops(): number;
  close(): Promise<void>;
}

/** Counts what the server says, or what both say. `afterBytes` is never the end of a line: the last octets come, and then nothing. */
export async function startDroppingRelay(
  upstreamPort: number,
  afterBytes: number,
  counted: 'server' | 'both' = 'server',
): Promise<DroppingRelay> {
  const sockets = new Set<Socket>();
  let drops = 0;
  const server = createServer((client) => {
    const upstream = connect(upstreamPort, '127.0.0.1');
    let left = afterBytes;
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
    }
    client.pipe(upstream);
    client.on('data', (chunk: Buffer) => {
      left -= counted === 'both' ? chunk.length : 0;
      if (left <= 0 && counted === 'both' && !client.destroyed) {
        drops += 1;
        client.resetAndDestroy();
      }
    });
    upstream.on('data', (chunk: Buffer) => {
      if (left <= 0) {
        return;
      }
      left -= chunk.length;
      if (left > 0) {
        if (!client.write(chunk)) {
          upstream.pause();
          client.once('drain', () => upstream.resume());
        }
        return;
      }
      drops += 1;
      client.write(chunk.subarray(0, chunk.length + left), () => client.resetAndDestroy());
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    drops: () => drops,
    async close() {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}
