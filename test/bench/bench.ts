/**
 * `npm run bench`: the project, mbsync and a bare pump side by side. Prints as it goes and writes
 * docs/benchmarks.md after a whole run. Ends with 1 when a copy was wrong, not when a limit is missed.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { argv, exit, stderr, stdout } from 'node:process';
import { BENCH_USAGE, parseBenchArguments } from './bench-arguments.ts';
import type { BenchCase } from './cases.ts';
import { CORPORA, type CorpusName, type CorpusSpec, shrink } from './corpus/corpora.ts';
import { renderNumbers, renderPage, renderRuns } from './report/render-report.ts';
import { type BenchWorld, startBenchWorld } from './run/bench-world.ts';
import { readMachineFacts } from './run/machine.ts';
import { type CaseResult, measureFirstStart, runCase } from './run/run-case.ts';

const startedMs = performance.now();

function say(line: string): void {
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  stdout.write(`${String(seconds).padStart(5)} s  ${line}\n`);
}

const FIRST_START: BenchCase = {
  id: 'first-start',
  title: 'first start',
  corpus: 'tiny',
  link: null,
  connections: 4,
  pumpConnections: 1,
  contenders: ['pump', 'project'],
};

async function runAll(
  world: BenchWorld,
  options: NonNullable<ReturnType<typeof parseBenchArguments>>,
  signal: AbortSignal,
): Promise<number> {
  const machine = readMachineFacts();
  const deps = { world, say, mbsyncVersion: machine.mbsync };
  if (machine.mbsync === null) {
    say("mbsync is not installed (Debian's isync): it is left out");
  }
  const specOf = (name: CorpusName): CorpusSpec =>
    options.quick ? shrink(CORPORA[name]) : CORPORA[name];
  say('first start');
  const first = { benchCase: FIRST_START, spec: CORPORA.tiny, repeats: options.quick ? 1 : 2 };
  const firstStart = await measureFirstStart(deps, first, signal);
  const results: CaseResult[] = [];
  const failures: string[] = [];
  for (const benchCase of options.cases) {
    say(benchCase.title);
    const spec = specOf(benchCase.corpus);
    const { repeats } = options;
    try {
      results.push(await runCase(deps, { benchCase, spec, repeats }, signal));
    } catch (error) {
      signal.throwIfAborted();
      // One case less is no reason to measure nothing: the others go on.
      failures.push(`${benchCase.id}: ${error instanceof Error ? error.message : String(error)}`);
      say(`FAILED: ${failures.at(-1)}`);
    }
  }
  say('done');
  if (options.quick) {
    say('a look only: in mailboxes so small the start of a process is most of what is measured');
  }
  stdout.write(`\n${renderNumbers(results)}\n\n${renderRuns(results)}\n`);
  if (options.pageFile !== null) {
    const { repeats } = options;
    const page = renderPage({ results, machine, repeats, firstStart, measuredOn: new Date() });
    await writeFile(path.resolve(options.pageFile), page);
  }
  const wrong = results.flatMap(({ runs }) => runs.flatMap(({ problems }) => problems));
  return wrong.length + failures.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const options = parseBenchArguments(argv.slice(2));
  if (options === null) {
    stderr.write(BENCH_USAGE);
    return 64;
  }
  if (readMachineFacts().dovecot === null) {
    stderr.write("The benchmark needs Dovecot (Debian's dovecot-imapd).\n");
    return 1;
  }
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)));
  }
  const world = await startBenchWorld(options.quick);
  try {
    return await runAll(world, options, stopping.signal);
  } catch (error) {
    stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await world.close();
  }
}

exit(await main());
