/**
 * Once a day, by whichever worker comes to it: what is kept of finished moves longer than it should be is
 * removed, and the head of the audit goes into the log, where the database's owner cannot change it.
 */
import { type Clock, startInterval } from '../clock.ts';
import { errorCodeOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ChainHead } from './db/audit-chain.ts';
import type { RetentionStore } from './db/retention-store.ts';
import type { ReportStore } from './report/report-store.ts';

export interface HousekeepingDeps {
  readonly retention: RetentionStore;
  readonly reports: Pick<ReportStore, 'kept' | 'remove'>;
  readonly auditHead: () => Promise<ChainHead>;
  /** How long finished moves are kept; null for ever. */
  readonly keepDays: number | null;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

const DAY_MS = 86_400_000;
const MOVES_AT_ONCE = 100;

/** At once, and then daily until the returned function is called. */
export function startHousekeeping(deps: HousekeepingDeps): () => Promise<void> {
  const stopping = new AbortController();
  const run = (): Promise<void> =>
    keepHouse(deps, stopping.signal).catch((error: unknown) => {
      if (!stopping.signal.aborted) {
        deps.logger.warn({ code: errorCodeOf(error) }, 'housekeeping did not end');
      }
    });
  const first = run();
  const stop = startInterval(run, DAY_MS);
  return async () => {
    stop();
    stopping.abort(new Error('The worker stops.'));
    await first;
  };
}

/** One round. What it does not come to, the next one does. */
export async function keepHouse(deps: HousekeepingDeps, signal: AbortSignal): Promise<void> {
  const { retention, keepDays, clock, logger } = deps;
  const { position, hash } = await deps.auditHead();
  logger.info({ position, hash }, 'head of the audit');
  await retention.dropExpired();
  if (keepDays !== null) {
    const before = new Date(clock.now().getTime() - keepDays * DAY_MS);
    const moves = await forgetMoves(retention, before, signal);
    if (moves > 0) {
      logger.info({ moves }, 'finished moves forgotten');
    }
  }
  await removeReports(deps, signal);
}

async function forgetMoves(
  retention: RetentionStore,
  before: Date,
  signal: AbortSignal,
): Promise<number> {
  for (let forgotten = 0; ; ) {
    const moves = await retention.finishedBefore(before, MOVES_AT_ONCE);
    let now = 0;
    for (const move of moves) {
      signal.throwIfAborted();
      now += (await retention.forget(move)) ? 1 : 0;
    }
    forgotten += now;
    // Others may be at it as well: what none of them could remove stays for the next round.
    if (now === 0) {
      return forgotten;
    }
  }
}

/** Each worker has the reports of the moves that it ended, also of those that another one forgot. */
async function removeReports(
  { retention, reports }: HousekeepingDeps,
  signal: AbortSignal,
): Promise<void> {
  for (const id of await retention.forgotten(await reports.kept())) {
    signal.throwIfAborted();
    await reports.remove(id);
  }
}
