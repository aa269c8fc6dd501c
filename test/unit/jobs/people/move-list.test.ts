import { expect, test } from 'vitest';
import { MAX_LINES, readMoveList } from '../../../../src/jobs/people/move-list.ts';

const HEADER = ['EmailAddress', 'UserName', 'Submitter'];

test('people, one with two accounts, and a shared mailbox with who enters its password', () => {
  const list = readMoveList([
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
    const list = readMoveList([
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
  expect(readMoveList(table)).toEqual({ kind: 'refused', reason, columns });
});

test.each([
  ['no-address', ['', 'anna', '']],
  ['bad-address', ['anna', 'anna', '']],
  ['bad-address', ['anna@contoso', 'anna', '']],
  ['bad-address', ['Anna <anna@contoso.example>', 'anna', '']],
  ['no-account', ['anna@contoso.example', '', '']],
  ['bad-account', ['anna@contoso.example', 'anna berg', '']],
  ['bad-account', ['anna@contoso.example', 'anna@berg@icloud.com', '']],
  ['bad-submitter', ['info@contoso.example', 'info', 'ben']],
  ['account-twice', ['anna@contoso.example', 'Ben@ME.com', '']],
  ['account-twice', ['anna@contoso.example', 'ben', '']],
])('%s: %j spoils its own line alone', (fault, row) => {
  const ben = ['ben@contoso.example', 'ben@icloud.com', ''];
  const list = readMoveList([HEADER, ben, row, ['carl@contoso.example', 'carl', '']]);
  expect(list).toMatchObject({
    kind: 'read',
    lines: [{ line: 2 }, { line: 4 }],
    faulty: [{ line: 3, fault }],
  });
});
