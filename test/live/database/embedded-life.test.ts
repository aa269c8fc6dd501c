import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import {
  type EmbeddedDatabase,
  type EmbeddedDatabaseDeps,
  startEmbeddedDatabase,
} from '../../../src/jobs/db/embedded/embedded-database.ts';
import { DatabaseLostError } from '../../../src/jobs/db/embedded/errors.ts';
import { silentLogger } from '../../../src/log.ts';
import {
  createEmbeddedWorld,
  type EmbeddedWorld,
  isAlive,
  pidFileOf,
  query,
  serverPid,
  waitUntilGone,
} from './embedded-world.ts';

let world: EmbeddedWorld;
beforeEach(() => {
  world = createEmbeddedWorld();
});
afterEach(async () => {
  await world.clear();
});

const never = new AbortController().signal;

async function start(
  dataDir: string,
  more: Partial<EmbeddedDatabaseDeps> = {},
): Promise<EmbeddedDatabase> {
  return startEmbeddedDatabase(
    { dataDir, logger: silentLogger, clock: systemClock, ...more },
    never,
  );
}

async function pidIn(dataDir: string): Promise<number> {
  const pid = await serverPid(dataDir);
  if (pid === null) {
    throw new Error('no server');
  }
  return pid;
}

test('what is committed is on disk: fsync, synchronous commit and full pages are on', async () => {
  const database = await start(await world.directory());
  const shown: Record<string, unknown> = {};
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums']) {
    shown[name] = await query(database.connectionString, `show ${name}`);
  }
  expect(shown).toEqual({
    fsync: [{ fsync: 'on' }],
    synchronous_commit: [{ synchronous_commit: 'on' }],
    full_page_writes: [{ full_page_writes: 'on' }],
    data_checksums: [{ data_checksums: 'on' }],
  });
  await database.stop();
});

test('it is closed to others: loopback, a password, no superuser, a secrets file of mode 0600', async () => {
  const dataDir = await world.directory();
  const database = await start(dataDir);
  const { connectionString } = database;
  const [facts] = await query(
    connectionString,
    `select current_setting('listen_addresses') as listen, current_setting('server_encoding') as encoding,
       (select rolsuper from pg_roles where rolname = current_user) as super`,
  );
  expect(facts).toEqual({ listen: '127.0.0.1', encoding: 'UTF8', super: false });
  const wrong = new URL(connectionString);
  wrong.password = 'guessed';
  await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  const { mode } = await stat(path.join(dataDir, 'postgres', 'secrets.json'));
  expect((mode & 0o777).toString(8)).toBe('600');
  await database.stop();
});

test('stop ends the server, may be called twice, and the next start finds the rows', async () => {
  const dataDir = await world.directory();
  const first = await start(dataDir);
  const pid = await pidIn(dataDir);
  await query(first.connectionString, 'create table kept as select 42 as answer');
  await Promise.all([first.stop(), first.stop()]);
  expect(isAlive(pid)).toBe(false);
  const second = await start(dataDir);
  expect(second.startedByUs).toBe(true);
  expect(await query(second.connectionString, 'select * from kept')).toEqual([{ answer: 42 }]);
  await second.stop();
});

test('the log names no value of a failing statement', async () => {
  const dataDir = await world.directory();
  const database = await start(dataDir);
  await query(database.connectionString, 'create table one (word text primary key)');
  const insert = `insert into one values ('a-word-to-keep-quiet')`;
  await query(database.connectionString, insert);
  await expect(query(database.connectionString, insert)).rejects.toMatchObject({ code: '23505' });
  await database.stop();
  const log = await readFile(path.join(dataDir, 'postgres', 'server.log'), 'utf8');
  expect(log).toContain('duplicate key value');
  expect(log).not.toContain('a-word-to-keep-quiet');
});

test('a port that is taken meanwhile is not used', async () => {
  const squatter = createServer();
  const taken = await new Promise<number>((resolve) => {
    squatter.listen(0, '127.0.0.1', () => {
      const address = squatter.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  const offered = [taken, taken + 1];
  const ports = [...offered];
  const database = await start(await world.directory(), {
    choosePort: async () => ports.shift() ?? 0,
  });
  expect(new URL(database.connectionString).port).toBe(String(offered[1]));
  await database.stop();
  squatter.close();
});

test('a cluster of another major is left alone, and the error says what to do', async () => {
  const dataDir = await world.directory();
  await (await start(dataDir)).stop();
  await writeFile(path.join(dataDir, 'postgres', 'data', 'PG_VERSION'), '17\n');
  await expect(start(dataDir)).rejects.toMatchObject({
    code: 'database.other-major',
    message: expect.stringContaining('pg_dump'),
  });
});

test('a start that is called off leaves nothing running and nothing half made', async () => {
  const dataDir = await world.directory();
  const calledOff = new AbortController();
  const clock: Clock = {
    ...systemClock,
    monotonicMs: () => {
      // The loop looks at the clock first: by the second look, the server is up.
      calls += 1;
      if (calls === 3) {
        calledOff.abort(new Error('called off'));
      }
      return systemClock.monotonicMs();
    },
  };
  let calls = 0;
  const starting = startEmbeddedDatabase(
    { dataDir, logger: silentLogger, clock },
    calledOff.signal,
  );
  await expect(starting).rejects.toThrow('called off');
  expect(await serverPid(dataDir)).toBeNull();
  await (await start(dataDir)).stop();
});

describe('after a crash of PostgreSQL', () => {
  test('the next start recovers what was committed', async () => {
    const dataDir = await world.directory();
    const first = await start(dataDir);
    await query(first.connectionString, 'create table kept as select 42 as answer');
    const pid = await pidIn(dataDir);
    process.kill(pid, 'SIGKILL');
    await waitUntilGone(pid);
    await first.stop();
    const second = await start(dataDir);
    expect(second.startedByUs).toBe(true);
    expect(await query(second.connectionString, 'select * from kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  test("a process file whose number is another program's by now does not stop it", async () => {
    const dataDir = await world.directory();
    const first = await start(dataDir);
    const pid = await pidIn(dataDir);
    process.kill(pid, 'SIGKILL');
    await waitUntilGone(pid);
    await first.stop();
    const file = pidFileOf(dataDir);
    // The test's parent: alive, not PostgreSQL, and not a process that PostgreSQL takes for its starter.
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^\d+/, String(process.ppid)));
    const second = await start(dataDir);
    expect(second.startedByUs).toBe(true);
    await second.stop();
  });

  test('the owner learns that the server is gone for good', async () => {
    const dataDir = await world.directory();
    const clock: Clock = {
      now: () => new Date(),
      monotonicMs: () => systemClock.monotonicMs() * 100,
      sleep: (_ms, signal) => systemClock.sleep(20, signal),
    };
    const database = await start(dataDir, { clock });
    const lost = new Promise((resolve) => {
      database.lost.addEventListener('abort', () => resolve(database.lost.reason));
    });
    process.kill(await pidIn(dataDir), 'SIGKILL');
    expect(await lost).toBeInstanceOf(DatabaseLostError);
    await database.stop();
  });
});
