/** Reminders: on the days that the admin set, each once, and to nobody who has answered or cannot be reached. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { remindDue } from '../../../src/bot/reminders.ts';
import { systemClock } from '../../../src/clock.ts';
import { silentLogger } from '../../../src/log.ts';
import { type BotWorld, startBotWorld } from './support/bot-world.ts';
import { ADMIN_ID } from './support/views.ts';

const DAY_MS = 86_400_000;
const { signal } = new AbortController();
const WORDS = 'A reminder: your move waits';

let world: BotWorld;
beforeEach(async () => {
  world = await startBotWorld();
});
afterEach(async () => {
  await world.close();
});

const ago = (days: number): Date => new Date(Date.now() - days * DAY_MS);
const count = (): number => world.alex.texts().filter((text) => text.includes(WORDS)).length;

async function look(): Promise<number> {
  await world.bot().remindDue(signal);
  await world.bot().remindDue(signal);
  return count();
}

test('who has not answered for a day is reminded once, however often it is looked', async () => {
  world.api.set({ state: 'WaitingForUser', stateSince: ago(0.9) });
  expect(await look()).toBe(0);
  world.api.set({ stateSince: ago(1.1) });
  expect(await look()).toBe(1);
  // Asked again since, as for a password that was lost: it begins anew.
  world.api.set({ stateSince: ago(8) });
  expect(await look()).toBe(2);
});

test('nobody is reminded who has answered, whom Teams does not reach, or where no days are set', async () => {
  world.api.set({ state: 'Syncing', stateSince: ago(5) });
  expect(await look()).toBe(0);
  const problem = { code: 'teams.not-installed', facts: {} };
  world.api.set({ state: 'WaitingForUser', problem });
  expect(await look()).toBe(0);
  world.api.set({ problem: null });
  await world.api.changeSetting(
    { name: 'reminderDays', value: [] },
    { personId: ADMIN_ID, tenantId: 't' },
  );
  expect(await look()).toBe(0);
});

test('each of the days that were set has its own reminder, and one that Teams does not take stops no other', async () => {
  world.api.set({ state: 'WaitingForUser', stateSince: ago(0) });
  const first = world.api.current;
  const moves = first === null ? [] : [first, { ...first, id: 'migration-2' }];
  const keys: string[] = [];
  for (const days of [1, 2, 3, 6, 7, 20]) {
    await remindDue(
      {
        api: { settings: () => world.api.settings(), waitingForPeople: async () => moves },
        notifier: {
          async remind({ id }, key) {
            if (id === 'migration-1') {
              throw new Error('Teams is away');
            }
            keys.push(key.slice(key.lastIndexOf(':') + 1));
            return true;
          },
        },
        clock: { ...systemClock, now: () => new Date(Date.now() + days * DAY_MS) },
        logger: silentLogger,
      },
      signal,
    );
  }
  expect(keys).toEqual(['1', '1', '3', '3', '7', '7']);
});
