import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entryToText, startTeamsClient, type TeamsClient } from '../../sim/teams-client.ts';
import type { ProgressInput, ProgressResult } from '../../support/progress-process.ts';

const BOT = {
  botId: '00000000-0000-4000-8000-000000000011',
  botPassword: 'bot-password',
  tenantId: '00000000-0000-4000-8000-000000000001',
};
const SECONDS = 120;
const MOVES = 500;

let teams: TeamsClient;

beforeAll(async () => {
  teams = await startTeamsClient(BOT);
});
afterAll(async () => {
  await teams.close();
});

async function run(input: ProgressInput): Promise<ProgressResult> {
  const program = path.join(import.meta.dirname, '../../support/progress-process.ts');
  const child = fork(program, [JSON.stringify(input)]);
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The process ended with ${String(code)}.`);
    }),
  ]);
  return { updatesAtMs: [], requests: 0, notices: 0, counted: 0, mostBytes: 0, ...Object(message) };
}

test('500 moves that progress at once for two minutes: one update in five seconds, the true state at the end, below 250 MB', async () => {
  const { serviceUrl, loginUrl } = teams;
  const result = await run({
    ...BOT,
    serviceUrl,
    loginUrl,
    channelId: teams.channel.id,
    moves: MOVES,
    seconds: SECONDS,
  });
  // Each move every five seconds, and all at the end: the admin is told of each, and the channel.
  expect(result.notices).toBe(2 * (MOVES * (SECONDS / 5) + (4 * MOVES) / 5));
  const gaps = result.updatesAtMs.slice(1).map((at, n) => at - (result.updatesAtMs[n] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5000);
  expect(result.updatesAtMs.length).toBeGreaterThan(SECONDS / 5 - 3);
  expect(result.updatesAtMs.length).toBeLessThanOrEqual(SECONDS / 5 + 1);
  // The card, its updates and the last word in the channel; the overview and its updates in the admin's chat.
  expect(result.requests).toBeLessThanOrEqual(2 * (SECONDS / 5 + 3));
  expect(result.mostBytes / 1024 ** 2).toBeLessThan(250);

  const [card, ...others] = teams.transcript.entries.filter(({ conversationId }) =>
    conversationId.startsWith(teams.channel.id),
  );
  const text = card === undefined ? '' : entryToText(card);
  expect(text).toContain('Move of 500 people\n✓ Nobody must act.\n500 done');
  expect(text).toContain('100 %');
  expect(others.map(entryToText).join()).toContain('500,000 messages in iCloud: 500,000 copied.');
  expect(others).toHaveLength(1);
  expect(Math.max(...teams.requests.map(({ bytes }) => bytes))).toBeLessThan(25_000);
  expect(teams.violations).toEqual([]);
});
