/** Cards for the person whose mail moves; what they say follows from the migration's state. */
import type { MigrationView, StateName } from '../../jobs/api.ts';
import { cardTime, formatNoun, formatTimeLeft, percentOf } from '../../words/format.ts';
import { explain, wordsFor } from '../../words/words.ts';
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

export interface PersonCardInput {
  readonly migration: MigrationView;
  /** One-time token for the card's field; anything where the card has none. */
  readonly nonce: string;
  /** What was wrong with the last entry, found without asking Apple. */
  readonly complaint: string | null;
}

type Render = (input: PersonCardInput) => Card;

const words = wordsFor('en');
const t = words.person;

/** What was wrong, above the fields: found here, or seen at Apple. */
function complaintOf({ migration, complaint }: PersonCardInput): readonly CardElement[] {
  if (complaint !== null) {
    return [markedLine('failed', complaint)];
  }
  if (migration.problem === null) {
    return [];
  }
  const { what, doNext } = explain(migration.problem);
  return [markedLine('failed', what), paragraph(doNext)];
}

/** The two fields that a password needs. */
function credentialFields({ sourceAddress }: MigrationView): readonly CardElement[] {
  return [
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
  ];
}

function askCard(input: PersonCardInput): Card {
  const { migration } = input;
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
      ),
      ...complaintOf(input),
      ...credentialFields(migration),
    ],
    actions: [
      button(
        'credential.submit',
        t.submit,
        { migrationId: migration.id, nonce: input.nonce },
        'positive',
      ),
      button('person.ask-decline', t.nothingToMove, { migrationId: migration.id }),
    ],
  });
}

function note(title: string, ...lines: readonly string[]): Card {
  return card({ summary: title, body: [heading(title), ...lines.map((line) => paragraph(line))] });
}

/** Apple is spared for some minutes; who mistyped need not wait for that to say so. */
function spareCard({ migration, nonce, complaint }: PersonCardInput, until: Date): Card {
  return card({
    summary: t.spareTitle,
    body: [
      heading(t.spareTitle),
      paragraph(t.spareUntil(cardTime(until))),
      ...(complaint === null ? [] : [markedLine('failed', complaint)]),
      ...credentialFields(migration),
    ],
    actions: [
      button('credential.submit', t.correct, { migrationId: migration.id, nonce }, 'positive'),
    ],
  });
}

const checkingCard: Render = (input) => {
  const { until, problem } = input.migration;
  if (until !== null && isSparing(input.migration)) {
    return spareCard(input, until);
  }
  // Without a problem it is the new mailbox that is not open yet, not Apple.
  const line = until === null || problem === null ? t.checking : t.checkAt(cardTime(until));
  return note(t.checkingTitle, line);
};

const movingCard: Render = ({ migration }) => {
  const { progress } = migration;
  const percent = percentOf(progress.messagesDone, progress.messagesTotal);
  const parts = [
    progress.folder === null ? null : `Folder '${plain(progress.folder)}'`,
    progress.secondsLeft === null ? null : formatTimeLeft(progress.secondsLeft),
  ].filter((part) => part !== null);
  return card({
    summary: `${t.movingTitle}: ${percent} %`,
    body: [
      heading(t.movingTitle),
      progressBar(percent),
      ...(parts.length > 0 ? [paragraph(`${percent} %. ${parts.join(', ')}.`)] : []),
      paragraph(t.keepWorking),
    ],
    actions: [button('person.show', t.howFar, { migrationId: migration.id })],
  });
};

const doneCard: Render = ({ migration }) => {
  const { copied, alreadyThere } = migration.tally;
  const purged = migration.cleanedUp ? [markedLine('ok', t.passwordPurged)] : [];
  return card({
    summary: t.doneTitle,
    body: [
      heading(t.doneTitle),
      paragraph(t.done(formatNoun(copied + alreadyThere, 'message', 'messages'))),
      paragraph(t.revoke),
      ...purged,
    ],
  });
};

const preparing: Render = () => note(t.preparingTitle, t.preparing);
const accepted: Render = () => note(t.acceptedTitle, t.accepted);
const waiting: Render = () => note(t.pausedTitle, t.paused);

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
  Synced: movingCard,
  Completing: movingCard,
  Verifying: movingCard,
  RateLimited: movingCard,
  WaitingForAdmin: waiting,
  Paused: waiting,
  Completed: doneCard,
  CompletedWithWarnings: doneCard,
  Failed: () => note(t.failedTitle, t.failed),
  Cancelled: () => note(t.endedTitle, t.ended),
  RolledBack: () => note(t.endedTitle, t.ended),
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
export function declineCard(migrationId: string): Card {
  return card({
    summary: t.declineTitle,
    body: [heading(t.declineTitle), paragraph(t.declineQuestion)],
    actions: [
      button('person.decline', t.declineYes, { migrationId }),
      button('person.show', t.declineNo, { migrationId }),
    ],
  });
}
