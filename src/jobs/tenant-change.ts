import type { TenantChange } from './ports.ts';

/**
 * What became of a change when the move had ended. `put-back`: it is as it was before · `never-made`: it
 * was planned, and the move ended first · `left`: somebody else changed it meanwhile, and that stands ·
 * `stays`: kept on purpose · `gone`: there is no such mailbox any more.
 */
export type PutBackOutcome = 'put-back' | 'never-made' | 'left' | 'stays' | 'gone';

/** A change and what became of it, as the conversation shows it. */
export interface MadeChange extends TenantChange {
  readonly made: boolean;
  /** Null while it is not put back yet. */
  readonly outcome: PutBackOutcome | null;
}

/** Without the licence the person would lose the mailbox that now holds the mail. */
const STAYING: readonly TenantChange['what'][] = ['licence', 'usage-location'];

/** True for a setting that is put back at the end of a move. Pure. */
export function isPutBack<T extends Pick<TenantChange, 'what'>>(
  change: T,
): change is T & { readonly what: Exclude<TenantChange['what'], 'licence' | 'usage-location'> } {
  return !STAYING.includes(change.what);
}

/**
 * Whether a value that is there now may be set to `before`: only where it is the one that we wrote, or
 * `before` already. The latter is written all the same: Exchange may still show what was there before our
 * own change. Pure.
 */
export function mayPutBack(
  change: Pick<TenantChange, 'before' | 'after'>,
  present: string,
): boolean {
  return present === change.after || present === change.before;
}
