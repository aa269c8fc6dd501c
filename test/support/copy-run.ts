/** One run of test/support/copy-process.ts, seen from the test that kills it. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { CopyProcessInput } from './copy-process.ts';
import { killPostgres } from './postgres-processes.ts';

/** A line of JSON that the process wrote. */
export interface CopyEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface CopyExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What it wrote to standard error. */
  readonly errors: string;
}

/** A running `copy`. */
export interface CopyRun {
  readonly events: readonly CopyEvent[];
  /** The first event of that name, also one that came already; rejects when the process ends without it. */
  event(name: string): Promise<CopyEvent>;
  /** SIGKILL, to its PostgreSQL as well where `withDatabase` says so; resolves when it is gone. */
  kill(withDatabase: boolean): Promise<CopyExit>;
  readonly exited: Promise<CopyExit>;
}

/** Starts one. `caFile` is trusted beside the well-known authorities. */
export function startCopy(input: CopyProcessInput, caFile: string): CopyRun {
  const script = path.join(import.meta.dirname, 'copy-process.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', NODE_EXTRA_CA_CERTS: caFile },
  });
  const events: CopyEvent[] = [];
  const waiting = new Map<string, (event: CopyEvent) => void>();
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event: CopyEvent = JSON.parse(line);
    events.push(event);
    waiting.get(event.event)?.(event);
  });
  const exited = new Promise<CopyExit>((resolve) => {
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, errors }));
  });
  return {
    events,
    exited,
    event: (name) =>
      new Promise((resolve, reject) => {
        const seen = events.find(({ event }) => event === name);
        if (seen !== undefined) {
          resolve(seen);
          return;
        }
        waiting.set(name, resolve);
        void exited.then((exit) =>
          reject(new Error(`copy ended without "${name}": ${JSON.stringify(exit)}`)),
        );
      }),
    kill: (withDatabase) => {
      child.kill('SIGKILL');
      if (withDatabase) {
        killPostgres(input.dataDir);
      }
      return exited;
    },
  };
}
