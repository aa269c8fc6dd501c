/** A copy from one mailbox in memory to another, on a real ledger, that may die at any call. */
import { type Clock, systemClock } from '../../src/clock.ts';
import { isAppError } from '../../src/errors.ts';
import { type ByteBudget, createByteBudget } from '../../src/jobs/copy/byte-budget.ts';
import { copyPass } from '../../src/jobs/copy/copy-pass.ts';
import type { CopyDeps, CopyInput, CopyResult } from '../../src/jobs/copy/deps.ts';
import type { Database } from '../../src/jobs/db/connect.ts';
import { createCopyStore } from '../../src/jobs/db/copy-store.ts';
import { createLedgerStore, type LedgerStore } from '../../src/jobs/db/ledger-store.ts';
import type { TargetTraits } from '../../src/jobs/ports.ts';
import { silentLogger } from '../../src/log.ts';
import {
  type Checkpoint,
  Crash,
  createFakeSource,
  createFakeTarget,
  FakeMailbox,
  type FakeSourceOptions,
  type FakeTargetOptions,
} from './fakes/mail-servers.ts';

export const GENERIC: TargetTraits = {
  name: 'generic',
  stamps: false,
  byteExact: true,
  settleMs: 1000,
  allowedFlags: null,
  lateFlags: [],
  maxLineBytes: null,
  maxMessageBytes: null,
};
export const EXCHANGE: TargetTraits = {
  name: 'exchange-online',
  stamps: true,
  byteExact: false,
  settleMs: 1000,
  allowedFlags: ['\\Seen', '\\Answered', '\\Flagged', '\\Draft'],
  lateFlags: ['\\Flagged'],
  maxLineBytes: 10_000,
  maxMessageBytes: null,
};

export const RECEIVED = new Date('2020-05-17T08:30:00Z');

function sampleMailbox(): FakeMailbox {
  const mailbox = new FakeMailbox();
  const message = (n: number, id = `<${n}@example.com>`): Buffer =>
    Buffer.from(`Message-ID: ${id}\r\nSubject: Message ${n}\r\n\r\nBody ${n}\r\n`);
  const receivedAt = RECEIVED;
  for (let n = 1; n <= 6; n += 1) {
    const flags = n === 6 ? ['\\Flagged'] : [];
    mailbox.add('INBOX', { bytes: message(n), flags: n % 2 ? ['\\Seen'] : flags, receivedAt });
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
    transfer: async (...args) => {
      checkpoint('ledger.transfer');
      return ledger.transfer(...args);
    },
    recordFlags: async (...args) => {
      checkpoint('ledger.recordFlags');
      return ledger.recordFlags(...args);
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

export interface World {
  readonly source: FakeMailbox;
  readonly target: FakeMailbox;
  /** Runs a pass to its end, as a process that starts anew would. */
  run(checkpoint?: Checkpoint, options?: RunOptions): Promise<void>;
  /** Runs until the second batch is read, as a worker whose time is up; or as far as one call goes. */
  runSlice(options?: RunOptions & { readonly toItsEnd?: boolean }): Promise<void>;
}

export interface RunOptions extends FakeSourceOptions, FakeTargetOptions {
  readonly onProgress?: CopyInput['onProgress'];
  /** Of the process, where several mailboxes are copied in it. */
  readonly budget?: ByteBudget;
}

export interface Mailboxes {
  readonly source: FakeMailbox;
  readonly target: FakeMailbox;
}

function freshMailboxes(): Mailboxes {
  const target = new FakeMailbox();
  target.folder('INBOX');
  return { source: sampleMailbox(), target };
}

export async function createWorld(
  { pool }: Pick<Database, 'pool'>,
  name: string,
  traits: TargetTraits,
  { source, target }: Mailboxes = freshMailboxes(),
): Promise<World> {
  const store = createCopyStore(pool);
  const ledger = createLedgerStore(pool);
  const migration = await store.findOrCreate({
    sourceAddress: name,
    sourceHost: 'source.test',
    targetMailbox: name,
  });
  const clock = jumpingClock();
  const { signal } = new AbortController();

  async function begin(
    checkpoint: Checkpoint,
    options: RunOptions,
  ): Promise<{ readonly deps: CopyDeps; readonly input: CopyInput }> {
    const turn = await ledger.takeTurn(migration.id);
    const row = await store.find(migration.id);
    return {
      deps: {
        source: createFakeSource(source, checkpoint, options),
        target: createFakeTarget(target, checkpoint, options),
        traits,
        ledger: dieAt(ledger, checkpoint),
        budget: options.budget ?? createByteBudget(1 << 20),
        clock,
        logger: silentLogger,
      },
      input: {
        turn,
        targetMailbox: name,
        pass: row?.pass ?? 0,
        stampProven: row?.stampProven ?? false,
        onlyFolders: null,
        mustYield: () => false,
        onProgress: options.onProgress ?? (() => undefined),
      },
    };
  }

  return {
    source,
    target,
    async runSlice({ toItsEnd = false, ...options } = {}) {
      const { deps, input } = await begin(() => undefined, options);
      let batches = 0;
      const mustYield = (): boolean => {
        batches += 1;
        return !toItsEnd && batches > 1;
      };
      await copyPass(deps, { ...input, mustYield }, signal);
    },
    async run(checkpoint = () => undefined, options = {}) {
      const { deps, input } = await begin(checkpoint, options);
      let result: CopyResult;
      do {
        result = await copyPass(deps, input, signal).catch(goOn);
        if (result.kind === 'yielded' && result.resumeAt !== null) {
          await clock.sleep(result.resumeAt.getTime() - clock.now().getTime() + 1);
        }
      } while (result.kind === 'yielded');
      await store.countPass(migration.id);
    },
  };
}

/** What another try mends is tried again. */
function goOn(error: unknown): CopyResult {
  if (isAppError(error) && (error.disposition === 'retry' || error.disposition === 'wait')) {
    return { kind: 'yielded', resumeAt: null };
  }
  throw error;
}

export function crashAt(n: number): { checkpoint: Checkpoint; reached: () => boolean } {
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
export const withoutStamp = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('latin1').replace(/^X-Skybridge-Id: \d+\r\n/, ''), 'latin1');

/** The server gives a folder new numbers. */
export function renumber(mailbox: FakeMailbox, path: string): void {
  const folder = mailbox.folder(path);
  folder.uidValidity += 1;
  folder.messages = folder.messages.map((message, i) => ({ ...message, uid: i + 101 }));
  folder.uidNext = 200;
}

/** Why messages of a world's source were left, or what was said of them. */
export async function reasonsOf(
  { pool }: Pick<Database, 'pool'>,
  name: string,
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ reason: string }>(
    `select m.reason from messages m join folders f on f.id = m.folder_id
       join migrations g on g.id = f.migration_id where g.source_address = $1 and m.reason is not null`,
    [name],
  );
  return rows.map(({ reason }) => reason);
}
