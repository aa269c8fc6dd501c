import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'skybridge-bootstrap-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** Runs `source` by way of scripts/bootstrap.mjs. */
async function run(source: string, ...args: string[]): Promise<ChildProcess> {
  const file = path.join(directory, `${Math.random().toString(36).slice(2)}.ts`);
  await writeFile(file, source);
  return spawn(
    process.execPath,
    ['scripts/bootstrap.mjs', 'run', path.relative('.', file), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
}

test('a command gets its arguments as they are, runs on Node.js 24, and its exit code comes back', async () => {
  const child = await run(
    `const facts: unknown = [process.version.split('.')[0], ...process.argv.slice(2)];
     process.stdout.write(JSON.stringify(facts)); process.exitCode = 7;`,
    '--json',
    'a b',
    '$HOME',
  );
  const [output, [code]] = await Promise.all([
    text(child.stdout ?? process.stdin),
    once(child, 'exit'),
  ]);
  expect(JSON.parse(output)).toEqual(['v24', '--json', 'a b', '$HOME']);
  expect(code).toBe(7);
});

test('a signal reaches the command, which may still finish its work', async () => {
  const child = await run(
    `process.once('SIGTERM', () => { process.stdout.write('drained'); process.exit(0); });
     setInterval(() => undefined, 1000); process.stdout.write('ready ');`,
  );
  child.stdout?.once('data', () => child.kill('SIGTERM'));
  const [output, [code]] = await Promise.all([
    text(child.stdout ?? process.stdin),
    once(child, 'exit'),
  ]);
  expect(output).toBe('ready drained');
  expect(code).toBe(0);
});

test('a command that a signal ended is seen to have ended by it', async () => {
  const child = await run(`process.kill(process.pid, 'SIGKILL'); setInterval(() => 0, 1000);`);
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
});

test('without a command, the usage and exit code 64', async () => {
  const child = spawn(process.execPath, ['scripts/bootstrap.mjs'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [output, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(output).toMatch(/^Usage: /);
  expect(code).toBe(64);
});
