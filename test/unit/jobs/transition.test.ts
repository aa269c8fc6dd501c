import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  END_STATES,
  type MigrationEvent,
  type MigrationState,
  STATES,
} from '../../../src/jobs/migration/state.ts';
import { INITIAL_STATE, JOB_OF_STATE, transition } from '../../../src/jobs/migration/transition.ts';

const until = new Date('2026-11-22T14:32:00Z');
const problem = { code: 'imap.login-refused', facts: {} };

const events: readonly MigrationEvent[] = [
  { type: 'started' },
  { type: 'validated' },
  { type: 'waiting', until },
  { type: 'provisioned' },
  { type: 'person-unreachable', problem: { code: 'teams.blocked', facts: {} } },
  { type: 'credential-submitted' },
  { type: 'login-accepted' },
  { type: 'login-refused', problem },
  { type: 'credential-lost', problem },
  { type: 'slice-ended', resumeAt: null },
  { type: 'pilot-finished' },
  { type: 'pilot-approved' },
  { type: 'pilot-chosen' },
  { type: 'pass-finished' },
  { type: 'delta-due' },
  { type: 'finish-requested' },
  { type: 'again-requested', from: 'Syncing' },
  { type: 'verified', explained: true },
  { type: 'cleaned-up' },
  { type: 'clean-up-hindered', until, problem },
  { type: 'agreed', choice: 'fill-mailbox', bytes: 7 },
  { type: 'throttled', until },
  { type: 'due' },
  { type: 'blocked', problem },
  { type: 'failed', problem },
  { type: 'retry-requested' },
  { type: 'pause-requested' },
  { type: 'resume-requested' },
  { type: 'cancel-requested' },
  { type: 'skip-requested', problem: { code: 'move.skipped', facts: {} } },
];

function play(types: readonly MigrationEvent['type'][], from = INITIAL_STATE): MigrationState {
  return types.reduce((state, type) => {
    const event = events.find((candidate) => candidate.type === type);
    const next = event && transition(state, event);
    expect(next, `${type} in ${state.name}`).toBeTruthy();
    return next?.state ?? state;
  }, from);
}

const toSyncing = [
  'started',
  'validated',
  'provisioned',
  'credential-submitted',
  'login-accepted',
  'pilot-finished',
  'pilot-chosen',
  'pilot-finished',
  'pilot-approved',
] as const;

describe('the life of a migration', () => {
  test('goes from the first word to Completed', () => {
    const done = play([
      ...toSyncing,
      'pass-finished',
      'delta-due',
      'pass-finished',
      'finish-requested',
      'pass-finished',
      'verified',
      'cleaned-up',
    ]);
    expect(done).toMatchObject({ name: 'Completed', pass: 3, cleanedUp: true });
  });

  test('a lost password asks again and goes back to where it was interrupted', () => {
    const lost = play(['credential-lost'], play(toSyncing));
    expect(lost).toMatchObject({ name: 'WaitingForUser', interrupted: 'Syncing' });
    const refused = play(['credential-submitted', 'login-refused'], lost);
    expect(refused.problem).toEqual(problem);
    const back = play(['credential-submitted', 'login-accepted'], refused);
    expect(back).toMatchObject({ name: 'Syncing', interrupted: null, problem: null });
  });

  test.each(['pause-requested', 'throttled', 'blocked'] as const)(
    '%s steps aside and comes back to Syncing',
    (type) => {
      const aside = play([type], play(toSyncing));
      const back: Partial<Record<string, MigrationEvent['type']>> = {
        Paused: 'resume-requested',
        RateLimited: 'due',
        WaitingForAdmin: 'retry-requested',
      };
      expect(play([back[aside.name] ?? 'started'], aside)).toMatchObject({
        name: 'Syncing',
        resume: null,
      });
    },
  );

  test("a person whom Teams did not reach is asked again at the admin's word", () => {
    const waiting = play(['started', 'validated', 'provisioned']);
    expect(transition(waiting, { type: 'retry-requested' })).toBeNull();
    const unreached = play(['person-unreachable'], waiting);
    expect(unreached.problem?.code).toBe('teams.blocked');
    const again = transition(unreached, { type: 'retry-requested' });
    expect(again?.state.problem).toBeNull();
    expect(again?.commands).toContainEqual({ kind: 'notice', notice: 'ask-person' });
  });

  test('an answer fits its own question alone, with the bytes that it named', () => {
    const question = { code: 'tenant.mailbox-too-small', facts: { bytes: 7 } };
    const asked = transition(play(toSyncing.slice(0, 5)), { type: 'blocked', problem: question });
    const answer = (choice: 'fill-mailbox' | 'raise-limit', bytes: number): string | undefined =>
      asked === null
        ? undefined
        : transition(asked.state, { type: 'agreed', choice, bytes })?.state.name;
    expect(answer('fill-mailbox', 7)).toBe('Piloting');
    expect(answer('fill-mailbox', 8)).toBeUndefined();
    expect(answer('raise-limit', 7)).toBeUndefined();
    expect(
      transition(play(toSyncing), { type: 'agreed', choice: 'fill-mailbox', bytes: 7 }),
    ).toBeNull();
  });

  test('a clean-up that is hindered comes back by itself, and at once where an admin says so', () => {
    const ended = play(['cancel-requested'], play(toSyncing));
    const hindered = transition(ended, { type: 'clean-up-hindered', until, problem });
    expect(hindered?.commands).toContainEqual({ kind: 'job', job: 'clean-up', startAfter: until });
    expect(hindered?.state).toMatchObject({ name: 'Cancelled', putBackProblem: problem, until });
    const now = hindered && transition(hindered.state, { type: 'retry-requested' });
    expect(now?.commands).toContainEqual({ kind: 'job', job: 'clean-up', startAfter: null });
    expect(transition(ended, { type: 'retry-requested' })).toBeNull();
    const done = now && transition(now.state, { type: 'cleaned-up' });
    expect(done?.state).toMatchObject({ cleanedUp: true, putBackProblem: null, until: null });
  });

  test('pausing while throttled still resumes at the copy', () => {
    const paused = play(['throttled', 'pause-requested'], play(toSyncing));
    expect(play(['resume-requested'], paused).name).toBe('Syncing');
  });
});

describe('for any sequence of events', () => {
  const anySequence = fc.array(fc.constantFrom(...events), { maxLength: 60 });

  test('a working state always gets exactly one job, an end state its clean-up, a wait none', () => {
    fc.assert(
      fc.property(anySequence, (sequence) => {
        let state = INITIAL_STATE;
        for (const event of sequence) {
          const next = transition(state, event);
          if (next === null) {
            continue;
          }
          const jobs = next.commands.flatMap((command) =>
            command.kind === 'job' ? [command.job] : [],
          );
          const due = JOB_OF_STATE[next.state.name];
          const ended = END_STATES.includes(next.state.name) && !next.state.cleanedUp;
          expect(jobs).toEqual([due, ended && 'clean-up'].filter(Boolean));
          expect(STATES).toContain(next.state.name);
          state = next.state;
        }
      }),
    );
  });

  test('nothing follows an end but its clean-up, once', () => {
    fc.assert(
      fc.property(anySequence, fc.constantFrom(...END_STATES), (sequence, name) => {
        let state: MigrationState = { ...INITIAL_STATE, name };
        for (const event of sequence) {
          const next = transition(state, event);
          expect(next === null || !state.cleanedUp).toBe(true);
          state = next?.state ?? state;
          expect(state.name).toBe(name);
        }
      }),
    );
  });
});

test('the helpdesk leaves out what waits for somebody, and nothing that runs', () => {
  const skip: MigrationEvent = { type: 'skip-requested', problem };
  const skipped = STATES.filter((name) => transition({ ...INITIAL_STATE, name }, skip) !== null);
  expect(skipped).toEqual(['WaitingForUser', 'WaitingForAdmin']);
  const end = transition({ ...INITIAL_STATE, name: 'WaitingForUser' }, skip);
  expect(end).toMatchObject({
    state: { name: 'Cancelled', problem },
    commands: [{ job: 'clean-up' }, { notice: 'admin' }, { notice: 'channel' }],
  });
});

describe('the next pass, and once more', () => {
  test('a pass that is through names the next, which the cut-over does not wait for', () => {
    const syncing = play(toSyncing);
    const synced = transition(syncing, { type: 'pass-finished', nextAt: until })?.state;
    expect(synced).toMatchObject({ name: 'Synced', until, pass: 1 });
    expect(transition(synced ?? syncing, { type: 'delta-due' })?.state).toMatchObject({
      name: 'IncrementalSyncing',
      until: null,
    });
    expect(transition(synced ?? syncing, { type: 'finish-requested' })?.state).toMatchObject({
      name: 'Completing',
      until: null,
    });
  });

  test('a move begins once more where it has been, and nowhere else', () => {
    const again = (state: MigrationState, from: 'Piloting' | 'Syncing'): MigrationState | null =>
      transition(state, { type: 'again-requested', from })?.state ?? null;
    const review = play(toSyncing.slice(0, -1));
    expect(again(review, 'Piloting')).toMatchObject({ name: 'Piloting', problem: null });
    expect(again(review, 'Syncing')).toBeNull();
    const stuck = play([...toSyncing, 'blocked']);
    expect(again(stuck, 'Syncing')).toMatchObject({ name: 'Syncing', resume: null, problem: null });
    expect(again(stuck, 'Piloting')).toMatchObject({ name: 'Piloting', resume: null });
    const ended = play([...toSyncing, 'cancel-requested']);
    expect(again(ended, 'Piloting')).toBeNull();
    expect(again(play(['started', 'validated']), 'Piloting')).toBeNull();
  });
});
