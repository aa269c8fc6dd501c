import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BodyMissingError,
  MessageRefusedError,
  QuotaFullError,
  ServerUnavailableError,
  ThrottledError,
} from '../../../src/imap/errors.ts';
import {
  afterProgress,
  afterRefusal,
  createGovernor,
  FULL_PACE,
  isRefusal,
  scaleLimit,
} from '../../../src/imap/governor.ts';

describe('additive increase, multiplicative decrease', () => {
  test('a refusal halves; what was refused with it is the same sign; the next one halves again', () => {
    const once = afterRefusal(FULL_PACE, 1000);
    expect(scaleLimit(8, once)).toBe(4);
    expect(afterRefusal(once, 1200)).toBe(once);
    expect(scaleLimit(8, afterRefusal(once, 7000))).toBe(2);
  });

  test('it grows by one step in each quiet time, and not sooner', () => {
    const slow = afterRefusal(FULL_PACE, 0);
    expect(afterProgress(slow, 14_999)).toBe(slow);
    const more = afterProgress(slow, 15_000);
    expect(scaleLimit(16, more)).toBe(9);
    expect(afterProgress(more, 29_999)).toBe(more);
  });

  test('whatever happens: never nothing, never beyond the limit, and full again after a calm while', () => {
    const event = fc.record({ isRefusal: fc.boolean(), afterMs: fc.nat(60_000) });
    fc.assert(
      fc.property(fc.array(event), fc.integer({ min: 1, max: 256 }), (events, limit) => {
        let nowMs = 0;
        let pace = FULL_PACE;
        for (const { isRefusal: refused, afterMs } of events) {
          nowMs += afterMs;
          pace = refused ? afterRefusal(pace, nowMs) : afterProgress(pace, nowMs);
          expect(scaleLimit(limit, pace)).toBeGreaterThanOrEqual(1);
          expect(scaleLimit(limit, pace)).toBeLessThanOrEqual(limit);
        }
        for (let calm = 0; calm < 16; calm += 1) {
          nowMs += 15_000;
          pace = afterProgress(pace, nowMs);
        }
        expect(scaleLimit(limit, pace)).toBe(limit);
      }),
    );
  });
});

test('a governor remembers while its account is worked for', () => {
  let nowMs = 0;
  const governor = createGovernor({ monotonicMs: () => nowMs });
  expect(governor.scale(4)).toBe(4);
  governor.refused();
  expect(governor.scale(4)).toBe(2);
  nowMs = 10_000;
  governor.refused();
  expect(governor.scale(4)).toBe(1);
  for (; nowMs < 300_000; nowMs += 15_000) {
    governor.progressed();
  }
  expect(governor.scale(4)).toBe(4);
});

test('a throttle, an overload and content that is held back are refusals; a message that is not taken is none', () => {
  expect(
    [new ThrottledError(), new ServerUnavailableError(), new BodyMissingError([1])].map(isRefusal),
  ).toEqual([true, true, true]);
  expect([new QuotaFullError(), new MessageRefusedError('virus')].map(isRefusal)).toEqual([
    false,
    false,
  ]);
});
