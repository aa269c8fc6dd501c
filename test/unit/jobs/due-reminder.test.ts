import { expect, test } from 'vitest';
import { dueReminder } from '../../../src/jobs/people/due-reminder.ts';

const ASKED = new Date('2026-11-20T09:00:00Z');
const after = (hours: number): Date => new Date(ASKED.getTime() + hours * 3_600_000);

test.for([
  [0, [1, 3, 7], null],
  [23.9, [1, 3, 7], null],
  [24, [1, 3, 7], 1],
  [71, [1, 3, 7], 1],
  [72, [1, 3, 7], 3],
  [24 * 6, [1, 3, 7], 3],
  [24 * 40, [1, 3, 7], 7],
  [24 * 40, [], null],
  [24 * 2, [7, 2], 2],
] as const)('%d hours after the request, on the days %j: %j', ([hours, days, due]) => {
  expect(dueReminder(ASKED, after(hours), days)).toBe(due);
});
