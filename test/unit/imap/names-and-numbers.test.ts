import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatInternalDate, parseInternalDate } from '../../../src/imap/dates.ts';
import {
  decodeMailboxName,
  encodeMailboxName,
  mailboxOfPath,
  pathOfMailbox,
  quoteString,
} from '../../../src/imap/mailbox-name.ts';
import { formatUidSet, parseUidSet, splitUids } from '../../../src/imap/uid-set.ts';

const uid = fc.integer({ min: 1, max: 5000 });

describe('modified UTF-7', () => {
  test.for([
    // RFC 3501 section 5.1.3.
    ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'],
    ['Entwürfe & Co', 'Entw&APw-rfe &- Co'],
    ['😀', '&2D3eAA-'],
    ['', ''],
    ['a&b-c', 'a&-b-c'],
  ])('%s', ([text = '', wire = '']) => {
    expect(encodeMailboxName(text)).toBe(wire);
    expect(decodeMailboxName(wire)).toBe(text);
  });

  test('any text comes back, in printable ASCII on the wire', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const wire = encodeMailboxName(text);
        expect(wire).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeMailboxName(wire)).toBe(text);
      }),
    );
  });

  test('names that are not modified UTF-7 stay apart', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary-ascii' }),
        fc.string({ unit: 'binary-ascii' }),
        (a, b) => {
          expect(decodeMailboxName(a) === decodeMailboxName(b)).toBe(a === b);
        },
      ),
    );
    expect(decodeMailboxName('&AGEAYg-')).toBe('&AGEAYg-');
  });

  test('quoting escapes what ends a string', () => {
    expect(quoteString('a"b\\c')).toBe('"a\\"b\\\\c"');
  });
});

describe('paths', () => {
  const slash = { prefix: '', separator: '/' };
  const dot = { prefix: 'INBOX.', separator: '.' };

  test('the prefix of the namespace is hidden, INBOX is itself', () => {
    expect(pathOfMailbox('INBOX.Work.2020', dot)).toBe('Work/2020');
    expect(mailboxOfPath('Work/2020', dot)).toBe('INBOX.Work.2020');
    expect(pathOfMailbox('inbox', dot)).toBe('INBOX');
    expect(mailboxOfPath('Inbox', dot)).toBe('INBOX');
    expect(pathOfMailbox('inbox/sub', slash)).toBe('INBOX/sub');
  });

  test('a separator inside a level has no wire name', () => {
    expect(mailboxOfPath('v1.2', dot)).toBeNull();
    expect(mailboxOfPath('a//b', slash)).toBeNull();
    expect(mailboxOfPath('a/b', { prefix: '', separator: null })).toBeNull();
  });

  test('a slash inside a level of a server with dots survives', () => {
    const path = pathOfMailbox('INBOX.in/out', dot);
    expect(path.split('/')).toHaveLength(1);
    expect(mailboxOfPath(path, dot)).toBe('INBOX.in/out');
  });

  test('any path comes back', () => {
    const level = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/[/∕]/.test(text));
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 4 }), (levels) => {
        const path = levels.join('/');
        fc.pre(levels[0]?.toUpperCase() !== 'INBOX');
        expect(pathOfMailbox(mailboxOfPath(path, slash) ?? '', slash)).toBe(path);
      }),
    );
  });
});

describe('UID sets', () => {
  test('ranges are joined', () => {
    expect(formatUidSet([7, 1, 2, 3, 9, 8, 3])).toBe('1:3,7:9');
    expect(parseUidSet('3:1,5')).toEqual([1, 2, 3, 5]);
  });

  test('any set comes back sorted and once', () => {
    fc.assert(
      fc.property(fc.array(uid, { minLength: 1 }), (uids) => {
        const sorted = [...new Set(uids)].toSorted((a, b) => a - b);
        expect(parseUidSet(formatUidSet(uids))).toEqual(sorted);
        expect(splitUids(uids, 7).flat()).toEqual(sorted);
        expect(Math.max(...splitUids(uids, 7).map((group) => group.length))).toBeLessThanOrEqual(7);
      }),
    );
  });

  test.for(['', '*', '1:*', '1:4000000000', 'a', '1,,2', '-1'])('%o cannot be expanded', (text) => {
    expect(() => parseUidSet(text)).toThrow(RangeError);
  });

  test.for([0, -1, 1.5, 2 ** 32, Number.NaN])('%d is no UID', (value) => {
    expect(() => formatUidSet([value])).toThrow(RangeError);
  });
});

describe('INTERNALDATE', () => {
  test('the day is padded with a space, the zone is UTC', () => {
    expect(formatInternalDate(new Date('2020-02-03T04:05:06.789Z'))).toBe(
      ' 3-Feb-2020 04:05:06 +0000',
    );
  });

  test('zones are read', () => {
    expect(parseInternalDate('17-Jul-1996 02:44:25 -0730')).toEqual(
      new Date('1996-07-17T10:14:25Z'),
    );
  });

  test('any date of four digits comes back to the second', () => {
    const date = fc.date({
      min: new Date('0001-01-01'),
      max: new Date('9999-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (value) => {
        const seconds = Math.floor(value.getTime() / 1000) * 1000;
        expect(parseInternalDate(formatInternalDate(value) ?? '')?.getTime()).toBe(seconds);
      }),
    );
  });

  test('what is no date is null', () => {
    expect(formatInternalDate(new Date(Number.NaN))).toBeNull();
    expect(parseInternalDate('yesterday')).toBeNull();
    expect(parseInternalDate('01-Foo-2020 00:00:00 +0000')).toBeNull();
  });
});
