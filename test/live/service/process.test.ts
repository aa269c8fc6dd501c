/** The service as an operator meets it: settings that are wrong, and a stop that leaves nothing behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, watch } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWholeWorld, type WholeWorld } from '../../sim/whole-world.ts';
import { createMover, createPlay, type Play } from '../../support/play.ts';
import { postgresProcesses } from '../../support/postgres-processes.ts';

const MAIN = path.join(import.meta.dirname, '../../../src/main.ts');
const DRAIN_MS = 10_000;
/** PostgreSQL's own shutdown is all that is waited for: a quarter of a second on a machine that does nothing else. */
const DESTROY_MS = 8000;

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-process-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function serve(
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: unknown; readonly said: string }> {
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    cwd: dir,
    env: { PATH: path.dirname(process.execPath), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, said: out + err };
}

test('settings that cannot be: all are named at once, and no value is printed', async () => {
  const wrong = {
    PORT: 'port-secret-1',
    LOG_LEVEL: 'level-secret-2',
    BOT_ID: 'bot-secret-3',
    BOT_TYPE: 'type-secret-4',
    TENANT_ID: 'tenant-secret-5',
    DATABASE_URL: 'mysql://user:secret-6@db.example',
    SOURCE_IMAP_URL: 'https://secret-7.example',
    CLOUD: 'cloud-secret-8',
    GRAPH_URL: 'secret-9',
  };
  const { code, said } = await serve({ ...wrong, DATA_DIR: path.join(dir, 'data') });
  expect(code).toBe(64);
  for (const name of Object.keys(wrong)) {
    expect(said).toContain(`  ${name}: `);
  }
  expect(said).not.toContain('secret-');
});

test('settings that are missing: each is named with the reason', async () => {
  const { code, said } = await serve({ DATA_DIR: path.join(dir, 'data') });
  expect(code).toBe(64);
  for (const name of ['BOT_ID', 'TENANT_ID', 'CLIENT_ID', 'BOT_PASSWORD']) {
    expect(said).toContain(`${name}: is needed`);
  }
  expect(said).toContain('CLIENT_CERTIFICATE_PATH, MANAGED_IDENTITY_CLIENT_ID or CLIENT_SECRET');
});

/** True while that process exists and is no zombie. */
function lives(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Plays a move into the middle of its copy, where Exchange takes `appendMs` for each message. */
async function copying(world: WholeWorld, displayName: string, appendMs: number): Promise<Play> {
  const alias = displayName.toLowerCase().replace(' ', '.');
  const mover = createMover(world, { displayName, alias, messages: 120 });
  const play = createPlay(world, mover);
  await play.until('pilot');
  world.exchange.serviceMs.append = appendMs;
  const { promise, resolve } = Promise.withResolvers<void>();
  const before = world.exchange.faults.seen('APPEND');
  const unwatch = world.exchange.store.watch(() => {
    if (world.exchange.faults.seen('APPEND') > before + 8) {
      resolve();
    }
  });
  await play.until('syncing');
  await promise.finally(unwatch);
  return play;
}

test('a second SIGTERM ends it at once, whatever is under way, with no process left', async () => {
  const world: WholeWorld = await startWholeWorld({ dir });
  try {
    await copying(world, 'Term Twice', 150);
    // From now on Exchange takes longer than any drain.
    world.exchange.serviceMs.append = 60_000;
    const pids = [world.service().pid, ...postgresProcesses(world.dataDir)];
    process.kill(world.service().pid, 'SIGTERM');
    const { promise: draining, resolve } = Promise.withResolvers<void>();
    const watcher = watch(world.logFile, () => {
      if (readFileSync(world.logFile, 'utf8').includes('"stopping"')) {
        resolve();
      }
    });
    await draining.finally(() => watcher.close());
    // Of its database's processes some end with the connections that they serve.
    expect(lives(world.service().pid)).toBe(true);
    const startedMs = performance.now();
    await world.service().stop();
    expect(performance.now() - startedMs).toBeLessThan(DESTROY_MS);
    expect(pids.filter(lives)).toEqual([]);
    expect(await readFile(world.logFile, 'utf8')).toContain('ended without draining');
  } finally {
    await world.close();
  }
});

test('SIGTERM in the middle of a copy: drained within 10 s, no process left; then it goes on', async () => {
  const world: WholeWorld = await startWholeWorld({ dir });
  try {
    const play = await copying(world, 'Sig Term', 150);
    const pids = [world.service().pid, ...postgresProcesses(world.dataDir)];
    expect(pids.length).toBeGreaterThan(3);
    expect(pids.every(lives)).toBe(true);
    const startedMs = performance.now();
    await world.service().stop();
    expect(performance.now() - startedMs).toBeLessThan(DRAIN_MS);
    expect(pids.filter(lives)).toEqual([]);
    expect(await readFile(world.logFile, 'utf8')).toContain('embedded database stopped');
    world.exchange.serviceMs.append = 0;
    await world.killAndRestart();
    await play.until('synced');
  } finally {
    await world.close();
  }
});
