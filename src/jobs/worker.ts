import { startInterval } from '../clock.ts';
import { errorCodeOf, isAppError } from '../errors.ts';
import type { MigrationRow } from './db/migration-store.ts';
import type { Queue, StepJob } from './db/queue.ts';
import {
  END_STATES,
  type JobName,
  type MigrationEvent,
  type Problem,
  type StateName,
} from './migration/state.ts';
import { JOB_OF_STATE } from './migration/transition.ts';
import { problemOf } from './problem.ts';
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

export interface WorkerDeps extends StepDeps {
  readonly queue: Queue;
}

export interface Worker {
  stop(): Promise<void>;
}

/** Moves migrations on: runs their steps, turns errors into events, and sweeps up what time made due. */
export async function startWorker(deps: WorkerDeps): Promise<Worker> {
  const stopping = new AbortController();
  await sweep(deps);
  await deps.queue.work({
    step: (name, job, signal) =>
      runStep(deps, name, job, AbortSignal.any([signal, stopping.signal])),
  });
  const stopSweeping = startInterval(
    () =>
      sweep(deps).catch((error: unknown) =>
        deps.logger.warn({ code: errorCodeOf(error) }, 'sweep failed'),
      ),
    SWEEP_EVERY_MS,
  );
  return {
    async stop() {
      stopSweeping();
      stopping.abort(new Error('The worker stops.'));
      // Running steps end at their next signal check; the queue waits for them.
      await deps.queue.stop();
      await deps.sessions.closeAll();
    },
  };
}

async function runStep(
  deps: WorkerDeps,
  name: JobName,
  job: StepJob,
  signal: AbortSignal,
): Promise<void> {
  const row = await deps.store.find(job.migrationId);
  if (row === null || row.step !== job.step || jobOf(row) !== name) {
    deps.logger.debug({ job: name }, 'stale job');
    return;
  }
  const logger = deps.logger.child({ migration: row.id, batch: row.batchId, job: name });
  let event: MigrationEvent;
  try {
    event = await STEPS[name]({ ...deps, logger }, row, signal);
  } catch (error) {
    logger.info({ code: errorCodeOf(error), ...detailOf(error) }, 'step did not end');
    const outcome = eventOfError(
      error,
      row.state,
      new Date(deps.clock.now().getTime() + deps.pace.waitMs),
    );
    if (outcome === 'again') {
      throw error;
    }
    if (outcome === null) {
      return;
    }
    event = outcome;
  }
  await deps.store.apply({ migrationId: row.id, event, actor: null, onlyAtStep: row.step });
}

/** An error that nobody foresaw is worth its stack; a typed one says all in its code. */
function detailOf(error: unknown): { error?: unknown } {
  return isAppError(error) ? {} : { error };
}

function jobOf(row: MigrationRow): JobName | undefined {
  return END_STATES.includes(row.state) && !row.cleanedUp ? 'clean-up' : JOB_OF_STATE[row.state];
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

/** Wakes what time made due, and sends the job of a state that lost its own. */
async function sweep(deps: WorkerDeps): Promise<void> {
  const now = deps.clock.now();
  for (const row of await deps.store.needingWork()) {
    if (row.state === 'RateLimited') {
      if (row.until !== null && row.until <= now) {
        await deps.store.apply({
          migrationId: row.id,
          event: { type: 'due' },
          actor: null,
          onlyAtStep: row.step,
        });
      }
      continue;
    }
    const job = jobOf(row);
    if (job !== undefined) {
      await deps.queue.ensureStep(job, { migrationId: row.id, step: row.step });
    }
  }
}
