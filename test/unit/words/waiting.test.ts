import { expect, test } from 'vitest';
import { waitingText } from '../../../src/words/waiting.ts';

const now = new Date(2026, 10, 23, 14, 30, 5);
const in90s = new Date(now.getTime() + 90_000);

test.for([
  ['imap.throttled', in90s, 'The server asks for a pause: throttled until 14:31.'],
  [
    'imap.server-unavailable',
    new Date(now.getTime() + 3000),
    'The server asks for a pause: throttled until 14:30:08.',
  ],
  [
    'imap.unreachable',
    in90s,
    'The mail server does not answer at its address. I try again at 14:31.',
  ],
  [
    'copy.looking-for-suspects',
    in90s,
    'Waiting until 14:31: looking whether mail arrived before the line broke.',
  ],
] as const)('%s', ([code, until, text]) => {
  expect(waitingText(code, until, now)).toBe(text);
});
