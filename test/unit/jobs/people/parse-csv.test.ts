import { expect, test } from 'vitest';
import { parseCsv } from '../../../../src/jobs/people/parse-csv.ts';

test.each([
  [
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\r\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a;b;c\n1,5;2;3',
    [
      ['a', 'b', 'c'],
      ['1,5', '2', '3'],
    ],
  ],
  [
    'a\tb\n1\t2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\n"1,""x""\n2",3\n',
    [
      ['a', 'b'],
      ['1,"x"\n2', '3'],
    ],
  ],
  [
    'a,b\n,\n1,',
    [
      ['a', 'b'],
      ['', ''],
      ['1', ''],
    ],
  ],
  ['a,b\n\n1,2', [['a', 'b'], [''], ['1', '2']]],
  [
    'a,b\n5" disk,2',
    [
      ['a', 'b'],
      ['5" disk', '2'],
    ],
  ],
  ['a\n"x"\n', [['a'], ['x']]],
  ['', []],
])('%j is %j', (text, rows) => {
  expect(parseCsv(text)?.map(({ cells }) => cells)).toEqual(rows);
});

test.each(['a,b\n"1,2\n3,4', 'a,b\n"1"x,2'])('%j has a quote that is not closed', (text) => {
  expect(parseCsv(text)).toBeNull();
});

test('a large text is read in one go', () => {
  const lines = Array.from(
    { length: 10_000 },
    (_none, index) => `kim${index}@a.example,kim${index}`,
  );
  expect(parseCsv(['EmailAddress,UserName', ...lines].join('\n'))).toHaveLength(10_001);
});

test.each([
  ['a,b\n1,2\n\n3,4\n', [1, 2, 3, 4]],
  ['a,b\r\n"1\r\n1",2\r\n3,4', [1, 2, 4]],
  ['"a\n\na",b\n1,2', [1, 4]],
  ['sep=;\r\na;b,c\r\n1;2', [2, 3]],
])('the lines of %j are %j', (text, lines) => {
  expect(parseCsv(text)?.map(({ line }) => line)).toEqual(lines);
});

test('a separator that is named is the separator', () => {
  expect(parseCsv('sep=;\na,b,c;d\n1;2')?.map(({ cells }) => cells)).toEqual([
    ['a,b,c', 'd'],
    ['1', '2'],
  ]);
});
