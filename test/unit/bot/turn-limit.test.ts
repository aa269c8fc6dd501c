import { expect, test } from 'vitest';
import { createTurnLimit } from '../../../src/bot/turn-limit.ts';

test('a burst is answered, then one a second; one refusal of each row is told apart', () => {
  let nowMs = 0;
  const limit = createTurnLimit({ monotonicMs: () => nowMs });
  const burst = Array.from({ length: 62 }, () => limit.take('a'));
  expect(burst.slice(0, 60).every((verdict) => verdict === 'allowed')).toBe(true);
  expect(burst.slice(60)).toEqual(['first', 'refused']);
  expect(limit.take('b')).toBe('allowed');
  nowMs += 2000;
  expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([
    'allowed',
    'allowed',
    'first',
  ]);
  nowMs += 3_600_000;
  expect(Array.from({ length: 61 }, () => limit.take('a')).at(-1)).toBe('first');
});
