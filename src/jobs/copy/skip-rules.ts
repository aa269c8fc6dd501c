/**
 * What is left out of a move on purpose. A message is left out by the first rule that takes it, and the
 * ledger names that rule; the admin's rules come before the person's. A rule looks only at the folder and
 * at the received date: mail without one is left out by no date.
 */

/** What anybody may leave out; dates are days in UTC, such as `2019-01-01`. */
export type OwnRule =
  /** A folder of the source, with all that lies below it. */
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'before'; readonly date: string };

/** What an admin may leave out. */
export type AdminRule =
  | OwnRule
  /** Apple's Junk; all of it where no age is given. */
  | { readonly kind: 'junk'; readonly olderThanDays: number | null }
  /** Apple's Deleted Messages. */
  | { readonly kind: 'deleted' };

/** The rules of a move, by whose they are. */
export interface SkipRules {
  readonly admin: readonly AdminRule[];
  readonly person: readonly OwnRule[];
}

/** What a rule takes of one folder: all of it, or what was received before a moment. */
export interface Cut {
  /** Names the rule in the ledger, `code` or `code:value`; the code has words in src/words. */
  readonly reason: string;
  readonly before: Date | null;
}

/** All reasons that a rule gives begin like this, and no others do. */
export const RULE_REASON = 'rule.';

export interface RuledFolder {
  readonly path: string;
  readonly specialUse: string | null;
}

const DAY_MS = 86_400_000;

/** What the rules take of a folder, in their order. Pure. */
export function cutsOf(rules: SkipRules, folder: RuledFolder, now: Date): readonly Cut[] {
  return [
    ...rules.admin.map((rule) => cutOfAdmin(rule, folder, now)),
    ...rules.person.map((rule) => cutOfPerson(rule, folder)),
  ].filter((cut) => cut !== null);
}

/** The reason why a message is left out; null for one that is copied. Pure. */
export function skipReason(cuts: readonly Cut[], receivedAt: Date | null): string | null {
  const first = cuts.find(
    ({ before }) => before === null || (receivedAt !== null && receivedAt < before),
  );
  return first?.reason ?? null;
}

/** How many messages rules left out, of those that were skipped by reason. Pure. */
export function countRuledOut(skipped: Readonly<Record<string, number>>): number {
  return Object.entries(skipped)
    .filter(([reason]) => reason.startsWith(RULE_REASON))
    .reduce((sum, [, count]) => sum + count, 0);
}

function cutOfAdmin(rule: AdminRule, { path, specialUse }: RuledFolder, now: Date): Cut | null {
  if (rule.kind === 'folder') {
    return isWithin(path, rule.path) ? { reason: 'rule.folder', before: null } : null;
  }
  if (rule.kind === 'before') {
    return cutBefore({ reason: 'rule.before' }, rule.date);
  }
  if (rule.kind === 'deleted') {
    return specialUse === 'trash' ? { reason: 'rule.deleted', before: null } : null;
  }
  if (specialUse !== 'junk') {
    return null;
  }
  return rule.olderThanDays === null
    ? { reason: 'rule.junk', before: null }
    : cutOld({ reason: 'rule.junk-older' }, rule.olderThanDays, now);
}

function cutOfPerson(rule: OwnRule, { path }: RuledFolder): Cut | null {
  if (rule.kind === 'before') {
    return cutBefore({ reason: 'rule.own-before' }, rule.date);
  }
  return isWithin(path, rule.path) ? { reason: 'rule.own-folder', before: null } : null;
}

function cutBefore({ reason }: Pick<Cut, 'reason'>, date: string): Cut {
  return { reason: `${reason}:${date}`, before: new Date(`${date}T00:00:00Z`) };
}

function cutOld({ reason }: Pick<Cut, 'reason'>, days: number, now: Date): Cut {
  return { reason: `${reason}:${days}`, before: new Date(now.getTime() - days * DAY_MS) };
}

/** RFC 3501 section 5.1: INBOX is one name however it is written. */
const nameOf = (path: string): string => path.replace(/^inbox(?=\/|$)/i, 'INBOX');

/** Whether a folder is the other one, or lies below it. Pure. */
export function isWithin(path: string, parent: string): boolean {
  const [inner, outer] = [nameOf(path), nameOf(parent)];
  return inner === outer || inner.startsWith(`${outer}/`);
}

/** A day that exists, as `2019-01-01`; null for anything else. Pure. */
export function parseDay(text: string): string | null {
  const day = text.trim();
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00:00Z`) : null;
  return at !== null && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
    ? day
    : null;
}
