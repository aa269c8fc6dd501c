/**
 * Wakes workers when a mailbox has work: said in the transaction that makes it so, heard when that is committed.
 * A worker that misses it looks by itself a moment later.
 */
import pg from 'pg';
import { startInterval } from '../../clock.ts';
import type { Logger } from '../../log.ts';

const CHANNEL = 'skybridge_mail_work';
const RECONNECT_EVERY_MS = 5000;
const CONNECT_MS = 8000;

/** Says so to all workers, once the transaction of `client` is committed. */
export async function signalWork(client: pg.ClientBase): Promise<void> {
  await client.query(`select pg_notify('${CHANNEL}', '')`);
}

/** Calls `onWork` whenever it is said, on a connection of its own, until the returned function is called. */
export async function listenForWork(
  { connectionString, logger }: { readonly connectionString: string; readonly logger: Logger },
  onWork: () => void,
): Promise<() => Promise<void>> {
  let current: pg.Client | null = null;

  const connect = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
    });
    client.on('error', () => undefined);
    client.on('end', () => {
      current = current === client ? null : current;
    });
    client.on('notification', onWork);
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
    } catch {
      logger.warn({}, 'workers are not woken for now');
      await client.end().catch(() => undefined);
      return;
    }
    current = client;
    // What was said while nobody listened.
    onWork();
  };

  await connect();
  const stop = startInterval(async () => {
    if (current === null) {
      await connect();
    }
  }, RECONNECT_EVERY_MS);
  return async () => {
    stop();
    await current?.end().catch(() => undefined);
  };
}
