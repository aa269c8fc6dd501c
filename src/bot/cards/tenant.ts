import type { TenantFinding } from '../../jobs/api.ts';
import { explain } from '../../words/words.ts';
import { button } from './actions.ts';
import type { Card, CardElement, Mark } from './elements.ts';
import { card, heading, hint, markedLine, paragraph } from './elements.ts';

const VERDICTS = {
  ok: { mark: 'ok', word: 'Good' },
  warning: { mark: 'warning', word: 'Look at this' },
  failed: { mark: 'failed', word: 'Missing' },
  unknown: { mark: 'unknown', word: 'Not known' },
} as const satisfies Record<TenantFinding['verdict'], { mark: Mark; word: string }>;

const ORDER: readonly TenantFinding['verdict'][] = ['failed', 'warning', 'unknown', 'ok'];

function findingLines(finding: TenantFinding): readonly CardElement[] {
  const { mark, word } = VERDICTS[finding.verdict];
  const { what, doNext } = explain({
    ...finding,
    facts: { ...finding.facts, verdict: finding.verdict },
  });
  const line = markedLine(mark, `${word}: ${what}`);
  return doNext === '' || finding.verdict === 'ok' ? [line] : [line, hint(doNext)];
}

/** While Microsoft 365 is being asked. */
export function checkingTenantCard(): Card {
  return card({
    summary: 'Checking your tenant',
    body: [
      heading('Checking your tenant'),
      paragraph('I ask Microsoft 365 what I may do. I change nothing.'),
    ],
  });
}

/** What the check found, problems first. */
export function tenantCard(findings: readonly TenantFinding[]): Card {
  const sorted = ORDER.flatMap((verdict) => findings.filter((one) => one.verdict === verdict));
  const isReady = findings.every((finding) => finding.verdict !== 'failed');
  const title = isReady ? 'Your tenant is ready' : 'Your tenant is not ready yet';
  return card({
    summary: title,
    body: [heading(title), ...sorted.flatMap(findingLines)],
    actions: isReady
      ? [
          button('people.ask', 'Move someone', {}, 'positive'),
          button('tenant.check', 'Check again', {}),
        ]
      : [button('tenant.check', 'Check again', {}, 'positive')],
  });
}
