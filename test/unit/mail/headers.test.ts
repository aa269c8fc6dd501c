import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerFields, splitMessage } from '../../../src/mail/headers.ts';

function fieldsOf(text: string): string[][] {
  return [...headerFields(Buffer.from(text, 'latin1'))].map((field) => [field.name, field.value]);
}

test.for([
  ['CRLF', 'A: 1\r\n\r\nbody', 'A: 1\r\n\r\n'],
  ['LF', 'A: 1\n\nbody', 'A: 1\n\n'],
  ['LF then CRLF', 'A: 1\n\r\nbody', 'A: 1\n\r\n'],
  ['doubled CR', 'A: 1\r\r\n\r\r\nbody', 'A: 1\r\r\n\r\r\n'],
  ['no blank line', 'A: 1\r\nB: 2\r\n', 'A: 1\r\nB: 2\r\n'],
  ['no line end at all', 'A: 1', 'A: 1'],
  ['leading blank line', '\r\nA: 1\r\n\r\nbody', '\r\n'],
  ['a line of blanks is no end', 'A: 1\r\n \r\nB: 2\r\n\r\nbody', 'A: 1\r\n \r\nB: 2\r\n\r\n'],
  ['nothing', '', ''],
])('splits with %s', ([, message = '', header = '']) => {
  const split = splitMessage(Buffer.from(message));
  expect(split.header.toString()).toBe(header);
  expect(split.body.toString()).toBe(message.slice(header.length));
});

test('fields are unfolded, names keep their case, order and repetition stay', () => {
  expect(
    fieldsOf('Received: a\r\n\tb\r\nSUBJECT : x  \r\nreceived:\r\n c\r\n\r\nNot: this'),
  ).toEqual([
    ['Received', 'a\tb'],
    ['SUBJECT', 'x'],
    ['received', 'c'],
  ]);
});

test('a line that is no field has no name', () => {
  expect(fieldsOf('From a@b Mon Jan  1 10:00\r\nno colon\r\n lead\r\n: none\r\nA: 1\r\n')).toEqual([
    ['', 'From a@b Mon Jan  1 10:00'],
    ['', 'no colon lead'],
    ['', ': none'],
    ['A', '1'],
  ]);
});

test('the octet A0 at an end is half a character, not a blank', () => {
  expect(fieldsOf('A: \xc3\xa0\r\n\r\n')).toEqual([['A', '\xc3\xa0']]);
});

test('fields cover the block without gaps, whatever it holds', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('\r', '\n', ' ', '\t', ':', 'a', 'é', '\0')), (pieces) => {
      const bytes = Buffer.from(pieces.join(''), 'latin1');
      const { header, body } = splitMessage(bytes);
      expect(Buffer.concat([header, body]).equals(bytes)).toBe(true);
      let at = 0;
      for (const field of headerFields(header)) {
        expect(field.start).toBe(at);
        expect(field.end).toBeGreaterThan(at);
        at = field.end;
      }
      expect(header.subarray(at).toString('latin1')).toMatch(/^\r*\n?$/);
    }),
  );
});

test('100,000 fields, and one field of 100,000 lines, are read in linear time', () => {
  const many = Buffer.from('X: y\r\n'.repeat(100_000));
  expect([...headerFields(many)]).toHaveLength(100_000);
  const folded = Buffer.from(`X: y\r\n${' z\r\n'.repeat(100_000)}`);
  expect([...headerFields(folded)][0]?.value).toHaveLength(200_001);
});
