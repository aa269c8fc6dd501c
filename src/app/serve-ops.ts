import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { readQueueDepth } from '../jobs/db/queue-depth.ts';
import { createBoundedLook } from './bounded-look.ts';
import type { DataStore } from './data-store.ts';
import { type Phase, startOpsListener } from './ops-listener.ts';
import type { Telemetry } from './telemetry.ts';

/** Whoever asks how a process is wants to know soon, above all where the database hangs. */
const LOOK_LIMIT_MS = 2000;

/** How a process shows how it is. */
export interface ServiceWatch {
  enter(phase: Phase): void;
  /** From now on there is a database to be asked. */
  watch(data: DataStore): void;
  close(): Promise<void>;
}

/** The listener for whoever looks after this process, where METRICS_PORT is set. */
export async function openWatch(
  { METRICS_PORT }: Pick<Config, 'METRICS_PORT'>,
  { logger, metrics }: Telemetry,
): Promise<ServiceWatch> {
  if (METRICS_PORT === undefined) {
    return { enter: () => undefined, watch: () => undefined, close: async () => undefined };
  }
  const bounds = { clock: systemClock, limitMs: LOOK_LIMIT_MS };
  let ping = async (): Promise<unknown> => null;
  const listener = await startOpsListener({
    port: METRICS_PORT,
    metrics,
    pingDatabase: async () => {
      await ping();
    },
  });
  logger.info({ opsPort: listener.port }, 'readyz and metrics on loopback');
  return {
    enter: (phase) => listener.enter(phase),
    close: () => listener.close(),
    watch({ database: { pool } }) {
      ping = createBoundedLook(() => pool.query('select 1'), bounds);
      metrics?.watch(createBoundedLook(() => readQueueDepth(pool), bounds));
    },
  };
}
