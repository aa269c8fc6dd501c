import { expect, test } from 'vitest';
import { decideReplies, hasEnded } from '../../../src/bot/thread-replies.ts';
import type { MigrationView } from '../../../src/jobs/api.ts';
import { batchOf, moveOf } from './cards/channel-cards.ts';

const FULL = { code: 'imap.quota-full', facts: {} };
const NONE: ReadonlySet<string> = new Set();
const blocked = (n: number): MigrationView =>
  moveOf(n, 10, { state: 'WaitingForAdmin', resume: 'Syncing', problem: FULL });

test.for([
  ['a first request', { state: 'WaitingForUser' }],
  ['a pause that an admin made', { state: 'Paused' }],
  ['a throttle', { state: 'RateLimited' }],
  ['progress', { state: 'Syncing' }],
  ['an end', { state: 'Completed' }],
] as const)('%s is noise', ([, changes]) => {
  expect(decideReplies(batchOf([moveOf(1, 10, changes)]), NONE)).toBeNull();
});

test('what needs a human is told once, and once more when it happens again', () => {
  const batch = batchOf([blocked(1)]);
  const first = decideReplies(batch, NONE);
  expect(first?.text).toMatch(/^An admin: Adele Vance\. The mailbox is full/);
  const told = new Set(first?.keys);
  expect(decideReplies(batch, told)).toBeNull();
  const again = batchOf([{ ...blocked(1), stateSince: new Date('2026-11-26T09:00:00Z') }]);
  expect(decideReplies(again, told)?.keys).toHaveLength(1);
});

test('what happens to many at once is one reply', () => {
  const replies = decideReplies(batchOf(Array.from({ length: 300 }, (_, n) => blocked(n))), NONE);
  expect(replies?.keys).toHaveLength(300);
  const lines = replies?.text.split('\n') ?? [];
  expect(lines).toHaveLength(12);
  expect([lines[0], lines.at(-1)]).toEqual([
    '300 moves need somebody:',
    '- and 290 more, as the card above says',
  ]);
});

test('a step of every move is told when the first comes to it', () => {
  const pilots = batchOf([1, 2, 3].map((n) => moveOf(n, 5, { state: 'PilotReview' })));
  const first = decideReplies(pilots, NONE);
  expect(first?.keys).toEqual(['pilot']);
  expect(decideReplies(pilots, new Set(first?.keys))).toBeNull();
});

test('a batch has ended when nothing of it changes any more', () => {
  const done = moveOf(1, 100, { state: 'Completed', cleanedUp: true });
  expect(hasEnded(batchOf([done]))).toBe(true);
  expect(hasEnded(batchOf([done, moveOf(2, 100, { state: 'Completed' })]))).toBe(false);
  expect(hasEnded(batchOf([done, moveOf(2, 50)]))).toBe(false);
});
