import { expect, test } from 'vitest';
import {
  cardTime,
  formatBytes,
  formatDuration,
  formatExchangeBytes,
  formatList,
  formatNoun,
  formatPercent,
  formatTimeLeft,
  percentOf,
} from '../../../src/words/format.ts';

test.for([
  [0, '0 bytes'],
  [17, '17 bytes'],
  [999, '999 bytes'],
  [999_600, '1 MB'],
  [812_000_000, '812 MB'],
  [3_440_000_000, '3.4 GB'],
  [-5, '0 bytes'],
  [5e15, '5,000 TB'],
] as const)('%d bytes are "%s"', ([size, text]) => {
  expect(formatBytes(size)).toBe(text);
});

test.for([
  [107_374_182_400, '100 GB'],
  [37_748_736, '36 MB'],
  [1023, '1,023 bytes'],
  [1024, '1 KB'],
  [1_610_612_736, '1.5 GB'],
] as const)('to Exchange, %d bytes are "%s"', ([size, text]) => {
  expect(formatExchangeBytes(size)).toBe(text);
});

test.for([
  ['de', '3,4 GB', '17 Byte', '58 %'],
  ['fr', '3,4 Go', '17 octets', '58 %'],
  ['es', '3,4 GB', '17 bytes', '58 %'],
  ['pt-BR', '3,4 GB', '17 bytes', '58%'],
  ['ja', '3.4 GB', '17 バイト', '58%'],
] as const)('sizes and percentages in %s', ([language, large, small, percent]) => {
  const shown = [
    formatBytes(3_440_000_000, language),
    formatBytes(17, language),
    formatPercent(58, language),
  ].map((text) => text.replaceAll(/[\u00a0\u202f]/g, ' '));
  expect(shown).toEqual([large, small, percent]);
});

test('a list reads as a person would say it', () => {
  expect(formatList(['IMAP'])).toBe('IMAP');
  expect(formatList(['IMAP', 'my access', 'the limit'])).toBe('IMAP, my access, and the limit');
});

test.for([
  [0, 'less than a minute'],
  [61, 'about 2 min'],
  [40 * 60, 'about 40 min'],
  [2 * 3600, 'about 2 h'],
  [7620, 'about 2 h 10 min'],
  [59.5 * 60, 'about 1 h'],
  [72 * 3600, 'about 3 days'],
] as const)('%d seconds are "%s"', ([seconds, text]) => {
  expect(formatDuration(seconds)).toBe(text);
});

test('counts carry their noun and time left says so', () => {
  expect(formatNoun(1, 'message', 'messages')).toBe('1 message');
  expect(formatNoun(128_440, 'message', 'messages')).toBe('128,440 messages');
  expect(formatTimeLeft(2400)).toBe('about 40 min left');
});

test('a percentage is 100 only at the end and 0 only at the start', () => {
  expect(percentOf(0, 10)).toBe(0);
  expect(percentOf(1, 100_000)).toBe(1);
  expect(percentOf(99_999, 100_000)).toBe(99);
  expect(percentOf(10, 10)).toBe(100);
  expect(percentOf(0, 0)).toBe(0);
});

test('an instant becomes a time of the reader', () => {
  expect(cardTime(new Date('2026-11-22T14:32:00.500Z'))).toBe('{{TIME(2026-11-22T14:32:00Z)}}');
});
