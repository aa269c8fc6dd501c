import { formatNoun } from '../format.ts';
import type { Explanation, Facts, ProblemText } from '../words.ts';
import { M365_PROBLEMS } from './problems-m365.ts';

/** The reason that an unanswered question carries along, in its own words. */
function reasonOf(facts: Facts): Explanation | null {
  const text = M365_PROBLEMS[String(facts['problem'] ?? '')];
  return typeof text === 'function' ? text({}) : (text ?? null);
}

/** One text for what is well; what is not well says why where the check knows it. */
function finding(good: (facts: Facts) => string, bad: (facts: Facts) => Explanation): ProblemText {
  return (facts) =>
    facts['verdict'] === 'ok' ? { what: good(facts), doNext: '' } : (reasonOf(facts) ?? bad(facts));
}

/**
 * What the tenant check found, by code; `facts.verdict` is the finding's own. `doNext` is empty where
 * nothing is to be done.
 */
export const FINDINGS: Readonly<Record<string, ProblemText>> = {
  'tenant.reachable': finding(
    (facts) => `I am signed in to ${String(facts['name'] ?? 'your tenant')}.`,
    () => ({
      what: 'I cannot sign in to your tenant.',
      doNext: 'Check TENANT_ID, CLIENT_ID and the certificate or secret.',
    }),
  ),
  'tenant.rights': finding(
    () => 'every right that I need was really granted.',
    (facts) => ({
      what: `the right ${String(facts['role'] ?? '')} was not granted.`,
      doNext:
        'Entra admin center → App registrations → API permissions: add it as an application permission and grant admin consent.',
    }),
  ),
  'tenant.exchange': finding(
    () => 'Exchange knows me.',
    (facts) => ({
      what:
        facts['registration'] === 'wrong-object'
          ? 'Exchange knows me under the wrong object id: that of the app registration.'
          : 'Exchange does not know me, so I cannot be given access to a mailbox.',
      doNext:
        'In Exchange Online PowerShell: New-ServicePrincipal -AppId <CLIENT_ID> -ObjectId <object id of the enterprise application>.',
    }),
  ),
  'tenant.cmdlet': finding(
    () => 'my role in Exchange allows every command that I need.',
    (facts) => ({
      what: `my role in Exchange does not allow ${String(facts['cmdlet'] ?? 'a command that I need')}.`,
      doNext: 'Give my application a role that holds it; docs/permissions.md lists what I need.',
    }),
  ),
  'tenant.licences': finding(
    (facts) =>
      `${formatNoun(Number(facts['freeSeats'] ?? 0), 'licence', 'licences')} with Exchange free.`,
    () => ({
      what: 'no licence with Exchange is free.',
      doNext: 'People who have a mailbox already can move all the same.',
    }),
  ),
};
