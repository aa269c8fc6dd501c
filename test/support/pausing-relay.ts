/** A loopback relay that can hold everything back, as a network does that loses each packet for a while. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface PausingRelay {
  readonly port: number;
  /** Nothing passes any more, and new connections are not answered; nobody is told. */
  pause(): void;
  /** All that was held back goes on. */
  resume(): void;
  close(): void;
}

/** Starts a relay to a port of this machine. */
export async function startPausingRelay(upstreamPort: number): Promise<PausingRelay> {
  const sockets = new Set<Socket>();
  let isPaused = false;
  const server = createServer((client) => {
    const upstream = connect(upstreamPort, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from
        .on('data', (chunk: Buffer) => to.write(chunk))
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(from);
          to.destroy();
        });
      if (isPaused) {
        from.pause();
      }
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    pause() {
      isPaused = true;
      sockets.forEach((socket) => socket.pause());
    },
    resume() {
      isPaused = false;
      sockets.forEach((socket) => socket.resume());
    },
    close() {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}
