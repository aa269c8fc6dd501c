import type { TenantFinding } from '../jobs/ports.ts';
import { orderFindings, VERDICT_ORDER } from '../words/finding-order.ts';
import { explainFinding } from '../words/words.ts';

const SIGNS = { ok: '✓', warning: '!', failed: '✗', unknown: '?' } as const satisfies Record<
  TenantFinding['verdict'],
  string
>;

/** Control characters of another's words must not steer the terminal. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?');

function lineOf(verdict: TenantFinding['verdict'], text: string): string {
  return `${SIGNS[verdict]} ${verdict.toUpperCase().padEnd(7)} ${printable(text)}`;
}

function linesOf(finding: TenantFinding): readonly string[] {
  const { what, doNext, command, link } = explainFinding(finding);
  const { raw, believed, verdict } = finding;
  const lead = believed ? 'not certain; the answer was' : 'the answer was';
  const answer = raw === null || (verdict === 'ok' && !believed) ? null : `${lead}: ${raw}`;
  const details = [answer, doNext === '' ? null : doNext, command, link];
  return [
    lineOf(verdict, what),
    ...details.filter((line) => line !== null).map((line) => `            ${printable(line)}`),
  ];
}

/** The findings for a person, problems first, with a line that sums them up. */
export function formatFindings(findings: readonly TenantFinding[]): string {
  const { shown, waiting } = orderFindings(findings);
  const counts = VERDICT_ORDER.map((verdict) => {
    const count = findings.filter((one) => one.verdict === verdict).length;
    return `${count} ${verdict}`;
  });
  const lines = [
    ...shown.flatMap(linesOf),
    ...(waiting === null ? [] : [lineOf('unknown', waiting)]),
  ];
  return `${[...lines, '', counts.join(', ')].join('\n')}\n`;
}

/** The findings for a program: one JSON object a line, with the words that a person would read. */
export function formatJson(findings: readonly TenantFinding[]): string {
  return findings
    .map((finding) => `${JSON.stringify({ ...finding, ...explainFinding(finding) })}\n`)
    .join('');
}
