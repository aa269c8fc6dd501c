import { expect, test } from 'vitest';
import {
  TeamsBlockedError,
  TeamsRateLimitedError,
  TeamsSendError,
} from '../../../src/bot/errors.ts';
import { parseRetryAfter } from '../../../src/bot/send-errors.ts';
import { decideSendRetry } from '../../../src/bot/send-retry.ts';

const now = new Date('2026-11-22T10:00:00Z');
const FAIL = { kind: 'fail' };

test.for([
  [null, null],
  ['7', 7000],
  ['0.5', 500],
  ['Sun, 22 Nov 2026 10:00:30 GMT', 30_000],
  ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ['soon', null],
] as const)('Retry-After %j is %j ms', ([header, ms]) => {
  expect(parseRetryAfter(header, now)).toBe(ms);
});

test('back-off doubles, with jitter on top, and ends after five attempts', () => {
  const error = new TeamsSendError(502);
  const waits = [0, 1, 2, 3, 4].map((attempt) => decideSendRetry(error, attempt, () => 0.5));
  const retries = [750, 1500, 3000, 6000].map((afterMs) => ({ kind: 'retry', afterMs }));
  expect(waits).toEqual([...retries, FAIL]);
});

test('never earlier than the server said', () => {
  expect(decideSendRetry(new TeamsRateLimitedError(9000), 0, () => 0)).toEqual({
    kind: 'retry',
    afterMs: 9000,
  });
  expect(decideSendRetry(new TeamsRateLimitedError(null), 1, () => 0)).toEqual({
    kind: 'retry',
    afterMs: 1000,
  });
  expect(decideSendRetry(new TeamsRateLimitedError(31_000), 0, () => 0)).toEqual(FAIL);
});

test('a refusal, a bug and an answer that never came are not sent again', () => {
  const errors = [
    new TeamsBlockedError('no'),
    new TeamsSendError(400),
    new TeamsSendError(0),
    new Error('bug'),
  ];
  expect(errors.map((error) => decideSendRetry(error, 0, () => 0))).toEqual(errors.map(() => FAIL));
});
