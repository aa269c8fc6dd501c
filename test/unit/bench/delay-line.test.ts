import { expect, test } from 'vitest';
import { splitAtAppends } from '../../bench/link/delay-line.ts';

const appended = (tag: string): string => `${tag} OK [APPENDUID 1 7] done\r\n`;

test.for([
  ['nothing', [], []],
  ['other answers', ['* OK ready\r\nA1 OK LOGIN\r\n'], [0]],
  ['one APPEND', [appended('A1')], [1]],
  ['what stands before belongs to the first', [`A1 OK CREATE\r\n${appended('A2')}`], [1]],
  ['two, and the beginning of a line', [appended('A1'), appended('A2'), 'A3 O'], [1, 1, 0]],
  ['a line that is cut behind its code', [appended('A1'), 'A2 OK [APPENDUID 1 8'], [1, 1]],
] as const)('%s', ([, pieces, appends]) => {
  const split = splitAtAppends(Buffer.from(pieces.join('')));
  expect(split.map(({ bytes }) => bytes.toString())).toEqual(pieces);
  expect(split.map((piece) => piece.appends)).toEqual(appends);
});
