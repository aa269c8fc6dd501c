/** The helpdesk's one card per batch: counts, who must act, bars. No iCloud address in it. */
import type { BatchOverview, MoveSummary } from '../../jobs/api.ts';
import {
  cardDay,
  cardTime,
  formatBytes,
  formatNoun,
  formatTimeLeft,
  percentOf,
} from '../../words/format.ts';
import { stateText } from '../../words/words.ts';
import {
  type BatchTotals,
  COPYING,
  GROUPS,
  groupOf,
  mostInteresting,
  sumMoves,
} from './batch-moves.ts';
import type { Card, CardElement, Mark } from './elements.ts';
import {
  card,
  fitted,
  heading,
  hint,
  lineWithButtons,
  markedHeading,
  markedLine,
  paragraph,
  progressBar,
  section,
  subheading,
} from './elements.ts';
import { needButtons } from './helpdesk.ts';
import { groupNeeds, isPlanned, listNeeds, type Need, type NeedGroup, shortName } from './needs.ts';

/** How much of a batch a card shows: fewer lines where names are long. */
interface Room {
  readonly bars: number;
  readonly needs: number;
}

/** What fits is tried in this order; the last always does. */
const ROOMS: readonly Room[] = [
  { bars: 10, needs: 10 },
  { bars: 6, needs: 10 },
  { bars: 4, needs: 6 },
  { bars: 2, needs: 4 },
  { bars: 0, needs: 2 },
];

/** "7 running · 2 waiting for the person". */
export function countsOf(moves: readonly MoveSummary[]): string {
  return GROUPS.map((group) => {
    const count = moves.filter(({ state }) => groupOf(state) === group).length;
    return count === 0 ? null : `${count} ${group}`;
  })
    .filter((part) => part !== null)
    .join(' · ');
}

export function titleOf({ migrations }: BatchOverview): string {
  const [first] = migrations;
  const isOne = migrations.length === 1 && first !== undefined;
  return isOne
    ? `Move of ${shortName(first.person.displayName)}`
    : `Move of ${formatNoun(migrations.length, 'person', 'people')}`;
}

function sizeOf(bytesDone: number, bytesTotal: number | null): readonly string[] {
  return bytesTotal === null || bytesTotal === 0
    ? []
    : [`${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`];
}

/** The whole of it: how far, how fast, until when. */
function totalLines(
  totals: BatchTotals,
  migrations: readonly MoveSummary[],
): readonly CardElement[] {
  const { messagesDone, messagesTotal, bytesPerSecond, secondsLeft, throttled, uncounted } = totals;
  if (messagesTotal === 0) {
    return [];
  }
  const facts = [
    ...sizeOf(totals.bytesDone, totals.bytesTotal),
    ...(bytesPerSecond > 0 ? [`${formatBytes(bytesPerSecond)} a second`] : []),
    ...(secondsLeft === null ? [] : [formatTimeLeft(secondsLeft)]),
  ];
  const isMany = migrations.length > 1;
  return [
    ...(isMany ? [progressBar(percentOf(messagesDone, messagesTotal))] : []),
    ...(isMany && facts.length > 0 ? [paragraph(facts.join(' · '), { spacing: 'Small' })] : []),
    ...(throttled === null
      ? []
      : [
          markedLine(
            'waiting',
            `A server asked for a pause: ${formatNoun(throttled.count, 'move waits', 'moves wait')} until ${cardTime(throttled.until)}. I go on by myself.`,
          ),
        ]),
    ...(isMany && uncounted > 0
      ? [hint(`${formatNoun(uncounted, 'move', 'moves')} not counted yet.`)]
      : []),
  ];
}

function barLines({ person, state, progress }: MoveSummary): readonly CardElement[] {
  const { secondsLeft } = progress;
  const left =
    secondsLeft === null || !COPYING.includes(state) ? [] : [formatTimeLeft(secondsLeft)];
  const parts = [
    `**${shortName(person.displayName)}**`,
    stateText(state),
    ...sizeOf(progress.bytesDone, progress.bytesTotal),
    ...left,
  ];
  return [
    paragraph(parts.join(' · '), { spacing: 'Medium' }),
    progressBar(percentOf(progress.messagesDone, progress.messagesTotal)),
  ];
}

/** What a group of needs is called, and what the helpdesk does about it. */
const GROUP_TEXTS: Readonly<
  Record<NeedGroup['kind'], { readonly mark: Mark; readonly title: string; readonly todo: string }>
> = {
  blocked: {
    mark: 'failed',
    title: 'Needs an admin',
    todo: 'Tell an admin of the moves. Retry once it is mended.',
  },
  'not-put-back': {
    mark: 'failed',
    title: 'Not everything is put back',
    todo: 'Tell an admin of the moves. Retry once it is mended.',
  },
  'not-reached': {
    mark: 'failed',
    title: 'I could not ask them',
    todo: 'See that they have the app in Teams, then ask again.',
  },
  'password-lost': {
    mark: 'warning',
    title: 'New password needed: Apple no longer takes the old one',
    todo: 'Their mail so far is safe. I have asked them; call them if it takes long.',
  },
  'password-refused': {
    mark: 'warning',
    title: 'Another password needed: Apple did not accept it',
    todo: 'Most often it was mistyped or revoked. Help them make a new one.',
  },
  password: {
    mark: 'waiting',
    title: 'App-specific password not given yet',
    todo: 'I have asked them in their own chat with me.',
  },
  failed: {
    mark: 'failed',
    title: 'Stopped by an error',
    todo: 'An admin of the moves can start these anew.',
  },
};

const DAY_MS = 86_400_000;

/** A time for today, a day for what is older. */
function sinceText(since: Date, now: Date): string {
  return now.getTime() - since.getTime() < DAY_MS
    ? `since ${cardTime(since)}`
    : `since ${cardDay(since)}`;
}

/** A sentence as a part of a line. */
function detailOf(detail: string | null): readonly string[] {
  return detail === null ? [] : [detail.replace(/\.$/, '')];
}

function needLine(need: Need, now: Date): CardElement {
  const { name, detail, since } = need;
  const parts = [`**${name}**`, ...detailOf(detail), sinceText(since, now)];
  return lineWithButtons(parts.join(' · '), needButtons(need));
}

function groupLines({ kind, needs }: NeedGroup, most: number, now: Date): readonly CardElement[] {
  const { mark, title, todo } = GROUP_TEXTS[kind];
  const shown = needs.slice(0, most);
  const longest = shown.length > 0 && shown.length < needs.length ? ', the longest first' : '';
  return [
    markedHeading(mark, `${title} (${needs.length}${longest})`),
    hint(todo),
    ...shown.map((need) => needLine(need, now)),
  ];
}

function needLines(needs: readonly Need[], most: number, now: Date): readonly CardElement[] {
  const { groups, steps } = groupNeeds(needs);
  let room = most;
  const lines: CardElement[] = [];
  for (const group of groups) {
    lines.push(...groupLines(group, room, now));
    room = Math.max(0, room - group.needs.length);
  }
  return steps.length === 0
    ? lines
    : [
        ...lines,
        markedHeading('waiting', 'As planned'),
        ...steps.map((text) => paragraph(text, { spacing: 'Small' })),
      ];
}

function bars(
  migrations: readonly MoveSummary[],
  shown: readonly MoveSummary[],
): readonly CardElement[] {
  const rest = migrations.length - shown.length;
  return shown.length === 0
    ? []
    : [
        section(
          ...(migrations.length > 1
            ? [subheading(rest > 0 ? `${shown.length} of ${migrations.length} moves` : 'Moves')]
            : []),
          ...shown.flatMap(barLines),
        ),
      ];
}

/** The same with the time when it was made, which alone is no news. */
export function stamped(given: Card, now: Date): Card {
  const body = [...given.body, hint(`As of ${cardTime(now)}.`)];
  return { ...given, body, content: { ...given.content, body } };
}

function headline(needs: readonly Need[]): CardElement {
  const urgent = needs.filter(({ kind }) => !isPlanned(kind)).length;
  return urgent === 0
    ? markedLine('ok', 'Nobody must act.')
    : markedHeading('warning', `${formatNoun(urgent, 'move needs', 'moves need')} somebody.`);
}

/** The batch as it is now: in the helpdesk's channel, and in the own chat of an admin or the helpdesk. */
export function channelCard(batch: BatchOverview, now: Date): Card {
  const { migrations } = batch;
  const title = titleOf(batch);
  const counts = countsOf(migrations);
  const needs = listNeeds(migrations);
  const totals = totalLines(sumMoves(migrations), migrations);
  const interesting = mostInteresting(migrations, needs, ROOMS[0]?.bars ?? 0);
  return fitted(
    ROOMS.map((room) => () => {
      const acts = needLines(needs, room.needs, now);
      return card({
        summary: `${title}: ${counts}`,
        body: [
          heading(title),
          headline(needs),
          paragraph(counts, { spacing: 'Small' }),
          ...totals,
          ...(acts.length === 0 ? [] : [section(subheading('Who must act'), ...acts)]),
          ...bars(migrations, interesting.slice(0, room.bars)),
        ],
      });
    }),
  );
}
