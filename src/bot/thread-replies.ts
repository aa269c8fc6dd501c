import type { BatchOverview } from '../jobs/api.ts';
import { END_STATES } from '../jobs/api.ts';
import { formatNoun } from '../words/format.ts';
import { listNeeds, type Need, type NeedKind } from './cards/needs.ts';

/** What a batch is to be told in its thread; `keys` name the events, so that each is told once. */
export interface Replies {
  readonly keys: readonly string[];
  readonly text: string;
}

/** A first request and a pause that an admin made are nothing that happened to anybody. */
const QUIET: readonly NeedKind[] = ['password', 'paused'];

/** Steps of an admin, told of when the first move of a batch comes to them. */
const ONCE_A_BATCH: readonly NeedKind[] = ['pilot', 'finish'];

const MOST_LINES = 10;

function keyOf({ kind, move, since }: Need): string {
  return ONCE_A_BATCH.includes(kind) ? kind : `${move.id}:${kind}:${since.getTime()}`;
}

function textOf(needs: readonly Need[]): string {
  const [first] = needs;
  if (first !== undefined && needs.length === 1) {
    return first.text;
  }
  const shown = needs.slice(0, MOST_LINES).map(({ text }) => `- ${text}`);
  const hidden = needs.length - shown.length;
  return [
    `${formatNoun(needs.length, 'move needs', 'moves need')} somebody:`,
    ...shown,
    ...(hidden > 0 ? [`- and ${hidden} more, as the card above says`] : []),
  ].join('\n');
}

/** One reply for everything that needs a human since the last one; null where there is nothing. Pure. */
export function decideReplies(
  { migrations }: BatchOverview,
  told: ReadonlySet<string>,
): Replies | null {
  const fresh = new Map<string, Need>();
  for (const need of listNeeds(migrations)) {
    const key = keyOf(need);
    if (!QUIET.includes(need.kind) && !told.has(key) && !fresh.has(key)) {
      fresh.set(key, need);
    }
  }
  return fresh.size === 0 ? null : { keys: [...fresh.keys()], text: textOf([...fresh.values()]) };
}

/** Nothing of the batch will change any more, so that it can be summed up. Pure. */
export function hasEnded({ migrations }: BatchOverview): boolean {
  return migrations.every(({ state, cleanedUp }) => END_STATES.includes(state) && cleanedUp);
}
