import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRetryAfter } from '../../../src/graph/retry-after.ts';
import { decideRetry } from '../../../src/graph/retry-policy.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const WEEK_MS = 7 * 24 * 3_600_000;

describe('Retry-After', () => {
  test.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['1.5', 1_500],
    ['Sun, 22 Nov 2026 10:05:00 GMT', 300_000],
    ['Sunday, 22-Nov-26 10:05:00 GMT', 300_000],
    ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
    ['999999999999', WEEK_MS],
    ['Fri, 01 Jan 2100 00:00:00 GMT', WEEK_MS],
    ['', null],
    ['soon', null],
    ['-5', null],
    ['2026', 2_026_000],
    ['12 minutes', null],
    [null, null],
  ] as const)('%j asks for %j ms', (header, expected) => {
    expect(parseRetryAfter(header, NOW)).toBe(expected);
  });

  test('never yields a negative, endless or broken wait', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const waitMs = parseRetryAfter(header, NOW) ?? 0;
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(WEEK_MS);
      }),
    );
  });
});

describe('decideRetry', () => {
  test.each([200, 204, 400, 401, 403, 404, 409, 413, 500, 501])('%d is final', (status) => {
    expect(decideRetry(status, 1_000, 1, () => 0)).toEqual({ kind: 'fail' });
  });

  test.each([429, 502, 503, 504, null])('%j is tried again, and not for ever', (status) => {
    expect(decideRetry(status, null, 1, () => 0)).toEqual({ kind: 'retry', afterMs: 250 });
    expect(decideRetry(status, null, 6, () => 0)).toEqual({ kind: 'fail' });
  });

  test('pauses double up to a ceiling', () => {
    const pauses = [1, 2, 3, 4, 5].map((attempt) => decideRetry(503, null, attempt, () => 1));
    expect(pauses.map((pause) => (pause.kind === 'retry' ? pause.afterMs : -1))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000,
    ]);
  });

  test('the wait a server asks for is never cut short', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: WEEK_MS }),
        fc.integer({ min: 1, max: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (retryAfterMs, attempt, dice) => {
          const decision = decideRetry(429, retryAfterMs, attempt, () => dice);
          const afterMs = decision.kind === 'retry' ? decision.afterMs : -1;
          expect(afterMs).toBeGreaterThanOrEqual(retryAfterMs);
          expect(afterMs).toBeLessThanOrEqual(retryAfterMs * 1.1 + 1);
        },
      ),
    );
  });
});
