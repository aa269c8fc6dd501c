import { expect, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { folderProblemOf, needsLook } from '../../../src/jobs/copy/folder-problem.ts';

class Seen extends AppError {
  readonly code: string;
  readonly disposition = 'stop';
  constructor(code: string) {
    super('seen');
    this.code = code;
  }
}

test.for([
  ['imap.folder-missing', false, 'imap.folder-missing', true],
  ['imap.folder-internal', false, 'imap.folder-internal', false],
  // It opened once: whatever was in it deserves a look.
  ['imap.folder-internal', true, 'imap.folder-missing', true],
  ['imap.throttled', false, null, false],
] as const)('%s, opened before: %s', ([code, wasListed, problem, looks]) => {
  expect(folderProblemOf(new Seen(code), wasListed)).toBe(problem);
  expect(needsLook(problem)).toBe(looks);
});

test('a defect is no problem of one folder', () => {
  expect(folderProblemOf(new TypeError('x'), false)).toBeNull();
});
