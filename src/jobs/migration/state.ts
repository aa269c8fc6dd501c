import type { Choice } from '../room.ts';

/**
 * The life of a migration, with the words that Exchange admins know.
 *
 *   Queued → Validating → Provisioning → WaitingForUser → Testing → Piloting ⇄ PilotReview
 *     → Syncing → Synced ⇄ IncrementalSyncing → Completing → Verifying → Completed | CompletedWithWarnings
 *   beside them: RateLimited (until), WaitingForAdmin, Paused (each resumes where it was),
 *   Failed, Cancelled, RolledBack (ends).
 *
 * States that wait for a person (WaitingForUser, PilotReview, Synced, WaitingForAdmin, Paused) have no job.
 */
export const STATES = [
  'Queued',
  'Validating',
  'Provisioning',
  'WaitingForUser',
  'Testing',
  'Piloting',
  'PilotReview',
  'Syncing',
  'Synced',
  'IncrementalSyncing',
  'Completing',
  'Verifying',
  'Completed',
  'CompletedWithWarnings',
  'RateLimited',
  'WaitingForAdmin',
  'Paused',
  'Failed',
  'Cancelled',
  'RolledBack',
] as const;

export type StateName = (typeof STATES)[number];

/** States after which nothing more is copied. */
export const END_STATES: readonly StateName[] = [
  'Completed',
  'CompletedWithWarnings',
  'Failed',
  'Cancelled',
  'RolledBack',
];

/** What stands in the way, in a form that src/words has text for. */
export interface Problem {
  readonly code: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** The part of a migration's row that the state machine owns. */
export interface MigrationState {
  readonly name: StateName;
  /** Where RateLimited, WaitingForAdmin and Paused go back to. */
  readonly resume: StateName | null;
  /** The copying state that a lost password interrupted; Testing goes back to it. */
  readonly interrupted: StateName | null;
  /** When the next look is due, where one is. */
  readonly until: Date | null;
  readonly problem: Problem | null;
  /** 0 is the full copy; each later pass is a delta. */
  readonly pass: number;
  /** What was changed in the tenant and stored for the person has been put back and purged. */
  readonly cleanedUp: boolean;
  /** What keeps the clean-up from its end; `until` then says when it is tried again. */
  readonly putBackProblem: Problem | null;
}

export type MigrationEvent =
  | { readonly type: 'started' }
  | { readonly type: 'validated' }
  /** `problem`: what kept the source from answering; none where the tenant merely takes its time. */
  | { readonly type: 'waiting'; readonly until: Date; readonly problem?: Problem }
  | { readonly type: 'provisioned' }
  /** Teams did not take the card that asks the person. */
  | { readonly type: 'person-unreachable'; readonly problem: Problem }
  | { readonly type: 'credential-submitted' }
  | { readonly type: 'login-accepted' }
  | { readonly type: 'login-refused'; readonly problem: Problem }
  | { readonly type: 'credential-lost'; readonly problem: Problem }
  /** More is left; `resumeAt` where nothing can be done before. */
  | { readonly type: 'slice-ended'; readonly resumeAt: Date | null }
  | { readonly type: 'pilot-finished' }
  | { readonly type: 'pilot-approved' }
  /** Another folder shall be the pilot. */
  | { readonly type: 'pilot-chosen' }
  /** `nextAt`: when the next pass is due, should the move not be finished before. */
  | { readonly type: 'pass-finished'; readonly nextAt?: Date }
  | { readonly type: 'delta-due' }
  /** Once more from here, whatever was done since. */
  | { readonly type: 'again-requested'; readonly from: StepToRepeat }
  | { readonly type: 'finish-requested' }
  | { readonly type: 'verified'; readonly explained: boolean }
  | { readonly type: 'cleaned-up' }
  | { readonly type: 'clean-up-hindered'; readonly until: Date; readonly problem: Problem }
  /** The admin's answer to the question that the move waits with; `bytes` as that question named them. */
  | { readonly type: 'agreed'; readonly choice: Choice; readonly bytes: number }
  | { readonly type: 'throttled'; readonly until: Date; readonly problem?: Problem }
  | { readonly type: 'due' }
  | { readonly type: 'blocked'; readonly problem: Problem }
  | { readonly type: 'failed'; readonly problem: Problem }
  | { readonly type: 'retry-requested' }
  /** The helpdesk leaves out a move that waits for somebody. */
  | { readonly type: 'skip-requested'; readonly problem: Problem }
  | { readonly type: 'pause-requested' }
  | { readonly type: 'resume-requested' }
  /** `problem`: why, where the person said so. */
  | { readonly type: 'cancel-requested'; readonly problem?: Problem };

/** Where a move may begin once more: its pilot, or the full copy. */
export type StepToRepeat = 'Piloting' | 'Syncing';

/** Names of the jobs; one queue each. */
export const JOB_NAMES = [
  'validate',
  'provision',
  'test-login',
  'pilot',
  'copy',
  'verify',
  'clean-up',
] as const;
export type JobName = (typeof JOB_NAMES)[number];

/** Jobs for which a worker needs the mailbox to itself: the migration's row is their queue, a lease their lock. */
export const MAIL_JOBS: readonly JobName[] = ['test-login', 'pilot', 'copy', 'verify', 'clean-up'];

/** Whom to tell; each renders the present state, so a repeated or late notice does no harm. */
export type NoticeName = 'ask-person' | 'person' | 'admin' | 'channel';

export type Command =
  | { readonly kind: 'job'; readonly job: JobName; readonly startAfter: Date | null }
  | { readonly kind: 'notice'; readonly notice: NoticeName };
