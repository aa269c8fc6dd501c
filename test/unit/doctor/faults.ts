import { expect } from 'vitest';
import type { TenantFinding } from '../../../src/jobs/ports.ts';
import { explainFinding } from '../../../src/words/words.ts';

/**
 * One planted fault: what is known of it and how well, what it makes the check say, and what mends it.
 * `found`: written in the source that is named · `measured`: seen on real software · `believed`: neither.
 */
export interface Fault<W> {
  readonly name: string;
  readonly fact: string;
  readonly mark: 'found' | 'measured' | 'believed';
  readonly plant: (world: W) => unknown;
  readonly code: string;
  readonly verdict: TenantFinding['verdict'];
  /** What the finding must name, in its words or facts. */
  readonly names?: string | RegExp;
  readonly mend: (world: W) => unknown;
  /** Codes that the mended tenant still shows for this question, each no fault. */
  readonly leaves?: readonly string[];
  /** A mailbox to try. */
  readonly mailbox?: string;
  /** What the fault makes us do that Microsoft's rules forbid. */
  readonly breaks?: RegExp;
}

/** The finding of this code, with what every finding owes to whoever reads it. */
export function expectFinding(
  found: readonly TenantFinding[],
  { code, verdict, names, mark }: Pick<Fault<never>, 'code' | 'verdict' | 'names' | 'mark'>,
): TenantFinding {
  const finding = found.find((one) => one.code === code);
  if (finding === undefined) {
    throw new Error(`${code} is not among ${found.map((one) => one.code).join(', ')}`);
  }
  const text = explainFinding(finding);
  expect(finding.verdict).toBe(verdict);
  expect(text.doNext).not.toBe('');
  expect(text.link).toMatch(/^https:\/\/(?:learn\.microsoft|support\.apple)\.com\//);
  expect(JSON.stringify([text, finding.facts])).toMatch(names ?? '');
  if (mark === 'believed') {
    // Where the meaning is only believed, the answer itself stands beside it.
    expect([finding.believed, finding.raw]).toEqual([true, expect.stringMatching(/./)]);
  }
  return finding;
}

/** Each verdict on one question, once; codes of `leaves` are no fault of it. */
export function verdictsOn(
  check: string,
  found: readonly TenantFinding[],
  leaves: readonly string[] = [],
): readonly string[] {
  const own = found.filter((one) => one.check === check && !leaves.includes(one.code));
  return [...new Set(own.map(({ verdict }) => verdict))];
}
