import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasCleanLineEnds } from '../../../src/mail/guard/scan.ts';

const text = fc
  .array(fc.constantFrom('\r\n', '\r', '\n', '\0', '\t', 'a', 'line ', '\u00ff', '\u0080\u000e'), {
    maxLength: 24,
  })
  .map((words) => words.join(''));

test('line ends are clean where CR and LF stand in pairs alone, wherever in memory the message lies', () => {
  fc.assert(
    fc.property(text, fc.nat(7), (message, offset) => {
      const memory = Buffer.allocUnsafeSlow(offset + message.length + 8).fill('\r', 'latin1');
      memory.write(message, offset, 'latin1');
      const bytes = memory.subarray(offset, offset + message.length);
      expect(hasCleanLineEnds(bytes)).toBe(!/[\r\n]/.test(message.replaceAll('\r\n', '')));
    }),
    { numRuns: 5000 },
  );
});
