/** Holds docs/operations.md to the alerts, metrics, codes and commands that it speaks of. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createMetrics } from '../../../src/app/metrics.ts';
import { PROBLEMS } from '../../../src/words/en/problems.ts';

const page = readFileSync('docs/operations.md', 'utf8');
const rules = readFileSync('infra/prometheus-rules.yaml', 'utf8');

const sectionOf = (title: string): string =>
  (page.split(`\n## ${title}\n`)[1] ?? '').split('\n## ')[0] ?? '';

const all = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? '')),
];

/** Names of all that a process shows once it has done a little of everything. */
async function metricNames(): Promise<ReadonlySet<string>> {
  const metrics = createMetrics();
  metrics.watch(async () => ({
    jobs: [{ queue: 'copy', state: 'waiting', count: 1 }],
    migrations: [{ state: 'Syncing', count: 1 }],
    oldestSeconds: 1,
  }));
  metrics.stepEnded('copy', 1, true);
  metrics.message('done', 1);
  metrics.failed('imap.throttled');
  metrics.sent('posted');
  const { text } = await metrics.render();
  return new Set([...all(text, /^(skybridge_\w+)/gm), ...all(text, /^# TYPE (\w+)/gm)]);
}

test('every alert says what to do, and no other is spoken of', () => {
  const alerts = all(rules, /- alert: (\w+)/g);
  expect(alerts.length).toBeGreaterThan(5);
  expect(all(sectionOf('Alerts'), /^\| `(\w+)` \|/gm)).toEqual(alerts);
  const rows = sectionOf('Alerts')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.filter((row) => row.split(' | ').some((cell) => cell.trim().length < 10))).toEqual(
    [],
  );
});

test('every metric that is named, in a rule or on the page, is one that a process shows', async () => {
  const names = await metricNames();
  const named = [...all(rules, /\b(skybridge_\w+)/g), ...all(page, /\b(skybridge_\w+)/g)];
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !names.has(name))).toEqual([]);
});

test('every code that is named exists', () => {
  const faults = `${sectionOf('Alerts')}${sectionOf('Faults')}`;
  const codes = all(faults, /`([a-z][a-z-]+\.[a-z][a-z-]+)`/g).filter(
    (name) => !/\.(?:md|yaml|ts|pem|json)$/.test(name),
  );
  expect(codes.length).toBeGreaterThan(4);
  expect(codes.filter((code) => !(code in PROBLEMS) && code !== 'internal.unexpected')).toEqual([]);
});

test('every command that is named is one', () => {
  const source = readFileSync('src/app/run-command.ts', 'utf8');
  const commands = all(page, /node src\/main\.ts (\w+)/g);
  expect(commands.length).toBeGreaterThan(3);
  expect(commands.filter((name) => !new RegExp(`^ {2}${name}: async`, 'm').test(source))).toEqual(
    [],
  );
});
