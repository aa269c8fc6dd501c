/** A bot without the key that opens passwords, and a worker with it, as two processes on one PostgreSQL. */

import { spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWholeWorld, type WholeWorld } from '../../sim/whole-world.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createMover, createPlay, type Play } from '../../support/play.ts';
import { startTraceCollector, type TraceCollector } from '../../support/trace-collector.ts';

/** All in all, from the press to what the card says then. */
const CHECK_MS = 10_000;
const ANSWER_MS = 2000;

let dir = '';
let database: TestDatabase;
let world: WholeWorld;
let play: Play;
let collector: TraceCollector;

beforeAll(async () => {
  collector = await startTraceCollector();
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-roles-'));
  database = await createTestDatabase();
  world = await startWholeWorld({
    dir,
    separate: { databaseUrl: database.connectionString },
    // Whoever is not woken comes too late.
    lookMs: 120_000,
    environment: {
      METRICS_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    },
  });
  const mover = createMover(world, { displayName: 'Ro Les', alias: 'ro.les', messages: 8 });
  play = createPlay(world, mover);
  await play.until('asked');
}, 120_000);
afterAll(async () => {
  await world?.close();
  await collector?.close();
  await database?.drop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

async function query(statement: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client(database.connectionString);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** How long the press was answered in, and how long until the card said `what`. */
async function submit(
  what: RegExp | string,
  appPassword?: string,
): Promise<{ readonly answerMs: number; readonly allMs: number }> {
  const from = performance.now();
  await play.submit(appPassword);
  const answerMs = performance.now() - from;
  await play.person.see(what, 30_000);
  return { answerMs, allMs: performance.now() - from };
}

test('a password is answered at once, and checked by the other process within 10 seconds', async () => {
  const wrong = await submit('Apple did not accept this password', 'zkqw-xvbn-plmt-hrgd');
  expect(wrong.answerMs).toBeLessThan(ANSWER_MS);
  expect(wrong.allMs).toBeLessThan(CHECK_MS);
  expect(await query('select from credentials')).toEqual([]);
});

test('the bot cannot open what it sealed: without a worker the password waits, and nothing of the bot opens it', async () => {
  const [worker] = world.workers;
  await worker?.stop();
  const { answerMs } = await submit('I am trying your password at Apple');
  expect(answerMs).toBeLessThan(ANSWER_MS);
  const [row] = await query(
    'select c.sealed, m.state from credentials c join migrations m on m.id = c.migration_id',
  );
  expect(row).toMatchObject({ state: 'Testing' });
  expect(String(row?.['sealed']).split('.')).toHaveLength(5);

  // All that the process has: its folder, the file that its settings name, what it has loaded.
  const keyFile = path.join(dir, 'data-worker', 'sealing-key.public.pem');
  const files = (await readdir(world.dataDir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  for (const file of [...files, keyFile]) {
    const content = await readFile(file, 'utf8');
    expect(() => createPrivateKey(content)).toThrow(Error);
  }
  expect(createPublicKey(await readFile(keyFile, 'utf8')).type).toBe('public');
  const memory = readFileSync(`/proc/${world.service().pid}/environ`, 'utf8');
  expect(memory).not.toContain('PRIVATE KEY');
  expect(memory).toContain('sealing-key.public.pem');
});

test('a worker that comes back opens it, and the move goes on', async () => {
  await world.launchWorker();
  await play.seeState('Pilot ready for review', 90_000);
  const dump =
    JSON.stringify(await query('select * from migrations')) +
    JSON.stringify(await query('select data from pgboss.job'));
  expect(dump).not.toContain(play.mover.appPassword.replaceAll('-', ''));
  expect(world.violations()).toEqual([]);
});

/** The lines of the log, of both processes. */
const logged = (): readonly Record<string, unknown>[] =>
  readFileSync(world.logFile, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

/** Addresses, names and ids of people: nothing that is counted or traced may carry one. */
const personal = (): readonly string[] => {
  const { user, icloudAddress } = play.mover;
  return [user.userPrincipalName, icloudAddress, 'ro.les', 'Ro Les', user.id, '@'];
};

test('both say that they are ready, and count what they did, without a word of whom they did it for', async () => {
  const ports = logged().flatMap(({ opsPort }) => (typeof opsPort === 'number' ? [opsPort] : []));
  const [, botPort, workerPort] = ports;
  expect(ports).toHaveLength(3);
  const metricsOf = async (port: number | undefined): Promise<string> => {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', phase: 'running', database: 'answers' },
    ]);
    return await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  };
  const [bot, worker] = [await metricsOf(botPort), await metricsOf(workerPort)];
  const lines = (all: string): readonly string[] => all.split('\n');
  expect(lines(worker)).toEqual(
    expect.arrayContaining([
      'skybridge_step_seconds_count{job="test-login",outcome="done"} 1',
      'skybridge_step_seconds_count{job="pilot",outcome="done"} 1',
      expect.stringMatching(/^skybridge_messages_total\{state="done"\} [1-9]/),
      expect.stringMatching(/^skybridge_message_bytes_total [1-9]/),
      'skybridge_moves{state="PilotReview"} 1',
      'skybridge_database_up 1',
    ]),
  );
  expect(lines(bot)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^skybridge_cards_total\{outcome="posted"\} [1-9]/),
      expect.stringMatching(/^skybridge_cards_total\{outcome="updated"\} [1-9]/),
      expect.stringMatching(/^skybridge_nodejs_eventloop_lag_seconds /),
    ]),
  );
  for (const word of personal()) {
    expect(bot + worker).not.toContain(word);
  }
  // The port that Teams reaches says that it lives, and nothing else.
  const open = new URL(world.service().messagesUrl).origin;
  expect(await (await fetch(`${open}/healthz`)).text()).toBe('{"status":"ok"}');
  expect((await fetch(`${open}/metrics`)).status).toBe(404);
  expect((await fetch(`${open}/readyz`)).status).toBe(404);
});

test('every line of a slice bears its ids, those of the connections too, and the slice is a span', async () => {
  const inSlices = logged().filter(({ slice }) => slice !== undefined);
  const migration = play.migrationId();
  for (const line of inSlices) {
    expect(line).toMatchObject({ migration, batch: expect.any(String), job: expect.any(String) });
  }
  const messages = inSlices.map(({ msg }) => msg);
  expect(messages).toEqual(
    expect.arrayContaining([
      'IMAP append connection opened',
      'looked whether the target gives the stamp back',
    ]),
  );
  const outside = logged().filter(({ slice }) => slice === undefined);
  expect(outside.filter(({ msg }) => String(msg).startsWith('IMAP'))).toEqual([]);

  await world.workers.at(-1)?.stop();
  const sent = JSON.stringify(collector.taken);
  for (const { slice } of inSlices.filter(({ job }) => job === 'pilot')) {
    expect(sent).toContain(`"stringValue":"${String(slice)}"`);
  }
  expect(sent).toContain(`"traceId":"${migration.replaceAll('-', '')}"`);
  for (const word of personal()) {
    expect(sent).not.toContain(word);
  }
});

test('a bot that is given the opening key does not start', async () => {
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, '../../../src/main.ts'), 'serve', '--roles', 'bot'],
    {
      cwd: dir,
      env: {
        ...world.environment,
        PATH: path.dirname(process.execPath),
        PORT: '0',
        DATA_DIR: path.join(dir, 'data-refused'),
        DATABASE_URL: database.connectionString,
        SECRETS_KEY_FILE: path.join(dir, 'data-worker', 'sealing-key.pem'),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(code).toBe(1);
  expect(said).toContain('secrets.opening-key-unwanted');
});
