import { expect, test } from 'vitest';
import { allowFlags, isSeen } from '../../../src/mail/flags.ts';

const exchange = ['\\Seen', '\\Answered', '\\Flagged', '\\Draft'];

test('Exchange gets the named system flags alone, in their own spelling, once', () => {
  expect(
    allowFlags(
      ['\\SEEN', '$MDNSent', '\\Recent', '\\seen', '\\Deleted', '$MailFlagBit0', '\\Draft'],
      exchange,
    ),
  ).toEqual(['\\Seen', '\\Draft']);
});

test('without a list all goes out that IMAP can carry, except \\Recent', () => {
  expect(
    allowFlags(
      ['\\Seen', '\\Recent', '$Forwarded', 'a b', '(x', 'täg', '', '\\*', 'NotJunk', 'a"b', 'x]'],
      null,
    ),
  ).toEqual(['\\Seen', '$Forwarded', 'NotJunk']);
});

test('\\Recent is never sent, not even when it is allowed', () => {
  expect(allowFlags(['\\Recent'], ['\\Recent'])).toEqual([]);
});

test('seen mail is known by its flag in any case', () => {
  expect(isSeen(['\\SEEN'])).toBe(true);
  expect(isSeen(['Seen'])).toBe(false);
});
