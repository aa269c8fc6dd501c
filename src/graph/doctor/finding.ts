import { isAppError } from '../../errors.ts';
import { M365Error } from '../errors.ts';
import { sanitiseAnswer } from './sanitise-answer.ts';

/** The questions of the tenant check; each is answered by at least one finding. */
export type CheckName =
  | 'sign-in'
  | 'rights'
  | 'registration'
  | 'cmdlets'
  | 'scope'
  | 'imap-login'
  | 'credential'
  | 'security-defaults'
  | 'conditional-access'
  | 'clock'
  | 'licences'
  | 'source-imap'
  | 'target-imap'
  | 'source-smtp'
  | 'microsoft-hosts';

export type Verdict = 'ok' | 'warning' | 'failed' | 'unknown';

export type FindingFacts = Readonly<Record<string, string | number>>;

/** What Skybridge can mend by itself, once an admin confirmed it. */
export type FixName = 'register-principal';

/** One line of the tenant check; `code` has words in src/words. */
export interface Finding {
  readonly check: CheckName;
  readonly code: string;
  readonly verdict: Verdict;
  readonly facts: FindingFacts;
  /** The other side's own words, without tokens and with short addresses; null where there are none. */
  readonly raw: string | null;
  /** True where the meaning of the answer is believed and not documented: `raw` stands beside it. */
  readonly believed: boolean;
  readonly fix: FixName | null;
}

/** The parts of a finding that most have not. */
export type FindingExtras = Partial<Pick<Finding, 'raw' | 'believed' | 'fix'>>;

/** Makes the findings of one question. */
export type FindingMaker = (
  code: string,
  verdict: Verdict,
  facts?: FindingFacts,
  extras?: FindingExtras,
) => Finding;

/** The maker for one question; what the other side said is sanitised here, for all of them. */
export function findingsOf(check: CheckName): FindingMaker {
  return (code, verdict, facts = {}, { raw = null, believed = false, fix = null } = {}) => ({
    check,
    code,
    verdict,
    facts,
    raw: raw === null ? null : sanitiseAnswer(raw),
    believed,
    fix,
  });
}

/** What a service said in an error, for an admin's eyes: status, its name for it, its words. */
export function rawOf(error: unknown): string | null {
  if (!(error instanceof M365Error)) {
    return null;
  }
  const { status, serverCode, serverText } = error;
  const parts = [status === null ? null : String(status), serverCode, serverText];
  const said = parts.filter((part) => part !== null).join(' ');
  return said === '' ? causeOf(error) : said;
}

/** Where nobody answered, what the system says of it: ENOTFOUND, UNABLE_TO_VERIFY_LEAF_SIGNATURE. */
function causeOf(error: Error): string | null {
  let inner: unknown = error.cause;
  for (let depth = 0; inner instanceof Error && depth < 3; depth += 1) {
    const code: unknown = Reflect.get(inner, 'code');
    if (typeof code === 'string' && code !== '') {
      return code;
    }
    inner = inner.cause;
  }
  return null;
}

/** The question got no answer that says anything: never a guess, the reason and the raw words. */
export function unanswered(check: CheckName, error: unknown, more: FindingFacts = {}): Finding {
  const problem = isAppError(error) ? error.code : 'internal.unexpected';
  const facts = { check, problem, ...more };
  return findingsOf(check)('check.unanswered', 'unknown', facts, { raw: rawOf(error) });
}

/** The question was not asked, because `because` failed. */
export function notAsked(check: CheckName, because: CheckName): Finding {
  return findingsOf(check)('check.not-asked', 'unknown', { check, because });
}
