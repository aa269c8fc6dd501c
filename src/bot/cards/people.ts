import type { DirectoryPerson, MovePlan } from '../../jobs/api.ts';
import { formatCount } from '../../words/format.ts';
import { explain } from '../../words/words.ts';
import { button } from './actions.ts';
import type { Card, CardElement } from './elements.ts';
import { card, factSet, heading, hint, markedLine, paragraph, plain, section } from './elements.ts';

const MOST_CHOICES = 6;

/** Who moves? One field. `complaint`: what was wrong with the last answer. */
export function askPeopleCard(complaint: string | null): Card {
  return card({
    summary: 'Who moves?',
    body: [
      heading('Who moves?'),
      ...(complaint === null ? [] : [markedLine('warning', complaint)]),
      {
        type: 'Input.Text',
        id: 'who',
        label: 'Name or address',
        placeholder: 'alex@contoso.com',
        maxLength: 200,
        isRequired: true,
        errorMessage: 'Please enter a name or an address.',
      },
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

/** Everything that would change in the tenant, one line each. */
function plannedChanges(plan: MovePlan): readonly string[] {
  const { readiness } = plan;
  const { licence } = readiness;
  const lines: string[] = [];
  if (licence?.needsSeat === false) {
    lines.push(`Switch Exchange Online on in ${plain(licence.skuName)} (no further seat).`);
  } else if (licence !== null) {
    const left = `${formatCount(licence.freeSeats)} → ${formatCount(licence.freeSeats - 1)} free`;
    lines.push(`Assign ${plain(licence.skuName)} (${left}).`);
  }
  if (licence?.needsUsageLocation === true) {
    lines.push('Set the usage location, which Microsoft wants before a licence.');
  }
  if (readiness.mailbox !== 'ready') {
    lines.push('Wait until Exchange has made the mailbox, usually 15 minutes.');
  }
  if (readiness.imapEnabled !== true) {
    lines.push('Switch IMAP on for this mailbox.');
  }
  if (readiness.accessGranted !== true) {
    lines.push('Give myself access to this mailbox, and to no other.');
  }
  return lines;
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
      hint('At the end I put IMAP and my access back as they were. The licence stays.'),
      hint(
        'I then ask the person for an app-specific password, and copy one folder as a pilot before anything else.',
      ),
      hint(
        'iCloud gives 200 to 500 MB an hour at worst, so a mailbox of 5 GB takes between an hour and a day.',
      ),
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
      ...promises(plan),
    ],
    actions: [
      button('move.start', 'Do it', { personId: person.id, planHash: plan.hash }, 'positive'),
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
