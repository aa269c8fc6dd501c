import { QUESTION_OF_CHOICE } from '../room.ts';
import {
  type Command,
  END_STATES,
  type JobName,
  type MigrationEvent,
  type MigrationState,
  type NoticeName,
  type Problem,
  STATES,
  type StateName,
  type StepToRepeat,
} from './state.ts';

export interface Transition {
  readonly state: MigrationState;
  readonly commands: readonly Command[];
}

/** The job that moves each working state on. States that wait for a person are not in it. */
export const JOB_OF_STATE: Partial<Record<StateName, JobName>> = {
  Validating: 'validate',
  Provisioning: 'provision',
  Testing: 'test-login',
  Piloting: 'pilot',
  Syncing: 'copy',
  IncrementalSyncing: 'copy',
  Completing: 'copy',
  Verifying: 'verify',
};

/** States that a job moves on. */
export const WORKING_STATES: readonly StateName[] = STATES.filter((state) => state in JOB_OF_STATE);

/** States in which mail is read and written, so that a throttle or a lost password may strike. */
const COPYING: readonly StateName[] = ['Piloting', 'Syncing', 'IncrementalSyncing', 'Completing'];
/** States that read the source, so that the password is needed. */
const READING: readonly StateName[] = [...COPYING, 'Verifying'];
/** States that ask the tenant or wait for it. */
const WAITING: readonly StateName[] = ['Validating', 'Provisioning', 'Testing', 'Verifying'];
/** States in which a move goes nowhere until somebody acts: whoever is no admin may end it there alone. */
const SKIPPABLE: readonly StateName[] = ['WaitingForUser', 'WaitingForAdmin'];
/** States that an admin may pause; waits for a person need no pausing. */
const PAUSABLE: readonly StateName[] = [...COPYING, 'Verifying', 'RateLimited'];

export const INITIAL_STATE: MigrationState = {
  name: 'Queued',
  resume: null,
  interrupted: null,
  until: null,
  problem: null,
  pass: 0,
  cleanedUp: false,
  putBackProblem: null,
};

type EventType = MigrationEvent['type'];
type EventOf<T extends EventType> = Extract<MigrationEvent, { type: T }>;
type Rule<T extends EventType> = (state: MigrationState, event: EventOf<T>) => Transition | null;

/** Events that a person or a mishap causes, from more than one state. */
const CONTROL: { readonly [T in EventType]?: Rule<T> } = {
  'cancel-requested': (state, { problem = null }) =>
    hasEnded(state) ? null : end({ ...state, problem }, 'Cancelled'),
  'skip-requested': (state, { problem }) =>
    SKIPPABLE.includes(state.name) ? end({ ...state, problem }, 'Cancelled') : null,
  failed: (state, { problem }) => (hasEnded(state) ? null : end({ ...state, problem }, 'Failed')),
  'pause-requested': (state) => (PAUSABLE.includes(state.name) ? park(state, 'Paused') : null),
  'resume-requested': (state) => (state.name === 'Paused' ? goOn(state) : null),
  'retry-requested': (state) =>
    state.name === 'WaitingForAdmin' ? goOn(state) : (askOnce(state) ?? cleanUpNow(state)),
  agreed: (state, { choice, bytes }) =>
    state.name === 'WaitingForAdmin' &&
    state.problem?.code === QUESTION_OF_CHOICE[choice] &&
    state.problem.facts['bytes'] === bytes
      ? goOn(state)
      : null,
  'person-unreachable': (state, { problem }) =>
    state.name === 'WaitingForUser'
      ? { state: { ...state, problem }, commands: notices('admin', 'channel') }
      : null,
  'again-requested': (state, { from }) => repeatFrom(state, from),
  due: (state) => (state.name === 'RateLimited' ? goOn(state) : null),
  blocked: (state, { problem }) =>
    state.name in JOB_OF_STATE ? park({ ...state, problem }, 'WaitingForAdmin') : null,
  throttled: (state, { until, problem = null }) =>
    COPYING.includes(state.name) ? park({ ...state, until, problem }, 'RateLimited') : null,
  'credential-lost': (state, { problem }) =>
    READING.includes(state.name) ? loseCredential(state, problem) : null,
  waiting: (state, { until, problem = null }) =>
    WAITING.includes(state.name) ? stay({ ...state, problem }, until) : null,
  'slice-ended': (state, { resumeAt }) =>
    COPYING.includes(state.name) ? stay(state, resumeAt) : null,
  // Another password while the source is spared: it takes the place of the one that waits.
  'credential-submitted': (state) =>
    isSparing(state) ? enter(state, 'Testing', ['person']) : null,
  'login-refused': (state, { problem }) =>
    state.name === 'Testing' ? askAgain({ ...state, problem }) : null,
  verified: (state, { explained }) =>
    state.name === 'Verifying'
      ? end(state, explained ? 'Completed' : 'CompletedWithWarnings')
      : null,
  'cleaned-up': (state) =>
    isCleaning(state)
      ? {
          state: { ...state, cleanedUp: true, until: null, putBackProblem: null },
          commands: notices('person', 'admin', 'channel'),
        }
      : null,
  'clean-up-hindered': (state, { until, problem }) =>
    isCleaning(state)
      ? {
          state: { ...state, until, putBackProblem: problem },
          commands: [
            { kind: 'job', job: 'clean-up', startAfter: until },
            ...notices('admin', 'channel'),
          ],
        }
      : null,
};

/** Events that move a migration along its way: one line a step. */
const WAY: Partial<
  Record<
    `${StateName} + ${EventType}`,
    (state: MigrationState, event: MigrationEvent) => Transition
  >
> = {
  'Queued + started': (state) => enter(state, 'Validating'),
  'Validating + validated': (state) => enter(state, 'Provisioning'),
  'Provisioning + provisioned': (state) => enter(state, 'WaitingForUser', ['ask-person']),
  'WaitingForUser + credential-submitted': (state) => enter(state, 'Testing', ['person']),
  'Testing + login-accepted': (state) =>
    enter({ ...state, interrupted: null }, state.interrupted ?? 'Piloting', ['person']),
  'Piloting + pilot-finished': (state) => enter(state, 'PilotReview'),
  'PilotReview + pilot-chosen': (state) => enter(state, 'Piloting'),
  'PilotReview + pilot-approved': (state) => enter(state, 'Syncing', ['person']),
  'Syncing + pass-finished': inStep,
  'IncrementalSyncing + pass-finished': inStep,
  'Synced + delta-due': (state) => enter(state, 'IncrementalSyncing'),
  'Synced + finish-requested': (state) => enter(state, 'Completing'),
  'Completing + pass-finished': (state) => enter({ ...state, pass: state.pass + 1 }, 'Verifying'),
};

/**
 * The one rule of a migration's life: what an event does in a state. Pure and idempotent: an event
 * that does not fit the state (a second press, a job that ran twice) returns null and changes nothing.
 */
export function transition<T extends EventType>(
  state: MigrationState,
  event: EventOf<T>,
): Transition | null {
  const rule = CONTROL[event.type];
  return rule?.(state, event) ?? WAY[`${state.name} + ${event.type}`]?.(state, event) ?? null;
}

function hasEnded(state: MigrationState): boolean {
  return END_STATES.includes(state.name);
}

function isCleaning(state: MigrationState): boolean {
  return hasEnded(state) && !state.cleanedUp;
}

function isSparing(state: MigrationState): boolean {
  return state.name === 'Testing' && state.problem?.code === 'source.login-limit';
}

/** An admin mended what kept the clean-up from its end. */
function cleanUpNow(state: MigrationState): Transition | null {
  return isCleaning(state) && state.putBackProblem !== null
    ? {
        state: { ...state, until: null, putBackProblem: null },
        commands: [
          { kind: 'job', job: 'clean-up', startAfter: null },
          ...notices('admin', 'channel'),
        ],
      }
    : null;
}

/** A pass is through; the next has its time. */
function inStep(state: MigrationState, event: MigrationEvent): Transition {
  const entered = enter({ ...state, pass: state.pass + 1 }, 'Synced');
  const until = event.type === 'pass-finished' ? (event.nextAt ?? null) : null;
  return { ...entered, state: { ...entered.state, until } };
}

/** Where a move that stands there may begin once more: nothing is repeated that it has not reached. */
function repeatFrom(state: MigrationState, from: StepToRepeat): Transition | null {
  const reached = PARKED.includes(state.name) ? state.resume : state.name;
  const isReached = reached !== null && REPEATABLE[from].includes(reached);
  return isReached ? enter({ ...state, resume: null }, from) : null;
}

const PARKED: readonly StateName[] = ['RateLimited', 'WaitingForAdmin', 'Paused'];
const AFTER_PILOT: readonly StateName[] = [
  'Syncing',
  'Synced',
  'IncrementalSyncing',
  'Completing',
  'Verifying',
];
const REPEATABLE: Readonly<Record<StepToRepeat, readonly StateName[]>> = {
  Piloting: ['Piloting', 'PilotReview', ...AFTER_PILOT],
  Syncing: AFTER_PILOT,
};

/** Asks a person whom Teams did not reach before. */
function askOnce(state: MigrationState): Transition | null {
  return state.name === 'WaitingForUser' && state.problem !== null
    ? enter(state, 'WaitingForUser', ['ask-person'])
    : null;
}

/** Apple did not take this password: the person is shown what was seen. */
function askAgain(state: MigrationState): Transition {
  const asked: MigrationState = { ...state, name: 'WaitingForUser' };
  return { state: asked, commands: notices('person', 'admin', 'channel') };
}

function enter(
  state: MigrationState,
  name: StateName,
  told: readonly NoticeName[] = [],
): Transition {
  const next: MigrationState = { ...state, name, until: null, problem: null };
  return {
    state: next,
    commands: [...jobOf(name, null), ...notices(...told, 'admin', 'channel')],
  };
}

/** The same state goes on: its job runs again, at once or at `until`. */
function stay(state: MigrationState, until: Date | null): Transition {
  return {
    state: { ...state, until },
    commands: [
      ...jobOf(state.name, until),
      // Who gave a password reads when it is tried again.
      ...(state.name === 'Testing' ? notices('person') : []),
      ...notices('admin', 'channel'),
    ],
  };
}

/** Steps aside and remembers where to go on; a park within a park keeps the first place. */
function park(state: MigrationState, name: StateName): Transition {
  const resume = state.name in JOB_OF_STATE ? state.name : state.resume;
  return { state: { ...state, name, resume }, commands: notices('admin', 'channel') };
}

/** The password was revoked or changed at Apple: only this person is asked again. */
function loseCredential(state: MigrationState, problem: Problem): Transition {
  return {
    state: { ...state, name: 'WaitingForUser', interrupted: state.name, until: null, problem },
    commands: notices('ask-person', 'admin', 'channel'),
  };
}

function goOn(state: MigrationState): Transition | null {
  return state.resume === null ? null : enter({ ...state, resume: null }, state.resume);
}

/** The end, from which only the clean-up job follows: what was changed is put back, the password purged. */
function end(state: MigrationState, name: StateName): Transition {
  return {
    state: { ...state, name, resume: null, interrupted: null, until: null },
    commands: [
      { kind: 'job', job: 'clean-up', startAfter: null },
      // The person is told once, when the password is gone too.
      ...notices('admin', 'channel'),
    ],
  };
}

function jobOf(name: StateName, startAfter: Date | null): readonly Command[] {
  const job = JOB_OF_STATE[name];
  return job === undefined ? [] : [{ kind: 'job', job, startAfter }];
}

function notices(...names: readonly NoticeName[]): readonly Command[] {
  return names.map((notice) => ({ kind: 'notice', notice }));
}
