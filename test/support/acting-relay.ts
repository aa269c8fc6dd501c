/** A plain loopback relay that sees the lines of both sides, and may act on them before they go on. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface RelayActions {
  /** Resolves when what the client said may go on to the server. */
  readonly beforeClient?: (text: string) => Promise<void>;
  /** What goes on to the server instead of what the client said. */
  readonly rewriteClient?: (text: string) => string;
  /** How much of what the server said goes on to the client before the link is cut; null: all, and it stays. */
  readonly cutServer?: (text: string) => number | null;
}

export interface ActingRelay {
  readonly port: number;
  /** Links that were cut. */
  cuts(): number;
  close(): void;
}

/** Starts one in front of a server without TLS. */
export async function startActingRelay(
  upstreamPort: number,
  actions: RelayActions,
): Promise<ActingRelay> {
  const sockets = new Set<Socket>();
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(upstreamPort, '127.0.0.1');
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
    let before: Promise<void> = Promise.resolve();
    const pass = async (earlier: Promise<void>, chunk: Buffer): Promise<void> => {
      await earlier;
      await actions.beforeClient?.(chunk.toString('latin1'));
      const instead = actions.rewriteClient?.(chunk.toString('latin1'));
      upstream.write(instead === undefined ? chunk : Buffer.from(instead, 'latin1'));
    };
    client.on('data', (chunk: Buffer) => {
      before = pass(before, chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      const keep = actions.cutServer?.(chunk.toString('latin1')) ?? null;
      if (keep === null) {
        client.write(chunk);
        return;
      }
      cuts += 1;
      upstream.destroy();
      client.write(chunk.subarray(0, keep), () => client.resetAndDestroy());
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cuts: () => cuts,
    close() {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

/** Swallows the tagged answers to these appends (counted from 1, over all links), and hangs up. */
export function swallowAnswersTo(appends: ReadonlySet<number>): RelayActions {
  let seen = 0;
  return {
    cutServer: (text) => {
      for (const match of text.matchAll(/^[A-Z]{6}\d+ OK (?:\[APPENDUID|Append|APPEND)/gm)) {
        seen += 1;
        if (appends.has(seen)) {
          return match.index;
        }
      }
      return null;
    },
  };
}

/** Does something once, just before the first line that fits goes to the server. */
export function actBefore(pattern: RegExp, act: () => Promise<void>): RelayActions {
  let acting: Promise<void> | null = null;
  return {
    beforeClient: async (text) => {
      if (acting === null && pattern.test(text)) {
        acting = act();
      }
      // Whoever speaks meanwhile waits too: nothing overtakes what is done.
      await acting;
    },
  };
}

/** The first so many FETCHes of whole messages come back done and empty, as under a throttle. */
export function emptyFetches(count: number): RelayActions & { readonly emptied: () => number } {
  let emptied = 0;
  return {
    emptied: () => emptied,
    rewriteClient: (text) =>
      text.replaceAll(/^(\S+) UID FETCH .*BODY\.PEEK\[\].*$/gm, (line, tag) => {
        if (emptied === count) {
          return line;
        }
        emptied += 1;
        return `${tag} NOOP${line.endsWith('\r') ? '\r' : ''}`;
      }),
  };
}
