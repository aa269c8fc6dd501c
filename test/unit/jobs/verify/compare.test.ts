import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compareContent,
  compareListings,
  type LedgerListing,
  type TargetListing,
} from '../../../../src/jobs/verify/compare.ts';

function expected(
  rowId: number,
  key: string,
  at: string | null,
  ...flags: string[]
): LedgerListing {
  return { rowId, key, receivedAt: at === null ? null : new Date(at), flags };
}

function found(uid: number, key: string, at: string | null, ...flags: string[]): TargetListing {
  return { uid, key, receivedAt: at === null ? null : new Date(at), flags };
}

const T1 = '2015-03-02T10:20:30Z';
const T2 = '2015-03-02T10:20:31Z';

test('the same mail in another order, with keywords, milliseconds and \\Recent, agrees', () => {
  expect(
    compareListings(
      [expected(1, 'a', T1, '\\Seen', '$MailFlagBit0'), expected(2, 'b', T2)],
      [found(8, 'b', '2015-03-02T10:20:31.999Z', '\\Recent'), found(9, 'a', T1, '\\SEEN')],
    ),
  ).toEqual({
    messages: { expected: 2, found: 2, missing: 0, others: 0 },
    dates: { compared: 2, different: 0 },
    flags: { compared: 2, different: 0 },
    differences: [],
    found: [
      { rowId: 1, uid: 9 },
      { rowId: 2, uid: 8 },
    ],
    unpaired: { missing: [], others: [] },
  });
});

test('missing mail, another second and another mark are named by row', () => {
  expect(
    compareListings(
      [expected(1, 'a', T1), expected(2, 'b', T1), expected(3, 'c', T1, '\\Answered')],
      [found(5, 'b', T2), found(6, 'c', T1, '\\Flagged'), found(7, 'own', T1)],
    ),
  ).toMatchObject({
    unpaired: { missing: [{ rowId: 1 }], others: [{ uid: 7 }] },
    messages: { expected: 3, found: 2, missing: 1, others: 1 },
    dates: { compared: 2, different: 1 },
    flags: { compared: 2, different: 1 },
    differences: [
      { kind: 'missing', rowId: 1 },
      { kind: 'date', rowId: 2, uid: 5 },
      { kind: 'flags', rowId: 3, uid: 6 },
    ],
  });
});

test('one message of the target answers for one of the ledger', () => {
  const twins = [expected(1, 'a', T1), expected(2, 'a', T1)];
  expect(compareListings(twins, [found(5, 'a', T1)]).messages).toMatchObject({
    found: 1,
    missing: 1,
  });
  expect(
    compareListings(twins, [found(5, 'a', T1), found(6, 'a', T1), found(7, 'a', T1)]).messages,
  ).toMatchObject({ found: 2, missing: 0, others: 1 });
});

test('of messages with one key those that agree meet, whatever the order', () => {
  const rows = [expected(1, 'a', T1), expected(2, 'a', T2, '\\Seen')];
  expect(
    compareListings(rows, [found(5, 'a', T2, '\\Seen'), found(6, 'a', T1)]).differences,
  ).toEqual([]);
  expect(
    compareListings(rows, [found(6, 'a', T1), found(5, 'a', T2, '\\Seen')]).differences,
  ).toEqual([]);
});

test('a source without a date compares no date', () => {
  const result = compareListings([expected(1, 'a', null)], [found(5, 'a', T1)]);
  expect(result.dates).toEqual({ compared: 0, different: 0 });
  expect(result.differences).toEqual([]);
});

const listing = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  receivedAt: fc.constantFrom(new Date(T1), new Date(T2)),
  flags: fc.subarray(['\\Seen', '\\Flagged']),
});

test('a shuffled copy agrees; what is taken away is missing, no more and no less', () => {
  fc.assert(
    fc.property(
      fc.array(listing, { maxLength: 30 }).chain((rows) =>
        fc.record({
          rows: fc.constant(rows),
          kept: fc.shuffledSubarray(rows.map((_, i) => i)),
        }),
      ),
      ({ rows, kept }) => {
        const source = rows.map((row, rowId) => ({ ...row, rowId }));
        const target = kept.flatMap((i) => (rows[i] ? [{ ...rows[i], uid: i }] : []));
        const result = compareListings(source, target);
        expect(result.messages).toEqual({
          expected: rows.length,
          found: kept.length,
          missing: rows.length - kept.length,
          others: 0,
        });
        expect(result.differences.filter((one) => one.kind !== 'missing')).toEqual([]);
      },
    ),
  );
});

test('100,000 messages with one key are paired in linear time', () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => expected(i, 'a', T1));
  const target = rows.map((row) => found(row.rowId, 'a', T2));
  const started = performance.now();
  expect(compareListings(rows, target).dates.different).toBe(100_000);
  expect(performance.now() - started).toBeLessThan(5000);
});

function mail(subject: string, text: string, attachment: string): Buffer {
  return Buffer.from(
    `Subject: ${subject}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${text}\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n${attachment}\r\n--b--\r\n`,
  );
}

test('content is compared by what a person would find', async () => {
  const source = mail('Hello', 'some  text', 'octets');
  expect(await compareContent(source, mail('Hello', 'some\r\ntext', 'octets'))).toEqual({
    kind: 'same',
    attachments: 1,
    invitations: 0,
  });
  expect(await compareContent(source, mail('Hallo', 'other text', 'octet'))).toEqual({
    kind: 'different',
    attachments: 1,
    invitations: 0,
    parts: ['subject', 'text', 'attachments'],
  });
});

test('mail that cannot be taken apart is named by its side', async () => {
  const deep = Buffer.from(
    Array.from(
      { length: 400 },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
    ).join(''),
  );
  const fine = mail('a', 'b', 'c');
  expect(await compareContent(deep, fine)).toEqual({ kind: 'unreadable', side: 'source' });
  expect(await compareContent(fine, deep)).toEqual({ kind: 'unreadable', side: 'target' });
});
