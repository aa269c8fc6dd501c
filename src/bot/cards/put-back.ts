/** What was changed in the tenant for a move, and what became of it. */
import type { MadeChange, MigrationView } from '../../jobs/api.ts';
import { cardTime, formatList } from '../../words/format.ts';
import { explain, wordsFor } from '../../words/words.ts';
import type { CardElement } from './elements.ts';
import { hint, markedLine } from './elements.ts';

const PUT_BACK_DEFAULT = ['imap', 'mailbox-access'];

function namesOf(changes: readonly Pick<MadeChange, 'what'>[]): readonly string[] {
  const { settings } = wordsFor('en');
  return [...new Set(changes.flatMap(({ what }) => settings[what] ?? []))];
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function asBefore(m: MigrationView): readonly CardElement[] {
  const back = namesOf(
    m.changes.filter(({ outcome }) => outcome === 'put-back' || outcome === 'never-made'),
  );
  if (back.length === 0 && m.changes.some(({ outcome }) => outcome === 'passed-on')) {
    return [];
  }
  const { settings } = wordsFor('en');
  const names = back.length > 0 ? back : PUT_BACK_DEFAULT.map((name) => settings[name] ?? name);
  const verb = names.length === 1 ? 'is as it was' : 'are as they were';
  return [markedLine('ok', `${capital(formatList(names))} ${verb} before.`)];
}

/** What somebody else changed meanwhile, what another move still needs, or what went with the mailbox. */
function notPutBack(m: MigrationView): readonly CardElement[] {
  const left = namesOf(m.changes.filter(({ outcome }) => outcome === 'left'));
  const passedOn = namesOf(m.changes.filter(({ outcome }) => outcome === 'passed-on'));
  const gone = m.changes.some(({ outcome }) => outcome === 'gone');
  return [
    ...(left.length === 0
      ? []
      : [
          markedLine(
            'warning',
            `Somebody changed ${formatList(left)} meanwhile. I left that as it is now.`,
          ),
        ]),
    ...(passedOn.length === 0
      ? []
      : [
          markedLine(
            'waiting',
            `Another move goes on in this mailbox. At its end I put back ${formatList(passedOn)}.`,
          ),
        ]),
    ...(gone
      ? [markedLine('warning', 'The mailbox is no longer there, so nothing was put back in it.')]
      : []),
  ];
}

function hindered(m: MigrationView): readonly CardElement[] {
  if (m.putBackProblem === null) {
    return [];
  }
  const { what, doNext } = explain(m.putBackProblem);
  const again = m.until === null ? '' : ` I try again at ${cardTime(m.until)}.`;
  return [markedLine('failed', `Not everything is put back yet. ${what}${again}`), hint(doNext)];
}

/** What was put back; with its proof once it is done. */
export function cleanUpLines(m: MigrationView): readonly CardElement[] {
  if (m.cleanedUp) {
    return [
      markedLine('ok', 'The app-specific password is deleted here.'),
      ...asBefore(m),
      ...notPutBack(m),
    ];
  }
  return m.putBackProblem === null
    ? [markedLine('waiting', 'I am deleting the password and putting back what I changed.')]
    : hindered(m);
}
