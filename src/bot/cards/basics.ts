import type { Problem, Role } from '../../jobs/api.ts';
import { explain } from '../../words/words.ts';
import type { CommandWord } from '../commands.ts';
import { button } from './actions.ts';
import type { Card } from './elements.ts';
import {
  card,
  factSet,
  heading,
  hint,
  markedLine,
  paragraph,
  section,
  subheading,
} from './elements.ts';

/** The first thing an admin sees. */
export function welcomeCard(): Card {
  return card({
    summary: "I move people's iCloud Mail into Microsoft 365.",
    body: [
      heading("I move people's iCloud Mail into Microsoft 365"),
      paragraph('First I check that your tenant is ready; I change nothing without asking.'),
    ],
    actions: [
      button('tenant.check', 'Check my tenant', {}, 'positive'),
      button('help.show', 'How it works', {}),
    ],
  });
}

const STEPS = [
  '1. I check your tenant: rights, Exchange, licences.',
  '2. You name the person. I show what would change, and wait for your word.',
  '3. I prepare the mailbox and ask the person for an app-specific password, which Apple makes for this alone.',
  '4. I copy one folder as a pilot and show you the proof.',
  '5. You approve. I copy everything, then follow what is new.',
  '6. You finish the move. I verify every message, put back what I changed, and write the report.',
];

/** Whoever is shown this card; everybody else has `personHelpCard`. */
type Staff = Exclude<Role, 'none'>;

const SAID: Readonly<Record<CommandWord, string>> = {
  move: 'and names, addresses, "group" and its name, or a list: plans a move',
  status: 'shows how the moves go and who must act',
  people: 'lists whom the last batch moves; with a name, finds any move',
  doctor: 'checks your tenant; with a mailbox, tries to sign in there',
  report: 'lists all batches and their reports',
  settings: 'shows reminders, the maintenance window, and what is left out',
  channel: 'chooses where the helpdesk sees the moves',
  audit: 'sends who did or tried what as a file; of 30 days, or as many as you say',
  help: 'shows this',
};

const ELSEWHERE = 'In a channel, "here" makes it the one where I report.';

/** How a move goes, and what one can say; `note`: what was not understood. */
export function helpCard(role: Staff, note: string | null = null): Card {
  return card({
    summary: note ?? 'How a move goes',
    body: [
      heading('How a move goes'),
      ...(note === null ? [] : [markedLine('unknown', note)]),
      ...STEPS.map((step) => paragraph(step, { spacing: 'Small' })),
      hint('Nothing is deleted at Apple. Contacts and calendars do not move.'),
      ...(role === 'admin'
        ? [
            section(
              subheading('What you can say'),
              factSet(SAID),
              hint(`${ELSEWHERE} A slip of the finger does no harm.`),
              {
                type: 'ActionSet',
                actions: [
                  button('command.run', 'Reports', { word: 'report' }),
                  button('command.run', 'Settings', { word: 'settings' }),
                  button('command.run', 'Audit log', { word: 'audit' }),
                ],
              },
            ),
          ]
        : [paragraph('You can say: "status" for how all moves go and who must act, "help".')]),
    ],
    actions:
      role === 'admin'
        ? [
            button('people.ask', 'Move someone', {}),
            button('command.run', 'How it goes', { word: 'status' }),
            button('command.run', 'People', { word: 'people' }),
            button('tenant.check', 'Check my tenant', {}),
          ]
        : [],
  });
}

/** A button of a card whose move or batch is not there. */
export function unknownMoveCard(): Card {
  return problemCard({ code: 'jobs.unknown-migration', facts: {} }, 'people.ask');
}

/** Something went wrong before there was a move: what was seen, what to do, and a way on. */
export function problemCard(problem: Problem, retry: 'tenant.check' | 'people.ask'): Card {
  const { what, doNext } = explain(problem);
  return card({
    summary: what,
    body: [heading('That did not work'), markedLine('failed', what), paragraph(doNext)],
    actions: [button(retry, 'Try again', {}, 'positive')],
  });
}

/** Stands where a card stood that goes on further down. */
export function continuedCard(title: string, text: string): Card {
  return card({ summary: text, body: [paragraph(title, { weight: 'Bolder' }), hint(text)] });
}
