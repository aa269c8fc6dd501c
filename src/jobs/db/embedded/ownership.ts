/**
 * Which process may use the cluster: the one whose connection holds an advisory lock in it. The lock
 * goes with the connection, so a killed process leaves none behind, and a server that outlived its
 * process can be taken over at once.
 */
import pg from 'pg';
import type { Clock } from '../../../clock.ts';
import type { ClusterSecrets } from './cluster.ts';
import { DatabaseLostError } from './errors.ts';

/** Any number that nothing else locks in the database `postgres`. */
const OWNER_LOCK = 7_359_220;
const CONNECT_TIMEOUT_MS = 5_000;
const RECLAIM_FOR_MS = 30_000;
const RECLAIM_EVERY_MS = 500;

/** `busy`: another process owns the cluster · `not-ready`: the server takes no connections now. */
export type ClaimResult =
  | { readonly kind: 'owned'; readonly client: pg.Client }
  | { readonly kind: 'busy' }
  | { readonly kind: 'not-ready'; readonly cause: unknown };

export interface Ownership {
  /** Aborted with DatabaseLostError when the server went away and did not come back. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Tries to become the owner of the cluster whose server listens on `port`. */
export async function claimOwnership(port: number, secrets: ClusterSecrets): Promise<ClaimResult> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: secrets.administrator,
    database: 'postgres',
    application_name: 'skybridge owner',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // Without a listener, a connection that breaks while idle would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ owned: boolean }>(
      'select pg_try_advisory_lock($1) as owned',
      [OWNER_LOCK],
    );
    if (rows[0]?.owned === true) {
      return { kind: 'owned', client };
    }
  } catch (error) {
    await client.end().catch(() => undefined);
    return { kind: 'not-ready', cause: error };
  }
  await client.end();
  return { kind: 'busy' };
}

/** Makes the role and the database that Skybridge works with, where they are missing. */
export async function ensureApplicationDatabase(
  client: pg.Client,
  secrets: ClusterSecrets,
): Promise<void> {
  const role = await client.query(`select from pg_roles where rolname = 'skybridge'`);
  if (role.rowCount === 0) {
    await client.query(
      `create role skybridge login password ${pg.escapeLiteral(secrets.application)}`,
    );
  }
  const database = await client.query(`select from pg_database where datname = 'skybridge'`);
  if (database.rowCount === 0) {
    await client.query('create database skybridge owner skybridge');
  }
}

/** Keeps the ownership: a broken connection (a crashed backend resets them all) is claimed anew. */
export function keepOwnership(
  first: pg.Client,
  claim: () => Promise<ClaimResult>,
  clock: Clock,
): Ownership {
  const lost = new AbortController();
  const released = new AbortController();
  let client = first;
  const watch = (): void => {
    client.once('end', () => {
      if (!released.signal.aborted) {
        void reclaim();
      }
    });
  };
  const reclaim = async (): Promise<void> => {
    const until = clock.monotonicMs() + RECLAIM_FOR_MS;
    while (!released.signal.aborted) {
      const result = await claim();
      if (result.kind === 'owned') {
        client = result.client;
        watch();
        return;
      }
      if (result.kind === 'busy' || clock.monotonicMs() > until) {
        lost.abort(new DatabaseLostError(result.kind === 'busy' ? 'taken over' : result.cause));
        return;
      }
      await clock.sleep(RECLAIM_EVERY_MS, released.signal).catch(() => undefined);
    }
  };
  watch();
  return {
    lost: lost.signal,
    release: async () => {
      released.abort();
      await client.end().catch(() => undefined);
    },
  };
}
