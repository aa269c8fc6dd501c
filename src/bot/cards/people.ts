import type { AdminRule, DirectoryPerson, MovePlan, PlannedChange } from '../../jobs/api.ts';
import { formatCount, formatExchangeBytes, formatList } from '../../words/format.ts';
import { explain, planNoteText, wordsFor } from '../../words/words.ts';
import { button } from './actions.ts';
import type { Card, CardElement } from './elements.ts';
import { card, factSet, heading, hint, markedLine, paragraph, plain, section } from './elements.ts';
import { estimateUnseen } from './estimate.ts';
import { ruleText } from './left-out.ts';

const MOST_CHOICES = 6;

/** Who moves? One field. `complaint`: what was wrong with the last answer, `typed`: what it was. */
export function askPeopleCard(complaint: string | null, typed = ''): Card {
  return card({
    summary: 'Who moves?',
    body: [
      heading('Who moves?'),
      ...(complaint === null ? [] : [markedLine('warning', complaint)]),
      {
        type: 'Input.Text',
        id: 'who',
        label: 'Names or addresses',
        placeholder: 'alex@contoso.com; Megan Bowen',
        ...(typed === '' ? {} : { value: typed }),
        maxLength: 10_000,
        isMultiline: true,
        isRequired: true,
        errorMessage: 'Please enter a name or an address.',
      },
      hint('For a group, write "group" and its name.'),
      hint(
        'For many, send me a CSV file in this chat: EmailAddress and UserName in its first line, Submitter for shared mailboxes, no passwords.',
      ),
    ],
    actions: [button('people.find', 'Find', {}, 'positive'), button('move.not-now', 'Not now', {})],
  });
}

/** Several people answer to it: choose. */
export function choosePersonCard(people: readonly DirectoryPerson[]): Card {
  const shown = people.slice(0, MOST_CHOICES);
  const more = people.length - shown.length;
  const choices = shown.map((person) =>
    section(paragraph(`${plain(person.displayName)} · ${plain(person.userPrincipalName)}`), {
      type: 'ActionSet',
      actions: [button('people.choose', 'This one', { personId: person.id })],
    }),
  );
  return card({
    summary: `${people.length} people have that name`,
    body: [
      heading(`${people.length} people have that name`),
      ...choices,
      ...(more > 0 ? [hint(`And ${more} more: use the address instead.`)] : []),
    ],
    actions: [button('people.ask', 'Somebody else', {})],
  });
}

type LineOf = (plan: MovePlan, change: PlannedChange) => string;

const CHANGE_LINES: Readonly<Record<PlannedChange['what'], LineOf>> = {
  'usage-location': () => 'Set the usage location, which Microsoft wants before a licence.',
  licence: ({ readiness: { licence } }) => {
    if (licence?.needsSeat !== true) {
      return `Switch Exchange Online on in ${plain(licence?.skuName ?? '')} (no further seat).`;
    }
    const left = `${formatCount(licence.freeSeats)} → ${formatCount(licence.freeSeats - 1)} free`;
    return `Assign ${plain(licence.skuName)} (${left}).`;
  },
  imap: (_plan, { before }) =>
    before === null
      ? 'Switch IMAP on for this mailbox, if it is off.'
      : 'Switch IMAP on for this mailbox.',
  'mailbox-access': () => 'Give myself access to this mailbox, and to no other.',
  'retention-hold': ({ readiness: { mailboxFacts } }) =>
    mailboxFacts?.retentionPolicy
      ? `Hold off the retention policy "${plain(mailboxFacts.retentionPolicy)}" while I copy: it would archive or delete old mail as it arrives.`
      : 'Hold off its retention policy while I copy, if it gets one: it would archive or delete old mail as it arrives.',
  // Only where a message turns out to need it, and asked for then.
  'receive-limit': () => '',
  'send-limit': () => '',
};

/** Everything that would change in the tenant, one line each. */
function plannedChanges(plan: MovePlan): readonly string[] {
  const lines = plan.changes.map((change) => CHANGE_LINES[change.what](plan, change));
  if (plan.readiness.mailbox === 'ready') {
    return lines;
  }
  const given = plan.changes.filter(({ what }) => what === 'licence' || what === 'usage-location');
  const wait = 'Wait until Exchange has made the mailbox, usually 15 minutes.';
  return lines.toSpliced(given.length, 0, wait);
}

/** "1.2 GB of 100 GB"; nothing where Exchange did not say. */
function mailboxUse({ readiness: { mailboxFacts } }: MovePlan): Readonly<Record<string, string>> {
  if (mailboxFacts === null || mailboxFacts.usedBytes === null) {
    return {};
  }
  const { usedBytes, quotaBytes } = mailboxFacts;
  const whole = quotaBytes === null ? '' : ` of ${formatExchangeBytes(quotaBytes)}`;
  return { 'In use': `${formatExchangeBytes(usedBytes)}${whole}` };
}

/** What was noticed and stays as it is; what may cost mail comes first. */
function noticed({ notes }: MovePlan): readonly CardElement[] {
  return notes.map((note) =>
    note.warns ? markedLine('warning', planNoteText(note)) : hint(planNoteText(note)),
  );
}

function putBackPromise({ changes }: MovePlan): string {
  const { settings } = wordsFor('en');
  const names = changes.flatMap(({ what }) => settings[what] ?? []);
  const licence = changes.some(({ what }) => what === 'licence') ? ' The licence stays.' : '';
  const policy = changes.some(({ what }) => what === 'retention-hold')
    ? ' The policy then applies to what I moved as to all other mail.'
    : '';
  return names.length === 0
    ? `I change nothing that must be put back.${licence}`
    : `At the end I put ${formatList(names)} back as before.${policy}${licence}`;
}

/** What the admins' own settings leave out of a move. */
export function ruleLines(rules: readonly AdminRule[]): readonly CardElement[] {
  return rules.length === 0
    ? []
    : [
        hint(
          `Left out, by your settings: ${formatList(rules.map((rule) => ruleText(rule, 'en')))}.`,
        ),
      ];
}

function promises(plan: MovePlan): readonly CardElement[] {
  const foreign = plan.sourceIsApple
    ? []
    : [
        markedLine(
          'warning',
          `The mail is read at ${plain(plan.sourceHost)}, which is not Apple's own server.`,
        ),
      ];
  return [
    ...foreign,
    section(
      ...ruleLines(plan.rules),
      hint(putBackPromise(plan)),
      hint('If a message turns out to be too large, I ask before I raise the limit.'),
      hint(
        'I then ask the person for an app-specific password, and copy one folder as a pilot before anything else.',
      ),
      hint(estimateUnseen(1)),
    ),
  ];
}

/** What I will change, countable; starts only as shown (`plan.hash`). */
export function planCard(plan: MovePlan, note: string | null): Card {
  const { person } = plan.readiness;
  const name = plain(person.displayName);
  const title = `Move of ${name}: what I will change`;
  const head = [
    heading(title),
    ...(note === null ? [] : [markedLine('warning', note)]),
    factSet({
      Person: `${name} (${plain(person.userPrincipalName)})`,
      From: 'iCloud Mail',
      To: plain(person.mail ?? person.userPrincipalName),
      ...mailboxUse(plan),
    }),
  ];
  if (plan.obstacle !== null) {
    const { what, doNext } = explain(plan.obstacle);
    return card({
      summary: `Move of ${name}: not yet`,
      body: [...head, markedLine('failed', what), paragraph(doNext)],
      actions: [
        button('people.choose', 'Check again', { personId: person.id }, 'positive'),
        button('people.ask', 'Somebody else', {}),
      ],
    });
  }
  const changes = plannedChanges(plan);
  const lines = changes.length > 0 ? changes : ['Nothing: everything is in place.'];
  return card({
    summary: title,
    body: [
      ...head,
      ...lines.map((line) => paragraph(`• ${line}`, { spacing: 'Small' })),
      ...noticed(plan),
      ...promises(plan),
    ],
    actions: [
      button('move.start', 'Do it', { planHash: plan.hash }, 'positive'),
      button('people.ask', 'Somebody else', {}),
      button('move.not-now', 'Not now', {}),
    ],
  });
}

/** The plan was put aside. */
export function notNowCard(): Card {
  return card({
    summary: 'Nothing was changed',
    body: [paragraph('Nothing was changed. Say "move" when you want to go on.')],
    actions: [button('people.ask', 'Move someone', {})],
  });
}
