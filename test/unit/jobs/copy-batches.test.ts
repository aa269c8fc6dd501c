import { expect, test } from 'vitest';
import { budgetOf, cutBatches, isWorthTrying } from '../../../src/jobs/copy/batches.ts';
import type { OpenRow } from '../../../src/jobs/ledger.ts';

function rows(count: number, attempts: number): OpenRow[] {
  return Array.from({ length: count }, (_, n) => ({
    id: n,
    uid: n,
    sizeBytes: 10,
    receivedAt: null,
    flags: [],
    attempts,
    stampId: null,
    withheld: 0,
  }));
}

test('what was tried travels in ever smaller company, apart from the rest', () => {
  const all = [...rows(3, 0), ...rows(40, 1), ...rows(2, 2), ...rows(2, 0), ...rows(1, 3)];
  const batches = cutBatches(all);
  expect(batches.flat()).toEqual(all);
  expect(batches.map((batch) => batch.map(({ attempts }) => attempts))).toEqual([
    [0, 0, 0],
    ...[16, 16, 8].map((count) => Array.from({ length: count }, () => 1)),
    [2],
    [2],
    [0, 0],
    [3],
  ]);
});

test('the last attempt takes the whole budget of the process, and nothing is tried after it', () => {
  const tried = [0, 1, 2, 3, 4].flatMap((attempts) => rows(1, attempts));
  expect(tried.map((row) => budgetOf(row, { capBytes: 1000 }))).toEqual([10, 10, 10, 1000, 1000]);
  expect(tried.map(isWorthTrying)).toEqual([true, true, true, true, false]);
});
