import { open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../../clock.ts';
import { runProgram } from './account.ts';
import type { Cluster } from './cluster.ts';
import { DatabaseStartError } from './errors.ts';

/** Settings that no configuration file and no ALTER SYSTEM can override. */
const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // No socket file: it would have to lie where other users of the machine can reach it.
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // A subject or a sealed password in a failing statement must not reach the log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length_on_error: '0',
  log_statement: 'none',
};

/** Crash recovery replays at most some checkpoints' worth of log; this is far above it. */
const START_TIMEOUT_S = 120;
const STOP_TIMEOUT_S = 60;
const END_TIMEOUT_MS = 5_000;
const END_LOOK_EVERY_MS = 20;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** What postmaster.pid says of a server that runs or was killed. */
export interface ServerFile {
  readonly pid: number;
  readonly port: number;
}

/** `taken`: another server holds the directory · `port-taken`: choose another port. */
export type StartOutcome = 'started' | 'taken' | 'port-taken';

/** Reads postmaster.pid; null where there is none or it is not complete yet. */
export async function readServerFile(cluster: Cluster): Promise<ServerFile | null> {
  const text = await readFile(pidFile(cluster), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 0 && port > 0 ? { pid, port } : null;
}

/**
 * What became of the process that wrote postmaster.pid. `number-in-use`: it has ended, but its number
 * is taken, by another program (as happens when a container starts again) or by its own remains, which
 * nobody has collected (as in a container whose first process collects none).
 */
export type ServerLife = 'running' | 'dead' | 'number-in-use';

/** Looks for the process that wrote postmaster.pid. */
export async function serverLife({ pid }: Pick<ServerFile, 'pid'>): Promise<ServerLife> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs as somebody else, as PostgreSQL does where Skybridge is not root any more.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) {
      return 'dead';
    }
  }
  // "123 (postgres) S 1 …"; without /proc, the number has to do.
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '(postgres) S');
  const [, name, state] = /\((.*)\) (\S)/.exec(line) ?? [];
  return name === 'postgres' && state !== 'Z' ? 'running' : 'number-in-use';
}

/**
 * Makes a postmaster.pid whose number is in use one that PostgreSQL sees through: it takes its
 * starter's own number for stale, and still checks the shared memory that the file names, so that
 * workers which outlived the dead server keep the directory shut.
 */
export async function disownServerFile(cluster: Cluster): Promise<void> {
  const [, ...rest] = (await readFile(pidFile(cluster), 'utf8')).split('\n');
  await writeFile(pidFile(cluster), [String(process.pid), ...rest].join('\n'));
}

/** Starts the server and waits until it takes connections. */
export async function startServer(cluster: Cluster, port: number): Promise<StartOutcome> {
  await rotateLog(cluster);
  const from = await sizeOf(cluster.logFile);
  const settings = { ...SERVER_SETTINGS, port: String(port) };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  const { exitCode, output } = await runProgram(cluster.launcher, cluster.binaries.pgCtl, [
    'start',
    '-w',
    `--timeout=${START_TIMEOUT_S}`,
    `--pgdata=${cluster.pgdata}`,
    `--log=${cluster.logFile}`,
    `--options=${options.join(' ')}`,
  ]);
  if (exitCode === 0) {
    return 'started';
  }
  const log = await readFrom(cluster.logFile, from);
  if (/could not create any TCP\/IP sockets|could not bind/.test(log)) {
    return 'port-taken';
  }
  if (/lock file "[^"]*" already exists|shared memory block .* is still in use/.test(log)) {
    return 'taken';
  }
  throw new DatabaseStartError(
    `PostgreSQL did not start (its log is ${cluster.logFile}).`,
    (log || output).trim().slice(-2000),
  );
}

/** Shuts the server down and waits for its end: connections are cut, open transactions rolled back. */
export async function stopServer(cluster: Cluster, clock: Clock): Promise<void> {
  const file = await readServerFile(cluster);
  if (file === null) {
    return;
  }
  // `immediate` is a crash that the next start recovers from; nothing committed is lost.
  for (const mode of ['fast', 'immediate']) {
    await runProgram(cluster.launcher, cluster.binaries.pgCtl, [
      'stop',
      '-w',
      `--mode=${mode}`,
      `--timeout=${STOP_TIMEOUT_S}`,
      `--pgdata=${cluster.pgdata}`,
    ]);
    if (await hasEnded(file, clock)) {
      return;
    }
  }
  throw new DatabaseStartError('PostgreSQL did not stop.', '');
}

/** pg_ctl waits for the file to go, which is a moment before the process does. */
async function hasEnded(file: ServerFile, clock: Clock): Promise<boolean> {
  const until = clock.monotonicMs() + END_TIMEOUT_MS;
  while ((await serverLife(file)) === 'running') {
    if (clock.monotonicMs() > until) {
      return false;
    }
    await clock.sleep(END_LOOK_EVERY_MS);
  }
  return true;
}

function pidFile(cluster: Cluster): string {
  return path.join(cluster.pgdata, 'postmaster.pid');
}

async function rotateLog(cluster: Cluster): Promise<void> {
  if ((await sizeOf(cluster.logFile)) > LOG_LIMIT_BYTES) {
    await rename(cluster.logFile, `${cluster.logFile}.1`);
  }
  const { account } = cluster.launcher;
  const file = await open(cluster.logFile, 'a', 0o600);
  try {
    if (account !== null) {
      await file.chown(account.uid, account.gid);
    }
  } finally {
    await file.close();
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function readFrom(file: string, offset: number): Promise<string> {
  return (await readFile(file)).subarray(offset).toString('utf8');
}
