import { expect, test } from 'vitest';
import { MAX_LINES, type MoveList, readMoveList } from '../../../../src/jobs/people/move-list.ts';

/** Each row on a line of its own. */
const readTable = (table: readonly (readonly string[])[]): MoveList =>
  readMoveList(table.map((cells, index) => ({ line: index + 1, cells })));

const HEADER = ['EmailAddress', 'UserName', 'Submitter'];

test('people, one with two accounts, and a shared mailbox with who enters its password', () => {
  const list = readTable([
    ['\uFEFFemailaddress', ' USERNAME ', 'Submitter', 'Department'],
    ['anna@contoso.example', ' anna@icloud.com', '', 'Sales'],
    ['anna@contoso.example', 'anna.private', '', ''],
    ['', ' ', '', ''],
    ['info@contoso.example', 'info@me.com', 'ben@contoso.example'],
  ]);
  expect(list).toEqual({
    kind: 'read',
    lines: [
      {
        line: 2,
        targetAddress: 'anna@contoso.example',
        sourceAccount: 'anna@icloud.com',
        submitter: null,
      },
      {
        line: 3,
        targetAddress: 'anna@contoso.example',
        sourceAccount: 'anna.private',
        submitter: null,
      },
      {
        line: 5,
        targetAddress: 'info@contoso.example',
        sourceAccount: 'info@me.com',
        submitter: 'ben@contoso.example',
      },
    ],
    faulty: [],
    ignoredColumns: ['Department'],
  });
});

test.each(['Password', 'PASSWORD', 'App-Passwort', 'kennwort', 'AppleSecret', 'pwd'])(
  'a column %s is refused, and nothing of the file is kept',
  (column) => {
    const list = readTable([
      [...HEADER, column],
      ['anna@contoso.example', 'anna@icloud.com', '', 'abcd-efgh-ijkl-mnop'],
    ]);
    expect(list).toEqual({ kind: 'refused', reason: 'password-column', columns: [column] });
  },
);

test.each([
  ['no table at all', [], 'column-missing', ['EmailAddress', 'UserName']],
  ['a column too few', [['EmailAddress'], ['a@b.example']], 'column-missing', ['UserName']],
  [
    'a column twice',
    [
      [...HEADER, 'username'],
      ['a@b.example', 'a', '', 'b'],
    ],
    'column-twice',
    ['username'],
  ],
  ['nobody', [HEADER], 'empty', []],
  ['too many', Array.from({ length: MAX_LINES + 2 }, () => HEADER), 'too-long', []],
])('%s is refused', (_name, table, reason, columns) => {
  expect(readTable(table)).toEqual({ kind: 'refused', reason, columns });
});

test.each([
  ['no-address', ['', 'anna', '']],
  ['bad-address', ['anna', 'anna', '']],
  ['bad-address', ['anna@contoso', 'anna', '']],
  ['bad-address', ['Anna <anna@contoso.example>', 'anna', '']],
  ['no-account', ['anna@contoso.example', '', '']],
  ['formula', ['=HYPERLINK("https://evil.example")', 'anna', '']],
  ['formula', ['anna@contoso.example', "=cmd|'/C calc'!A1", '']],
  ['formula', ['+1+2@contoso.example', 'anna', '']],
  ['formula', ['info@contoso.example', 'info', '@SUM(1+1)']],
  ['bad-account', ['anna@contoso.example', 'anna berg', '']],
  ['bad-account', ['anna@contoso.example', 'anna@berg@icloud.com', '']],
  ['bad-submitter', ['info@contoso.example', 'info', 'ben']],
  ['account-twice', ['anna@contoso.example', 'Ben@ME.com', '']],
  ['account-twice', ['anna@contoso.example', 'ben', '']],
])('%s: %j spoils its own line alone', (fault, row) => {
  const ben = ['ben@contoso.example', 'ben@icloud.com', ''];
  const list = readTable([HEADER, ben, row, ['carl@contoso.example', 'carl', '']]);
  expect(list).toMatchObject({
    kind: 'read',
    lines: [{ line: 2 }, { line: 4 }],
    faulty: [{ line: 3, fault }],
  });
});

test.each([
  ['an innocent name', [...HEADER, 'Code'], ['Code']],
  ['no name at all', HEADER, ['without a name']],
  ['the password as its name', [...HEADER, 'abcd-efgh-ijkl-mnop'], ['without a name']],
])('a column that holds app-specific passwords is refused under %s', (_name, header, columns) => {
  const list = readTable([
    header,
    ['anna@contoso.example', 'anna', '', ''],
    ['ben@contoso.example', 'ben', '', ' ABCD-efgh-ijkl-mnop '],
  ]);
  expect(list).toEqual({ kind: 'refused', reason: 'password-column', columns });
});
