import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createContentScan, freeBytes } from '../../../src/mail/message-bytes.ts';

const hostileText = fc
  .array(fc.constantFrom('\r', '\n', '\r\n', '\0', 'a', 'long '.repeat(9)), { maxLength: 40 })
  .map((words) => words.join(''));

test('a message that is cut anywhere is found to be what it is as a whole', () => {
  fc.assert(
    fc.property(hostileText, fc.array(fc.nat(60), { maxLength: 6 }), (text, cuts) => {
      const scan = createContentScan();
      const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length].toSorted(
        (a, b) => a - b,
      );
      places.forEach((place, n) => {
        scan.add(Buffer.from(text.slice(place, places[n + 1]), 'latin1'));
      });
      expect(scan.findings()).toEqual({
        hasNul: text.includes('\0'),
        hasBareLineEnd: /[\r\n]/.test(text.replaceAll('\r\n', '')),
        longestLineBytes: Math.max(...`${text}\r\n`.split('\n').map((line) => line.length + 1)),
      });
    }),
    { numRuns: 2000 },
  );
});

test('a message gives its memory back; a piece of something larger keeps its neighbours', () => {
  const whole = Buffer.allocUnsafeSlow(100_000).fill(1);
  const piece = whole.subarray(10, 20);
  freeBytes(piece);
  expect(whole.equals(Buffer.alloc(100_000, 1))).toBe(true);
  freeBytes(whole);
  expect([whole.length, piece.length]).toEqual([0, 0]);
});
