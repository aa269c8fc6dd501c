import { startInterval } from '../clock.ts';
import { errorCodeOf, isAppError } from '../errors.ts';
import type { ConnectionLimits, LeaseStore } from './db/lease-store.ts';
import type { MigrationRow } from './db/migration-store.ts';
import type { Queue, StepJob } from './db/queue.ts';
import type { FenceKeeper } from './lease/fence.ts';
import { type LeasePace, startWorkerLease } from './lease/worker-lease.ts';
import { type MailSlots, type SlotPace, type StepRun, startMailSlots } from './mail-slots.ts';
import {
  END_STATES,
  type JobName,
  type MigrationEvent,
  type Problem,
  type StateName,
} from './migration/state.ts';
import { JOB_OF_STATE } from './migration/transition.ts';
import { problemOf } from './problem.ts';
import type { Schedule } from './schedule.ts';
import { cleanUp } from './steps/clean-up.ts';
import { copySlice } from './steps/copy-slice.ts';
import type { Step, StepDeps } from './steps/deps.ts';
import { runPilot } from './steps/pilot.ts';
import { provisionPerson, validatePerson } from './steps/prepare-person.ts';
import { testLogin } from './steps/test-login.ts';
import { verifyMigration } from './steps/verify.ts';

const STEPS: Readonly<Record<JobName, Step>> = {
  validate: validatePerson,
  provision: provisionPerson,
  'test-login': testLogin,
  pilot: runPilot,
  copy: copySlice,
  verify: verifyMigration,
  'clean-up': cleanUp,
};

/** How often states that wait for time are looked at. */
const SWEEP_EVERY_MS = 2000;
/** How often it is looked whether a state has lost its job; it takes a defect, or a queue that was emptied. */
const ENSURE_EVERY_MS = 10_000;

export interface WorkerDeps extends Omit<StepDeps, 'shouldYield'> {
  readonly schedule: Schedule;
  readonly queue: Queue;
  readonly mail: MailWorkDeps;
}

/** What a process needs to work at mailboxes among others. */
export interface MailWorkDeps {
  readonly leases: LeaseStore;
  readonly fence: FenceKeeper;
  readonly lanes: Map<string, number>;
  readonly lanesPerMailbox: number;
  readonly limits: ConnectionLimits;
  readonly leasePace: LeasePace;
  readonly slotPace: SlotPace;
  /** Calls `onWork` when a mailbox has work, until the returned function is called. */
  readonly listen: (onWork: () => void) => Promise<() => Promise<void>>;
  /** Nobody else can be at work: what is held belongs to the dead. */
  readonly isAlone: boolean;
}

export interface Worker {
  stop(): Promise<void>;
}

/** Moves migrations on: runs their steps, turns errors into events, and sweeps up what time made due. */
export async function startWorker(deps: WorkerDeps): Promise<Worker> {
  const stopping = new AbortController();
  await sweep(deps);
  await deps.queue.ensureSteps();
  await deps.queue.work({
    step: (name, job, signal) =>
      runJob(deps, name, job, AbortSignal.any([signal, stopping.signal])),
  });
  const { mail, clock, logger } = deps;
  if (mail.isAlone) {
    await mail.leases.releaseAll();
  }
  const lease = await startWorkerLease({
    roster: mail.leases,
    fence: mail.fence,
    pace: mail.leasePace,
    clock,
    logger,
  });
  const slots: MailSlots = startMailSlots({
    ...mail,
    lease,
    store: deps.store,
    sessions: deps.sessions,
    pace: mail.slotPace,
    clock,
    logger,
    runStep: (name, row, run) => {
      const stepDeps = { ...deps, shouldYield: () => slots.isStopping() || isClosed() };
      return runStep(stepDeps, { name, row, run, isHeld: () => lease.life() !== null });
    },
  });
  const stopListening = await mail.listen(() => slots.look());
  const isClosed = (): boolean => deps.schedule.closedUntil() !== null;
  const warn = (error: unknown): void => logger.warn({ code: errorCodeOf(error) }, 'sweep failed');
  const stopSweeping = startInterval(() => sweep(deps).catch(warn), SWEEP_EVERY_MS);
  const stopEnsuring = startInterval(() => deps.queue.ensureSteps().catch(warn), ENSURE_EVERY_MS);
  return {
    async stop() {
      stopSweeping();
      stopEnsuring();
      const jobsStopped = deps.queue.stop();
      stopping.abort(new Error('The worker stops.'));
      await stopListening();
      await slots.stop();
      // What has not ended by now is cut, and another process goes on with it at once.
      await lease.stop();
      await jobsStopped;
      await deps.sessions.closeAll();
    },
  };
}

/** A step from the queue: it needs no mailbox. */
async function runJob(
  deps: WorkerDeps,
  name: JobName,
  job: StepJob,
  signal: AbortSignal,
): Promise<void> {
  const row = await deps.store.find(job.migrationId);
  if (row === null || row.step !== job.step || JOB_OF_STATE[row.state] !== name) {
    deps.logger.debug({ job: name }, 'stale job');
    return;
  }
  const stepDeps = { ...deps, shouldYield: () => signal.aborted };
  const outcome = await takeStep(stepDeps, name, row, signal);
  if (outcome.kind === 'again') {
    throw outcome.error;
  }
  if (outcome.kind === 'event') {
    const { event } = outcome;
    await deps.store.apply({ migrationId: row.id, event, actor: null, onlyAtStep: row.step });
  }
}

interface MailStep {
  readonly name: JobName;
  readonly row: MigrationRow;
  readonly run: StepRun;
  /** False when the mailbox may be another's by now: then nothing is written. */
  readonly isHeld: () => boolean;
}

/** A step with a mailbox that this process holds; true when it ended and the next may follow. */
async function runStep(
  deps: WorkerDeps & StepDeps,
  { name, row, run, isHeld }: MailStep,
): Promise<boolean> {
  const outcome = await takeStep(deps, name, row, run.signal);
  run.ending();
  if (outcome.kind === 'lost' || !isHeld()) {
    return false;
  }
  if (outcome.kind === 'again') {
    if (!run.signal.aborted) {
      await deps.mail.leases.retryAt(row, nextTry(row.tries, deps.clock.now(), Math.random));
    }
    return false;
  }
  const { event } = outcome;
  const changed = await deps.store.apply({
    migrationId: row.id,
    event,
    actor: null,
    onlyAtStep: row.step,
  });
  return changed !== null;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;

/** When an error is tried again that another try may mend: twice as long each time, not all at once. Pure. */
export function nextTry(tries: number, now: Date, random: () => number): Date {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 20));
  return new Date(now.getTime() + Math.round((pauseMs * (1 + random())) / 2));
}

type StepOutcome =
  | { readonly kind: 'event'; readonly event: MigrationEvent }
  | { readonly kind: 'again'; readonly error: unknown }
  /** The turn was lost: nothing is to be said. */
  | { readonly kind: 'lost' };

async function takeStep(
  deps: StepDeps,
  name: JobName,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const observed = { job: name, migrationId: row.id, batchId: row.batchId };
  return deps.observer.step(observed, async (failed): Promise<StepOutcome> => {
    try {
      return { kind: 'event', event: await STEPS[name](deps, row, signal) };
    } catch (error) {
      const code = errorCodeOf(error);
      deps.logger.info({ code, ...detailOf(error) }, 'step did not end');
      failed(code);
      const until = new Date(deps.clock.now().getTime() + deps.pace.waitMs);
      const outcome = eventOfError(error, row.state, until);
      if (outcome === null) {
        return { kind: 'lost' };
      }
      return outcome === 'again' ? { kind: 'again', error } : { kind: 'event', event: outcome };
    }
  });
}

/** An error that nobody foresaw is worth its stack; a typed one says all in its code. */
function detailOf(error: unknown): { error?: unknown } {
  return isAppError(error) ? {} : { error };
}

const COPYING: readonly StateName[] = ['Piloting', 'Syncing', 'IncrementalSyncing', 'Completing'];

/**
 * What an error means for the migration: an event, `again` for the queue to try the job again, or null
 * when the turn was lost and nothing is to be said. Pure.
 */
export function eventOfError(
  error: unknown,
  state: StateName,
  waitUntil: Date,
): MigrationEvent | 'again' | null {
  if (!isAppError(error)) {
    return 'again';
  }
  if (error.code === 'jobs.turn-lost') {
    return null;
  }
  if (error.code === 'source.login-refused' && (COPYING.includes(state) || state === 'Verifying')) {
    return { type: 'credential-lost', problem: problemOf(error) };
  }
  if (error.disposition === 'wait') {
    return waitingEvent(state, error.retryAfter ?? waitUntil, problemOf(error));
  }
  if (error.disposition === 'retry' || END_STATES.includes(state)) {
    return 'again';
  }
  return { type: 'blocked', problem: problemOf(error) };
}

const TENANT_WAITS: readonly StateName[] = ['Validating', 'Provisioning', 'Verifying'];

function waitingEvent(state: StateName, until: Date, problem: Problem): MigrationEvent | 'again' {
  if (COPYING.includes(state)) {
    return { type: 'throttled', until, problem };
  }
  if (state === 'Testing') {
    // What holds the tenant up is no business of the person who waits for Apple's answer.
    return { type: 'waiting', until };
  }
  return TENANT_WAITS.includes(state) ? { type: 'waiting', until, problem } : 'again';
}

/** Wakes what time made due. */
async function sweep({ store, schedule }: Pick<WorkerDeps, 'store' | 'schedule'>): Promise<void> {
  await schedule.refresh();
  for (const row of await store.due({ isWindowOpen: schedule.closedUntil() === null })) {
    const event = DUE_EVENTS[row.state];
    if (event !== undefined) {
      await store.apply({ migrationId: row.id, event, actor: null, onlyAtStep: row.step });
    }
  }
}

const DUE_EVENTS: Partial<Record<StateName, MigrationEvent>> = {
  RateLimited: { type: 'due' },
  Synced: { type: 'delta-due' },
};
