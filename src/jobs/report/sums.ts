/** The arithmetic of the report; every number on the page comes from here or from the input. */
import { needsLook } from '../copy/folder-problem.ts';
import { addTallies } from '../tally.ts';
import type { Verification } from '../verify/verify-mailbox.ts';
import type { ReportInput, ReportTally } from './input.ts';

/** One addend of the sum; `key` names it in files, `label` on the page. */
export interface Addend {
  readonly key: 'copied' | 'already-there' | 'skipped' | 'failed' | 'gone' | 'open' | 'later';
  readonly label: string;
  readonly count: number;
}

/** What became of `source` messages; the last three appear only where they are not 0. */
export function addendsOf(tally: ReportTally): Addend[] {
  const always: Addend[] = [
    { key: 'copied', label: 'copied', count: tally.copied },
    { key: 'already-there', label: 'already there', count: tally.alreadyThere },
    { key: 'skipped', label: 'skipped', count: countOf(tally.skipped) },
    { key: 'failed', label: 'failed', count: countOf(tally.failed) },
  ];
  const rare: Addend[] = [
    { key: 'gone', label: 'deleted meanwhile', count: tally.gone },
    { key: 'open', label: 'not finished', count: tally.open },
    { key: 'later', label: 'arrived later', count: tally.arrivedLater },
  ];
  return [...always, ...rare.filter((addend) => addend.count !== 0)];
}

/** True where the addends explain every message of the source. */
export function isBalanced(tally: ReportTally): boolean {
  return addendsOf(tally).reduce((sum, addend) => sum + addend.count, 0) === tally.source;
}

/** All messages of a count by reason. */
export function countOf(byReason: Readonly<Record<string, number>>): number {
  return Object.values(byReason).reduce((sum, count) => sum + count, 0);
}

/** Adds counts by reason or repair code. */
function mergeCounts(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const [code, count] of counts.flatMap((one) => Object.entries(one))) {
    merged[code] = (merged[code] ?? 0) + count;
  }
  return merged;
}

/** How the move went, in the words of Exchange's own migration reports. */
export type DataConsistency = 'Perfect' | 'Good' | 'Investigate' | 'Poor';

export interface ReportSums {
  readonly total: ReportTally;
  readonly balanced: boolean;
  readonly skipped: number;
  readonly failed: number;
  readonly repaired: Readonly<Record<string, number>>;
  readonly bytes: { readonly total: number; readonly settled: number };
  /** Those that somebody should look at. */
  readonly closedFolders: number;
  readonly verified: VerificationSums | null;
  readonly consistency: DataConsistency;
  readonly durationSeconds: number;
}

export interface VerificationSums {
  readonly expected: number;
  readonly found: number;
  readonly missing: number;
  readonly others: number;
  readonly dates: { readonly compared: number; readonly different: number };
  readonly flags: { readonly compared: number; readonly different: number };
}

/** Adds up the whole report. */
export function sumReport(input: ReportInput): ReportSums {
  const tallies = input.folders.map((folder) => folder.tally);
  const arrivedLater = tallies.reduce((sum, tally) => sum + tally.arrivedLater, 0);
  const total = { ...addTallies(tallies), arrivedLater };
  const facts = {
    total,
    balanced: input.folders.every((folder) => isBalanced(folder.tally)),
    skipped: countOf(total.skipped),
    failed: countOf(total.failed),
    closedFolders: input.folders.filter(({ problem }) => needsLook(problem)).length,
    verified: input.verification === null ? null : sumVerification(input.verification),
  };
  return {
    ...facts,
    repaired: mergeCounts(input.folders.map((folder) => folder.repaired)),
    bytes: {
      total: input.folders.reduce((sum, folder) => sum + folder.bytes.total, 0),
      settled: input.folders.reduce((sum, folder) => sum + folder.bytes.settled, 0),
    },
    consistency: judge(facts, input.verification),
    durationSeconds: Math.max(
      0,
      Math.round((input.finishedAt.getTime() - input.startedAt.getTime()) / 1000),
    ),
  };
}

function judge(
  facts: Pick<
    ReportSums,
    'total' | 'balanced' | 'skipped' | 'failed' | 'closedFolders' | 'verified'
  >,
  verification: Verification | null,
): DataConsistency {
  if (!facts.balanced || facts.total.open > 0) {
    return 'Poor';
  }
  const { arrivedLater } = facts.total;
  if (facts.failed + arrivedLater + facts.closedFolders + (facts.verified?.missing ?? 0) > 0) {
    return 'Investigate';
  }
  const differs = (verification?.differences.length ?? 0) > 0;
  return differs || facts.skipped > 0 || verification === null ? 'Good' : 'Perfect';
}

function sumVerification(verification: Verification): VerificationSums {
  const add = (pick: (one: Verification['folders'][number]['comparison']) => number): number =>
    verification.folders.reduce((sum, folder) => sum + pick(folder.comparison), 0);
  return {
    expected: add((one) => one.messages.expected),
    found: add((one) => one.messages.found),
    missing: verification.differences.filter(({ kind }) => kind === 'missing').length,
    others: add((one) => one.messages.others),
    dates: {
      compared: add((one) => one.dates.compared),
      different: add((one) => one.dates.different),
    },
    flags: {
      compared: add((one) => one.flags.compared),
      different: add((one) => one.flags.different),
    },
  };
}
