/** Starts the service as a process, as an operator would, and waits until it listens. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { env } from 'node:process';

export interface LaunchInput {
  readonly environment: Readonly<Record<string, string>>;
  readonly overrides: object;
  /** Where its log goes. */
  readonly logFile: string;
}

export interface LaunchedService {
  readonly messagesUrl: string;
  readonly pid: number;
  /** Asks it to stop, and waits for its end. */
  stop(): Promise<void>;
  /** Ends it on the spot, as a power cut would. */
  kill(): Promise<void>;
}

const COMPILE_CACHE = path.join(import.meta.dirname, '../../node_modules/.cache/skybridge');
const START_LIMIT_MS = 90_000;

/** Forks the service; rejects with the end of its log when it does not come up. */
export async function launchService(input: LaunchInput): Promise<LaunchedService> {
  const log = createWriteStream(input.logFile, { flags: 'a' });
  const child = fork(
    path.join(import.meta.dirname, '../support/service-process.ts'),
    [JSON.stringify(input.overrides)],
    {
      // As src/main.ts does; without a cache each start strips the types of every file anew.
      execArgv: ['--semi-space-growth-factor=1'],
      env: { PATH: env['PATH'], NODE_COMPILE_CACHE: COMPILE_CACHE, ...input.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  const gone = once(child, 'exit');
  const port = await Promise.race([
    once(child, 'message', { signal: AbortSignal.timeout(START_LIMIT_MS) }).then(([message]) => {
      const { port: listening }: { port?: unknown } = Object(message);
      return Number(listening);
    }),
    gone.then(([code]) => {
      throw new Error(`The service ended with code ${String(code)}; its log is ${input.logFile}`);
    }),
  ]);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await gone;
    }
  };
  return {
    messagesUrl: `http://127.0.0.1:${port}/api/messages`,
    pid: child.pid ?? 0,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
