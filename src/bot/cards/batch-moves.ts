/** What the card of a batch says of its moves together, and which of them it shows. Pure. */
import type { MoveSummary, StateName } from '../../jobs/api.ts';
import { END_STATES } from '../../jobs/api.ts';
import { isPlanned, type Need, type NeedKind } from './needs.ts';

/** Moves that a helpdesk counts together, in the order of a card. */
export const GROUPS = [
  'running',
  'waiting for the person',
  'waiting for an admin',
  'done',
  'ended',
] as const;
export type Group = (typeof GROUPS)[number];

const OF_ADMIN: readonly StateName[] = ['PilotReview', 'WaitingForAdmin', 'Synced', 'Paused'];

export function groupOf(state: StateName): Group {
  if (state === 'Completed' || state === 'CompletedWithWarnings') {
    return 'done';
  }
  if (END_STATES.includes(state)) {
    return 'ended';
  }
  if (OF_ADMIN.includes(state)) {
    return 'waiting for an admin';
  }
  return state === 'WaitingForUser' ? 'waiting for the person' : 'running';
}

/** States in which bytes flow. */
export const COPYING: readonly StateName[] = [
  'Piloting',
  'Syncing',
  'IncrementalSyncing',
  'Completing',
];

export interface BatchTotals {
  readonly messagesDone: number;
  readonly messagesTotal: number;
  readonly bytesDone: number;
  /** Of the moves whose folders are listed; the others are not known yet. */
  readonly bytesTotal: number;
  readonly bytesPerSecond: number;
  /** Until what is known now is copied at this rate; null where nothing is copied. */
  readonly secondsLeft: number | null;
  /** Moves of which nothing is counted yet, so that they are in no sum. */
  readonly uncounted: number;
  /** Moves that a server asked to wait, and until when the last of them does. */
  readonly throttled: { readonly count: number; readonly until: Date } | null;
}

const sum = (moves: readonly MoveSummary[], pick: (move: MoveSummary) => number): number =>
  moves.reduce((total, move) => total + pick(move), 0);

function throttledOf(moves: readonly MoveSummary[]): BatchTotals['throttled'] {
  const untils = moves
    .filter(({ state }) => state === 'RateLimited')
    .map(({ until }) => until?.getTime())
    .filter((until) => until !== undefined);
  return untils.length === 0
    ? null
    : { count: untils.length, until: new Date(Math.max(...untils)) };
}

/** Adds the moves of a batch up. */
export function sumMoves(moves: readonly MoveSummary[]): BatchTotals {
  const open = moves.filter(({ state }) => !END_STATES.includes(state));
  const copying = moves.filter(({ state }) => COPYING.includes(state));
  const sized = moves.filter(({ progress }) => progress.bytesTotal !== null);
  const bytesDone = sum(sized, ({ progress }) => progress.bytesDone);
  const bytesTotal = sum(sized, ({ progress }) => progress.bytesTotal ?? 0);
  const bytesPerSecond = sum(copying, ({ progress }) => progress.bytesPerSecond ?? 0);
  const bytesLeft = sum(open, ({ progress }) =>
    progress.bytesTotal === null ? 0 : progress.bytesTotal - progress.bytesDone,
  );
  // They are copied beside one another: the slowest of them may take longer than all their bytes would.
  const slowest = Math.max(0, ...copying.map(({ progress }) => progress.secondsLeft ?? 0));
  return {
    messagesDone: sum(moves, ({ progress }) => progress.messagesDone),
    messagesTotal: sum(moves, ({ progress }) => progress.messagesTotal),
    bytesDone,
    bytesTotal,
    bytesPerSecond,
    secondsLeft:
      bytesPerSecond === 0 || bytesLeft <= 0
        ? null
        : Math.max(slowest, Math.ceil(bytesLeft / bytesPerSecond)),
    uncounted: open.filter(({ progress }) => progress.messagesTotal === 0).length,
    throttled: throttledOf(moves),
  };
}

const failedOf = ({ tally }: MoveSummary): number =>
  Object.values(tally.failed).reduce((total, count) => total + count, 0);

/** 0 needs somebody · 1 fails · 2 is throttled · 3 is copied · 4 the others, a planned step of an admin among them. */
function rankOf(move: MoveSummary, kind: NeedKind | undefined): number {
  if (kind !== undefined && !isPlanned(kind) && kind !== 'failed') {
    return 0;
  }
  if (move.state === 'Failed' || (failedOf(move) > 0 && !END_STATES.includes(move.state))) {
    return 1;
  }
  if (move.state === 'RateLimited') {
    return 2;
  }
  return COPYING.includes(move.state) ? 3 : 4;
}

/** Longest time left first; where it is not known, the least of its messages done. */
function slownessOf({ progress }: MoveSummary): readonly [seconds: number, open: number] {
  return [progress.secondsLeft ?? 0, progress.messagesTotal - progress.messagesDone];
}

function compareWithin(rank: number, a: MoveSummary, b: MoveSummary): number {
  if (rank === 3) {
    const [secondsA, openA] = slownessOf(a);
    const [secondsB, openB] = slownessOf(b);
    return secondsB - secondsA || openB - openA;
  }
  const older = a.stateSince.getTime() - b.stateSince.getTime();
  return rank === 4 ? -older : older;
}

/**
 * The moves whose bars are shown: who needs somebody first, then what fails, what is throttled, the
 * slowest, and the newest. A move of which nothing is counted yet has no bar to show.
 */
export function mostInteresting(
  moves: readonly MoveSummary[],
  needs: readonly Need[],
  limit: number,
): readonly MoveSummary[] {
  const kinds = new Map(needs.map(({ move, kind }) => [move.id, kind]));
  return moves
    .filter(({ progress }) => progress.messagesTotal > 0)
    .map((move) => ({ move, rank: rankOf(move, kinds.get(move.id)) }))
    .toSorted((a, b) => a.rank - b.rank || compareWithin(a.rank, a.move, b.move))
    .slice(0, limit)
    .map(({ move }) => move);
}
