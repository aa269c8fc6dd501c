import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

export interface MeasureInput {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Takes both outputs. */
  readonly logFile: string;
  /** After which it is ended. */
  readonly limitMs: number;
}

/** What one process cost, without those that it started. */
export interface Measured {
  /** From its start to its exit. */
  readonly wallMs: number;
  /** User and system time. */
  readonly cpuMs: number;
  /** VmHWM: what it had in memory at most. */
  readonly peakBytes: number;
  /** Null: ended by a signal. */
  readonly exitCode: number | null;
}

const SAMPLE_MS = 20;
/** After SIGTERM, for what it started itself. */
const LAST_MS = 5000;
/** Linux counts process times in hundredths of a second, whatever its kernel's own tick is. */
const TICK_MS = 10;

interface Usage {
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** Null once it is gone. */
function readUsage(pid: number): Usage | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const peakKib = /^VmHWM:\s+(\d+) kB/mu.exec(status)?.[1];
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // proc(5): fields 14 and 15; the second is a name in parentheses that may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const cpuMs = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    return peakKib === undefined ? null : { cpuMs, peakBytes: Number(peakKib) * 1024 };
  } catch {
    return null;
  }
}

/** Ends a process with all that it started: a negative number is a group. */
function endGroup(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  if (pid > 0) {
    try {
      process.kill(-pid, name);
    } catch {
      // Gone by itself.
    }
  }
}

/** Runs a command in a process group of its own and watches it until it ends. */
export async function measureProcess(
  { command, cwd, environment, logFile, limitMs }: MeasureInput,
  signal: AbortSignal,
): Promise<Measured> {
  signal.throwIfAborted();
  const log = openSync(logFile, 'a');
  const [program, ...words] = command;
  const startedMs = performance.now();
  const child = spawn(program, words, {
    cwd,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C.UTF-8', HOME: cwd, ...environment },
    stdio: ['ignore', log, log],
    detached: true,
  });
  const pid = child.pid ?? 0;
  const terminate = (): void => endGroup(pid, 'SIGTERM');
  let last: Usage = { cpuMs: 0, peakBytes: 0 };
  const sampling = setInterval(() => {
    last = readUsage(pid) ?? last;
  }, SAMPLE_MS);
  const stopping = setTimeout(terminate, limitMs);
  const killing = setTimeout(() => endGroup(pid, 'SIGKILL'), limitMs + LAST_MS);
  signal.addEventListener('abort', terminate);
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    return { wallMs: performance.now() - startedMs, exitCode, ...last };
  } finally {
    clearInterval(sampling);
    clearTimeout(stopping);
    clearTimeout(killing);
    signal.removeEventListener('abort', terminate);
    closeSync(log);
  }
}
