/**
 * One process among those that move mail, as the database knows it.
 *
 *   registered → alive (a beat every few seconds) → lost → registered anew, under another name
 *
 * A beat that the database answered keeps all that the process holds for `leaseMs` from the moment it was
 * sent. Without one, the fence shuts `marginMs` before the database lets others take over. A life that was
 * lost holds nothing any more, also when the database would still say so: it never comes back.
 */
import { type Clock, startInterval } from '../../clock.ts';
import { errorCodeOf } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { FenceKeeper } from './fence.ts';

export interface LeasePace {
  /** How long the database takes a silent process for alive. */
  readonly leaseMs: number;
  readonly beatMs: number;
  /** Connections are cut so long before others may take over. */
  readonly marginMs: number;
}

/** A killed process is missed after 45 s; a database that is away for half a minute costs nobody a mailbox. */
export const LEASE_PACE: LeasePace = { leaseMs: 45_000, beatMs: 5000, marginMs: 10_000 };

/** How often the fence is looked at. */
const WATCH_EVERY_MS = 250;

/** The names of processes in the database. */
export interface WorkerRoster {
  register(leaseMs: number): Promise<string>;
  /** False when the database has given the process up. */
  beat(workerId: string, leaseMs: number): Promise<boolean>;
  /** Lets go of all that the process holds. */
  retire(workerId: string): Promise<void>;
}

/** From one registration to the loss of it. */
export interface WorkerLife {
  readonly workerId: string;
  /** Aborted when what the process held may be another's. */
  readonly signal: AbortSignal;
}

export interface WorkerLease {
  /** Null between a loss and the next registration. */
  life(): WorkerLife | null;
  stop(): Promise<void>;
}

export interface WorkerLeaseDeps {
  readonly roster: WorkerRoster;
  readonly fence: FenceKeeper;
  readonly pace: LeasePace;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Registers the process, and keeps it alive until `stop`. */
export async function startWorkerLease(deps: WorkerLeaseDeps): Promise<WorkerLease> {
  const { roster, fence, pace, clock, logger } = deps;
  let current: { readonly workerId: string; readonly end: AbortController } | null = null;
  let stopped = false;

  const holdFrom = (sentMs: number): void => fence.openUntil(sentMs + pace.leaseMs - pace.marginMs);

  const lose = (): void => {
    const lost = current;
    current = null;
    fence.shut();
    if (lost !== null) {
      logger.warn({ worker: lost.workerId }, 'lease lost, connections cut');
      lost.end.abort(new Error('The lease was lost.'));
    }
  };

  const beat = async (): Promise<void> => {
    const sentMs = clock.monotonicMs();
    const beating = current;
    if (beating === null) {
      const workerId = await roster.register(pace.leaseMs);
      current = { workerId, end: new AbortController() };
      holdFrom(sentMs);
      logger.info({ worker: workerId }, 'worker registered');
      return;
    }
    const isAlive = await roster.beat(beating.workerId, pace.leaseMs);
    if (current !== beating) {
      // Lost while the answer was on its way: the fence stays shut.
      return;
    }
    if (isAlive) {
      holdFrom(sentMs);
    } else {
      lose();
    }
  };

  await beat();
  const stopBeating = startInterval(
    () =>
      beat().catch((error: unknown) =>
        logger.warn({ code: errorCodeOf(error) }, 'beat not answered'),
      ),
    pace.beatMs,
  );
  const stopWatching = startInterval(async () => {
    if (current !== null && !fence.isOpen()) {
      lose();
    }
  }, WATCH_EVERY_MS);

  return {
    life: () =>
      current === null || stopped || !fence.isOpen()
        ? null
        : { workerId: current.workerId, signal: current.end.signal },
    async stop() {
      stopped = true;
      stopBeating();
      stopWatching();
      const last = current;
      lose();
      if (last !== null) {
        // A database that does not answer lets go by itself.
        await roster
          .retire(last.workerId)
          .catch((error: unknown) => logger.warn({ code: errorCodeOf(error) }, 'not retired'));
      }
    },
  };
}
