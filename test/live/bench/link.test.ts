/** The benchmark's slow link, before a server that answers every line. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Link, startLink } from '../../bench/link/start-link.ts';

let server: Server;
let link: Link;

beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).on('line', (line) => {
      socket.write(`${line} OK [APPENDUID 1 ${line}] done\r\n`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  link = await startLink({ source: port, target: port });
});

afterAll(async () => {
  await link.close();
  server.close();
});

interface Client {
  /** Sends lines at once, and says when the last answer came, in milliseconds from now. */
  ask(lines: readonly string[]): Promise<number>;
  close(): void;
}

async function connectTo(end: 'source' | 'target'): Promise<Client> {
  const socket: Socket = connect(link.ports[end], '127.0.0.1');
  await once(socket, 'connect');
  const answers = createInterface({ input: socket })[Symbol.asyncIterator]();
  return {
    ask: async (lines) => {
      const startedMs = performance.now();
      socket.write(`${lines.join('\r\n')}\r\n`);
      for (const line of lines) {
        expect((await answers.next()).value).toBe(`${line} OK [APPENDUID 1 ${line}] done`);
      }
      return performance.now() - startedMs;
    },
    close: () => socket.destroy(),
  };
}

test('an exchange takes the round trip, and a pipeline no longer; turns are counted apart', async () => {
  await link.configure({ rttMs: 40, bytesPerSecond: null, serviceMs: 0 });
  const client = await connectTo('source');
  // The handshake is made up for by the first exchange.
  expect(await client.ask(['1'])).toBeGreaterThan(75);
  expect(await client.ask(['2'])).toBeGreaterThan(38);
  expect(await client.ask(['3', '4', '5', '6'])).toBeLessThan(150);
  client.close();
  expect(await link.turns()).toEqual({ source: 2, target: 0 });
});

test('the target serves one APPEND after the other on each connection, the source none', async () => {
  await link.configure({ rttMs: 0, bytesPerSecond: null, serviceMs: 50 });
  const [one, other, source] = [
    await connectTo('target'),
    await connectTo('target'),
    await connectTo('source'),
  ];
  const [first, second] = await Promise.all([
    one.ask(['1', '2', '3', '4']),
    other.ask(['5', '6', '7', '8']),
  ]);
  for (const tookMs of [first, second]) {
    expect(tookMs).toBeGreaterThan(195);
    expect(tookMs).toBeLessThan(390);
  }
  expect(await source.ask(['9', '10'])).toBeLessThan(95);
  for (const client of [one, other, source]) {
    client.close();
  }
});

test('the bandwidth is shared by the connections of a server', async () => {
  await link.configure({ rttMs: 0, bytesPerSecond: 1_000_000, serviceMs: 0 });
  const clients = [await connectTo('source'), await connectTo('source')];
  const line = 'x'.repeat(50_000);
  const took = await Promise.all(clients.map((client) => client.ask([line])));
  // Each answer has the line twice: 200 KB in all on the way back.
  expect(Math.max(...took)).toBeGreaterThan(195);
  for (const client of clients) {
    client.close();
  }
});
