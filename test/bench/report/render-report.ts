import { RENAMED_FOLDERS } from '../corpus/folders.ts';
import type { Contender } from '../run/contenders.ts';
import type { MachineFacts } from '../run/machine.ts';
import type { CaseResult, FirstStart, RunResult } from '../run/run-case.ts';
import { judgeResults, median, type Row, runsOf, type Unit, verdictOf } from './judge.ts';

export interface ReportInput {
  readonly results: readonly CaseResult[];
  readonly machine: MachineFacts;
  readonly measuredOn: Date;
  readonly repeats: number;
  readonly firstStart: FirstStart;
}

const FORMATS: Readonly<Record<Unit, (value: number) => string>> = {
  times: (value) => `${value.toFixed(2)} ×`,
  seconds: (value) => `${value.toFixed(2)} s`,
  megabytes: (value) => `${Math.round(value)} MB`,
  count: (value) => String(Math.round(value)),
};

const VERDICTS = {
  stretch: 'kept, and the stretch with it',
  must: 'kept',
  missed: '**missed**',
  'not measured': 'not measured',
} as const;

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function numberRow(row: Row): string {
  const format = FORMATS[row.unit];
  return tableRow([
    row.what,
    `≤ ${format(row.must)}`,
    row.stretch === null ? '–' : `≤ ${format(row.stretch)}`,
    row.value === null ? '–' : format(row.value),
    VERDICTS[verdictOf(row)],
  ]);
}

/** The numbers and their limits. */
export function renderNumbers(results: readonly CaseResult[]): string {
  return [
    tableRow(['case', 'must', 'stretch', 'measured', 'limit']),
    '|---|---|---|---|---|',
    ...judgeResults(results).map(numberRow),
  ].join('\n');
}

function contenderRow({ benchCase, corpus, runs }: CaseResult, contender: Contender): string {
  const own = runs.filter((run) => run.contender === contender);
  const middle = (of: (run: RunResult) => number): number => median(own.map(of)) ?? 0;
  const wallMs = middle(({ wallMs: one }) => one);
  const pumpMs = median(
    runsOf([{ benchCase, corpus, runs }], benchCase.id, 'pump').map((run) => run.wallMs),
  );
  const problems = [...new Set(own.flatMap((run) => run.problems))];
  const turns = own.flatMap((run) => run.turns ?? []);
  const walls = own.map((run) => run.wallMs / 1000);
  return tableRow([
    benchCase.title,
    contender,
    String(own.length),
    (wallMs / 1000).toFixed(2),
    `${Math.min(...walls).toFixed(2)}–${Math.max(...walls).toFixed(2)}`,
    pumpMs === null ? '–' : (wallMs / pumpMs).toFixed(2),
    (middle(({ cpuMs }) => cpuMs) / 1000).toFixed(2),
    String(Math.round(Math.max(...own.map(({ peakBytes }) => peakBytes)) / 1e6)),
    turns.length === 0 ? '–' : String(Math.round(median(turns) ?? 0)),
    problems.length === 0
      ? `${middle(({ delivered }) => delivered)} of ${corpus.messages}`
      : `**${problems.join('; ')}**`,
  ]);
}

/** Every contender in every case. */
export function renderRuns(results: readonly CaseResult[]): string {
  const rows = results.flatMap((result) =>
    [...new Set(result.runs.map(({ contender }) => contender))].map((contender) =>
      contenderRow(result, contender),
    ),
  );
  const head = ['case', 'who', 'runs', 'time, s', 'from–to', '× pump', 'CPU, s', 'memory, MB'];
  return [
    tableRow([...head, 'turns', 'messages there']),
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function corpusLines(results: readonly CaseResult[]): string {
  const byName = new Map(results.map(({ benchCase, corpus }) => [benchCase.corpus, corpus]));
  return [...byName]
    .map(
      ([name, { messages, bytes }]) =>
        `\`${name}\` ${messages} messages, ${Math.round(bytes / 1e6)} MB`,
    )
    .join('; ');
}

/** docs/benchmarks.md. */
export function renderPage(input: ReportInput): string {
  const { results, machine, measuredOn, repeats, firstStart } = input;
  const seconds = (ms: number | null): string => (ms === null ? '–' : (ms / 1000).toFixed(1));
  return `# Benchmarks

Written by \`npm run bench\` on ${measuredOn.toISOString().slice(0, 10)}. Nothing here is a promise: another machine has other numbers, and
about the same ratios.

- **Machine:** ${machine.cores} cores, ${Math.round(machine.memoryBytes / 1e9)} GB of memory, Linux; Node ${machine.node}, Dovecot ${machine.dovecot ?? '–'}, mbsync (isync) ${machine.mbsync ?? 'not installed'}.
- **Servers:** two private Dovecots with their mail in memory and without fsync; the target advertises what Exchange Online
  does. Nothing throttles.
- **Link:** a process between client and servers that adds latency, bandwidth, and a time for each APPEND, one after the
  other on each connection. At RTT 0 there is none.
- **Mailboxes** (seeded, 22 folders): ${corpusLines(results)}.
- **Pump:** the limit. One connection streams UID FETCH into back-to-back APPENDs with a window of 256; it keeps nothing and
  checks nothing. One connection to the target, or as many as the project has where the case says how many.
- **Runs:** ${repeats} of each, in turns, fewer where the table says so; medians. Time is from the start of the process to its end.
  CPU is user and system time, and memory the most that was resident (VmHWM), of that process; PostgreSQL is not in it.
- **First start:** the project makes its database on a disk once, in ${seconds(firstStart.firstMs)} s with a mailbox of 20 messages (${seconds(firstStart.laterMs)} s with the
  database there). All other runs have it, and copy to a new account.
- **Checked** after each run: how many messages are there. After the first run of the project in each case, and of the pump
  where the mailbox is small, every message is compared to the octet, with dates and flags.

## Limits

Times are ratios to the pump in the same run.

${renderNumbers(results)}

## Runs

A turn is a burst of the client that follows octets of the server: it may have waited for them. Folders with other names at
the target: ${Object.keys(RENAMED_FOLDERS).join(', ')}.

${renderRuns(results)}
`;
}
