import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import pg from 'pg';
import { z } from 'zod';

const eventSchema = z.object({
  event: z.enum(['ready', 'refused', 'stopped']),
  connectionString: z.string().default(''),
  startedByUs: z.boolean().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  queried: z.array(z.unknown()).optional(),
});

/** What test/live/database/owner-process.ts wrote. */
export type OwnerEvent = z.infer<typeof eventSchema>;

/** A process that owns, or asked for, the database of a directory. */
export interface OwnerProcess {
  readonly child: ChildProcess;
  next(): Promise<OwnerEvent>;
  exited(): Promise<void>;
}

/** Directories and processes of one test, ended by `clear` whatever the test left of them. */
export interface EmbeddedWorld {
  directory(): Promise<string>;
  /** Starts an owner of `dataDir`; `prefix` is what to put before its command. */
  owner(dataDir: string, prefix?: readonly string[]): OwnerProcess;
  clear(): Promise<void>;
}

/** Creates an empty world. */
export function createEmbeddedWorld(): EmbeddedWorld {
  const directories: string[] = [];
  const children: ChildProcess[] = [];
  return {
    directory: async () => {
      const directory = await mkdtemp(path.join(tmpdir(), 'skybridge-embedded-'));
      directories.push(directory);
      return directory;
    },
    owner: (dataDir, prefix = []) => {
      const script = path.join(import.meta.dirname, 'owner-process.ts');
      const command = [...prefix, process.execPath, script, dataDir];
      const child = spawn(command[0] ?? '', command.slice(1), {
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
        env: { PATH: '/usr/bin:/bin', SKYBRIDGE_TEST_SECRET: 'must-not-reach-postgres' },
      });
      children.push(child);
      return ownerProcess(child, createInterface({ input: child.stdout }));
    },
    clear: async () => {
      for (const child of children) {
        child.kill('SIGKILL');
      }
      for (const directory of directories) {
        const pid = await serverPid(directory);
        if (pid !== null && isAlive(pid)) {
          process.kill(pid, 'SIGQUIT');
          await waitUntilGone(pid);
        }
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}

function ownerProcess(child: ChildProcess, lines: Interface): OwnerProcess {
  const iterator = lines[Symbol.asyncIterator]();
  return {
    child,
    next: async () => {
      const { value, done } = await iterator.next();
      if (done === true) {
        throw new Error('the owner process ended without a word');
      }
      return eventSchema.parse(JSON.parse(value));
    },
    exited: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        await new Promise((resolve) => {
          child.once('exit', resolve);
        });
      }
    },
  };
}

/** The number of the server process that works, or worked, in `dataDir`. */
export async function serverPid(dataDir: string): Promise<number | null> {
  const text = await readFile(pidFileOf(dataDir), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return pid > 0 ? pid : null;
}

/** PostgreSQL's own note of the server that opened the cluster of `dataDir`. */
export function pidFileOf(dataDir: string): string {
  return path.join(dataDir, 'postgres', 'data', 'postmaster.pid');
}

/** True while a process with that number runs. */
export function isAlive(pid: number): boolean {
  try {
    // A process that has ended keeps its number until its parent looks; in state Z it does nothing.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Polls until the process has ended. */
export async function waitUntilGone(pid: number): Promise<void> {
  while (isAlive(pid)) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

/** Runs one statement and returns its rows. */
export async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(connectionString);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
