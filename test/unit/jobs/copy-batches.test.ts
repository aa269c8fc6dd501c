import { expect, test } from 'vitest';
import { cutBatches } from '../../../src/jobs/copy/batches.ts';
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
