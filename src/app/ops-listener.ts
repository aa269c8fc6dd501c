/**
 * What whoever looks after a process may ask it, on 127.0.0.1 alone: `/readyz` (may it be sent work?) and
 * `/metrics`. Its own listener, so that no mistake in a proxy shows it to the world.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';

/** `starting` → `running` → `stopping`. */
export type Phase = 'starting' | 'running' | 'stopping';

export interface OpsListener {
  readonly port: number;
  enter(phase: Phase): void;
  close(): Promise<void>;
}

export interface OpsListenerDeps {
  readonly port: number;
  readonly metrics: Pick<Metrics, 'render'> | null;
  /** Rejects where the database does not answer in time; asked only while running. */
  readonly pingDatabase: () => Promise<void>;
}

const LOOPBACK = '127.0.0.1';

export async function startOpsListener(deps: OpsListenerDeps): Promise<OpsListener> {
  let phase: Phase = 'starting';

  const readiness = async (): Promise<{ readonly ready: boolean; readonly database: string }> => {
    if (phase !== 'running') {
      return { ready: false, database: 'not asked' };
    }
    const answers = await deps.pingDatabase().then(
      () => true,
      () => false,
    );
    return { ready: answers, database: answers ? 'answers' : 'does not answer' };
  };

  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    if (path === '/readyz') {
      const { ready, database } = await readiness();
      response.writeHead(ready ? 200 : 503, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: ready ? 'ready' : 'not ready', phase, database }));
    } else if (path === '/metrics' && deps.metrics !== null) {
      const { contentType, text } = await deps.metrics.render();
      response.writeHead(200, { 'content-type': contentType });
      response.end(text);
    } else {
      response.writeHead(404).end();
    }
  };

  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    answer(request.method === 'GET' ? path : '', response).catch(() => response.destroy());
  });
  await listen(server, deps.port);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : deps.port,
    enter(next) {
      phase = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('listening', () => resolve());
    server.once('error', reject);
    server.listen(port, LOOPBACK);
  });
}
