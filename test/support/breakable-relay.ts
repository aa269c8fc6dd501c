/** A loopback relay that can be closed, so that a server "cannot be reached", and opened again. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface BreakableRelay {
  readonly port: number;
  /** Where connections go from now on. */
  aim(upstreamPort: number): void;
  /** Cuts every connection and refuses new ones. */
  break(): Promise<void>;
  /** Listens again on the same port, if it does not. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a relay that listens; aim it before the first connection. */
export async function startBreakableRelay(): Promise<BreakableRelay> {
  const sockets = new Set<Socket>();
  let upstreamPort = 0;
  const keep = (socket: Socket, other: () => Socket): void => {
    sockets.add(socket);
    socket
      .on('error', () => socket.destroy())
      .on('close', () => {
        sockets.delete(socket);
        other().destroy();
      });
  };
  const onClient = (client: Socket): void => {
    const upstream = connect(upstreamPort, '127.0.0.1');
    keep(client, () => upstream);
    keep(upstream, () => client);
    client.pipe(upstream).pipe(client);
  };
  const listen = async (port: number): Promise<Server> => {
    const server = createServer(onClient).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await listen(0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stop = async (): Promise<void> => {
    if (server.listening) {
      const closed = once(server, 'close');
      server.close();
      sockets.forEach((socket) => socket.destroy());
      await closed;
    }
  };
  return {
    port,
    aim: (to) => {
      upstreamPort = to;
    },
    break: stop,
    mend: async () => {
      server = server.listening ? server : await listen(port);
    },
    close: stop,
  };
}
