/**
 * The mailboxes that this process works at, so many at once.
 *
 *   free slot → claim (a lease in the database) → step after step of one migration → given back
 *
 * A slice is a checkpoint: the mailbox is kept over it, and its connections stay open, until nothing is due
 * any more, somebody else took it, the process stops, or it had it for long while others wait.
 */
import { type Clock, startInterval } from '../clock.ts';
import { errorCodeOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Claim, ConnectionLimits, LeaseStore } from './db/lease-store.ts';
import type { MigrationRow, MigrationStore } from './db/migration-store.ts';
import type { WorkerLease, WorkerLife } from './lease/worker-lease.ts';
import { END_STATES, type JobName, MAIL_JOBS, type StateName } from './migration/state.ts';
import { JOB_OF_STATE, WORKING_STATES } from './migration/transition.ts';
import type { SessionPool } from './session-pool.ts';

export interface SlotPace {
  /** Mailboxes that one process copies or compares at once. */
  readonly mailboxes: number;
  /** Passwords that it tries beside them: a person waits for the answer. */
  readonly trials: number;
  /** Moves that have ended, and after which it puts things back. */
  readonly cleanUps: number;
  /** A mailbox gives its place to one that waits after so long: each change of place is a login at Apple. */
  readonly turnMs: number;
  /** How often a free slot looks for a mailbox. */
  readonly lookMs: number;
  /** How long a stop waits for slices to end at a checkpoint, and then for them to give up. */
  readonly drainMs: number;
  readonly giveUpMs: number;
}

export const SLOT_PACE: SlotPace = {
  mailboxes: 8,
  trials: 4,
  cleanUps: 2,
  turnMs: 10 * 60_000,
  lookMs: 500,
  drainMs: 5000,
  giveUpMs: 3500,
};

/** One run of one step. */
export interface StepRun {
  readonly signal: AbortSignal;
  /** To be called before the outcome is written: who looks for taken turns knows then whose it is. */
  readonly ending: () => void;
}

export interface MailSlotsDeps {
  readonly leases: LeaseStore;
  readonly lease: WorkerLease;
  readonly store: Pick<MigrationStore, 'find'>;
  readonly sessions: Pick<SessionPool, 'close' | 'abandon'>;
  /** Appending connections, by migration, for whoever opens them. */
  readonly lanes: Map<string, number>;
  /** True when the step ended, whatever its outcome: the migration's next one may follow. */
  readonly runStep: (name: JobName, row: MigrationRow, run: StepRun) => Promise<boolean>;
  readonly limits: ConnectionLimits;
  readonly lanesPerMailbox: number;
  readonly pace: SlotPace;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface MailSlots {
  /** Looks for a mailbox at once. */
  look(): void;
  isStopping(): boolean;
  /** Lets slices end at their next checkpoint, then makes them; under ten seconds in all. */
  stop(): Promise<void>;
}

interface SlotKind {
  readonly states: readonly StateName[];
  readonly capacity: number;
  readonly wanted: { readonly most: number; readonly least: number };
}

/** How often a running step is held against its row: a pause or an end shows within so long. */
const TURN_CHECK_MS = 1000;
/** The connection that looks and makes folders, and the one that reads what was written. */
const BESIDE_LANES = 2;

const COPY_STATES = WORKING_STATES.filter((state) => {
  const job = jobNameOf(state);
  return job !== 'test-login' && MAIL_JOBS.includes(job);
});

function jobNameOf(state: StateName): JobName {
  return JOB_OF_STATE[state] ?? 'clean-up';
}

interface Holding {
  readonly stopped: AbortController;
  /** The step that runs; null between steps. */
  step: number | null;
}

/** Fills the slots until `stop`. */
export function startMailSlots(deps: MailSlotsDeps): MailSlots {
  const { leases, lease, store, sessions, lanes, clock, logger, pace } = deps;
  const kinds: readonly SlotKind[] = [
    { states: ['Testing'], capacity: pace.trials, wanted: { most: 1, least: 1 } },
    { states: END_STATES, capacity: pace.cleanUps, wanted: { most: 1, least: 1 } },
    {
      states: COPY_STATES,
      capacity: pace.mailboxes,
      wanted: { most: deps.lanesPerMailbox + BESIDE_LANES, least: 1 + BESIDE_LANES },
    },
  ];
  const holdings = new Map<string, Holding>();
  const busy = new Map<SlotKind, Set<Promise<void>>>(kinds.map((kind) => [kind, new Set()]));
  const stopping = new AbortController();

  const isDue = (row: MigrationRow, kind: SlotKind): boolean => {
    const now = clock.now();
    return (
      kind.states.includes(row.state) &&
      !row.cleanedUp &&
      (row.until === null || row.until <= now) &&
      (row.retryAt === null || row.retryAt <= now)
    );
  };

  /** True when the migration went a step on. */
  const goOn = async (id: string, kind: SlotKind, life: WorkerLife): Promise<boolean> => {
    const row = await store.find(id);
    const holding = holdings.get(id);
    if (row === null || holding === undefined || !isDue(row, kind)) {
      return false;
    }
    holding.step = row.step;
    const signal = AbortSignal.any([holding.stopped.signal, life.signal]);
    const run = { signal, ending: () => void (holding.step = null) };
    return await unless(life.signal, deps.runStep(jobNameOf(row.state), row, run)).finally(
      run.ending,
    );
  };

  const mustGiveWay = async (kind: SlotKind, sinceMs: number): Promise<boolean> =>
    kind.states !== COPY_STATES ||
    (clock.monotonicMs() - sinceMs > pace.turnMs && (await leases.isAnyWaiting(kind.states)));

  const hold = async (
    { migrationId: id, targetConnections }: Claim,
    kind: SlotKind,
    life: WorkerLife,
  ): Promise<void> => {
    const sinceMs = clock.monotonicMs();
    holdings.set(id, { stopped: new AbortController(), step: null });
    lanes.set(id, Math.max(1, targetConnections - BESIDE_LANES));
    try {
      while (!stopping.signal.aborted && !life.signal.aborted && (await goOn(id, kind, life))) {
        if (await mustGiveWay(kind, sinceMs)) {
          break;
        }
      }
    } catch (error) {
      logger.warn({ code: errorCodeOf(error), migration: id }, 'mailbox given back after an error');
    } finally {
      holdings.delete(id);
      if (life.signal.aborted) {
        sessions.abandon(id);
      } else {
        await sessions.close(id);
        lanes.delete(id);
        await leases
          .release(life.workerId, id)
          .catch((error: unknown) => logger.warn({ code: errorCodeOf(error) }, 'not given back'));
      }
    }
  };

  const fill = async (kind: SlotKind): Promise<void> => {
    const running = busy.get(kind) ?? new Set();
    for (let life = lease.life(); life !== null && !stopping.signal.aborted; life = lease.life()) {
      if (running.size >= kind.capacity) {
        return;
      }
      const { workerId } = life;
      const claim = await leases.claim({ workerId, ...kind, limits: deps.limits });
      if (claim === null) {
        return;
      }
      const held = hold(claim, kind, life).finally(() => {
        running.delete(held);
        look();
      });
      running.add(held);
    }
  };

  let looking = false;
  let again = false;
  /** Fills what is free; a slot that gets free meanwhile is looked for at once. */
  const lookNow = async (): Promise<void> => {
    again = true;
    if (looking) {
      return;
    }
    looking = true;
    try {
      while (again && !stopping.signal.aborted) {
        again = false;
        for (const kind of kinds) {
          await fill(kind);
        }
      }
    } catch (error) {
      logger.warn({ code: errorCodeOf(error) }, 'no mailbox could be claimed');
    } finally {
      looking = false;
    }
  };
  const look = (): void => void lookNow();

  /** Whoever's migration was paused, cancelled or taken meanwhile stops working at it. */
  const checkTurns = async (): Promise<void> => {
    const now = new Map(
      [...holdings].flatMap(([id, { step }]) => (step === null ? [] : [[id, step]])),
    );
    if (now.size === 0) {
      return;
    }
    const steps = await leases.stepsOf([...now.keys()]).catch(() => new Map<string, number>());
    for (const [id, step] of steps) {
      const holding = holdings.get(id);
      if (holding?.step === now.get(id) && step !== holding?.step) {
        holding?.stopped.abort(new Error('The migration went on without this step.'));
      }
    }
  };

  const stopLooking = startInterval(lookNow, pace.lookMs);
  const stopChecking = startInterval(checkTurns, TURN_CHECK_MS);
  look();

  return {
    look,
    isStopping: () => stopping.signal.aborted,
    async stop() {
      stopping.abort();
      stopLooking();
      stopChecking();
      const ended = Promise.all([...busy.values()].flatMap((running) => [...running]));
      await within(clock, pace.drainMs, ended);
      for (const { stopped } of holdings.values()) {
        stopped.abort(new Error('The worker stops.'));
      }
      await within(clock, pace.giveUpMs, ended);
    },
  };
}

/** Rejects when the life is over, whatever hangs then: it must not keep the slot of the next life. */
async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  work.catch(() => undefined);
  try {
    signal.throwIfAborted();
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Waits for `work`, but no longer than this. */
async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const ended = work.finally(() => over.abort());
  await Promise.race([ended, clock.sleep(ms, over.signal).catch(() => undefined)]);
}
