/** What is left out of a move, told to the person: before it by the rules, after it by what they took. */
import { countRuledOut, type MigrationView, type SkipRules } from '../../jobs/api.ts';
import { formatCount, formatDay, formatList } from '../../words/format.ts';
import type { Language } from '../../words/language.ts';
import { personTexts } from '../../words/person.ts';
import type { CardElement } from './elements.ts';
import { hint, markedLine, plain } from './elements.ts';

type Rule = SkipRules['admin'][number];

/** A rule, or what the ledger kept of it: of folders it counts together, no name. */
type ShownRule = Exclude<Rule, { readonly kind: 'folder' }> | FolderShown;
interface FolderShown {
  readonly kind: 'folder';
  readonly path: string | null;
}

/** What one rule leaves out. */
export function ruleText(rule: ShownRule, language: Language): string {
  const t = personTexts(language);
  if (rule.kind === 'folder') {
    return rule.path === null ? t.leftOutNamed : t.leftOutFolder(plain(rule.path));
  }
  if (rule.kind === 'before') {
    return t.leftOutBefore(formatDay(rule.date, language));
  }
  if (rule.kind === 'deleted') {
    return t.leftOutFolder('Deleted Messages');
  }
  return rule.olderThanDays === null ? t.leftOutFolder('Junk') : t.leftOutJunk(rule.olderThanDays);
}

/** The rules by the reasons that the ledger counts them by. */
const BY_REASON: Readonly<Record<string, (value: string) => ShownRule>> = {
  'rule.junk': () => ({ kind: 'junk', olderThanDays: null }),
  'rule.junk-older': (days) => ({ kind: 'junk', olderThanDays: Number(days) }),
  'rule.deleted': () => ({ kind: 'deleted' }),
  'rule.folder': () => ({ kind: 'folder', path: null }),
  'rule.before': (date) => ({ kind: 'before', date }),
  'rule.own-folder': () => ({ kind: 'folder', path: null }),
  'rule.own-before': (date) => ({ kind: 'before', date }),
};

/** Nothing where nothing is left out. */
function byWhom(
  own: readonly string[],
  admin: readonly string[],
  language: Language,
): readonly CardElement[] {
  const t = personTexts(language);
  return [
    ...(own.length > 0 ? [hint(t.leftOutByYou(formatList(own, language)))] : []),
    ...(admin.length > 0 ? [hint(t.leftOutByAdmin(formatList(admin, language)))] : []),
  ];
}

/** What will be left out, and by whose wish; nothing where all of it moves. */
export function leftOutLines(
  { rules }: Pick<MigrationView, 'rules'>,
  language: Language,
): readonly CardElement[] {
  const texts = (list: readonly Rule[]): readonly string[] =>
    list.map((rule) => ruleText(rule, language));
  return byWhom(texts(rules.person), texts(rules.admin), language);
}

const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);

/** What the person deleted in Outlook meanwhile, and then moved at iCloud, was no failure. */
function countStayed({ skipped, failed, open }: MigrationView['tally']): number {
  const wished = countRuledOut(skipped) + (skipped['copy.deleted-at-target'] ?? 0);
  return sum(Object.values(skipped)) - wished + sum(Object.values(failed)) + open;
}

/** What was left out, rule by rule, and what stayed behind without anybody's wish. */
export function leftOutCounts(
  { tally }: Pick<MigrationView, 'tally'>,
  language: Language,
): readonly CardElement[] {
  const own: string[] = [];
  const admin: string[] = [];
  for (const reason of Object.keys(tally.skipped).toSorted((a, b) => a.localeCompare(b, 'en'))) {
    const [code = '', value = ''] = reason.split(':');
    const rule = BY_REASON[code]?.(value);
    if (rule !== undefined) {
      const list = code.startsWith('rule.own-') ? own : admin;
      const count = formatCount(tally.skipped[reason] ?? 0, language);
      list.push(`${ruleText(rule, language)} (${count})`);
    }
  }
  const stayed = countStayed(tally);
  return [
    ...byWhom(own, admin, language),
    ...(stayed > 0 ? [markedLine('warning', personTexts(language).stayedBehind(stayed))] : []),
  ];
}
