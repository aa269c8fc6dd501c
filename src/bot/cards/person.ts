/** Cards for the person whose mail moves; what they say follows from the migration's state. */
import type { MigrationView, StateName } from '../../jobs/api.ts';
import { cardTime, formatPercent, percentOf } from '../../words/format.ts';
import type { Language } from '../../words/language.ts';
import { explainToPerson, isPersonProblem, personTexts } from '../../words/person.ts';
import type { PersonTexts } from '../../words/person-texts.ts';
import { spanOf, spanText } from '../../words/span.ts';
import { button } from './actions.ts';
import type { Card, CardElement } from './elements.ts';
import {
  card,
  heading,
  hint,
  markedLine,
  paragraph,
  plain,
  progressBar,
  section,
} from './elements.ts';
import { leftOutCounts, leftOutLines } from './left-out.ts';

export interface PersonCardInput {
  readonly migration: MigrationView;
  /** One-time token for the card's field; anything where the card has none. */
  readonly nonce: string;
  /** What was wrong with the last entry, found without asking Apple. */
  readonly complaint: string | null;
  /** What the person reads. */
  readonly language: Language;
}

type Render = (input: PersonCardInput) => Card;

/** What was wrong, above the fields: found here, or seen at Apple. */
function complaintOf(input: PersonCardInput): readonly CardElement[] {
  const { problem } = input.migration;
  if (input.complaint !== null) {
    return [markedLine('failed', input.complaint)];
  }
  // Teams that did not reach the person, for one, is for the admin to mend.
  if (problem === null || !isPersonProblem(problem.code)) {
    return [];
  }
  const { what, doNext } = explainToPerson(problem, input.language);
  return [markedLine('failed', what), paragraph(doNext)];
}

/**
 * The two fields that a password needs, and their button. A client that does not know the button
 * (Action.Execute, 1.4) cannot mask a field either (1.5): it shows the fallback, which has no field.
 */
function credentialForm(input: PersonCardInput, submitTitle: string): CardElement {
  const { migration, nonce, language } = input;
  const { sourceAddress } = migration;
  const t = personTexts(language);
  const submit = button(
    'credential.submit',
    submitTitle,
    { migrationId: migration.id, nonce },
    'positive',
  );
  const items: readonly CardElement[] = [
    {
      type: 'Input.Text',
      id: 'address',
      label: t.addressLabel,
      style: 'Email',
      placeholder: 'name@icloud.com',
      maxLength: 320,
      isRequired: true,
      errorMessage: t.addressMissing,
      ...(sourceAddress === null ? {} : { value: sourceAddress }),
    },
    {
      type: 'Input.Text',
      id: 'appPassword',
      label: t.passwordLabel,
      style: 'Password',
      placeholder: 'xxxx-xxxx-xxxx-xxxx',
      maxLength: 100,
      isRequired: true,
      errorMessage: t.passwordMissing,
    },
    { type: 'ActionSet', actions: [submit] },
  ];
  return { type: 'Container', items, fallback: paragraph(t.oldTeams) };
}

function askCard(input: PersonCardInput): Card {
  const { migration, language } = input;
  const t = personTexts(language);
  const isAgain = migration.interrupted !== null;
  const title = isAgain ? t.askAgainTitle : t.askTitle;
  const foreign = migration.sourceIsApple
    ? []
    : [markedLine('warning', t.foreignHost(plain(migration.sourceHost)))];
  return card({
    summary: title,
    body: [
      heading(title),
      paragraph(isAgain ? t.introAgain : t.intro),
      ...foreign,
      section(...t.steps.map((step) => paragraph(step, { spacing: 'Small' }))),
      section(
        hint(t.whereItGoes(plain(migration.targetMailbox))),
        ...t.goodToKnow.map((text) => hint(text)),
        ...leftOutLines(migration, language),
      ),
      ...complaintOf(input),
      credentialForm(input, t.submit),
    ],
    actions: [
      button('person.ask-leave-out', t.leaveOut, { migrationId: migration.id }),
      button('person.ask-decline', t.nothingToMove, { migrationId: migration.id }),
    ],
    fallbackText: `${title}: ${t.oldTeams}`,
  });
}

function note(title: string, ...lines: readonly string[]): Card {
  return card({ summary: title, body: [heading(title), ...lines.map((line) => paragraph(line))] });
}

/** Apple is spared for some minutes; who mistyped need not wait for that to say so. */
function spareCard(input: PersonCardInput, until: Date): Card {
  const { complaint, language } = input;
  const t = personTexts(language);
  return card({
    summary: t.spareTitle,
    body: [
      heading(t.spareTitle),
      paragraph(t.spareUntil(cardTime(until))),
      ...(complaint === null ? [] : [markedLine('failed', complaint)]),
      credentialForm(input, t.correct),
    ],
    fallbackText: `${t.spareTitle}: ${t.oldTeams}`,
  });
}

const checkingCard: Render = (input) => {
  const { until, problem } = input.migration;
  if (until !== null && isSparing(input.migration)) {
    return spareCard(input, until);
  }
  const t = personTexts(input.language);
  // Without a problem it is the new mailbox that is not open yet, not Apple.
  const line = until === null || problem === null ? t.checking : t.checkAt(cardTime(until));
  return note(t.checkingTitle, line);
};

const movingCard: Render = ({ migration, language }) => {
  const t = personTexts(language);
  const { folder, messagesDone, messagesTotal, secondsLeft } = migration.progress;
  const percent = percentOf(messagesDone, messagesTotal);
  const shown = formatPercent(percent, language);
  const parts = [
    folder === null ? null : t.folder(plain(folder)),
    secondsLeft === null ? null : spanText(spanOf(secondsLeft), language, t.timeLeft),
  ].filter((part) => part !== null);
  return card({
    summary: `${t.movingTitle}: ${shown}`,
    body: [
      heading(t.movingTitle),
      progressBar(percent, shown),
      paragraph([shown, ...parts].join(' · ')),
      paragraph(t.keepWorking),
    ],
    actions: [button('person.show', t.howFar, { migrationId: migration.id })],
  });
};

const doneCard: Render = ({ migration, language }) => {
  const t = personTexts(language);
  const { copied, alreadyThere } = migration.tally;
  const purged = migration.cleanedUp ? [markedLine('ok', t.passwordPurged)] : [];
  return card({
    summary: t.doneTitle,
    body: [
      heading(t.doneTitle),
      paragraph(t.done(copied + alreadyThere)),
      ...leftOutCounts(migration, language),
      paragraph(t.revoke),
      ...purged,
    ],
  });
};

/** A card that says the same whatever the numbers are. */
function fixed(choose: (t: PersonTexts) => readonly [title: string, line: string]): Render {
  return ({ language }) => note(...choose(personTexts(language)));
}

const preparing = fixed((t) => [t.preparingTitle, t.preparing]);
const accepted = fixed((t) => [t.acceptedTitle, t.accepted]);
const waiting = fixed((t) => [t.pausedTitle, t.paused]);
const ended = fixed((t) => [t.endedTitle, t.ended]);

const BY_STATE: Readonly<Record<StateName, Render>> = {
  Queued: preparing,
  Validating: preparing,
  Provisioning: preparing,
  WaitingForUser: askCard,
  Testing: checkingCard,
  Piloting: accepted,
  PilotReview: accepted,
  Syncing: movingCard,
  IncrementalSyncing: movingCard,
  Synced: fixed((t) => [t.syncedTitle, t.synced]),
  Completing: movingCard,
  Verifying: movingCard,
  RateLimited: movingCard,
  WaitingForAdmin: waiting,
  Paused: waiting,
  Completed: doneCard,
  CompletedWithWarnings: doneCard,
  Failed: fixed((t) => [t.failedTitle, t.failed]),
  Cancelled: ended,
  RolledBack: ended,
};

/** The person's one card, as it should look now. */
export function personCard(input: PersonCardInput): Card {
  return BY_STATE[input.migration.state](input);
}

type Asked = Pick<MigrationView, 'state' | 'problem'>;

function isSparing({ state, problem }: Asked): boolean {
  return state === 'Testing' && problem?.code === 'source.login-limit';
}

/** Whether the card has the masked field, and so needs a one-time token. */
export function asksForPassword(migration: Asked): boolean {
  return BY_STATE[migration.state] === askCard || isSparing(migration);
}

/** "Nothing to move": asked once more, since it ends the move. */
export function declineCard(migrationId: string, language: Language): Card {
  const t = personTexts(language);
  return card({
    summary: t.declineTitle,
    body: [heading(t.declineTitle), paragraph(t.declineQuestion)],
    actions: [
      button('person.decline', t.declineYes, { migrationId }),
      button('person.show', t.declineNo, { migrationId }),
    ],
  });
}

/** The first thing that somebody sees who is no admin. */
export function personWelcomeCard(language: Language): Card {
  const t = personTexts(language);
  return card({
    summary: t.welcomeTitle,
    body: [heading(t.welcomeTitle), paragraph(t.welcome), hint(t.welcomeHint)],
  });
}

/** How a move goes for the person, and what one can say. */
export function personHelpCard(language: Language): Card {
  const t = personTexts(language);
  return card({
    summary: t.helpTitle,
    body: [
      heading(t.helpTitle),
      ...t.helpSteps.map((step) => paragraph(step, { spacing: 'Small' })),
      hint(t.helpHint),
      paragraph(t.helpCommands),
    ],
  });
}

/** The person pressed something about a move that is not there. */
export function unknownMoveCard(migrationId: string, language: Language): Card {
  const t = personTexts(language);
  const { what, doNext } = t.problems['jobs.unknown-migration'];
  return card({
    summary: what,
    body: [heading(t.problemTitle), markedLine('failed', what), paragraph(doNext)],
    actions: [button('person.show', t.tryAgain, { migrationId })],
  });
}
