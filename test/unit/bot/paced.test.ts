import { expect, test } from 'vitest';
import { createPaced } from '../../../src/bot/paced.ts';
import { createManualClock } from '../../support/fakes/manual-clock.ts';

const signal = AbortSignal.timeout(30_000);

test('what is asked for while one waits is served by that one; the next waits for the pause', async () => {
  const clock = createManualClock();
  const paced = createPaced({ clock, everyMs: 5000 });
  const ranAtMs: number[] = [];
  const ask = (): Promise<string> =>
    paced.run('card', async () => void ranAtMs.push(clock.monotonicMs()), signal);
  const first = ask();
  await clock.pass(0);
  const later = Array.from({ length: 500 }, ask);
  expect(await Promise.all(later.slice(1))).toEqual(Array.from({ length: 499 }, () => 'joined'));
  await clock.pass(4999);
  expect(ranAtMs).toEqual([0]);
  await clock.pass(1);
  expect([await first, await later[0], ranAtMs]).toEqual(['ran', 'ran', [0, 5000]]);
});

test('a request that comes while one runs is not lost to it', async () => {
  const clock = createManualClock();
  const paced = createPaced({ clock, everyMs: 5000 });
  let state = 'old';
  const shown: string[] = [];
  const { promise: sent, resolve: send } = Promise.withResolvers<void>();
  const show = async (): Promise<void> => {
    const seen = state;
    await sent;
    shown.push(seen);
  };
  const first = paced.run('card', show, signal);
  await clock.pass(0);
  state = 'new';
  const second = paced.run('card', show, signal);
  await clock.pass(0);
  send();
  await first;
  await clock.pass(5000);
  await second;
  expect(shown).toEqual(['old', 'new']);
});

test('one that fails is not tried again at once, and keeps nobody waiting for ever', async () => {
  const clock = createManualClock();
  const paced = createPaced({ clock, everyMs: 5000 });
  const fail = async (): Promise<void> => {
    throw new Error('no');
  };
  await expect(paced.run('card', fail, signal)).rejects.toThrow('no');
  const again = paced.run('card', async () => undefined, signal);
  await clock.pass(4999);
  expect(clock.sleepers()).toBe(1);
  await clock.pass(1);
  expect(await again).toBe('ran');
});
