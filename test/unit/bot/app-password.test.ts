import { expect, test } from 'vitest';
import {
  isAddress,
  looksLikeAppPassword,
  parseAppPassword,
} from '../../../src/bot/app-password.ts';
import { parseCommand } from '../../../src/bot/handlers/chat.ts';

test.for([
  'abcd-efgh-ijkl-mnop',
  'ABCD EFGH IJKL MNOP',
  ' abcdefghijklmnop\n',
  'abcd–efgh—ijkl‑mnop',
  'abcd\u00a0efghijklmnop',
])('%j is a whole password', (pasted) => {
  expect(parseAppPassword(pasted)).toEqual({ kind: 'whole', value: 'abcdefghijklmnop' });
});

test.for([
  ['my-password', 10],
  ['', 0],
  ['abcd-efgh-ijkl-mno1', 15],
  ['abcd-efgh-ijkl-mnopq', 17],
  ['abcdéfghijklmnop', 16],
  ['abcdefghijklmnop!', 16],
] as const)('%j is none; it has %d letters', ([pasted, letters]) => {
  expect(parseAppPassword(pasted)).toEqual({ kind: 'wrong-length', letters });
});

test.for([
  'abcd-efgh-ijkl-mnop',
  'it is abcd-efgh-ijkl-mnop.',
  'ABCDEFGHIJKLMNOP',
  ' abcdefghijklmnop ',
])('%j looks like one', (text) => {
  expect(looksLikeAppPassword(text)).toBe(true);
});

test.for([
  'move alex',
  'status',
  'what does this mean',
  'a-b-c-d',
  'xabcd-efgh-ijkl-mnop',
  'the responsibilities',
])('%j does not', (text) => {
  expect(looksLikeAppPassword(text)).toBe(false);
});

test.for([
  ['me@icloud.com', true],
  ['me@icloud', false],
  ['me icloud.com', false],
  ['a@b@c.de', false],
] as const)('%j is an address: %s', ([text, expected]) => {
  expect(isAddress(text)).toBe(expected);
});

test.for([
  ['<at>Skybridge</at> Move Alex Wilber', { word: 'move', rest: 'Alex Wilber' }],
  ['<p>status&nbsp;</p>', { word: 'status', rest: '' }],
  ['', { word: '', rest: '' }],
] as const)('%j is a command', ([text, command]) => {
  expect(parseCommand(text)).toEqual(command);
});
