import type { MailboxSetting, TenantChange } from './ports.ts';

/**
 * What became of a change when the move had ended. `put-back`: it is as it was before · `never-made`: it
 * was planned, and the move ended first · `left`: somebody else changed it meanwhile, and that stands ·
 * `stays`: kept on purpose · `gone`: there is no such mailbox any more · `passed-on`: another move into the
 * same mailbox goes on, and puts it back at its end.
 */
export type PutBackOutcome = 'put-back' | 'never-made' | 'left' | 'stays' | 'gone' | 'passed-on';

/** A change and what became of it, as the conversation shows it. */
export interface MadeChange extends TenantChange {
  readonly made: boolean;
  /** Null while it is not put back yet. */
  readonly outcome: PutBackOutcome | null;
}

/** Names of all that is put back. */
export const PUT_BACK_SETTINGS: readonly MailboxSetting[] = [
  'imap',
  'mailbox-access',
  'retention-hold',
  'receive-limit',
  'send-limit',
];

/**
 * True for a setting that is put back at the end of a move. A licence is none: without it the person would
 * lose the mailbox that now holds the mail. Pure.
 */
export function isPutBack<T extends Pick<TenantChange, 'what'>>(
  change: T,
): change is T & { readonly what: MailboxSetting } {
  return PUT_BACK_SETTINGS.some((setting) => setting === change.what);
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
