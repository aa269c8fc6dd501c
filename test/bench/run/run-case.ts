import path from 'node:path';
import type { BenchCase } from '../cases.ts';
import type { CorpusSpec } from '../corpus/corpora.ts';
import type { BenchWorld, LoadedCorpus } from './bench-world.ts';
import { countMessages, findDifferences } from './check-copy.ts';
import { type Contender, type CopyTask, PREPARE } from './contenders.ts';
import { type Measured, measureProcess } from './measure-process.ts';
import { readFinishedTotal } from './project-output.ts';

/** One measured run. */
export interface RunResult extends Measured {
  readonly contender: Contender;
  /** Messages in the target afterwards. */
  readonly delivered: number;
  /** Messages that the contender itself names as not copied. */
  readonly named: number;
  /** The client's turns on both links; null where there was no link before the servers. */
  readonly turns: number | null;
  /** What is wrong with what it did; empty: nothing was found. */
  readonly problems: readonly string[];
}

export interface CaseResult {
  readonly benchCase: BenchCase;
  readonly corpus: LoadedCorpus;
  readonly runs: readonly RunResult[];
}

export interface RunCaseDeps {
  readonly world: BenchWorld;
  /** Null: not installed, and left out. */
  readonly mbsyncVersion: string | null;
  /** One line for who watches. */
  readonly say: (line: string) => void;
}

export interface RunCaseInput {
  readonly benchCase: BenchCase;
  readonly spec: CorpusSpec;
  readonly repeats: number;
}

const LIMIT_MS = 300_000;
const NO_DELAY = { rttMs: 0, bytesPerSecond: null, serviceMs: 0 };

/** What mbsync leaves out is shown, not judged. */
const JUDGED: readonly Contender[] = ['pump', 'project', 'project-exchange'];

function problemsOf(run: Omit<RunResult, 'problems'>, corpus: LoadedCorpus): string[] {
  const { contender, exitCode, delivered, named } = run;
  if (!JUDGED.includes(contender)) {
    return exitCode === 0 ? [] : [`ended with ${exitCode}`];
  }
  const expectedCode = named > 0 ? 2 : 0;
  return [
    ...(exitCode === expectedCode ? [] : [`ended with ${exitCode}`]),
    ...(delivered + named === corpus.messages
      ? []
      : [`${delivered} of ${corpus.messages} messages arrived, ${named} were named`]),
  ];
}

function taskOf(
  { world }: RunCaseDeps,
  { benchCase }: RunCaseInput,
  run: { contender: Contender; corpus: LoadedCorpus; target: string; workDirectory: string },
): CopyTask {
  const { servers, link, dataDirectory, cacheDirectory } = world;
  const direct = { source: servers.source.port, target: servers.target.port };
  return {
    ports: benchCase.link === null ? direct : link.ports,
    users: { source: run.corpus.user, target: run.target },
    passwords: { source: servers.source.password, target: servers.target.password },
    connections: run.contender === 'pump' ? benchCase.pumpConnections : benchCase.connections,
    workDirectory: run.workDirectory,
    dataDirectory,
    cacheDirectory,
  };
}

/** Copies once, or once more, and looks at what came of it. */
async function copyOnce(
  deps: RunCaseDeps,
  task: CopyTask,
  run: { readonly contender: Contender; readonly corpus: LoadedCorpus; readonly isLinked: boolean },
  signal: AbortSignal,
): Promise<RunResult> {
  const { contender, corpus, isLinked } = run;
  const { world, mbsyncVersion } = deps;
  const command = await PREPARE[contender](task, mbsyncVersion ?? '');
  const logFile = path.join(task.workDirectory, 'log');
  const cwd = task.workDirectory;
  const measured = await measureProcess({ ...command, cwd, logFile, limitMs: LIMIT_MS }, signal);
  const turns = isLinked ? await world.link.turns() : null;
  const total = contender.startsWith('project') ? await readFinishedTotal(logFile) : null;
  const result = {
    ...measured,
    contender,
    turns: turns === null ? null : turns.source + turns.target,
    delivered: await countMessages(world.servers.target, task.users.target),
    named: total?.named ?? 0,
  };
  return { ...result, problems: problemsOf(result, corpus) };
}

function repeatsOf(contender: Contender, { benchCase, repeats }: RunCaseInput): number {
  return contender === 'mbsync' ? (benchCase.mbsyncRepeats ?? repeats) : repeats;
}

function contendersOf({ mbsyncVersion }: RunCaseDeps, { benchCase }: RunCaseInput): Contender[] {
  return benchCase.contenders.filter((one) => one !== 'mbsync' || mbsyncVersion !== null);
}

function lineOf({ contender, wallMs, cpuMs, peakBytes, turns, problems }: RunResult): string {
  return [
    contender.padEnd(16),
    `${(wallMs / 1000).toFixed(2)} s`,
    `CPU ${(cpuMs / 1000).toFixed(2)} s`,
    `${Math.round(peakBytes / 1e6)} MB`,
    ...(turns === null ? [] : [`${turns} turns`]),
    ...problems.map((problem) => `WRONG: ${problem}`),
  ].join('  ');
}

/** Small enough to be read again where nobody waits for the answer but us. */
const SMALL_BYTES = 100_000_000;

/** Whose copy has to be the same to the octet: mbsync adds a header, the profile for Exchange another. */
function isComparable(contender: Contender, corpus: LoadedCorpus): boolean {
  return contender === 'project' || (contender === 'pump' && corpus.bytes < SMALL_BYTES);
}

/** Every contender copies to a target of its own, in turns, so that a busy minute hits them all. */
async function runCopies(
  deps: RunCaseDeps,
  input: RunCaseInput,
  corpus: LoadedCorpus,
  signal: AbortSignal,
): Promise<RunResult[]> {
  const { world, say } = deps;
  const { benchCase, repeats } = input;
  const runs: RunResult[] = [];
  for (let round = 1; round <= repeats; round += 1) {
    for (const contender of contendersOf(deps, input)) {
      if (round > repeatsOf(contender, input)) {
        continue;
      }
      await world.link.configure(benchCase.link ?? NO_DELAY);
      const target = `${contender}-${benchCase.id}-${round}`;
      const workDirectory = await world.makeDirectory(target);
      const task = taskOf(deps, input, { contender, corpus, target, workDirectory });
      const isLinked = benchCase.link !== null;
      const run = await copyOnce(deps, task, { contender, corpus, isLinked }, signal);
      const isCompared = round === 1 && isComparable(contender, corpus);
      const differences = isCompared ? await findDifferences(world.servers, task.users) : [];
      runs.push({ ...run, problems: [...run.problems, ...differences] });
      say(lineOf(runs.at(-1) ?? run));
      await world.servers.target.removeAccount(target);
    }
  }
  return runs;
}

/** Every contender copies once without delay, and then again and again over the link. */
async function runReruns(
  deps: RunCaseDeps,
  input: RunCaseInput,
  corpus: LoadedCorpus,
  signal: AbortSignal,
): Promise<RunResult[]> {
  const { world, say } = deps;
  const { benchCase, repeats } = input;
  const tasks: { contender: Contender; task: CopyTask; problems: readonly string[] }[] = [];
  await world.link.configure(NO_DELAY);
  for (const contender of contendersOf(deps, input)) {
    const target = `${contender}-${benchCase.id}`;
    const workDirectory = await world.makeDirectory(target);
    const task = taskOf(deps, input, { contender, corpus, target, workDirectory });
    const first = await copyOnce(deps, task, { contender, corpus, isLinked: false }, signal);
    tasks.push({ contender, task, problems: first.problems });
  }
  const runs: RunResult[] = [];
  for (let round = 1; round <= repeats; round += 1) {
    for (const { contender, task, problems } of tasks) {
      await world.link.configure(benchCase.link ?? NO_DELAY);
      const rerun = await copyOnce(deps, task, { contender, corpus, isLinked: true }, signal);
      const run = { ...rerun, problems: [...problems, ...rerun.problems] };
      say(lineOf(run));
      runs.push(run);
    }
  }
  for (const { task } of tasks) {
    await world.servers.target.removeAccount(task.users.target);
  }
  return runs;
}

/** Runs one case. */
export async function runCase(
  deps: RunCaseDeps,
  input: RunCaseInput,
  signal: AbortSignal,
): Promise<CaseResult> {
  const corpus = await deps.world.load(input.spec);
  const run = input.benchCase.isRerun === true ? runReruns : runCopies;
  return { benchCase: input.benchCase, corpus, runs: await run(deps, input, corpus, signal) };
}

/** The project's first start, and one with a database that is there. */
export interface FirstStart {
  readonly firstMs: number;
  /** Null: not measured. */
  readonly laterMs: number | null;
}

/** Makes the project's database, and has the pump compiled, in a first run; a second of `repeats` finds them there. */
export async function measureFirstStart(
  deps: RunCaseDeps,
  input: RunCaseInput,
  signal: AbortSignal,
): Promise<FirstStart> {
  const corpus = await deps.world.load(input.spec);
  const runs = await runCopies(deps, input, corpus, signal);
  const wrong = runs.flatMap(({ problems }) => problems);
  const [first, later] = runs.filter(({ contender }) => contender === 'project');
  if (first === undefined || wrong.length > 0) {
    throw new Error(`nothing can be measured: ${wrong.join(', ')}`);
  }
  return { firstMs: first.wallMs, laterMs: later?.wallMs ?? null };
}
