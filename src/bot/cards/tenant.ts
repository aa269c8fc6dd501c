import type { TenantFinding, TenantFix, TenantFixPlan } from '../../jobs/api.ts';
import { orderFindings } from '../../words/finding-order.ts';
import { explainFinding } from '../../words/words.ts';
import { button } from './actions.ts';
import type { Card, CardElement, Mark, TextInput } from './elements.ts';
import { card, factSet, heading, hint, markedLine, paragraph, plain } from './elements.ts';
import { seenHash } from './seen.ts';

const VERDICTS = {
  ok: { mark: 'ok', word: 'Good' },
  warning: { mark: 'warning', word: 'Look at this' },
  failed: { mark: 'failed', word: 'Not good' },
  unknown: { mark: 'unknown', word: 'Not known' },
} as const satisfies Record<TenantFinding['verdict'], { mark: Mark; word: string }>;

const FIXES = {
  'register-principal': {
    title: 'Register me in Exchange',
    what: 'I register myself in Exchange, so that access to a mailbox can be given to me. I open no mailbox by that.',
  },
} as const satisfies Record<TenantFix, { title: string; what: string }>;

/** What an answer was, where somebody should see it; what is only believed says so. */
function rawLines({ raw, believed, verdict }: TenantFinding): readonly CardElement[] {
  if (raw === null || (verdict === 'ok' && !believed)) {
    return [];
  }
  const lead = believed ? 'I am not certain of this. The answer was' : 'The answer was';
  return [hint(`${lead}: ${plain(raw)}`)];
}

function findingLines(finding: TenantFinding): readonly CardElement[] {
  const { mark, word } = VERDICTS[finding.verdict];
  const { what, doNext, command, link } = explainFinding(finding);
  return [
    markedLine(mark, `${word}: ${plain(what)}`),
    ...rawLines(finding),
    ...(doNext === '' ? [] : [hint(plain(doNext))]),
    ...(command === null
      ? []
      : [paragraph(plain(command), { fontType: 'Monospace', size: 'Small' })]),
    ...(link === null ? [] : [hint(`[About this](${link})`)]),
    ...(finding.fix === null
      ? []
      : [
          {
            type: 'ActionSet' as const,
            actions: [button('tenant.ask-fix', 'Fix it', { fix: finding.fix })],
          },
        ]),
  ];
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

/** Where a login was not tried: a field for the mailbox to try it on. */
const TRIAL_FIELD: TextInput = {
  type: 'Input.Text',
  id: 'mailbox',
  label: 'A mailbox of the tenant, to try an IMAP login on (I read nothing in it)',
  style: 'Email',
  placeholder: 'anna@contoso.com',
  maxLength: 320,
  isRequired: true,
  errorMessage: 'Please enter an address.',
};

function titleOf(findings: readonly TenantFinding[]): string {
  if (findings.some(({ verdict }) => verdict === 'failed')) {
    return 'Your tenant is not ready yet';
  }
  return 'Your tenant is ready';
}

/** What the check found, problems first; `mailbox` is the one that a login was tried on. */
export function tenantCard(findings: readonly TenantFinding[], mailbox: string | null): Card {
  const { shown, waiting } = orderFindings(findings);
  const title = titleOf(findings);
  const isReady = findings.every(({ verdict }) => verdict !== 'failed');
  const again = mailbox === null ? {} : { mailbox };
  const isUntried = findings.some(({ code }) => code === 'check.imap-login.not-tried');
  const trial = isUntried ? [button('tenant.try-login', 'Try a login', {})] : [];
  return card({
    summary: title,
    body: [
      heading(title),
      ...shown.flatMap(findingLines),
      ...(waiting === null ? [] : [markedLine('unknown', `Not known: ${waiting}`)]),
      ...(isUntried ? [TRIAL_FIELD] : []),
    ],
    actions: isReady
      ? [
          button('people.ask', 'Move someone', {}, 'positive'),
          button('tenant.check', 'Check again', again),
          ...trial,
        ]
      : [button('tenant.check', 'Check again', again, 'positive'), ...trial],
  });
}

/** Asks an admin before anything in the tenant is changed. */
export function fixCard(fix: TenantFix, plan: TenantFixPlan, note: string | null = null): Card {
  const { title, what } = FIXES[fix];
  return card({
    summary: `${title}?`,
    body: [
      heading(`${title}?`),
      ...(note === null ? [] : [markedLine('warning', note)]),
      paragraph(what),
      factSet({ Now: plain(plan.before), Then: plain(plan.after) }),
      hint('It is written down with your name. Then I check again.'),
    ],
    actions: [
      button('tenant.fix', 'Do it', { fix, seen: seenHash(plan) }, 'positive'),
      button('tenant.check', 'Not now', {}),
    ],
  });
}
