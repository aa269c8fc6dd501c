/** The admin's live card of one migration: what was found, what happens now, what comes next. */
import type { Choice, MigrationView, Problem, StateName } from '../../jobs/api.ts';
import { END_STATES } from '../../jobs/api.ts';
import {
  cardTime,
  formatBytes,
  formatCount,
  formatExchangeBytes,
  formatTimeLeft,
  percentOf,
} from '../../words/format.ts';
import { explain, stateText } from '../../words/words.ts';
import type { Button } from './actions.ts';
import { button } from './actions.ts';
import type { Card, CardElement } from './elements.ts';
import {
  card,
  factSet,
  heading,
  hint,
  markedLine,
  paragraph,
  plain,
  progressBar,
  section,
} from './elements.ts';
import { estimateText } from './estimate.ts';
import {
  folderLines,
  hiddenFolders,
  isExplained,
  pilotEvidence,
  roomLines,
  sums,
} from './evidence.ts';
import { folderForm, formPaths, type TypedNames } from './folder-form.ts';
import { cleanUpLines } from './put-back.ts';
import { seenHash } from './seen.ts';
import { verificationLines } from './verification.ts';

interface Part {
  readonly body: readonly CardElement[];
  readonly actions: readonly Button[];
}

type Render = (migration: MigrationView, typed: TypedNames) => Part;

const STEPS = ['Prepare', 'Password', 'Pilot', 'Copy', 'Finish', 'Verify', 'Done'] as const;
const STEP_OF_STATE: Partial<Record<StateName, number>> = {
  Queued: 1,
  Validating: 1,
  Provisioning: 1,
  WaitingForUser: 2,
  Testing: 2,
  Piloting: 3,
  PilotReview: 3,
  Syncing: 4,
  Synced: 4,
  IncrementalSyncing: 4,
  Completing: 5,
  Verifying: 6,
  Completed: 7,
  CompletedWithWarnings: 7,
};

/** "Step 3 of 7 · Pilot"; a pause shows the step that it interrupted. */
function stepLine(migration: MigrationView): readonly CardElement[] {
  const step = STEP_OF_STATE[migration.state] ?? STEP_OF_STATE[migration.resume ?? 'Failed'];
  return step === undefined
    ? []
    : [hint(`Step ${step} of ${STEPS.length} · ${STEPS[step - 1] ?? ''}`)];
}

const pause = (m: MigrationView): Button =>
  button('migration.pause', 'Pause', { migrationId: m.id });
const cancel = (m: MigrationView): Button =>
  button('migration.ask-cancel', 'Cancel…', { migrationId: m.id });

const saveNames = (m: MigrationView): Button =>
  button('folders.rename', 'Save the names', {
    migrationId: m.id,
    paths: formPaths(m.folderMap),
  });

/** Who was asked for the password. */
function firstName(migration: MigrationView): string {
  return plain(migration.submitter.displayName);
}

function whyItPrepares({ problem }: MigrationView): string {
  return problem === null ? 'Mailboxes usually take 15 minutes.' : explain(problem).what;
}

const preparing: Render = (m) => ({
  body: [
    paragraph('I am preparing the mailbox: licence → mailbox → IMAP → my access.'),
    m.until === null
      ? hint('This takes a moment when the mailbox is there already.')
      : markedLine('waiting', `${whyItPrepares(m)} I look again at ${cardTime(m.until)}.`),
  ],
  actions: [cancel(m)],
});

/** Teams did not take the card for the person: the admin is the only one who can do something. */
const unreached = (m: MigrationView, problem: Problem): ReturnType<Render> => {
  const { what, doNext } = explain(problem);
  return {
    body: [
      markedLine('failed', `I could not ask ${firstName(m)}. ${what}`),
      paragraph(doNext),
      hint('Everything is prepared and waits.'),
    ],
    actions: [
      button('migration.retry', 'Ask again', { migrationId: m.id }, 'positive'),
      button('migration.letter', 'Text to send them', { migrationId: m.id }),
      cancel(m),
    ],
  };
};

const asked: Render = (m, typed) =>
  m.problem?.code.startsWith('teams.') ? unreached(m, m.problem) : waitingForPerson(m, typed);

const waitingForPerson: Render = (m) => ({
  body: [
    ...(m.problem === null ? [] : [markedLine('failed', explain(m.problem).what)]),
    paragraph(
      m.interrupted === null
        ? `I have asked ${firstName(m)} for an app-specific password.`
        : `Apple no longer takes the password. I have asked ${firstName(m)} for a new one; what was copied is safe.`,
    ),
    markedLine('waiting', `Who must act: ${firstName(m)}. You need not do anything.`),
  ],
  actions: [button('migration.remind', 'Remind', { migrationId: m.id }), cancel(m)],
});

/** Without a problem it is the new mailbox that is not open yet: the password was taken. */
function whatItAwaits({ problem }: MigrationView, at: string): string {
  return problem === null
    ? `The password is right. The new mailbox does not let me in yet, which takes minutes, sometimes an hour. I look again at ${at}.`
    : `No answer yet. I try again at ${at}.`;
}

const testing: Render = (m) => ({
  body: [
    paragraph(
      `${firstName(m)} gave a password. I am trying it at ${m.sourceIsApple ? 'Apple' : plain(m.sourceHost)}.`,
    ),
    ...(m.until === null ? [] : [markedLine('waiting', whatItAwaits(m, cardTime(m.until)))]),
  ],
  actions: [cancel(m)],
});

const piloting: Render = (m) => ({
  body: [
    paragraph('Apple accepted the password. I copy one folder as a pilot and compare it.'),
    ...folderLines(m.folderMap),
  ],
  actions: [pause(m), cancel(m)],
});

/** How long it will take, where it is known how much there is. */
function estimateLines(m: MigrationView): readonly CardElement[] {
  const whole = m.room?.source.bytes ?? m.progress.bytesTotal;
  return whole === null || whole === 0
    ? []
    : [hint(estimateText(whole - m.progress.bytesDone, m.progress.bytesPerSecond))];
}

const review: Render = (m, typed) => ({
  body: [
    ...(m.pilot === null
      ? [paragraph('There was nothing to copy as a pilot.')]
      : pilotEvidence(m.pilot)),
    ...roomLines(m.room),
    ...hiddenFolders(m.folderMap),
    section(...folderForm(m.folderMap, typed)),
    section(
      paragraph('Look at it in Outlook. Shall I copy everything, into these folders?'),
      ...estimateLines(m),
    ),
  ],
  actions: [
    button(
      'migration.approve-pilot',
      'Start everything',
      { migrationId: m.id, paths: formPaths(m.folderMap), seen: reviewHash(m) },
      'positive',
    ),
    saveNames(m),
    button('pilot.ask', 'Another folder', { migrationId: m.id }),
    button('migration.ask-cancel', 'Stop', { migrationId: m.id }),
  ],
});

/** Names what stands on the review: an approval of another one approves nothing. */
export function reviewHash({ stateSince, pilot, folderMap }: MigrationView): string {
  const folders = folderMap.map(({ sourcePath, targetPath }) => [sourcePath, targetPath]);
  return seenHash([stateSince.getTime(), pilot, folders]);
}

function progressFacts(m: MigrationView): CardElement {
  const { progress } = m;
  return factSet({
    Messages: `${formatCount(progress.messagesDone)} of ${formatCount(progress.messagesTotal)}`,
    ...(progress.bytesTotal === null
      ? {}
      : { Size: `${formatBytes(progress.bytesDone)} of ${formatBytes(progress.bytesTotal)}` }),
    ...(progress.bytesPerSecond === null
      ? {}
      : { Rate: `${formatBytes(progress.bytesPerSecond)} a second` }),
    ...(progress.folder === null ? {} : { Folder: plain(progress.folder) }),
    ...(progress.secondsLeft === null ? {} : { Estimate: formatTimeLeft(progress.secondsLeft) }),
  });
}

function percentDone({ progress }: MigrationView): number {
  return percentOf(progress.messagesDone, progress.messagesTotal);
}

const running: Render = (m) => ({
  body: [progressBar(percentDone(m)), progressFacts(m), ...hiddenFolders(m.folderMap)],
  actions: [pause(m), cancel(m)],
});

function whyItWaits({ problem, until }: MigrationView): string {
  const at = until === null ? null : cardTime(until);
  if (problem === null || problem.code.endsWith('.throttled')) {
    return `A server asked me to slow down${at === null ? '' : ` until ${at}`}. I go on by myself.`;
  }
  return `${explain(problem).what} I try again${at === null ? '' : ` at ${at}`} and go on by myself.`;
}

const rateLimited: Render = (m) => ({
  body: [markedLine('waiting', whyItWaits(m)), progressBar(percentDone(m)), progressFacts(m)],
  actions: [pause(m), cancel(m)],
});

const synced: Render = (m) => ({
  body: [
    markedLine('ok', 'Outlook holds everything that iCloud holds.'),
    progressFacts(m),
    ...hiddenFolders(m.folderMap),
    ...(m.until === null
      ? []
      : [markedLine('waiting', `I look for new mail at ${cardTime(m.until)}.`)]),
    paragraph(
      `New mail at iCloud still follows. When ${firstName(m)} no longer uses iCloud Mail, finish the move: I copy what came last, verify every message, and put back what I changed.`,
    ),
  ],
  actions: [
    button('migration.finish', 'Finish the move', { migrationId: m.id }, 'positive'),
    cancel(m),
  ],
});

const completing: Render = (m) => ({
  body: [paragraph('I copy what came last.'), progressBar(percentDone(m)), progressFacts(m)],
  actions: [pause(m), cancel(m)],
});

const verifying: Render = (m) => ({
  body: [
    paragraph('I compare Outlook with iCloud, folder by folder.'),
    ...(m.until === null ? [] : [markedLine('waiting', whyItWaits(m))]),
    ...sums(m.tally),
  ],
  actions: [pause(m)],
});

/** Once what hindered the clean-up is mended, nobody need wait for the next try. */
function putBackNow(m: MigrationView): readonly Button[] {
  return m.putBackProblem === null
    ? []
    : [button('migration.retry', 'Put it back now', { migrationId: m.id }, 'positive')];
}

const done: Render = (m) => ({
  body: [
    ...sums(m.tally),
    ...(m.verification === null ? [] : [section(...verificationLines(m.verification))]),
    ...roomLines(m.room),
    ...hiddenFolders(m.folderMap),
    section(
      ...cleanUpLines(m),
      markedLine('waiting', `I have asked ${firstName(m)} to revoke the password at Apple.`),
    ),
    ...(m.reportPath === null
      ? []
      : [paragraph(`Report: ${plain(m.reportPath)} in the data folder`)]),
  ],
  actions: putBackNow(m),
});

function problemLines(m: MigrationView): readonly CardElement[] {
  const problem = m.problem ?? { code: 'internal.unexpected', facts: {} };
  const { what, doNext } = explain(problem);
  return [markedLine('failed', what), paragraph(doNext), hint('Nothing that was copied is lost.')];
}

/** The answers that a question has; none where it is no question but an obstacle. */
function answers(m: MigrationView): readonly Button[] {
  const bytes = Number(m.problem?.facts['bytes'] ?? 0);
  const answer = (choice: Choice, title: string, style?: 'positive'): Button =>
    button('migration.agree', title, { migrationId: m.id, choice, bytes }, style);
  const again = button('migration.retry', 'Try again', { migrationId: m.id }, 'positive');
  if (m.problem?.code === 'tenant.mailbox-too-small') {
    return [again, answer('fill-mailbox', 'Copy as far as it fits')];
  }
  return m.problem?.code === 'tenant.messages-too-large'
    ? [
        answer('raise-limit', `Raise the limit to ${formatExchangeBytes(bytes)}`, 'positive'),
        answer('leave-large', 'Leave them at iCloud'),
      ]
    : [again];
}

/** What the tenant check looks into: it names the cause, and mends what can be mended. */
const isOfTenant = (problem: Problem | null): boolean =>
  /^(?:graph|exchange-admin)\./.test(problem?.code ?? '') || problem?.code === 'imap.login-refused';
const checkTenant = button('command.run', 'Check my tenant', { word: 'doctor' });

/** A folder that the server does not take is given another name here. */
const needsAdmin: Render = (m, typed) => {
  const isFolder = m.problem?.code === 'imap.folder-refused';
  const folder = String(m.problem?.facts['folder'] ?? '');
  const form = [
    ...(folder === '' ? [] : [hint(`It is '${plain(folder)}'.`)]),
    section(...folderForm(m.folderMap, typed, 'open')),
  ];
  return {
    body: [...problemLines(m), ...(isFolder ? form : [])],
    actions: [
      ...(isFolder ? [saveNames(m)] : []),
      ...answers(m),
      ...(isOfTenant(m.problem) ? [checkTenant] : []),
      cancel(m),
    ],
  };
};

const failed: Render = (m) => ({
  body: [...problemLines(m), section(...cleanUpLines(m))],
  actions: [
    ...putBackNow(m),
    button('people.choose', 'Start again', { personId: m.person.id }, 'positive'),
  ],
});

const paused: Render = (m) => ({
  body: [
    paragraph('You paused it. Nothing is lost.'),
    progressBar(percentDone(m)),
    progressFacts(m),
    ...estimateLines(m),
  ],
  actions: [button('migration.resume', 'Resume', { migrationId: m.id }, 'positive'), cancel(m)],
});

const cancelled: Render = (m) => ({
  body: [
    ...(m.problem === null ? [] : [markedLine('warning', explain(m.problem).what)]),
    paragraph('Nothing more is copied. What was copied stays in Outlook; iCloud is untouched.'),
    ...(m.tally.source > 0
      ? [hint(`${formatCount(m.tally.copied)} messages had been copied.`)]
      : []),
    section(...cleanUpLines(m)),
  ],
  actions: [...putBackNow(m), button('people.choose', 'Start again', { personId: m.person.id })],
});

const BY_STATE: Readonly<Record<StateName, Render>> = {
  Queued: preparing,
  Validating: preparing,
  Provisioning: preparing,
  WaitingForUser: asked,
  Testing: testing,
  Piloting: piloting,
  PilotReview: review,
  Syncing: running,
  IncrementalSyncing: running,
  Synced: synced,
  Completing: completing,
  Verifying: verifying,
  Completed: done,
  CompletedWithWarnings: done,
  RateLimited: rateLimited,
  WaitingForAdmin: needsAdmin,
  Paused: paused,
  Failed: failed,
  Cancelled: cancelled,
  RolledBack: cancelled,
};

/** The card of a migration as it is now; `note` answers the press that led here, `typed` is not lost by it. */
export function adminCard(
  migration: MigrationView,
  note: string | null,
  typed: TypedNames = [],
): Card {
  const { body, actions } = BY_STATE[migration.state](migration, typed);
  const isWhole = migration.state !== 'Completed' || isExplained(migration.tally);
  const state = isWhole ? stateText(migration.state) : stateText('CompletedWithWarnings');
  const title = `Move of ${plain(migration.person.displayName)} · ${state}`;
  const from = migration.sourceAddress ?? 'iCloud Mail';
  return card({
    summary: title,
    body: [
      heading(title),
      ...stepLine(migration),
      hint(`${plain(from)} → ${plain(migration.targetMailbox)}`),
      ...(note === null ? [] : [markedLine('warning', note)]),
      ...body,
    ],
    actions,
  });
}

/** Cancelling ends a move, so it is asked once more. */
export function cancelCard(migration: MigrationView): Card {
  const name = plain(migration.person.displayName);
  return card({
    summary: `Cancel the move of ${name}?`,
    body: [
      heading(`Cancel the move of ${name}?`),
      paragraph(
        'Nothing more is copied. What was copied stays in Outlook. I delete the password and put back what I changed.',
      ),
    ],
    actions: [
      button('migration.cancel', 'Cancel the move', { migrationId: migration.id }, 'destructive'),
      button('migration.show', 'Back', { migrationId: migration.id }),
    ],
  });
}

/** True where the admin has something to decide or to read, so that a new message is worth it. */
export function needsAttention(state: StateName): boolean {
  const waiting: readonly StateName[] = ['PilotReview', 'Synced', 'WaitingForAdmin'];
  return waiting.includes(state) || END_STATES.includes(state);
}
