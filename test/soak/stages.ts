/** The parts of a soak; each says in lines of Markdown what it measured, and whether that is as it must be. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { env } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { createNumberedMailbox } from '../sim/numbered-mailbox.ts';
import { type Fleet, type FleetOptions, startFleet } from '../support/fleet.ts';
import { cpuSeconds, machineLoad, peakMemoryMb } from './process-facts.ts';

export interface StageInput {
  readonly dir: string;
  readonly people: number;
  readonly messages: number;
  /** An empty database of its own. */
  readonly createDatabase: () => Promise<string>;
  readonly say: (line: string) => void;
}

export interface StageResult {
  readonly title: string;
  /** Measured value by what it is of. */
  readonly rows: readonly (readonly [string, string, 'kept' | 'missed' | ''])[];
}

export type Stage = (input: StageInput) => Promise<StageResult>;

const HOUR_MS = 3_600_000;
const LIMITS = { source: 16, target: 80, targetPerMailbox: 6 };

async function withFleet<T>(
  { dir, messages, createDatabase }: StageInput,
  options: Pick<FleetOptions, 'people'> & Partial<FleetOptions>,
  work: (fleet: Fleet) => Promise<T>,
): Promise<T> {
  const databaseUrl = await createDatabase();
  const fleet = await startFleet({ dir, databaseUrl, messages, ...options });
  try {
    return await work(fleet);
  } finally {
    await fleet.close();
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const judge = (isKept: boolean): 'kept' | 'missed' => (isKept ? 'kept' : 'missed');

/** The whole life of every move: trial login, pilot, copy, last pass, verification, clean-up. */
export const moves: Stage = async (input) =>
  await withFleet(input, { people: input.people, limits: LIMITS }, async (fleet) => {
    const { world } = fleet;
    const workers = await Promise.all([fleet.launch(), fleet.launch()]);
    const beganMs = performance.now();
    const load = machineLoad();
    const finished = fleet.finish(4 * HOUR_MS);
    const over = new AbortController();
    void finished.finally(() => over.abort()).catch(() => undefined);
    while (!over.signal.aborted) {
      input.say(JSON.stringify(await fleet.states()));
      await delay(20_000, undefined, { signal: over.signal }).catch(() => undefined);
    }
    await finished;
    const tookMs = performance.now() - beganMs;
    const memory = workers.map(({ pid }) => peakMemoryMb(pid));
    const states = await fleet.states();
    const differences = await fleet.differences();
    const most = (counts: readonly number[]): number => Math.max(...counts);
    const atAccount = most(
      fleet.people.map(({ icloudAddress }) => world.icloud.connections.maxSeen(icloudAddress)),
    );
    const atMailbox = most(
      fleet.people.map(({ user }) => world.exchange.connections.maxSeen(user.userPrincipalName)),
    );
    const source = world.icloud.connections.maxOfAll();
    const target = world.exchange.connections.maxOfAll();
    return {
      title: `${input.people} mailboxes of ${input.messages} messages, through two workers`,
      rows: [
        [
          'finished',
          `${states.Completed ?? 0} of ${input.people}`,
          judge(states.Completed === input.people),
        ],
        ['mailboxes that differ', String(differences.length), judge(differences.length === 0)],
        ['time for all of it', seconds(tookMs), ''],
        [
          'most connections at iCloud, at any moment',
          `${source} of ${LIMITS.source}`,
          judge(source <= LIMITS.source),
        ],
        ['most at one iCloud account', `${atAccount} of 2`, judge(atAccount <= 2)],
        [
          'most connections at Exchange, at any moment',
          `${target} of ${LIMITS.target}`,
          judge(target <= LIMITS.target),
        ],
        [
          'most at one mailbox',
          `${atMailbox} of ${LIMITS.targetPerMailbox}`,
          judge(atMailbox <= LIMITS.targetPerMailbox),
        ],
        ['memory of a worker, at most', `${most(memory).toFixed(0)} MB`, judge(most(memory) < 250)],
        [
          'what the servers forbid',
          String(world.violations().length),
          judge(world.violations().length === 0),
        ],
        ['load of the machine at the start', load, ''],
      ],
    };
  });

/** Two loops in two processes, and two workers, with the same mailboxes. */
export const overhead: Stage = async (input) => {
  const people = Math.min(200, input.people);
  const load = machineLoad();
  const loopMs = await withFleet(
    { ...input, dir: path.join(input.dir, 'loop') },
    { people, from: 'Syncing' },
    timeLoops,
  );
  input.say(`loops: ${seconds(loopMs)}`);
  const engineMs = await withFleet(
    { ...input, dir: path.join(input.dir, 'engine') },
    { people, from: 'Syncing' },
    async (fleet) => {
      await fleet.database.pool.query(`update batches set start_at = now() + interval '1 hour'`);
      await Promise.all([fleet.launch(), fleet.launch()]);
      const beganMs = performance.now();
      await fleet.database.pool.query('update batches set start_at = now()');
      await fleet.all(['Synced'], HOUR_MS);
      return performance.now() - beganMs;
    },
  );
  const percent = (engineMs / loopMs - 1) * 100;
  return {
    title: `What the engine costs: the full copy of ${people} mailboxes`,
    rows: [
      ['two processes that only copy, eight mailboxes at once each', seconds(loopMs), ''],
      ['two workers', seconds(engineMs), ''],
      ['more', `${percent.toFixed(0)} %`, judge(percent < 20)],
      ['load of the machine at the start', load, ''],
    ],
  };
};

async function timeLoops(fleet: Fleet): Promise<number> {
  const ids = fleet.people.map(({ migrationId }) => migrationId);
  const loops = [0, 1].map((half) => {
    const own = ids.filter((_, at) => at % 2 === half);
    return fork(path.join(import.meta.dirname, 'loop-process.ts'), [JSON.stringify(own)], {
      env: { PATH: env['PATH'], ...fleet.environment() },
    });
  });
  await Promise.all(loops.map((loop) => once(loop, 'message')));
  const beganMs = performance.now();
  const done = Promise.all(loops.map((loop) => once(loop, 'message')));
  for (const loop of loops) {
    loop.send('go');
  }
  await done;
  return performance.now() - beganMs;
}

/** With the lease of the service itself: three minutes of Ctrl+Z, and then on. */
export const frozen: Stage = async (input) => {
  const mailbox = createNumberedMailbox({ seed: 7, messages: 200, bodyBytes: 600_000 });
  return await withFleet(
    input,
    { people: 1, messages: mailbox, from: 'Syncing', settleMs: 30_000 },
    async (fleet) => {
      fleet.world.exchange.serviceMs.append = 60;
      const first = await fleet.launch();
      await fleet.appended(40);
      first.freeze();
      const beganMs = performance.now();
      const [held] = await fleet.holders();
      await fleet.launch();
      while ((await fleet.holders()).get(held?.[0] ?? '') === held?.[1]) {
        await delay(500);
      }
      const takenMs = performance.now() - beganMs;
      await delay(Math.max(0, 180_000 - takenMs));
      first.thaw();
      await fleet.finish(HOUR_MS);
      const differences = await fleet.differences();
      return {
        title: 'A worker frozen for three minutes with a full window',
        rows: [
          ['another had its mailbox after', seconds(takenMs), judge(takenMs < 60_000)],
          ['what differs at the end', String(differences.length), judge(differences.length === 0)],
        ],
      };
    },
  );
};

/** People who have been asked, and have not answered. */
export const waiting: Stage = async (input) =>
  await withFleet(input, { people: 1, messages: 10 }, async (fleet) => {
    await addWaiting(fleet, 10_000);
    const beganMs = performance.now();
    const worker = await fleet.launch();
    const startedMs = performance.now() - beganMs;
    await fleet.finish(HOUR_MS / 6);
    const before = cpuSeconds(worker.pid);
    await delay(60_000);
    const cpu = cpuSeconds(worker.pid) - before;
    const memory = peakMemoryMb(worker.pid);
    return {
      title: '10,000 people who have been asked and have not answered',
      rows: [
        ['a start with them', seconds(startedMs), judge(startedMs < 10_000)],
        [
          'processor time in a minute in which nothing happens',
          `${cpu.toFixed(1)} s`,
          judge(cpu < 1.2),
        ],
        ['memory of a worker, at most', `${memory.toFixed(0)} MB`, judge(memory < 250)],
      ],
    };
  });

/** Rows as they are after the person was asked. */
async function addWaiting(fleet: Pick<Fleet, 'database'>, count: number): Promise<void> {
  await fleet.database.pool.query(
    `insert into migrations (id, run_id, batch_id, person, target_mailbox, source_host, state, line)
     select gen_random_uuid(), gen_random_uuid(), b.id,
            jsonb_build_object('id', 'waiting-' || n, 'displayName', 'Waiting ' || n, 'userPrincipalName',
              'waiting' || n || '@contoso.example', 'mail', null, 'usageLocation', null, 'kind', 'member'),
            'waiting' || n || '@contoso.example', 'imap.mail.me.com', 'WaitingForUser', n
       from (select id from batches limit 1) b, generate_series(1, $1) n`,
    [count],
  );
}
