/** Two messages kill the process, in which several mailboxes are copied, again and again: they are named, and no other. */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createByteBudget } from '../../../src/jobs/copy/byte-budget.ts';
import { createSeededRandom } from '../../sim/sample/random.ts';
import { createWorld, GENERIC } from '../../support/copy-world.ts';
import { type Checkpoint, Crash } from '../../support/fakes/mail-servers.ts';
import { useDatabase } from '../../support/use-database.ts';

/** The first of them holds what kills. */
const MAILBOXES = 3;
const KILLERS = /^Subject: Message [25]\r$/m;
const MOST_RUNS = 12;

const database = useDatabase();

async function failures(names: readonly string[]): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ failure: string }>(
    `select g.source_address || ' ' || m.uid || ' ' || m.reason as failure
       from messages m join folders f on f.id = m.folder_id join migrations g on g.id = f.migration_id
      where g.source_address = any($1) and m.reason is not null order by 1`,
    [names],
  );
  return rows.map(({ failure }) => failure);
}

test.each([2, 3])('seed %i', async (seed) => {
  const random = createSeededRandom(seed);
  const names = Array.from({ length: MAILBOXES }, (_, n) => `loop ${seed} ${n}`);
  const worlds = await Promise.all(names.map((name) => createWorld(database, name, GENERIC)));
  let deaths = 0;
  for (let run = 0; run < MOST_RUNS; run += 1) {
    let isDead = false;
    const checkpoint: Checkpoint = () => {
      if (isDead) {
        throw new Crash('dead');
      }
    };
    // The others have something on its way when the one is sent, unless something keeps them from it.
    const travelOf = (n: number) => async (): Promise<void> => {
      for (let ticks = n === 0 ? random.below(20) : 8000; ticks > 0; ticks -= 1) {
        await setImmediate();
        checkpoint('on its way');
      }
    };
    const budget = createByteBudget(1 << 20);
    const ends = await Promise.allSettled(
      worlds.map((world, n) =>
        world.run(checkpoint, {
          budget,
          travel: travelOf(n),
          diesWith: (bytes) => {
            isDead ||= n === 0 && KILLERS.test(bytes.toString('latin1'));
            return isDead;
          },
        }),
      ),
    );
    if (ends.every(({ status }) => status === 'fulfilled')) {
      break;
    }
    deaths += 1;
  }
  expect(await failures(names)).toEqual([
    `loop ${seed} 0 2 copy.breaks-connection`,
    `loop ${seed} 0 5 copy.breaks-connection`,
  ]);
  expect(deaths).toBeLessThanOrEqual(8);
  for (const [n, world] of worlds.entries()) {
    const wanted = world.source.contents();
    const { INBOX: listed = [], ...rest } = wanted;
    const { INBOX: inbox = [], ...others } = world.target.contents();
    expect(others).toEqual(rest);
    expect(inbox).toHaveLength(n === 0 ? listed.length - 2 : listed.length);
    expect(listed).toEqual(expect.arrayContaining(inbox));
  }
});
