/** A collector of OpenTelemetry traces that keeps what it is sent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

export interface TraceCollector {
  readonly endpoint: string;
  readonly taken: readonly {
    readonly url: string;
    readonly type: string;
    readonly body: unknown;
  }[];
  close(): Promise<void>;
}

export async function startTraceCollector(): Promise<TraceCollector> {
  const taken: { url: string; type: string; body: unknown }[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = '', headers } = request;
    taken.push({ url, type: headers['content-type'] ?? '', body: await json(request) });
    response.end('{}');
  };
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
