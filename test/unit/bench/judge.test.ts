import { describe, expect, test } from 'vitest';
import { BENCH_CASES } from '../../bench/cases.ts';
import { judgeResults, median, type Row, verdictOf } from '../../bench/report/judge.ts';
import type { Contender } from '../../bench/run/contenders.ts';
import type { CaseResult, RunResult } from '../../bench/run/run-case.ts';

function run(contender: Contender, wallMs: number, fields: Partial<RunResult> = {}): RunResult {
  const counts = { delivered: 1, named: 0, turns: null, problems: [] };
  return { contender, wallMs, cpuMs: 1, peakBytes: 1e6, exitCode: 0, ...counts, ...fields };
}

function results(id: string, runs: readonly RunResult[]): readonly CaseResult[] {
  const corpus = { user: 'source', messages: 1, bytes: 1 };
  return BENCH_CASES.filter((one) => one.id === id).map((benchCase) => ({
    benchCase,
    corpus,
    runs,
  }));
}

function row(rows: readonly Row[], what: string): Row | undefined {
  return rows.find((one) => one.what.startsWith(what));
}

test.for([
  [[], null],
  [[3], 3],
  [[9, 1, 5], 5],
  [[1, 2, 4, 100], 3],
] as const)('the median of %j is %j', ([values, expected]) => {
  expect(median(values)).toBe(expected);
});

describe('a limit', () => {
  const limits: Omit<Row, 'value'> = { what: 'x', unit: 'times', must: 2, stretch: 1.6 };
  test.for([
    [1.6, 'stretch'],
    [1.61, 'must'],
    [2, 'must'],
    [2.01, 'missed'],
    [null, 'not measured'],
  ] as const)('%j: %s', ([value, verdict]) => {
    expect(verdictOf({ ...limits, value })).toBe(verdict);
  });
});

test('a ratio is of medians, so that one bad run on either side changes nothing', () => {
  const runs = [
    ...[100, 100, 900].map((wallMs) => run('pump', wallMs)),
    ...[150, 5000, 150].map((wallMs) => run('project', wallMs)),
    ...[165, 165, 165].map((wallMs) => run('project-exchange', wallMs)),
  ];
  const rows = judgeResults(results('big-0', runs));
  expect(row(rows, '`big`, RTT 0')?.value).toBe(1.5);
  expect(row(rows, 'profile exchange-online')?.value).toBeCloseTo(1.1);
  expect(row(rows, '`big`, RTT 40 ms')?.value).toBeNull();
});

test('memory is the most that any run of the project had, in either profile', () => {
  const runs = [
    run('pump', 1, { peakBytes: 900e6 }),
    run('project', 1, { peakBytes: 150e6 }),
    run('project-exchange', 1, { peakBytes: 210e6 }),
  ];
  expect(row(judgeResults(results('big-0', runs)), 'memory at most, the cases')?.value).toBe(210);
});

test('exchanges are counted for the project alone', () => {
  const runs = [run('project', 1500, { turns: 15 }), run('mbsync', 1900, { turns: 82 })];
  const rows = judgeResults(results('rerun', runs));
  expect(row(rows, 'nothing new, 22 folders: exchanges')?.value).toBe(15);
  expect(row(rows, 'nothing new, 22 folders, RTT')?.value).toBe(1.5);
});
