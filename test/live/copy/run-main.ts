import { spawn } from 'node:child_process';
import path from 'node:path';

/** What `node src/main.ts` left behind. */
export interface MainResult {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
  /** Lines of `--json`. */
  readonly events: () => readonly Readonly<Record<string, unknown>>[];
}

/** Runs `node src/main.ts copy` as a person would, with nothing in its environment but this. */
export async function runMain(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<MainResult> {
  const script = path.join(import.meta.dirname, '../../../src/main.ts');
  const child = spawn(process.execPath, [script, 'copy', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', ...environment },
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const exitCode = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const events = (): Readonly<Record<string, unknown>>[] =>
    output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return { exitCode, output, errors, events };
}
