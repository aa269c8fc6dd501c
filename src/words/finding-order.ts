import type { Facts } from './words.ts';

/** What is needed of a finding to put it in its place. */
interface OrderedFinding {
  readonly code: string;
  readonly verdict: 'ok' | 'warning' | 'failed' | 'unknown';
  readonly facts: Facts;
}

/** Problems first. */
export const VERDICT_ORDER = ['failed', 'warning', 'unknown', 'ok'] as const;

export interface FindingOrder<F> {
  readonly shown: readonly F[];
  /** One line for all questions that wait for a sign-in, since each would say the same; null: none does. */
  readonly waiting: string | null;
}

/** The findings as a person reads them. */
export function orderFindings<F extends OrderedFinding>(findings: readonly F[]): FindingOrder<F> {
  const waiting = findings.filter(waitsForSignIn).length;
  const others = findings.filter((finding) => !waitsForSignIn(finding));
  return {
    shown: VERDICT_ORDER.flatMap((verdict) => others.filter((one) => one.verdict === verdict)),
    waiting:
      waiting === 0
        ? null
        : `${waiting} more ${waiting === 1 ? 'question waits' : 'questions wait'} until I can sign in.`,
  };
}

const waitsForSignIn = ({ code, facts }: OrderedFinding): boolean =>
  code === 'check.not-asked' && facts['because'] === 'sign-in';
