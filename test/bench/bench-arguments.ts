import path from 'node:path';
import { parseArgs } from 'node:util';
import { BENCH_CASES, type BenchCase } from './cases.ts';

const ALL_CASES = BENCH_CASES.map(({ id }) => id).join(',');

export const BENCH_USAGE = `npm run bench -- [--cases ${ALL_CASES}]
  [--repeats N] [--quick] [--page FILE]

All cases unless named; 5 runs of each. --quick takes a twentieth of each mailbox, for a look.
A whole run writes docs/benchmarks.md; another one writes a page only where --page says.
`;

export interface BenchArguments {
  readonly cases: readonly BenchCase[];
  readonly repeats: number;
  readonly quick: boolean;
  /** Null: no page is written. */
  readonly pageFile: string | null;
}

const PAGE = path.join(import.meta.dirname, '../../docs/benchmarks.md');

interface BenchWords {
  readonly cases: string;
  readonly quick: boolean;
  readonly repeats?: string | undefined;
  readonly page?: string | undefined;
}

function parseWords(words: readonly string[]): BenchWords | null {
  try {
    return parseArgs({
      args: [...words],
      options: {
        cases: { type: 'string', default: ALL_CASES },
        quick: { type: 'boolean', default: false },
        repeats: { type: 'string' },
        page: { type: 'string' },
      },
    }).values;
  } catch {
    return null;
  }
}

/** Reads the words behind `bench`; null where they cannot be used. */
export function parseBenchArguments(words: readonly string[]): BenchArguments | null {
  const values = parseWords(words);
  if (values === null) {
    return null;
  }
  const { quick } = values;
  const named = values.cases.split(',');
  const cases = BENCH_CASES.filter(({ id }) => named.includes(id));
  const repeats = Number(values.repeats ?? (quick ? 1 : 5));
  if (cases.length !== named.length || !Number.isInteger(repeats) || repeats < 1) {
    return null;
  }
  const isWhole = cases.length === BENCH_CASES.length && !quick;
  return { cases, repeats, quick, pageFile: values.page ?? (isWhole ? PAGE : null) };
}
