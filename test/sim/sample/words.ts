import type { SeededRandom } from './random.ts';

const SUBJECTS: readonly [string, ...string[]] = [
  'Minutes of the meeting',
  'Invoice',
  'Holiday plans',
  'Re: the offer',
  'Fwd: photographs',
  'Rückfrage zum Angebot',
  'Résumé de la réunion',
  '会議の議事録',
  'Праздник',
  'Party 🎉',
];
const WORDS: readonly [string, ...string[]] = [
  'the',
  'river',
  'quietly',
  'report',
  'moves',
  'between',
  'two',
  'hills',
  'and',
  'nobody',
  'answers',
  'before',
  'Thursday',
  'größer',
  'naïve',
  'table',
  'window',
  'number',
  'letter',
  'sea',
];
const PEOPLE: readonly [string, ...string[]] = [
  'Ada Byron <ada@example.com>',
  'Grace Murray <grace@example.org>',
  'team@example.net',
  '=?utf-8?Q?J=C3=BCrgen_M=C3=BCller?= <juergen@example.de>',
  '"Doe, Jane" <jane@example.com>',
];

/** A subject in some language. */
export function subjectText(random: SeededRandom): string {
  return `${random.pick(SUBJECTS)} ${random.below(1000)}`;
}

/** One address with a name. */
export function person(random: SeededRandom): string {
  return random.pick(PEOPLE);
}

/** Some paragraphs of words. */
export function prose(random: SeededRandom, lines: number): string {
  const line = (): string =>
    Array.from({ length: 6 + random.below(5) }, () => random.pick(WORDS)).join(' ');
  return Array.from({ length: lines }, () => `${line()}.\r\n`).join('');
}
