/**
 * The support bundle: what somebody needs who looks for a fault and may not see whose mail it is. Everything in
 * it is named here, one by one, with the shape that it must have (allowed.ts); people, addresses and folders
 * are pseudonyms.
 */
import { type Config, SETTING_NAMES } from '../../config.ts';
import type { ChainCheck } from '../../jobs/db/audit-chain.ts';
import type { QueueDepth } from '../../jobs/db/queue-depth.ts';
import type { Row, SupportRows } from '../../jobs/db/support-rows.ts';
import { STATES } from '../../jobs/migration/state.ts';
import { code, instant, message, number, oneOf, uuid } from './allowed.ts';
import { selectLogLines } from './log-lines.ts';
import type { Pseudonyms } from './pseudonyms.ts';

export interface BundleInput {
  readonly madeAt: Date;
  readonly versions: Readonly<Record<string, string>>;
  readonly config: Config;
  readonly rows: SupportRows;
  readonly queue: QueueDepth;
  readonly audit: ChainCheck;
  /** What a log says; null where none was given. */
  readonly log: string | null;
  readonly pseudonym: Pseudonyms;
}

/** Settings whose values are words or numbers of ours; of all others only whether they are set. */
const SHOWN_SETTINGS: readonly string[] = [
  'PORT',
  'METRICS_PORT',
  'LOG_LEVEL',
  'BOT_TYPE',
  'CLOUD',
];

const MESSAGE_STATES = ['listed', 'in-flight', 'done', 'adopted', 'skipped', 'failed', 'gone'];
const CHANGES = [
  'licence',
  'usage-location',
  'imap',
  'mailbox-access',
  'retention-hold',
  'receive-limit',
  'send-limit',
];
const OUTCOMES = ['put-back', 'left', 'stays', 'never-made', 'gone', 'passed-on'];

/** The bundle as a value; pure. */
export function assembleBundle(input: BundleInput): object {
  const { rows, audit, queue } = input;
  return {
    format: 'skybridge-support-1',
    madeAt: input.madeAt.toISOString(),
    versions: input.versions,
    settings: describeSettings(input.config),
    database: { schemaVersions: rows.schemaVersions, workers: rows.workers.map(worker) },
    audit: { rows: audit.head.position, faults: audit.faults, more: audit.more },
    queue: {
      jobs: queue.jobs.map((job) => ({
        queue: message(job.queue),
        state: job.state,
        count: job.count,
      })),
      moves: queue.migrations.map(({ state, count }) => ({ state: oneOf(STATES, state), count })),
      oldestSeconds: queue.oldestSeconds,
    },
    moves: rows.moves.map((row) => move(row, input.pseudonym)),
    messages: rows.messages.map(messageCount),
    folders: rows.folders.map((row) => folder(row, input.pseudonym)),
    changes: rows.changes.map(change),
    log: input.log === null ? null : selectLogLines(input.log),
  };
}

function describeSettings(config: Config): Readonly<Record<string, unknown>> {
  const values: Readonly<Record<string, unknown>> = config;
  return Object.fromEntries(
    SETTING_NAMES.map((name) => {
      const value = values[name];
      const isSet = value === undefined ? 'unset' : 'set';
      return [name, SHOWN_SETTINGS.includes(name) ? (value ?? 'unset') : isSet];
    }),
  );
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function worker(row: Row): object {
  return {
    id: uuid(row['id']),
    startedAt: instant(row['started_at']),
    aliveUntil: instant(row['alive_until']),
    mailboxes: number(row['mailboxes']),
  };
}

function move(row: Row, pseudonym: Pseudonyms): object {
  return {
    id: uuid(row['id']),
    batch: uuid(row['batch_id']),
    person: pseudonym('person', text(row['person'])),
    submitter: pseudonym('person', text(row['submitter'])),
    mailbox: pseudonym('mailbox', text(row['target_mailbox'])),
    account: pseudonym('account', text(row['source_address'])),
    state: oneOf(STATES, row['state']),
    resume: oneOf(STATES, row['resume']),
    interrupted: oneOf(STATES, row['interrupted']),
    problem: code(row['problem']),
    putBackProblem: code(row['put_back_problem']),
    pass: number(row['pass']),
    step: number(row['step']),
    epoch: number(row['epoch']),
    tries: number(row['tries']),
    cleanedUp: row['cleaned_up'] === true,
    stampProven: row['stamp_proven'] === true,
    createdAt: instant(row['created_at']),
    stateSince: instant(row['state_since']),
    until: instant(row['until']),
    retryAt: instant(row['retry_at']),
  };
}

function messageCount(row: Row): object {
  return {
    move: uuid(row['migration_id']),
    state: oneOf(MESSAGE_STATES, row['state']),
    reason: code(row['reason']),
    count: number(row['count']),
    bytes: number(row['bytes']),
    attempts: number(row['attempts']),
  };
}

function folder(row: Row, pseudonym: Pseudonyms): object {
  return {
    move: uuid(row['migration_id']),
    source: pseudonym('folder', text(row['source_path'])),
    target: pseudonym('folder', text(row['target_path'])),
    reason: code(row['reason']),
    problem: code(row['problem']),
    messages: number(row['messages']),
    passListed: number(row['pass_listed']),
    passDone: number(row['pass_done']),
    failed: number(row['failed']),
    open: number(row['open']),
  };
}

function change(row: Row): object {
  return {
    move: uuid(row['migration_id']),
    what: oneOf(CHANGES, row['what']),
    outcome: oneOf(OUTCOMES, row['outcome']),
    plannedAt: instant(row['planned_at']),
    madeAt: instant(row['made_at']),
    undoneAt: instant(row['undone_at']),
  };
}
