/** Holds what was measured against the limits that the project has set itself. */
import type { Contender } from '../run/contenders.ts';
import type { CaseResult, RunResult } from '../run/run-case.ts';

/** How a number reads: `2.0 ×`, `3.0 s`, `280 MB`, `34`. */
export type Unit = 'times' | 'seconds' | 'megabytes' | 'count';

/** One number with its limits. */
export interface Row {
  readonly what: string;
  readonly unit: Unit;
  readonly must: number;
  readonly stretch: number | null;
  /** Null: not measured in this run. */
  readonly value: number | null;
}

export type Verdict = 'stretch' | 'must' | 'missed' | 'not measured';

/** The middle one, or the mean of the two in the middle; null of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}

/** The runs of one contender in a case. */
export function runsOf(
  results: readonly CaseResult[],
  id: string,
  contender: Contender,
): readonly RunResult[] {
  const found = results.find(({ benchCase }) => benchCase.id === id);
  return found?.runs.filter((run) => run.contender === contender) ?? [];
}

/** Median time of a contender in a case, in milliseconds. */
function medianWall(
  results: readonly CaseResult[],
  id: string,
  contender: Contender,
): number | null {
  return median(runsOf(results, id, contender).map(({ wallMs }) => wallMs));
}

function quotient(over: number | null, under: number | null): number | null {
  return over === null || under === null ? null : over / under;
}

function mostMemory(runs: readonly RunResult[]): number | null {
  return runs.length === 0 ? null : Math.max(...runs.map(({ peakBytes }) => peakBytes)) / 1e6;
}

/** One exchange for each of the 22 folders, and twelve to begin and to end with. */
const MOST_TURNS = 12 + 22;

/** The table of numbers, in the order in which they were set. */
export function judgeResults(results: readonly CaseResult[]): readonly Row[] {
  const ratio = (id: string): number | null =>
    quotient(medianWall(results, id, 'project'), medianWall(results, id, 'pump'));
  const rerun = runsOf(results, 'rerun', 'project');
  const rerunMs = medianWall(results, 'rerun', 'project');
  const all = results
    .filter(({ benchCase }) => benchCase.id !== 'huge')
    .flatMap(({ runs }) => runs.filter(({ contender }) => contender.startsWith('project')));
  const times = (what: string, id: string, limits: readonly [number, number]): Row => ({
    what,
    unit: 'times',
    must: limits[0],
    stretch: limits[1],
    value: ratio(id),
  });
  const memory = { unit: 'megabytes', must: 280, stretch: 200 } as const;
  return [
    times('`big`, RTT 0', 'big-0', [2, 1.6]),
    times('`big`, RTT 40 ms', 'big-40', [1.8, 1.4]),
    times('`quarter`, 100 ms an APPEND, 4 connections', 'quarter-4', [1.15, 1.05]),
    times('`quarter`, 100 ms an APPEND, 10 connections', 'quarter-10', [1.3, 1.15]),
    times('`small`, 100 Mbit/s, RTT 40 ms', 'small-narrow', [1.3, 1.1]),
    {
      what: 'nothing new, 22 folders, RTT 40 ms',
      unit: 'seconds',
      must: 3,
      stretch: 2,
      value: quotient(rerunMs, 1000),
    },
    {
      what: 'nothing new, 22 folders: exchanges',
      unit: 'count',
      must: MOST_TURNS,
      stretch: null,
      value: median(rerun.flatMap(({ turns }) => turns ?? [])),
    },
    { what: 'memory at most, the cases above', ...memory, value: mostMemory(all) },
    {
      what: 'memory at most, one message of 150 MB',
      ...memory,
      value: mostMemory(runsOf(results, 'huge', 'project')),
    },
    {
      what: 'profile exchange-online against generic, `big`, RTT 0',
      unit: 'times',
      must: 1.2,
      stretch: 1.1,
      value: quotient(
        medianWall(results, 'big-0', 'project-exchange'),
        medianWall(results, 'big-0', 'project'),
      ),
    },
  ];
}

/** Which limit a number keeps. */
export function verdictOf({ value, must, stretch }: Row): Verdict {
  if (value === null) {
    return 'not measured';
  }
  if (stretch !== null && value <= stretch) {
    return 'stretch';
  }
  return value <= must ? 'must' : 'missed';
}
