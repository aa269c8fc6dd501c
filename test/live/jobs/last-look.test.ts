/** A move that is cancelled while answers are missing: what arrived counts as copied, and the end waits for nobody. */
import { describe, expect, test } from 'vitest';
import { createCopyStore } from '../../../src/jobs/db/copy-store.ts';
import { createLedgerStore } from '../../../src/jobs/db/ledger-store.ts';
import { tallyFolders } from '../../../src/jobs/db/tally-store.ts';
import type { MailTarget } from '../../../src/jobs/ports.ts';
import { createSessionPool } from '../../../src/jobs/session-pool.ts';
import { takeLastLook } from '../../../src/jobs/steps/last-look.ts';
import { addTallies } from '../../../src/jobs/tally.ts';
import { type Logger, silentLogger } from '../../../src/log.ts';
import { createWorld, EXCHANGE, GENERIC, type World } from '../../support/copy-world.ts';
import { type Checkpoint, Crash, createFakeTarget } from '../../support/fakes/mail-servers.ts';
import { useDatabase } from '../../support/use-database.ts';

const database = useDatabase();

/** The first answer is lost, the second message never arrives, and the worker dies before it looks. */
async function cancelledWorld(name: string, traits: typeof EXCHANGE): Promise<World> {
  const world = await createWorld(database, name, traits);
  const beforeTheLook: Checkpoint = (call) => {
    if (call === 'target.look') {
      throw new Crash('before the look');
    }
  };
  const lost = { loseAnswerOf: new Set([1]), completeLate: new Map([[2, 999]]) };
  await expect(world.run(beforeTheLook, lost)).rejects.toThrow(Crash);
  return world;
}

interface Look {
  readonly world: World;
  readonly name: string;
  readonly traits: typeof EXCHANGE;
  readonly change?: (target: MailTarget) => MailTarget;
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
}

interface Looked {
  readonly copied: number;
  readonly open: number;
  readonly logged: readonly unknown[];
  readonly closed: number;
}

async function look(input: Look): Promise<Looked> {
  const { world, name, traits, change = (target) => target, withinMs = 30_000 } = input;
  const row = await createCopyStore(database.pool).findOrCreate({
    sourceAddress: name,
    sourceHost: 'source.test',
    targetMailbox: name,
  });
  const logged: unknown[] = [];
  const note = (fields: unknown): void => void logged.push(fields);
  const logger: Logger = Object.assign(Object.create(silentLogger), { info: note, warn: note });
  let closed = 0;
  const unused = (): never => {
    throw new Error('nobody reads the source any more');
  };
  const sessions = createSessionPool({
    lanesOf: () => 1,
    source: { open: unused, tryLogin: unused },
    target: {
      traits,
      openReader: unused,
      open: async () => ({
        ...change(createFakeTarget(world.target, () => undefined)),
        close: async () => {
          closed += 1;
        },
      }),
    },
  });
  const ledger = createLedgerStore(database.pool);
  const signal = input.signal ?? new AbortController().signal;
  await takeLastLook({ ledger, sessions, logger }, { row, withinMs }, signal);
  const folders = await tallyFolders(database.pool, row.id);
  const { copied, open } = addTallies(folders.map(({ tally }) => tally));
  return { copied, open, logged, closed };
}

describe.each([
  ['exchange-online', EXCHANGE],
  ['generic', GENERIC],
] as const)('a move to %s that was cancelled', (kind, traits) => {
  test('finds what arrived without an answer, and writes nothing to the mailbox', async () => {
    const name = `cancelled ${kind}`;
    const world = await cancelledWorld(name, traits);
    const before = world.target.contents();
    const looked = await look({ world, name, traits });
    // The first is found beside what was answered, the second is nowhere and stays open; so does the other
    // folder, which waits until stamps are seen to come back.
    const counted = traits.stamps ? { copied: 6, open: 2 } : { copied: 7, open: 1 };
    expect(looked).toMatchObject({ ...counted, closed: 1 });
    expect(looked.logged).toEqual([{ suspects: 2, found: 1 }]);
    expect(world.target.contents()).toEqual(before);
    // Once more, as when the clean-up comes back: nothing else is found.
    expect(await look({ world, name, traits })).toMatchObject(counted);
  });
});

test('a mailbox that cannot be opened any more, and one that does not answer, end no clean-up', async () => {
  const name = 'cancelled and shut';
  const traits = EXCHANGE;
  const world = await cancelledWorld(name, traits);
  const refusing = (target: MailTarget): MailTarget => ({
    ...target,
    folderState: async () => {
      throw new Error('no access any more');
    },
  });
  const refused = await look({ world, name, traits, change: refusing });
  expect(refused).toMatchObject({ copied: 5, open: 3, closed: 1 });
  expect(refused.logged).toEqual([{ code: 'internal.unexpected' }]);

  const silent = (target: MailTarget): MailTarget => ({
    ...target,
    look: (_path, _from, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        // On a slow machine its time is over before it begins.
        if (signal.aborted) {
          reject(signal.reason);
        }
      }),
  });
  const late = await look({ world, name, traits, change: silent, withinMs: 20 });
  expect(late).toMatchObject({ copied: 5, open: 3, closed: 1 });

  // A worker that stops leaves the job to the next one.
  const stopping = new AbortController();
  const stoppedWithin = (target: MailTarget): MailTarget => ({
    ...target,
    look: async (_path, _from, signal) => {
      stopping.abort(new Error('The worker stops.'));
      throw signal.reason;
    },
  });
  await expect(
    look({ world, name, traits, change: stoppedWithin, signal: stopping.signal }),
  ).rejects.toThrow('The worker stops.');
});
