import { expect, test } from 'vitest';
import type { SourceMessage, SurveyedFolder } from '../../../../src/jobs/ports.ts';
import { isBalanced } from '../../../../src/jobs/report/sums.ts';
import { withArrivals } from '../../../../src/jobs/steps/verify.ts';
import { addTallies } from '../../../../src/jobs/tally.ts';
import { reconcileFolder, reconcileNewFolder } from '../../../../src/jobs/verify/reconcile.ts';

const message = (uid: number): SourceMessage => ({
  uid,
  flags: [],
  receivedAt: null,
  sizeBytes: 1,
});
const FOLDER = { sourcePath: 'INBOX', uidValidity: 7, sourceUidNext: 10 };
const known = (...uids: number[]): { uid: number; vanished: boolean }[] =>
  uids.map((uid) => ({ uid, vanished: false }));

function listing(uids: readonly number[], uidValidity = 7): SurveyedFolder {
  const state = { uidValidity, uidNext: 99, exists: uids.length, modSeq: null };
  return { path: 'INBOX', state, messages: uids.map(message) };
}

test('a folder that is as it was has nothing to explain', () => {
  expect(reconcileFolder(FOLDER, known(1, 2, 9), listing([1, 2, 9]))).toEqual({
    sourcePath: 'INBOX',
    showsNow: 3,
    arrivedLater: 0,
    deletedSince: 0,
    unexplained: 0,
  });
});

test('new UIDs arrived later, old ones that no row knows are unexplained, rows without a UID were deleted', () => {
  expect(reconcileFolder(FOLDER, known(1, 2, 9), listing([2, 5, 9, 10, 11]))).toMatchObject({
    showsNow: 5,
    arrivedLater: 2,
    deletedSince: 1,
    unexplained: 1,
  });
});

test('a renumbered folder cannot be held against its rows: all of it is unexplained', () => {
  expect(reconcileFolder(FOLDER, known(1, 2), listing([1, 2], 8))).toMatchObject({
    arrivedLater: 0,
    deletedSince: 2,
    unexplained: 2,
  });
});

test('a folder that does not open says so, and claims nothing', () => {
  const closed = { path: 'INBOX', error: new Error('closed') };
  const rows = [...known(1), { uid: 2, vanished: true }];
  expect(reconcileFolder(FOLDER, rows, closed)).toMatchObject({ showsNow: null, deletedSince: 1 });
  expect(reconcileNewFolder('New', undefined)).toMatchObject({ showsNow: null, arrivedLater: 0 });
});

test('arrivals are a part of the sum, and what is unexplained breaks it', () => {
  const folder = {
    folderId: 1,
    sourcePath: 'INBOX',
    targetPath: 'Inbox',
    reason: null,
    specialUse: 'inbox',
    problem: null,
    targetClass: null,
    messages: 3,
    listed: true,
    tally: { ...addTallies([]), source: 3, copied: 3 },
    bytes: { total: 3, settled: 3 },
    repaired: {},
  };
  const [inbox, created] = withArrivals(
    [folder],
    [
      reconcileFolder(FOLDER, known(1, 2, 9), listing([1, 2, 9, 12])),
      reconcileNewFolder('New', { ...listing([1, 2]), path: 'New' }),
    ],
  );
  expect(inbox?.tally).toMatchObject({ source: 4, copied: 3, arrivedLater: 1 });
  expect(created).toMatchObject({ sourcePath: 'New', tally: { source: 2, arrivedLater: 2 } });
  expect([inbox, created].every((one) => one !== undefined && isBalanced(one.tally))).toBe(true);
  const [lost] = withArrivals([folder], [reconcileFolder(FOLDER, [], listing([1]))]);
  expect(lost !== undefined && isBalanced(lost.tally)).toBe(false);
});
