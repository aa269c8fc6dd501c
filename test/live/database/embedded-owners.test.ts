import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { describeWith } from '../../support/witness.ts';
import {
  createEmbeddedWorld,
  type EmbeddedWorld,
  isAlive,
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

async function pidIn(dataDir: string): Promise<number> {
  const pid = await serverPid(dataDir);
  if (pid === null) {
    throw new Error('no server');
  }
  return pid;
}

describe('a server outlives its killed owner', () => {
  test('the next owner takes it over, with what was committed, and can stop it', async () => {
    const dataDir = await world.directory();
    const first = world.owner(dataDir);
    const { connectionString } = await first.next();
    await query(connectionString, 'create table kept as select 42 as answer');
    const pid = await pidIn(dataDir);
    first.child.kill('SIGKILL');
    await first.exited();
    expect(isAlive(pid)).toBe(true);

    const second = world.owner(dataDir);
    const ready = await second.next();
    expect(ready).toMatchObject({ event: 'ready', startedByUs: false, connectionString });
    expect(await query(ready.connectionString, 'select * from kept')).toEqual([{ answer: 42 }]);
    second.child.kill('SIGTERM');
    expect(await second.next()).toMatchObject({ event: 'stopped' });
    expect(isAlive(pid)).toBe(false);
  });

  test('killed together with its server: the next owner starts and recovers', async () => {
    const dataDir = await world.directory();
    const first = world.owner(dataDir);
    await first.next();
    const pid = await pidIn(dataDir);
    first.child.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await waitUntilGone(pid);
    expect(await world.owner(dataDir).next()).toMatchObject({ event: 'ready', startedByUs: true });
  });
});

describe('one directory, two processes', () => {
  test('the second is told that the directory is in use, and the first goes on', async () => {
    const dataDir = await world.directory();
    const { connectionString } = await world.owner(dataDir).next();
    const refused = await world.owner(dataDir).next();
    expect(refused).toMatchObject({ event: 'refused', code: 'database.in-use' });
    expect(refused.message).toContain('Stop it first');
    expect(await query(connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('started at the same instant on an empty directory, exactly one gets it', async () => {
    const dataDir = await world.directory();
    const owners = [world.owner(dataDir), world.owner(dataDir), world.owner(dataDir)];
    const events = await Promise.all(owners.map(async (owner) => owner.next()));
    expect(events.map(({ event }) => event).toSorted()).toEqual(['ready', 'refused', 'refused']);
    expect(events.map(({ code }) => code ?? '').toSorted()).toEqual([
      '',
      'database.in-use',
      'database.in-use',
    ]);
  });

  test('a crashed backend, which cuts every connection, does not free the directory', async () => {
    const dataDir = await world.directory();
    const { connectionString } = await world.owner(dataDir).next();
    const owners = `from pg_stat_activity where application_name = 'skybridge owner'`;
    const [before] = await query(connectionString, `select pid ${owners}`);
    process.kill(z.object({ pid: z.number() }).parse(before).pid, 'SIGKILL');
    expect(await world.owner(dataDir).next()).toMatchObject({ code: 'database.in-use' });
  });
});

test('Ctrl+C reaches the owner alone: it still queries, then stops the server', async () => {
  const dataDir = await world.directory();
  const owner = world.owner(dataDir);
  await owner.next();
  const pid = await pidIn(dataDir);
  // What a terminal does: the signal goes to the whole process group.
  process.kill(-Number(owner.child.pid), 'SIGINT');
  expect(await owner.next()).toMatchObject({ event: 'stopped', queried: [{ one: 1 }] });
  expect(isAlive(pid)).toBe(false);
  await owner.exited();
});

describeWith('linux-proc', 'the server process', () => {
  test('inherits none of our environment', async () => {
    const dataDir = await world.directory();
    await world.owner(dataDir).next();
    const environment = await readFile(`/proc/${await pidIn(dataDir)}/environ`, 'utf8');
    expect(environment).toContain('LC_ALL=C');
    expect(environment).not.toContain('SKYBRIDGE_TEST_SECRET');
  });
});
