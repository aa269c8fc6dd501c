/** Batches, whom they move and what they reported, as lists that lead to the single move. */
import type { BatchLine, BatchOverview, MigrationView, MoveSummary } from '../../jobs/api.ts';
import { cardDay, formatCount, formatNoun, percentOf } from '../../words/format.ts';
import { stateText } from '../../words/words.ts';
import type { Button } from './actions.ts';
import { button } from './actions.ts';
import { countsOf, titleOf } from './channel.ts';
import type { Card, CardElement, Mark } from './elements.ts';
import { card, heading, hint, markedLine, paragraph, plain, section } from './elements.ts';
import { needOf, shortName } from './needs.ts';

/** With a button each, more make a card that nobody reads. */
const ON_A_PAGE = 8;

const titleOfLine = ({ size, firstName }: BatchLine): string =>
  size === 1
    ? `Move of ${shortName(firstName)}`
    : `Move of ${formatNoun(size, 'person', 'people')}, ${shortName(firstName)} first`;

function stateOfLine({ open, size }: BatchLine): string {
  if (open === 0) {
    return 'ended';
  }
  return open === size ? 'under way' : `${formatCount(open)} under way`;
}

/** All batches, with the way to their reports and to how they go. */
export function batchesCard(batches: readonly BatchLine[], title: string): Card {
  return card({
    summary: title,
    body: [
      heading(title),
      ...batches.slice(0, ON_A_PAGE).map((batch) =>
        section(
          paragraph(titleOfLine(batch)),
          hint(
            `Started on ${cardDay(batch.createdAt)} · ${stateOfLine(batch)} · ${formatCount(batch.reports)} of ${formatNoun(batch.size, 'report', 'reports')}`,
          ),
          {
            type: 'ActionSet',
            actions: [
              button('batch.show', 'How it goes', { batchId: batch.id }),
              ...(batch.reports === 0
                ? []
                : [button('report.batch', 'Reports', { batchId: batch.id, page: 0 })]),
            ],
          },
        ),
      ),
      ...(batches.length > ON_A_PAGE
        ? [
            hint(
              `And ${formatCount(batches.length - ON_A_PAGE)} older ones. "people" and a name finds any move.`,
            ),
          ]
        : []),
    ],
    actions: [button('command.run', 'Back to the start', { word: 'help' })],
  });
}

function pagesOf<T>(
  rows: readonly T[],
  page: number,
): { readonly shown: readonly T[]; readonly at: number; readonly last: number } {
  const last = Math.max(0, Math.ceil(rows.length / ON_A_PAGE) - 1);
  const at = Math.min(page, last);
  return { shown: rows.slice(at * ON_A_PAGE, (at + 1) * ON_A_PAGE), at, last };
}

const turning = (
  { at, last }: { readonly at: number; readonly last: number },
  to: (page: number) => { readonly back: Button; readonly on: Button },
): readonly Button[] => [
  ...(at > 0 ? [to(at - 1).back] : []),
  ...(at < last ? [to(at + 1).on] : []),
];

const open = (migrationId: string): CardElement => ({
  type: 'ActionSet',
  actions: [button('move.show', 'Open', { migrationId })],
});

function markOf(move: MoveSummary): Mark {
  if (needOf(move) !== null) {
    return 'warning';
  }
  return move.state === 'Completed' ? 'ok' : 'waiting';
}

function personLine(move: MoveSummary): CardElement {
  const { progress } = move;
  const percent =
    progress.messagesTotal === 0
      ? ''
      : ` · ${percentOf(progress.messagesDone, progress.messagesTotal)} %`;
  const need = needOf(move);
  const what = need?.detail ? ` · ${need.detail}` : '';
  return markedLine(
    markOf(move),
    `${shortName(move.person.displayName)} · ${stateText(move.state)}${percent}${what}`,
  );
}

/** Whom a batch moves and how far each is: who needs somebody first. */
export function peopleCard(batch: BatchOverview, page: number): Card {
  const rank = (move: MoveSummary): number => Number(needOf(move) === null);
  const sorted = batch.migrations.toSorted((left, right) => rank(left) - rank(right));
  const { shown, at, last } = pagesOf(sorted, page);
  const to = (number: number): Parameters<typeof button<'people.list'>>[2] => ({
    batchId: batch.id,
    page: number,
  });
  return card({
    summary: `${titleOf(batch)}: ${countsOf(batch.migrations)}`,
    body: [
      heading(titleOf(batch)),
      paragraph(countsOf(batch.migrations)),
      ...shown.map((move) => section(personLine(move), open(move.id))),
      ...(last > 0 ? [hint(`Page ${at + 1} of ${last + 1}. "people" and a name finds one.`)] : []),
    ],
    actions: [
      ...turning({ at, last }, (number) => ({
        back: button('people.list', 'Previous', to(number)),
        on: button('people.list', 'Next', to(number)),
      })),
      button('batch.show', 'How it goes', { batchId: batch.id }),
      button('people.ask', 'Move someone', {}),
    ],
  });
}

/** Moves that were looked for by a name. */
export function foundMovesCard(moves: readonly MigrationView[], more: boolean): Card {
  const title = `${formatNoun(moves.length, 'move', 'moves')} of that name`;
  return card({
    summary: title,
    body: [
      heading(title),
      ...moves.map((move) =>
        section(personLine(move), hint(plain(move.person.userPrincipalName)), open(move.id)),
      ),
      ...(more ? [hint('And more: say more of the name, or the address.')] : []),
    ],
    actions: [button('people.ask', 'Move someone', {})],
  });
}

function reportLines(move: MoveSummary): readonly CardElement[] {
  const { tally, reportPath } = move;
  const counted = `${formatCount(tally.copied)} copied, ${formatCount(tally.alreadyThere)} already there, of ${formatNoun(tally.source, 'message', 'messages')}`;
  return [
    paragraph(`${shortName(move.person.displayName)} · ${stateText(move.state)}`),
    hint(counted),
    hint(`${plain(reportPath ?? '')} in the data folder of the service`),
  ];
}

/** The reports of one batch, each with where it lies. */
export function reportsCard(batch: BatchOverview, page: number): Card {
  const reported = batch.migrations.filter(({ reportPath }) => reportPath !== null);
  const { shown, at, last } = pagesOf(reported, page);
  const title = `Reports: ${titleOf(batch)}`;
  const to = (number: number): Parameters<typeof button<'report.batch'>>[2] => ({
    batchId: batch.id,
    page: number,
  });
  return card({
    summary: title,
    body: [
      heading(title),
      ...(reported.length === 0 ? [paragraph('None of these moves has a report yet.')] : []),
      ...shown.map((move) => section(...reportLines(move), open(move.id))),
      ...(last > 0 ? [hint(`Page ${at + 1} of ${last + 1}.`)] : []),
    ],
    actions: [
      ...turning({ at, last }, (number) => ({
        back: button('report.batch', 'Previous', to(number)),
        on: button('report.batch', 'Next', to(number)),
      })),
      button('command.run', 'All batches', { word: 'report' }),
    ],
  });
}
