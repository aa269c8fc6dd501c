/**
 * vitest's global setup: one PostgreSQL for all test files of a run. It starts at the first file that
 * asks, over a loopback socket, so that runs without a database do not pay for one.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { systemClock } from '../../src/clock.ts';
import {
  type EmbeddedDatabase,
  startEmbeddedDatabase,
} from '../../src/jobs/db/embedded/embedded-database.ts';
import { silentLogger } from '../../src/log.ts';
import { readTestEnvironment } from './env.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Loopback port that answers with `{url, owner}` of the run's PostgreSQL, or with `{error}`. */
    readonly databasePort: number;
  }
}

/** Where a test file may create databases. */
export interface TestServer {
  /** URL of a user who may create databases. */
  readonly url: string;
  /** Role that new databases belong to, with its password; null where it is the user of `url`. */
  readonly owner: { readonly name: string; readonly password: string } | null;
}

/** Offers the run's PostgreSQL to test files; the returned function stops it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  let dataDir: string | null = null;
  let database: EmbeddedDatabase | null = null;
  let offered: Promise<TestServer> | null = null;

  const start = async (): Promise<TestServer> => {
    const { databaseUrl } = readTestEnvironment();
    if (databaseUrl !== null) {
      return { url: databaseUrl, owner: null };
    }
    dataDir = await mkdtemp(path.join(tmpdir(), 'skybridge-test-database-'));
    const deps = { dataDir, logger: silentLogger, clock: systemClock };
    database = await startEmbeddedDatabase(deps, stopping.signal);
    const application = new URL(database.connectionString);
    const secrets: unknown = JSON.parse(
      await readFile(path.join(dataDir, 'postgres', 'secrets.json'), 'utf8'),
    );
    const administrator = new URL(application);
    administrator.username = 'postgres';
    administrator.password = readAdministrator(secrets);
    administrator.pathname = '/postgres';
    return {
      url: administrator.href,
      owner: { name: application.username, password: application.password },
    };
  };

  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    offered ??= start();
    offered.then(
      (offer) => socket.end(JSON.stringify(offer)),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    );
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  project.provide('databasePort', port);

  return async () => {
    server.close();
    stopping.abort();
    await offered?.catch(() => undefined);
    await database?.stop();
    if (dataDir !== null) {
      await rm(dataDir, { recursive: true, force: true });
    }
  };
}

function readAdministrator(secrets: unknown): string {
  if (typeof secrets === 'object' && secrets !== null && 'administrator' in secrets) {
    return String(secrets.administrator);
  }
  throw new Error('the embedded database has no administrator password');
}
