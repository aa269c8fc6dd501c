/**
 * A slow link in a process of its own, so that what it costs is nobody's: one listener for each server,
 * with latency, bandwidth and the target's service time, and a count of the client's turns.
 *
 * Started with one argument, the servers' ports as JSON; answers over IPC.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { argv } from 'node:process';
import { createDelayLine, type LinkSettings } from './delay-line.ts';

/** The two servers. */
export type LinkEnd = 'source' | 'target';

/** What the parent asks for. */
export type LinkRequest =
  | { readonly kind: 'configure'; readonly settings: LinkSettings }
  | { readonly kind: 'count-turns' };

/** What the parent is told. */
export type LinkAnswer =
  | { readonly kind: 'listening'; readonly ports: Readonly<Record<LinkEnd, number>> }
  | { readonly kind: 'configured' }
  | { readonly kind: 'turns'; readonly turns: Readonly<Record<LinkEnd, number>> };

let settings: LinkSettings = { rttMs: 0, bytesPerSecond: null, serviceMs: 0 };
const turns: Record<LinkEnd, number> = { source: 0, target: 0 };
const SOCKET = { noDelay: true, highWaterMark: 256 * 1024 } as const;

function joinLines(end: LinkEnd, client: Socket, server: Socket, wires: Wires): void {
  const { rttMs } = settings;
  const openedMs = performance.now();
  // A client's burst that follows octets of the server is a turn: it may have waited for them.
  let hasHeard = false;
  client.on('data', () => {
    turns[end] += hasHeard ? 1 : 0;
    hasHeard = false;
  });
  // To connect through this process takes no time; a real handshake lets the client's first octet
  // arrive after one and a half round trips, and the greeting after two.
  createDelayLine({
    from: client,
    to: server,
    settings,
    wire: wires.up,
    openAtMs: openedMs + 1.5 * rttMs,
    isAnswers: false,
    onArrived: () => undefined,
  });
  createDelayLine({
    from: server,
    to: client,
    settings: end === 'target' ? settings : { ...settings, serviceMs: 0 },
    wire: wires.down,
    openAtMs: openedMs + 2 * rttMs,
    isAnswers: true,
    onArrived: () => {
      hasHeard = true;
    },
  });
}

interface Wires {
  readonly up: { freeAtMs: number };
  readonly down: { freeAtMs: number };
}

async function listen(end: LinkEnd, upstreamPort: number): Promise<number> {
  const wires: Wires = { up: { freeAtMs: 0 }, down: { freeAtMs: 0 } };
  const server: Server = createServer(SOCKET, (client) => {
    const upstream = connect({ ...SOCKET, port: upstreamPort, host: '127.0.0.1' });
    joinLines(end, client, upstream, wires);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function answer(message: LinkAnswer): void {
  process.send?.(message);
}

const upstream: Record<LinkEnd, number> = JSON.parse(argv[2] ?? '{}');
process.on('disconnect', () => process.exit(0));
process.on('message', (request: LinkRequest) => {
  if (request.kind === 'configure') {
    settings = request.settings;
    turns.source = 0;
    turns.target = 0;
    answer({ kind: 'configured' });
  } else {
    answer({ kind: 'turns', turns });
  }
});
answer({
  kind: 'listening',
  ports: {
    source: await listen('source', upstream.source),
    target: await listen('target', upstream.target),
  },
});
