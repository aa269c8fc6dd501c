import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { createByteBudget } from '../../../src/jobs/copy/byte-budget.ts';
import { copyPass } from '../../../src/jobs/copy/copy-pass.ts';
import type { CopyResult } from '../../../src/jobs/copy/deps.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { createCopyStore } from '../../../src/jobs/db/copy-store.ts';
import { createLedgerStore, type LedgerStore } from '../../../src/jobs/db/ledger-store.ts';
import type { TargetTraits } from '../../../src/jobs/ports.ts';
import { silentLogger } from '../../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import {
  type Checkpoint,
  Crash,
  createFakeSource,
  createFakeTarget,
  FakeMailbox,
  type FakeTargetOptions,
} from '../../support/fakes/mail-servers.ts';

const GENERIC: TargetTraits = {
  name: 'generic',
  stamps: false,
  byteExact: true,
  settleMs: 1000,
  allowedFlags: null,
  maxLineBytes: null,
  maxMessageBytes: null,
};
const EXCHANGE: TargetTraits = {
  name: 'exchange-online',
  stamps: true,
  byteExact: false,
  settleMs: 1000,
  allowedFlags: ['\\Seen', '\\Answered', '\\Flagged', '\\Draft'],
  maxLineBytes: 10_000,
  maxMessageBytes: null,
};

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const RECEIVED = new Date('2020-05-17T08:30:00Z');

function sampleMailbox(): FakeMailbox {
  const mailbox = new FakeMailbox();
  const message = (n: number, id = `<${n}@example.com>`): Buffer =>
    Buffer.from(`Message-ID: ${id}\r\nSubject: Message ${n}\r\n\r\nBody ${n}\r\n`);
  const receivedAt = RECEIVED;
  for (let n = 1; n <= 6; n += 1) {
    mailbox.add('INBOX', { bytes: message(n), flags: n % 2 ? ['\\Seen'] : [], receivedAt });
  }
  // Twins: the same bytes and the same date, twice.
  mailbox.add('INBOX', { bytes: message(1), flags: ['\\Seen'], receivedAt });
  mailbox.add('Projects/2020', { bytes: message(20, '<1@example.com>'), flags: [], receivedAt });
  mailbox.folder('Empty');
  return mailbox;
}

/** A clock that never waits: settling time passes at once. */
function jumpingClock(): Clock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    monotonicMs: () => systemClock.monotonicMs() + ahead,
    sleep: async (ms) => {
      ahead += ms;
    },
  };
}

/** The ledger dies with its process: once a crash is reached, no write of it arrives any more. */
function dieAt(ledger: LedgerStore, checkpoint: Checkpoint): LedgerStore {
  return {
    ...ledger,
    recordListing: async (...args) => {
      checkpoint('ledger.recordListing');
      return ledger.recordListing(...args);
    },
    recordIntents: async (...args) => {
      checkpoint('ledger.recordIntents');
      await ledger.recordIntents(...args);
      checkpoint('ledger.intentsRecorded');
    },
    settle: async (...args) => {
      checkpoint('ledger.settle');
      return ledger.settle(...args);
    },
    finishFolder: async (...args) => {
      checkpoint('ledger.finishFolder');
      return ledger.finishFolder(...args);
    },
  };
}

interface World {
  readonly source: FakeMailbox;
  readonly target: FakeMailbox;
  /** Runs a pass to its end, as a process that starts anew would. */
  run(checkpoint?: Checkpoint, options?: FakeTargetOptions): Promise<void>;
}

interface Mailboxes {
  readonly source: FakeMailbox;
  readonly target: FakeMailbox;
}

function freshMailboxes(): Mailboxes {
  const target = new FakeMailbox();
  target.folder('INBOX');
  return { source: sampleMailbox(), target };
}

async function createWorld(
  name: string,
  traits: TargetTraits,
  { source, target }: Mailboxes = freshMailboxes(),
): Promise<World> {
  const store = createCopyStore(database.pool);
  const ledger = createLedgerStore(database.pool);
  const migration = await store.findOrCreate({
    sourceAddress: name,
    sourceHost: 'source.test',
    targetMailbox: name,
  });
  const clock = jumpingClock();
  return {
    source,
    target,
    async run(checkpoint = () => undefined, options = {}) {
      const { signal } = new AbortController();
      const turn = await ledger.takeTurn(migration.id);
      const row = await store.find(migration.id);
      const deps = {
        source: createFakeSource(source, checkpoint),
        target: createFakeTarget(target, checkpoint, options),
        traits,
        ledger: dieAt(ledger, checkpoint),
        budget: createByteBudget(1 << 20),
        clock,
        logger: silentLogger,
      };
      const input = {
        turn,
        targetMailbox: name,
        pass: 0,
        stampProven: row?.stampProven ?? false,
        onlyFolders: null,
        mustYield: () => false,
        onProgress: () => undefined,
      };
      let result: CopyResult;
      do {
        result = await copyPass(deps, input, signal);
        if (result.kind === 'yielded' && result.resumeAt !== null) {
          await clock.sleep(result.resumeAt.getTime() - clock.now().getTime() + 1);
        }
      } while (result.kind === 'yielded');
    },
  };
}

function crashAt(n: number): { checkpoint: Checkpoint; reached: () => boolean } {
  let calls = 0;
  return {
    checkpoint: () => {
      calls += 1;
      if (calls >= n) {
        throw new Crash(`crash at call ${n}`);
      }
    },
    reached: () => calls >= n,
  };
}

/** The guard and the stamp may add to a message; what was sent must still be the source's bytes. */
const withoutStamp = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('latin1').replace(/^X-Skybridge-Id: \d+\r\n/, ''), 'latin1');

describe.each([
  ['generic', GENERIC],
  ['exchange-online', EXCHANGE],
] as const)('a copy to %s', (name, traits) => {
  test('is exact, and a second run sends nothing', async () => {
    const world = await createWorld(`${name} plain`, traits);
    await world.run();
    const copied = world.target.contents(withoutStamp);
    expect(copied).toEqual(world.source.contents());
    await world.run();
    expect(world.target.contents(withoutStamp)).toEqual(copied);
  });

  test('that dies at any call and runs again is exact', async () => {
    let n = 1;
    for (let more = true; more; n += 1) {
      const world = await createWorld(`${name} crash ${n}`, traits);
      const crash = crashAt(n);
      const [first] = await Promise.allSettled([world.run(crash.checkpoint)]);
      expect(first.status === 'fulfilled' || first.reason instanceof Crash).toBe(true);
      more = crash.reached();
      await world.run();
      expect(world.target.contents(withoutStamp), `crash at call ${n}`).toEqual(
        world.source.contents(),
      );
    }
    expect(n).toBeGreaterThan(25);
  });

  test('whose ledger was lost adopts what is there, twins counted, and sends only the rest', async () => {
    const lost = await createWorld(`${name} lost ledger`, traits);
    await lost.run();
    // Three of seven never arrived, one of the twins among them.
    lost.target.folder('INBOX').messages.splice(4);
    // A message of the person's own, with the date and size of one of ours.
    const own = { ...lost.source.folder('INBOX').messages[3], flags: [] };
    const text = own.bytes?.toString().replace('<4@', '<9@').replace('Body 4', 'Mine 4') ?? '';
    lost.target.add('INBOX', { bytes: Buffer.from(text), flags: [], receivedAt: RECEIVED });
    const anew = await createWorld(`${name} anew`, traits, lost);
    await anew.run();
    const copied = anew.target.contents(withoutStamp);
    expect(copied['INBOX']?.length).toBe((anew.source.contents()['INBOX']?.length ?? 0) + 1);
    expect(copied['INBOX']).toEqual(expect.arrayContaining(anew.source.contents()['INBOX'] ?? []));
    await anew.run();
    expect(anew.target.contents(withoutStamp)).toEqual(copied);
  });

  test('finds appends whose answer was lost, and sends again what never left', async () => {
    const world = await createWorld(`${name} lost`, traits);
    await world.run(undefined, {
      loseAnswerOf: new Set([1, 3, 7]),
      loseMessageOf: new Set([2, 5]),
    });
    expect(world.target.contents(withoutStamp)).toEqual(world.source.contents());
  });
});

test('a folder that was renumbered between its listing and its reading is left, and named', async () => {
  const world = await createWorld('renumbered', GENERIC);
  const folder = world.source.folder('Projects/2020');
  await world.run((name) => {
    // Read in the order of the folders: when the inbox is read, all of them are listed.
    if (name === 'source.readMessages') {
      folder.uidValidity = 8;
      folder.messages = world.source.folder('INBOX').messages.slice(0, 1);
    }
  });
  expect(world.target.contents()['Projects/2020']).toEqual([]);
  const { rows } = await database.pool.query<{ reason: string; problem: string }>(
    `select m.reason, f.problem from messages m join folders f on f.id = m.folder_id
      where m.state = 'failed'`,
  );
  expect(rows).toEqual([{ reason: 'copy.source-renumbered', problem: 'copy.source-renumbered' }]);
});

test('a worker whose turn was taken writes nothing any more', async () => {
  const world = await createWorld('turn lost', GENERIC);
  const ledger = createLedgerStore(database.pool);
  const store = createCopyStore(database.pool);
  const { id } = await store.findOrCreate({
    sourceAddress: 'turn lost',
    sourceHost: 'source.test',
    targetMailbox: 'turn lost',
  });
  const older = await ledger.takeTurn(id);
  await ledger.takeTurn(id);
  await expect(ledger.settle(older, [])).rejects.toMatchObject({ code: 'jobs.turn-lost' });
  expect(world.target.contents()).toEqual({ INBOX: [] });
});
