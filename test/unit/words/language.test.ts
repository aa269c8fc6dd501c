import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseActivity } from '../../../src/bot/activity.ts';
import { LANGUAGES, parseLocale } from '../../../src/words/language.ts';

test.for([
  ['en-US', 'en'],
  ['de-DE', 'de'],
  ['de_AT', 'de'],
  ['DE', 'de'],
  ['fr-CA', 'fr'],
  ['es-419', 'es'],
  ['pt-BR', 'pt-BR'],
  ['pt-pt', 'pt-BR'],
  ['ja', 'ja'],
  ['zh-Hant-TW', 'en'],
  ['it-IT', 'en'],
] as const)('%s is answered in %s', ([locale, language]) => {
  expect(parseLocale(locale)).toBe(language);
});

test.for([
  null,
  undefined,
  '',
  'de-',
  '-',
  'german',
  '__proto__',
  'constructor',
  '../../de',
  'de\n',
  'de;drop table conversations',
  '[de](https://evil.example)',
  `de${'-aa'.repeat(40)}`,
])('%j names no language', (locale) => {
  expect(parseLocale(locale)).toBeNull();
});

test('whatever is sent, it is a language that there is or none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (locale) => {
      expect([null, ...LANGUAGES]).toContain(parseLocale(locale));
    }),
  );
});

test.for([7, { toString: 'de' }, ['de'], null, 'd'.repeat(65)])(
  'an activity whose locale is %j is read without it',
  (locale) => {
    const activity = parseActivity({
      type: 'message',
      channelId: 'msteams',
      serviceUrl: 'https://smba.trafficmanager.net/teams/',
      from: { id: '29:p' },
      recipient: { id: '28:b' },
      conversation: { id: 'a:p' },
      locale,
    });
    expect(activity?.type).toBe('message');
    expect(activity?.locale).toBeUndefined();
  },
);
