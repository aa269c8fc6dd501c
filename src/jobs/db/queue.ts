import type pg from 'pg';
import { type Job, PgBoss } from 'pg-boss';
import { z } from 'zod';
import type { Logger } from '../../log.ts';
import type { Notice, NoticeName } from '../api.ts';
import { JobRefusedError } from '../errors.ts';
import { JOB_NAMES, type JobName, MAIL_JOBS } from '../migration/state.ts';
import { JOB_OF_STATE, WORKING_STATES } from '../migration/transition.ts';
import type { CommandSink } from './apply-event.ts';
import { signalWork } from './work-signal.ts';

/** What a step job carries; the step tells whether it is still the one that counts. */
export interface StepJob {
  readonly migrationId: string;
  readonly step: number;
}

/**
 * Jobs on PostgreSQL, sent in the transaction that makes them necessary: notices, and steps that need no
 * mailbox. Steps that need one are taken from the rows of the migrations (lease-store.ts).
 */
export interface Queue {
  readonly sink: CommandSink;
  /** Runs the jobs that it has a handler for until `stop`; a handler that throws is tried again with back-off. */
  work(handlers: Partial<QueueHandlers>): Promise<void>;
  /** Sends the job of every state that needs one and has lost it. */
  ensureSteps(): Promise<void>;
  stop(): Promise<void>;
}

export interface QueueHandlers {
  readonly step: (name: JobName, job: StepJob, signal: AbortSignal) => Promise<void>;
  readonly notice: (notice: Notice, signal: AbortSignal) => Promise<void>;
}

const NOTICE_QUEUE = 'notice';

/** Some of them wait seconds until a card may change again, and must not keep a person's card from leaving. */
const NOTICES_AT_ONCE = 12;

const STEP_QUEUES = JOB_NAMES.filter((name) => !MAIL_JOBS.includes(name));

/** Which states each of these jobs belongs to. */
const STATES_OF_QUEUE = STEP_QUEUES.map((name) => ({
  name,
  states: WORKING_STATES.filter((state) => JOB_OF_STATE[state] === name),
}));

/** All at once, however many wait: a look must cost the same with ten thousand people. */
const LOST_STEPS = `
  select m.id as "migrationId", m.step from migrations m
   where m.batch_id is not null and m.state = any($2)
     and not exists (
       select 1 from pgboss.job j
        where j.name = $1 and j.state in ('created', 'retry', 'active')
          and j.data->>'migrationId' = m.id::text and (j.data->>'step')::bigint = m.step)
   limit 200`;

/** A worker that has not been heard of for this long is taken for dead, its job given to another. */
const HEARTBEAT_SECONDS = 20;

export interface QueueDeps {
  readonly connectionString: string;
  readonly logger: Logger;
  /** How many migrations one process moves at once. */
  readonly concurrency: number;
  /** Nobody else can be running jobs (our own database, locked): what is active belongs to the dead. */
  readonly soleWorker: boolean;
}

/** Starts pg-boss and makes its queues. */
export async function startQueue(deps: QueueDeps): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: deps.connectionString,
    useListenNotify: true,
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
  });
  boss.on('error', (error: Error) => deps.logger.warn({ error: error.name }, 'queue error'));
  await boss.start();
  for (const name of [...STEP_QUEUES, NOTICE_QUEUE]) {
    await boss.createQueue(name, {
      retryLimit: 1000,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 300,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: 3600,
      notify: true,
    });
  }
  if (deps.soleWorker) {
    await releaseOrphans(boss);
  }

  const send = async (
    client: pg.PoolClient,
    name: string,
    data: object,
    startAfter: Date | null,
  ): Promise<void> => {
    const id = await boss.send(name, data, {
      db: onConnection(client),
      ...(startAfter === null ? {} : { startAfter }),
    });
    if (id === null) {
      throw new JobRefusedError('The queue refused a job that a state needs.');
    }
  };

  return {
    sink: async (client, migration, commands) => {
      const notices = new Set<NoticeName>();
      let mayStart = false;
      for (const command of commands) {
        if (command.kind === 'job') {
          if (MAIL_JOBS.includes(command.job)) {
            mayStart ||= command.startAfter === null;
            continue;
          }
          const job: StepJob = { migrationId: migration.id, step: migration.step };
          await send(client, command.job, job, command.startAfter);
        } else {
          notices.add(command.notice);
        }
      }
      for (const name of notices) {
        const notice: Notice = {
          name,
          batchId: migration.batchId ?? '',
          migrationId: migration.id,
        };
        await send(client, NOTICE_QUEUE, notice, null);
      }
      if (mayStart) {
        await signalWork(client);
      }
    },

    async work({ step, notice }) {
      if (step !== undefined) {
        for (const name of STEP_QUEUES) {
          await boss.work<StepJob>(
            name,
            {
              pollingIntervalSeconds: 0.5,
              notifyPollingIntervalSeconds: 5,
              localConcurrency: deps.concurrency,
            },
            eachJob((job) => step(name, job.data, job.signal)),
          );
        }
      }
      if (notice !== undefined) {
        await boss.work<Notice>(
          NOTICE_QUEUE,
          {
            pollingIntervalSeconds: 0.5,
            notifyPollingIntervalSeconds: 5,
            localConcurrency: NOTICES_AT_ONCE,
          },
          eachJob((job) => notice(job.data, job.signal)),
        );
      }
    },

    async ensureSteps() {
      for (const { name, states } of STATES_OF_QUEUE) {
        const { rows } = await boss.getDb().executeSql(LOST_STEPS, [name, states]);
        for (const row of lostSchema.parse(rows)) {
          await boss.send(name, { migrationId: row.migrationId, step: row.step });
        }
      }
    },

    stop: () => boss.stop({ graceful: true, timeout: 10_000 }),
  };
}

/** pg-boss reads bigint as text. */
const lostSchema = z.array(z.object({ migrationId: z.string(), step: z.coerce.number() }));

function eachJob<T>(handle: (job: Job<T>) => Promise<void>): (jobs: Job<T>[]) => Promise<void> {
  return async (jobs) => {
    for (const job of jobs) {
      await handle(job);
    }
  };
}

/** pg-boss speaks through the caller's transaction. */
function onConnection(client: pg.PoolClient): {
  executeSql: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>;
} {
  return { executeSql: (text, values) => client.query(text, values) };
}

/** Jobs that a killed process left active run again at once. */
async function releaseOrphans(boss: PgBoss): Promise<void> {
  for (const name of [...STEP_QUEUES, NOTICE_QUEUE]) {
    const jobs = await boss.findJobs(name, {});
    const orphans = jobs.filter(({ state }) => state === 'active').map(({ id }) => id);
    if (orphans.length > 0) {
      await boss.fail(name, orphans);
    }
  }
}
