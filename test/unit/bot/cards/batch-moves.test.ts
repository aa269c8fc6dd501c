import { expect, test } from 'vitest';
import { mostInteresting, sumMoves } from '../../../../src/bot/cards/batch-moves.ts';
import { channelCard } from '../../../../src/bot/cards/channel.ts';
import { card, fitted, paragraph } from '../../../../src/bot/cards/elements.ts';
import { groupNeeds, listNeeds, shortName } from '../../../../src/bot/cards/needs.ts';
import type { MigrationView } from '../../../../src/jobs/api.ts';
import { cardToText } from '../../../sim/teams/card-text.ts';
import { migrationView } from '../support/views.ts';
import { batchOf, LONG_NAMES, MANY, moveOf } from './channel-cards.ts';

const FULL = { code: 'imap.quota-full', facts: {} };
const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 25, hour));
const idsOf = (moves: readonly Pick<MigrationView, 'id'>[]): readonly string[] =>
  moves.map(({ id }) => id);

test('who needs somebody comes first, then what fails, what is throttled, the slowest, the newest', () => {
  const slow = { ...moveOf(1, 10).progress, secondsLeft: 9000 };
  const fast = { ...moveOf(1, 90).progress, secondsLeft: 60 };
  const moves = [
    moveOf(1, 90, { id: 'fast', progress: fast }),
    moveOf(2, 100, { id: 'done-early', state: 'Completed', stateSince: at(1) }),
    moveOf(3, 100, { id: 'done-late', state: 'Completed', stateSince: at(7) }),
    moveOf(4, 10, { id: 'slow', progress: slow }),
    moveOf(5, 20, { id: 'throttled', state: 'RateLimited', until: at(9) }),
    moveOf(6, 30, { id: 'pilot', state: 'PilotReview', stateSince: at(3) }),
    moveOf(7, 40, {
      id: 'failing',
      tally: { ...migrationView().tally, failed: { 'copy.too-large': 1 } },
    }),
    moveOf(8, 50, { id: 'full-2', state: 'WaitingForAdmin', problem: FULL, stateSince: at(5) }),
    moveOf(9, 50, { id: 'full-1', state: 'WaitingForAdmin', problem: FULL, stateSince: at(4) }),
    moveOf(10, 50, {
      id: 'lost',
      state: 'WaitingForUser',
      interrupted: 'Syncing',
      stateSince: at(6),
    }),
  ];
  const order = [
    'full-1',
    'full-2',
    'lost',
    'failing',
    'throttled',
    'slow',
    'fast',
    'done-late',
    'pilot',
    'done-early',
  ];
  expect(idsOf(mostInteresting(moves, listNeeds(moves), 20))).toEqual(order);
  expect(idsOf(mostInteresting(moves, listNeeds(moves), 4))).toEqual(order.slice(0, 4));
});

test('a move of which nothing is counted has no bar', () => {
  const { progress } = migrationView();
  expect(mostInteresting([moveOf(1, 0, { progress, state: 'WaitingForUser' })], [], 10)).toEqual(
    [],
  );
});

test('bytes and rate add up; the estimate is no shorter than the slowest move', () => {
  const progress = { ...moveOf(1, 0).progress, bytesDone: 40, bytesTotal: 100, bytesPerSecond: 10 };
  const waits = { ...progress, bytesDone: 0, bytesTotal: null, messagesTotal: 0 };
  const sums = sumMoves([
    moveOf(1, 0, { progress: { ...progress, secondsLeft: 6 } }),
    moveOf(2, 0, { progress: { ...progress, bytesPerSecond: 20, secondsLeft: 300 } }),
    moveOf(3, 0, { state: 'Paused', progress: { ...progress, bytesPerSecond: 500 } }),
    moveOf(4, 0, { state: 'WaitingForUser', progress: waits }),
    moveOf(5, 0, { state: 'RateLimited', until: at(9), progress }),
    moveOf(6, 0, { state: 'RateLimited', until: at(11), progress }),
  ]);
  expect(sums).toMatchObject({
    bytesDone: 200,
    bytesTotal: 500,
    bytesPerSecond: 30,
    secondsLeft: 300,
    uncounted: 1,
    throttled: { count: 2, until: at(11) },
  });
  expect(sumMoves([moveOf(1, 100, { state: 'Completed' })]).secondsLeft).toBeNull();
});

test('whoever waits longest stands first within a kind, and the steps of an admin take one line', () => {
  const moves = [
    moveOf(1, 5, { id: 'p-1', state: 'PilotReview' }),
    moveOf(2, 5, { id: 'p-2', state: 'PilotReview' }),
    moveOf(3, 5, { id: 'p-3', state: 'PilotReview' }),
    moveOf(4, 0, { id: 'w-late', state: 'WaitingForUser', stateSince: at(6) }),
    moveOf(5, 0, { id: 'w-early', state: 'WaitingForUser', stateSince: at(2) }),
    moveOf(6, 0, { id: 'blocked', state: 'WaitingForAdmin', problem: FULL, stateSince: at(7) }),
    moveOf(7, 0, { id: 'running' }),
  ];
  const { groups, steps } = groupNeeds(listNeeds(moves));
  expect(groups.map(({ kind, needs }) => [kind, idsOf(needs.map(({ move }) => move))])).toEqual([
    ['blocked', ['blocked']],
    ['password', ['w-early', 'w-late']],
  ]);
  expect(steps).toHaveLength(1);
  expect(steps[0]).toMatch(/^An admin: look at 3 pilots \(.* and 1 more\) and start everything\.$/);
});

test('a question to an admin cannot be tried again, a failure can', () => {
  const facts = { bytes: 1, messages: 1, largestBytes: 1, limitBytes: 1 };
  const asked = { code: 'tenant.messages-too-large', facts };
  const needs = listNeeds([
    moveOf(1, 0, { state: 'WaitingForAdmin', problem: asked, stateSince: at(1) }),
    moveOf(2, 0, { state: 'WaitingForAdmin', problem: FULL, stateSince: at(2) }),
    moveOf(3, 0, { state: 'WaitingForUser', problem: { code: 'teams.blocked', facts: {} } }),
  ]);
  expect(needs.map(({ actions }) => actions)).toEqual([
    ['skip'],
    ['retry', 'skip'],
    ['ask-again', 'skip'],
  ]);
});

test('long names are cut between letters, and stay words', () => {
  expect(shortName('👩‍👩‍👧'.repeat(50))).toBe(`${'👩‍👩‍👧'.repeat(40)}…`);
  expect(shortName('[x](https://evil.example)')).toBe(String.raw`\[x\](https://evil.example)`);
});

test.for([
  ['500 people', MANY],
  ['500 people with the longest names', LONG_NAMES],
] as const)('%s: 10 bars and the longest waits, within 25 KB', ([, batch]) => {
  const { content } = channelCard(batch, at(8));
  expect(Buffer.byteLength(JSON.stringify(content))).toBeLessThan(25_000);
  const text = cardToText(content);
  expect(text).toContain('194 running · 58 waiting for the person');
  expect(text).toContain('App-specific password not given yet (58, the longest first)');
  expect(text).toContain('10 of 500 moves');
});

test('a card of one keeps to that one', () => {
  const text = cardToText(channelCard(batchOf([moveOf(1, 40)]), at(8)).content);
  expect(text).not.toContain('of 1 moves');
  expect(text).toContain('✓ Nobody must act.');
});

test('what is too much for a card gives way to less, the last of it whatever its size', () => {
  const make = (letters: number) => () =>
    card({ summary: `${letters}`, body: [paragraph('あ'.repeat(letters))] });
  expect(fitted([make(9000), make(7000), make(10)]).summary).toBe('7000');
  expect(fitted([make(9000), make(8500)]).summary).toBe('8500');
});
