/** What became of a batch, posted once at its end: the sum, who is not complete and why, the reports. */
import type { BatchOverview, MoveSummary } from '../../jobs/api.ts';
import { formatBytes, formatCount, formatNoun } from '../../words/format.ts';
import { explain, stateText } from '../../words/words.ts';
import { countsOf, titleOf } from './channel.ts';
import type { Card, CardElement } from './elements.ts';
import { card, fitted, heading, hint, markedLine, paragraph, plain, section } from './elements.ts';
import { shortName } from './needs.ts';

const total = (numbers: Readonly<Record<string, number>>): number =>
  Object.values(numbers).reduce((sum, count) => sum + count, 0);

interface Sums {
  readonly source: number;
  readonly copied: number;
  readonly alreadyThere: number;
  readonly skipped: number;
  readonly failed: number;
  readonly gone: number;
  readonly open: number;
  readonly bytes: number;
}

const NOTHING: Sums = {
  source: 0,
  copied: 0,
  alreadyThere: 0,
  skipped: 0,
  failed: 0,
  gone: 0,
  open: 0,
  bytes: 0,
};

function addMove(sums: Sums, { tally, progress }: MoveSummary): Sums {
  return {
    source: sums.source + tally.source,
    copied: sums.copied + tally.copied,
    alreadyThere: sums.alreadyThere + tally.alreadyThere,
    skipped: sums.skipped + total(tally.skipped),
    failed: sums.failed + total(tally.failed),
    gone: sums.gone + tally.gone,
    open: sums.open + tally.open,
    bytes: sums.bytes + progress.bytesDone,
  };
}

/** "12,904 messages: 12,850 copied, 31 were there already, …"; what is 0 is left out. */
function sumLine(sums: Sums): CardElement {
  const parts = [
    [sums.alreadyThere, 'were there already'],
    [sums.skipped, 'left out by a rule'],
    [sums.gone, 'deleted at iCloud meanwhile'],
    [sums.failed, 'could not be stored'],
    [sums.open, 'not copied'],
  ] as const;
  const rest = parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${formatCount(count)} ${what}`);
  const text = [`${formatCount(sums.copied)} copied`, ...rest].join(', ');
  const explained = sums.failed + sums.open === 0;
  return markedLine(
    explained ? 'ok' : 'warning',
    `${formatNoun(sums.source, 'message', 'messages')} in iCloud: ${text}.`,
  );
}

function notWhole(move: MoveSummary): CardElement {
  const failed = total(move.tally.failed) + move.tally.open;
  const name = `**${shortName(move.person.displayName)}**`;
  const why = move.problem === null ? '' : ` ${explain(move.problem).what}`;
  const missing =
    failed === 0 ? '' : ` ${formatNoun(failed, 'message is', 'messages are')} not in Outlook.`;
  return markedLine('warning', `${name}: ${stateText(move.state).toLowerCase()}.${missing}${why}`);
}

function reports(moves: readonly MoveSummary[]): readonly CardElement[] {
  const [first, ...others] = moves.flatMap(({ reportPath }) => reportPath ?? []);
  if (first === undefined) {
    return [];
  }
  const text =
    others.length === 0
      ? `Report: ${plain(first)} in the data folder.`
      : `${others.length + 1} reports, one for each move, in the folder reports of the data folder.`;
  return [hint(text)];
}

const ROOMS = [10, 4, 1];

/** The final word on a batch. */
export function batchSummaryCard(batch: BatchOverview): Card {
  const { migrations } = batch;
  const sums = migrations.reduce(addMove, NOTHING);
  const incomplete = migrations.filter(({ state }) => state !== 'Completed');
  const title = `${titleOf(batch)}: done`;
  return fitted(
    ROOMS.map((most) => () => {
      const hidden = incomplete.length - most;
      return card({
        summary: `${title}. ${formatNoun(sums.copied, 'message', 'messages')} copied.`,
        body: [
          heading(title),
          ...(migrations.length > 1 ? [paragraph(countsOf(migrations))] : []),
          sumLine(sums),
          hint(`${formatBytes(sums.bytes)} looked at, message by message.`),
          ...(incomplete.length === 0
            ? []
            : [
                section(
                  ...incomplete.slice(0, most).map(notWhole),
                  ...(hidden > 0 ? [hint(`And ${hidden} more like these.`)] : []),
                ),
              ]),
          ...reports(migrations),
        ],
      });
    }),
  );
}
