import type { Facts, FindingText } from '../words.ts';
import { argument, dayOf, fact, PAGES, trouble, well } from './finding-text.ts';

const CREDENTIALS: Readonly<Record<string, string>> = {
  certificate: 'certificate',
  secret: 'client secret',
};

const credential = (facts: Facts): string => CREDENTIALS[fact(facts, 'what', '')] ?? 'credential';

const RENEW =
  'Entra admin center → App registrations → my application → Certificates & secrets: add a new one, put it into the settings (CLIENT_CERTIFICATE_PATH or CLIENT_SECRET) and start me again.';

const SET_CLOCK = 'timedatectl set-ntp true';

/** The credential, the tenant's policies and the clock. */
export const POLICY_FINDINGS: Readonly<Record<string, (facts: Facts) => FindingText>> = {
  'check.credential': well(
    (facts) => `My ${credential(facts)} is good until ${dayOf(facts, 'until', 'it ends')}.`,
  ),
  'check.credential.managed': well(
    () => 'I sign in with a managed identity: there is no secret, and nothing that ends.',
  ),
  'check.credential.ends-soon': trouble(PAGES.credentials, (facts) => ({
    what: `My ${credential(facts)} ends on ${dayOf(facts, 'until')}, in ${fact(facts, 'days', 'a few')} days. A move that runs then stops.`,
    doNext: RENEW,
  })),
  'check.credential.ended': trouble(PAGES.credentials, (facts) => ({
    what: `My ${credential(facts)} ended on ${dayOf(facts, 'until')}.`,
    doNext: RENEW,
  })),
  'check.credential.secret': trouble(PAGES.credentials, () => ({
    what: 'I sign in with a client secret. Whoever reads it can use it from anywhere, and it ends one day.',
    doNext:
      'Better a managed identity (MANAGED_IDENTITY_CLIENT_ID) or a certificate (CLIENT_CERTIFICATE_PATH); docs/permissions.md says how.',
  })),
  'check.credential.end-unreadable': trouble(PAGES.applicationRights, (facts) => ({
    what: 'I do not know when my client secret ends: I may not read my own registration, or it shows no secret that begins like mine.',
    doNext:
      'Look under Certificates & secrets of my application. Or grant me Application.Read.All, which is optional. By hand:',
    command: `(Get-MgApplicationByAppId -AppId ${argument(facts, 'clientId')}).PasswordCredentials | Format-Table Hint,EndDateTime`,
  })),

  'check.policies.unreadable': trouble(PAGES.policyRights, (facts) => ({
    what: `I may not read ${
      fact(facts, 'check', '') === 'security-defaults'
        ? 'your security defaults'
        : 'your Conditional Access policies'
    }, so I do not know what they say.`,
    doNext: `Nothing, as long as I can sign in. Or grant me ${fact(facts, 'role', 'Policy.Read.All')}, which is optional.`,
  })),
  'check.security-defaults': well(() => 'Security defaults are off.'),
  'check.security-defaults.on': well(
    () =>
      'Security defaults are on. They do not affect me: they ask people for a second factor and stop logins with passwords, and I use a token of my own.',
  ),
  'check.conditional-access': well((facts) =>
    Number(facts['count'] ?? 0) === 0
      ? 'No Conditional Access policy is active.'
      : `None of ${fact(facts, 'count')} active Conditional Access policies is for my application.`,
  ),
  'check.conditional-access.legacy': well(
    (facts) =>
      `The policy "${fact(facts, 'policy', 'against legacy authentication')}" blocks legacy authentication. It does not affect me: IMAP with OAuth is none.`,
  ),
  'check.conditional-access.workload': trouble(PAGES.workloadPolicies, (facts) => ({
    what: `The policy "${fact(facts, 'policy')}" is for workload identities and names my application. I can sign in now; from another place or at a higher risk it may block me (AADSTS53003).`,
    doNext:
      'Entra admin center → Protection → Conditional Access → that policy → Workload identities: exclude my application, or allow the addresses of this machine as a named location.',
  })),
  'check.conditional-access.reports': trouble(PAGES.workloadPolicies, (facts) => ({
    what: `The policy "${fact(facts, 'policy')}" names my application. It only reports today; once it is enforced it may block me.`,
    doNext: 'Exclude my application before it is enforced.',
  })),

  'check.clock': well(
    (facts) =>
      `The clock of this machine is right (within ${fact(facts, 'seconds', 'a few')} s of Microsoft's).`,
  ),
  'check.clock.wrong': trouble(PAGES.clock, (facts) => ({
    what: `The clock of this machine is ${fact(facts, 'minutes', 'more than five')} minutes ${fact(facts, 'direction', 'off')}: Microsoft's services agree with one another, and not with it. Sign-ins with a certificate fail, and times in reports are wrong.`,
    doNext: 'Set it by a time server (in a container: on its host):',
    command: SET_CLOCK,
  })),
  'check.clock.other': trouble(PAGES.clock, (facts) => ({
    what: `The clock of this machine is right. What answers for ${fact(facts, 'name', 'one service')} has a time of its own, ${fact(facts, 'minutes', 'more than five')} minutes away: most likely a proxy of yours.`,
    doNext: 'Look at the proxy before that service, and set its clock.',
  })),
  'check.clock.unclear': trouble(PAGES.clock, (facts) => ({
    what: `Clocks are ${fact(facts, 'minutes', 'more than five')} minutes apart, and I cannot say which is wrong: this machine's or the other one's.`,
    doNext: 'Compare the clock of this machine with a watch; set it by a time server if it is off.',
    command: SET_CLOCK,
  })),
  'check.clock.no-answer': trouble(PAGES.networks, () => ({
    what: "I could not compare the clock of this machine: none of Microsoft's services answered.",
    doNext: 'Check the network first.',
  })),
};
