import { expect, test } from 'vitest';
import {
  countRuledOut,
  cutsOf,
  parseDay,
  type SkipRules,
  skipReason,
} from '../../../src/jobs/copy/skip-rules.ts';
import { reasonText } from '../../../src/words/words.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const at = (day: string): Date => new Date(`${day}T00:00:00Z`);

const RULES: SkipRules = {
  admin: [
    { kind: 'junk', olderThanDays: 30 },
    { kind: 'deleted' },
    { kind: 'before', date: '2015-01-01' },
  ],
  person: [
    { kind: 'folder', path: 'Work' },
    { kind: 'before', date: '2020-01-01' },
  ],
};

function reasonFor(path: string, receivedAt: Date | null): string | null {
  const specialUse = { Junk: 'junk', 'Deleted Messages': 'trash' }[path] ?? null;
  return skipReason(cutsOf(RULES, { path, specialUse }, NOW), receivedAt);
}

test.each([
  [
    'Junk',
    at('2026-10-01'),
    'rule.junk-older:30',
    'left out by your rule (Junk older than 30 days)',
  ],
  ['Junk', at('2026-11-20'), null, null],
  ['Deleted Messages', null, 'rule.deleted', 'left out by your rule (Deleted Messages)'],
  [
    'INBOX',
    at('2014-12-31'),
    'rule.before:2015-01-01',
    'left out by your rule (received before 2015-01-01)',
  ],
  [
    'INBOX',
    at('2015-01-01'),
    'rule.own-before:2020-01-01',
    'left out by the person (received before 2020-01-01)',
  ],
  ['INBOX', at('2020-01-01'), null, null],
  ['INBOX', null, null, null],
  ['Work/2019/May', at('2026-01-01'), 'rule.own-folder', 'left out by the person (a folder)'],
  ['Workshop', at('2026-01-01'), null, null],
])('%s of %s: %s', (path, receivedAt, reason, text) => {
  expect(reasonFor(path, receivedAt)).toBe(reason);
  expect(reason === null ? null : reasonText(reason)).toBe(text);
});

test('INBOX is one name however it is written; other names are as they are', () => {
  const rules: SkipRules = { admin: [], person: [{ kind: 'folder', path: 'inbox' }] };
  const cuts = (path: string): number => cutsOf(rules, { path, specialUse: null }, NOW).length;
  expect(['INBOX', 'Inbox/Old', 'inboxes', 'Old/INBOX'].map(cuts)).toEqual([1, 1, 0, 0]);
});

test('a day must exist', () => {
  expect(['2024-02-29', ' 2019-01-01 '].map(parseDay)).toEqual(['2024-02-29', '2019-01-01']);
  expect(['2023-02-29', '1.1.2019', '', '2019-1-1'].map(parseDay)).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test('only what a rule left out counts as left out', () => {
  expect(countRuledOut({ 'rule.junk': 3, 'copy.deleted-at-target': 2 })).toBe(3);
});
