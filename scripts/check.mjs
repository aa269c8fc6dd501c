import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runNode } from './runtime.mjs';

/** The steps before the tests: each takes seconds, so all of them run and are reported together. */
const STEPS = [
  {
    name: 'format',
    package: '@biomejs/biome',
    bin: 'biome',
    args: ['check', '--error-on-warnings'],
  },
  { name: 'types', package: 'typescript', bin: 'tsc', args: ['--noEmit', '--project', '.'] },
  { name: 'lint', package: 'oxlint', bin: 'oxlint', args: ['--deny-warnings'] },
  { name: 'unused code', package: 'knip', bin: 'knip', args: ['--no-progress'] },
];

/**
 * The one gate: format, types, lint, unused code, tests. With `files`, the tests of those files alone.
 *
 * @param {string} root
 * @param {string} node
 * @param {readonly string[]} files
 * @returns {Promise<number>} the exit code
 */
export async function check(root, node, files) {
  process.chdir(root);
  const failed = [];
  for (const step of files.length > 0 ? [] : STEPS) {
    if (!(await runStep(root, node, step))) {
      failed.push(step.name);
    }
  }
  if (failed.length > 0) {
    say(`Stopped before the tests; failed: ${failed.join(', ')}`);
    return 1;
  }
  return runTests(root, node, files);
}

async function runStep(root, node, step) {
  say(`── ${step.name}`);
  const started = performance.now();
  const { exitCode } = await runNode(node, [binOf(root, step.package, step.bin), ...step.args]);
  say(`   ${step.name}: ${exitCode === 0 ? 'ok' : 'FAILED'}, ${seconds(started)}`);
  return exitCode === 0;
}

async function runTests(root, node, files) {
  const directory = mkdtempSync(path.join(tmpdir(), 'skybridge-check-'));
  const reportFile = path.join(directory, 'tests.json');
  try {
    const exitCode = await runVitest(root, node, [
      ...files,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
    ]);
    return summarize(readReport(reportFile), exitCode);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runVitest(root, node, args) {
  say('── tests');
  const started = performance.now();
  const { exitCode } = await runNode(node, [binOf(root, 'vitest', 'vitest'), 'run', ...args]);
  say(`   tests: ${exitCode === 0 ? 'ok' : 'FAILED'}, ${seconds(started)}`);
  return exitCode;
}

/** Prints what was skipped and why, and the closing line; the exit code of it all. */
function summarize(report, exitCode) {
  if (report === null) {
    say('The tests left no report.');
    return 1;
  }
  const results = report.testResults.flatMap((file) => file.assertionResults);
  const count = (...states) => results.filter(({ status }) => states.includes(status)).length;
  // A file that does not even load has failed without a test to its name.
  const broken = report.testResults.filter(
    (file) =>
      file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'),
  ).length;
  for (const [reason, number] of skipReasons(results)) {
    say(`skipped ${number}: ${reason}`);
  }
  const failed = count('failed') + broken;
  const ok = exitCode === 0 && failed === 0 && count('passed') > 0;
  if (!ok && failed === 0) {
    say('The test run failed outside of its tests; see above.');
  }
  say(
    `${count('passed')} passed, ${failed} failed, ${count('skipped', 'pending', 'todo', 'disabled')} skipped`,
  );
  return ok ? 0 : 1;
}

/** test/support/witness.ts writes the reason into the title of the suite that it skips. */
function skipReasons(results) {
  const reasons = new Map();
  for (const { status, ancestorTitles, title } of results) {
    if (status === 'passed' || status === 'failed') {
      continue;
    }
    const titles = [...ancestorTitles, title].join(' › ');
    const reason = /\[skipped: (.*?)\]/.exec(titles)?.[1] ?? `no reason given (${titles})`;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return reasons;
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function binOf(root, packageName, bin) {
  const directory = path.join(root, 'node_modules', packageName);
  const manifest = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
  return path.join(directory, typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[bin]);
}

function seconds(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
