/** The benchmark itself, on tiny mailboxes, so that it still runs when somebody needs it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../../support/witness.ts';

const run = promisify(execFile);

describeWith('dovecot', 'npm run bench', () => {
  let directory = '';
  let page = '';
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'sb-bench-test-'));
    const pageFile = path.join(directory, 'page.md');
    const script = path.join(import.meta.dirname, '../../bench/bench.ts');
    const words = ['--quick', '--cases', 'huge', '--page', pageFile];
    // Anything that it finds wrong with a copy is an exit code, and fails here.
    await run(process.execPath, [script, ...words]);
    page = await readFile(pageFile, 'utf8');
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  /** The cells of the row for a contender in a case. */
  const cells = (title: string, contender: string): readonly string[] =>
    page
      .split('\n')
      .find((line) => line.startsWith(`| ${title}`) && line.includes(` | ${contender} | `))
      ?.split(' | ') ?? [];

  test('measures the pump and the project, and finds all messages at the target', () => {
    for (const contender of ['pump', 'project']) {
      const row = cells('one message of 150 MB', contender);
      expect(Number(row[3]), `seconds of the ${contender}`).toBeGreaterThan(0.05);
      expect(Number(row[7]), `megabytes of the ${contender}`).toBeGreaterThan(20);
      expect(row.at(-1)).toMatch(/^20 of 20/);
    }
  });

  describeWith('mbsync', 'beside mbsync', () => {
    test('measures it, too', () => {
      expect(cells('one message of 150 MB', 'mbsync').at(-1)).toMatch(/^20 of 20/);
    });
  });
});
