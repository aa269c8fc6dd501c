/** The plan of many people: who is ready and who is not, problems first, and all that would change. */
import type { BatchPlan, CreatedPerson, PlannedChange, PlannedMove } from '../../jobs/api.ts';
import { formatCount, formatNoun } from '../../words/format.ts';
import { explain, planNoteText } from '../../words/words.ts';
import { button } from './actions.ts';
import type { Card, CardElement } from './elements.ts';
import { card, factSet, heading, hint, markedLine, paragraph, plain, section } from './elements.ts';
import { estimateUnseen } from './estimate.ts';
import { ruleLines } from './people.ts';

/** More lines than anybody reads on a card; the rest are counted. */
const MOST_LINES = 15;
/** The same of line numbers. */
const MOST_RANGES = 60;

const people = (count: number): string => formatNoun(count, 'person', 'people');

const isReady = ({ obstacle }: PlannedMove): boolean => obstacle === null;
const isNew = ({ obstacle }: PlannedMove): boolean => obstacle?.code === 'people.not-created';
const needsSeat = ({ readiness }: PlannedMove): boolean => readiness?.licence?.needsSeat === true;

/** "23 people. 19 ready, 3 need a licence, 1 cannot move yet." */
function headline({ moves }: BatchPlan): string {
  const ready = moves.filter(isReady);
  const counts: readonly (readonly [number, string])[] = [
    [ready.filter((move) => !needsSeat(move)).length, 'ready'],
    [ready.filter(needsSeat).length, 'to be given a licence'],
    [moves.filter(isNew).length, 'to be created first'],
    [moves.filter((move) => !isReady(move) && !isNew(move)).length, 'left out'],
  ];
  const parts = counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${formatCount(count)} ${what}`);
  return `${people(moves.length)}: ${parts.join(', ')}.`;
}

function nameOf({ readiness, named, line }: PlannedMove): string {
  return plain(readiness?.person.displayName ?? (named === '' ? `Line ${line}` : named));
}

/** What is special about a line that is ready; null for most of them. */
function specialOf({ readiness, submitter, sourceAccount }: PlannedMove): string | null {
  const by =
    submitter === null || submitter.id === readiness?.person.id
      ? null
      : `${plain(submitter.displayName)} enters the password`;
  const from = sourceAccount === null ? null : `from ${plain(sourceAccount)}`;
  const parts = [from, by].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}

const isSpecial = (move: PlannedMove): boolean =>
  specialOf(move) !== null || move.notes.some(({ warns }) => warns);

function lineOf(move: PlannedMove): CardElement {
  if (move.obstacle !== null) {
    const { what, doNext } = explain(move.obstacle);
    return markedLine('failed', `${nameOf(move)}: ${what} ${doNext}`);
  }
  const special = specialOf(move);
  const line = special === null ? nameOf(move) : `${nameOf(move)}: ${special}`;
  const warnings = move.notes.filter(({ warns }) => warns).map((note) => planNoteText(note));
  return warnings.length === 0
    ? markedLine('ok', line)
    : markedLine('warning', `${line}. ${warnings.join(' ')}`);
}

/** "3, 7–9": so many numbers as anybody looks up on a card. */
function numbersText(numbers: readonly number[]): string {
  const ranges: { from: number; to: number }[] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last.to === number - 1) {
      last.to = number;
    } else {
      ranges.push({ from: number, to: number });
    }
  }
  const shown = ranges.slice(0, MOST_RANGES);
  const more = ranges.slice(MOST_RANGES).reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const texts = shown.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`));
  return more === 0 ? texts.join(', ') : `${texts.join(', ')} and ${formatCount(more)} more`;
}

/** "Lines 3, 7–9: the line cannot be used: …": each line of a list that is left out, by why it is. */
function faultsOfList(moves: readonly PlannedMove[]): readonly CardElement[] {
  const byText = new Map<string, number[]>();
  for (const { line, obstacle } of moves) {
    if (obstacle !== null) {
      const { what, doNext } = explain(obstacle);
      const text = `${what} ${doNext}`;
      const numbers = byText.get(text) ?? [];
      numbers.push(line);
      byText.set(text, numbers);
    }
  }
  return [...byText].map(([text, numbers]) =>
    markedLine(
      'failed',
      `${numbers.length === 1 ? 'Line' : 'Lines'} ${numbersText(numbers)}: ${text}`,
    ),
  );
}

function lines({ moves, isList }: BatchPlan): readonly CardElement[] {
  // Problems first, then what is not plain; the order of the list within each.
  const rank = (move: PlannedMove): number => (isReady(move) ? 1 + Number(!isSpecial(move)) : 0);
  const shown = isList ? moves.filter(isReady) : moves;
  const sorted = shown.toSorted((left, right) => rank(left) - rank(right));
  const more = sorted.length - MOST_LINES;
  return [
    ...(isList ? faultsOfList(moves) : []),
    ...sorted.slice(0, MOST_LINES).map(lineOf),
    ...(more > 0 ? [hint(`And ${formatCount(more)} more.`)] : []),
  ];
}

const mailboxes = (count: number): string => formatNoun(count, 'mailbox', 'mailboxes');

/** Everything that would change in the tenant for those who are ready, countable. */
function changes({ moves, seats }: BatchPlan): readonly string[] {
  const ready = moves.filter(isReady);
  const count = (is: (move: PlannedMove) => boolean): number => ready.filter(is).length;
  const changed = (what: PlannedChange['what']): number =>
    count((move) => move.changes.some((one) => one.what === what));
  const taken = (skuId: string): number =>
    count((move) => needsSeat(move) && move.readiness?.licence?.skuId === skuId);
  const counted: readonly (readonly [number, (count: number) => string])[] = [
    [
      count(({ readiness }) => readiness?.licence?.needsSeat === false),
      (n) => `Switch Exchange Online on for ${people(n)} (no further seat).`,
    ],
    [
      changed('usage-location'),
      (n) => `Set the usage location of ${people(n)}, which Microsoft wants before a licence.`,
    ],
    [
      count(({ readiness }) => readiness?.mailbox !== 'ready'),
      (n) => `Wait until Exchange has made ${mailboxes(n)}, usually 15 minutes.`,
    ],
    [changed('imap'), (n) => `Switch IMAP on for ${mailboxes(n)}, where it is off.`],
    [changed('mailbox-access'), (n) => `Give myself access to ${mailboxes(n)}, and to no other.`],
    [
      changed('retention-hold'),
      (n) =>
        `Hold off the retention policy of ${mailboxes(n)} while I copy, where there is one: it would archive or delete old mail as it arrives.`,
    ],
  ];
  return [
    ...seats
      .map((seat) => ({ ...seat, needed: taken(seat.skuId) }))
      .filter(({ needed }) => needed > 0)
      .map(
        ({ skuName, needed, free }) =>
          `Assign ${plain(skuName)} to ${people(needed)} (${formatCount(free)} → ${formatCount(free - needed)} free).`,
      ),
    ...counted.filter(([n]) => n > 0).map(([n, line]) => line(n)),
  ];
}

function notes(plan: BatchPlan, note: string | null): readonly CardElement[] {
  const ignored = plan.ignoredColumns.map((column) => plain(column)).join(', ');
  return [
    ...(note === null ? [] : [markedLine('warning', note)]),
    ...(ignored === '' ? [] : [hint(`I make no use of the columns ${ignored}.`)]),
    ...(plan.sourceIsApple
      ? []
      : [
          markedLine(
            'warning',
            `The mail is read at ${plain(plan.sourceHost)}, which is not Apple's own server.`,
          ),
        ]),
  ];
}

/** What I will do for all of them; starts only as shown (`plan.hash`). */
export function batchPlanCard(plan: BatchPlan, note: string | null): Card {
  const title = plan.moves.length === 0 ? 'Nobody to move' : headline(plan);
  const ready = plan.moves.filter(isReady).length;
  const fresh = plan.moves.filter(isNew).length;
  const whole = plan.obstacle === null || plan.moves.length > 0 ? [] : [explain(plan.obstacle)];
  return card({
    summary: title,
    body: [
      heading(title),
      ...notes(plan, note),
      ...whole.flatMap(({ what, doNext }) => [markedLine('failed', what), paragraph(doNext)]),
      ...lines(plan),
      ...(ready === 0
        ? []
        : [
            section(
              ...changes(plan).map((line) => paragraph(`• ${line}`, { spacing: 'Small' })),
              ...ruleLines(plan.rules),
              hint(
                'At the end I put all of it back as it was. Licences, and the locations they need, stay.',
              ),
              hint('If a message turns out to be too large, I ask before I raise the limit.'),
              hint(estimateUnseen(ready)),
            ),
          ]),
    ],
    actions: [
      ...(ready === 0
        ? []
        : [
            button(
              'move.start',
              ready === plan.moves.length
                ? 'Do it'
                : `Do it for the ${formatCount(ready)} who are ready`,
              { planHash: plan.hash },
              'positive',
            ),
          ]),
      ...(fresh === 0
        ? []
        : [button('people.create', `Create ${people(fresh)}`, { planHash: plan.hash })]),
      button('people.ask', 'Somebody else', {}),
      button('move.not-now', 'Not now', {}),
    ],
  });
}

/** New people with their first passwords: in the answer to the press alone, kept nowhere. */
export function createdPeopleCard(created: readonly CreatedPerson[]): Card {
  const made = created.flatMap((one) => (one.kind === 'created' ? [one] : []));
  const failed = created.flatMap((one) => (one.kind === 'failed' ? [one] : []));
  const title = `${people(made.length)} created`;
  return card({
    summary: title,
    body: [
      heading(title),
      ...(made.length === 0
        ? []
        : [
            paragraph(
              'These are the first passwords. I show them now and never again, and have not kept them. Each must be changed at the first sign-in.',
            ),
            factSet(
              Object.fromEntries(
                made.map(({ address, initialPassword }) => [
                  plain(address),
                  plain(initialPassword),
                ]),
              ),
            ),
          ]),
      ...failed.map(({ address, problem }) => {
        const { what, doNext } = explain(problem);
        return markedLine('failed', `${plain(address)}: ${what} ${doNext}`);
      }),
      hint('It can take some minutes until they are seen everywhere. Then send me the list again.'),
    ],
    actions: [button('people.ask', 'Go on', {})],
  });
}
