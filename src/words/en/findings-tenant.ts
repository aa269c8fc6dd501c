import { formatNoun } from '../format.ts';
import type { Explanation } from '../person-texts.ts';
import type { Facts, FindingText } from '../words.ts';
import { argument, fact, PAGES, trouble, well } from './finding-text.ts';
import { M365_PROBLEMS } from './problems-m365.ts';

/** The reason that another code gives, in its own words. */
function reasonOf(facts: Facts, otherwise: Explanation): Explanation {
  const text = M365_PROBLEMS[fact(facts, 'problem', '')];
  return (typeof text === 'function' ? text({}) : text) ?? otherwise;
}

/** Where it is documented that a service gives no answer, by the last part of our code for it. */
function pageOf(problem: string): string {
  const [, kind = ''] = problem.split('.');
  const pages: Readonly<Record<string, string>> = {
    unreachable: PAGES.networks,
    throttled: PAGES.throttling,
    'right-missing': PAGES.consent,
  };
  return pages[kind] ?? PAGES.graphErrors;
}

/** What each question of the check is about. */
const QUESTIONS: Readonly<Record<string, string>> = {
  'sign-in': 'whether I may sign in',
  rights: 'my rights',
  registration: 'whether Exchange knows me',
  cmdlets: 'my role in Exchange',
  scope: 'whether my role covers the mailbox',
  licences: 'the licences',
  'imap-login': 'whether an IMAP login works',
  credential: 'when my credential ends',
  'security-defaults': 'your security defaults',
  'conditional-access': 'your Conditional Access policies',
  clock: 'the clock of this machine',
  'source-imap': 'whether the mail server of the source can be reached',
  'source-smtp': "whether Apple's SMTP server can be reached",
  'target-imap': "whether Exchange's mail server can be reached",
  'microsoft-hosts': "whether Microsoft's services can be reached",
};

const question = (facts: Facts, name: string): string =>
  QUESTIONS[fact(facts, name, '')] ?? 'one of my questions';

/** Sign-in, rights, Exchange and licences. */
export const TENANT_FINDINGS: Readonly<Record<string, (facts: Facts) => FindingText>> = {
  'check.unanswered': (facts) => {
    const { what } = reasonOf(facts, { what: 'The answer was none that I know.', doNext: '' });
    const api = facts['api'] === undefined ? '' : ` to ${facts['api']}`;
    return {
      what: `I could not find out ${question(facts, 'check')}${api}. ${what}`,
      doNext: 'Check again in a few minutes; if it stays, mend what stands above first.',
      command: null,
      link: pageOf(fact(facts, 'problem', '')),
    };
  },
  'check.timed-out': trouble(PAGES.networks, (facts) => ({
    what: `I could not find out ${question(facts, 'check')}: no answer within ${fact(facts, 'seconds', 'some')} s.`,
    doNext: 'Check the network and proxy between this machine and Microsoft, then check again.',
  })),
  'check.not-asked': trouble(PAGES.consent, (facts) => ({
    what: `I did not look at ${question(facts, 'check')}, because ${
      fact(facts, 'because', '') === 'rights' ? 'a right is missing' : 'I cannot sign in'
    }.`,
    doNext: 'Mend that first.',
  })),

  'check.sign-in': well((facts) => `I am signed in to ${fact(facts, 'api', 'Microsoft 365')}.`),
  'check.sign-in.refused': trouble(PAGES.signInCodes, (facts) => {
    const { what, doNext } = reasonOf(facts, {
      what: 'Entra ID refused.',
      doNext: 'Check TENANT_ID, CLIENT_ID and the certificate or secret.',
    });
    return { what: `I cannot sign in to ${fact(facts, 'api', 'Microsoft 365')}. ${what}`, doNext };
  }),

  'check.rights': well(
    (facts) =>
      `${fact(facts, 'api', 'Microsoft 365')}: every right that I need (${fact(facts, 'count', 'all')}) was really granted.`,
  ),
  'check.rights.missing': trouble(PAGES.consent, (facts) => ({
    what: `The right ${fact(facts, 'role')} of ${fact(facts, 'api', 'Microsoft 365')} was not granted.`,
    doNext:
      'Entra admin center → App registrations → my application → API permissions: add it as an application permission, then "Grant admin consent". It counts from the next check on.',
  })),
  'check.rights.missing-by-hand': trouble(PAGES.consent, (facts) => ({
    what: `The right ${fact(facts, 'role')} of ${fact(facts, 'api', 'Microsoft 365')} was not granted, so I cannot assign licences.`,
    doNext:
      'Give everybody who moves a licence with Exchange and a usage location yourself (Microsoft 365 admin center → Users), or grant me the right and admin consent.',
  })),
  'check.rights.refused': trouble(PAGES.graphRights, (facts) => ({
    what: `The right ${fact(facts, 'role')} is in my token, and Microsoft Graph refuses all the same: most likely the consent was just taken away or changed.`,
    doNext:
      'Entra admin center → Enterprise applications → my application → Permissions: look whether it is still granted, and grant admin consent again.',
  })),
  'check.rights.restricted': trouble(PAGES.accessPolicy, (facts) => ({
    what: `An application access policy keeps me out of the mailbox that I tried, so ${fact(facts, 'role')} does not work there.`,
    doNext: 'Look at the policies, and add the people who move to the group of the policy.',
    command: 'Get-ApplicationAccessPolicy | Format-List Identity,AppId,ScopeName,AccessRight',
  })),
  'check.rights.untried': trouble(PAGES.graphRights, (facts) => ({
    what: `The right ${fact(facts, 'role')} is in my token; I found no mailbox to try it on.`,
    doNext: 'Name a mailbox for the check.',
  })),
  'check.rights.wider': trouble(PAGES.graphRights, (facts) => ({
    what: `I hold ${fact(facts, 'wider')}, which is more than I need: ${fact(facts, 'role')} is enough.`,
    doNext:
      'Entra admin center → App registrations → API permissions: grant the smaller right, then remove the wider one.',
  })),

  'check.registration': well(() => 'Exchange knows me.'),
  'check.registration.unknown': trouble(PAGES.principal, (facts) => ({
    what: 'Exchange does not know me, so I cannot be given access to a mailbox and no IMAP login can work.',
    doNext: 'In Exchange Online PowerShell:',
    command: `New-ServicePrincipal -AppId ${argument(facts, 'clientId')} -ObjectId ${argument(facts, 'objectId')} -DisplayName Skybridge`,
  })),
  'check.registration.wrong-object': trouble(PAGES.principal, (facts) => ({
    what: `Exchange knows me under the object id ${fact(facts, 'found')}, which is not mine: most likely that of the app registration. The enterprise application has another one, and every IMAP login fails.`,
    doNext: 'In Exchange Online PowerShell, remove that entry and make the right one:',
    command: `Remove-ServicePrincipal -Identity ${argument(facts, 'found')}; New-ServicePrincipal -AppId ${argument(facts, 'clientId')} -ObjectId ${argument(facts, 'objectId')} -DisplayName Skybridge`,
  })),

  'check.cmdlets': well(() => 'My role in Exchange allows every command that I need.'),
  'check.cmdlets.no-role': trouble(PAGES.exchangeRole, (facts) => ({
    what: 'Exchange lets me in, and I have no role there: I may do nothing.',
    doNext:
      'Put me into a role group with the commands of docs/permissions.md (narrower than the Entra role Exchange Administrator):',
    command: `Add-RoleGroupMember -Identity <role group> -Member ${argument(facts, 'objectId')}`,
  })),
  'check.cmdlets.missing': trouble(PAGES.exchangeRoles, (facts) => ({
    what: `My role in Exchange does not allow ${fact(facts, 'cmdlet')}.`,
    doNext: 'Add a role that holds it to my role group. Which roles do:',
    command: `Get-ManagementRoleEntry "*\\${argument(facts, 'cmdlet')}" | Format-Table Role`,
  })),
  'check.cmdlets.missing-shown': trouble(PAGES.exchangeRoles, (facts) => ({
    what: `My role in Exchange does not allow ${fact(facts, 'cmdlet')}. Moves work without it; I can show less of a mailbox.`,
    doNext: 'Nothing, or add a role that holds it to my role group. Which roles do:',
    command: `Get-ManagementRoleEntry "*\\${argument(facts, 'cmdlet')}" | Format-Table Role`,
  })),
  'check.cmdlets.parameter-missing': trouble(PAGES.exchangeRoles, (facts) => ({
    what: `My role in Exchange allows ${fact(facts, 'cmdlet')}, but not with every parameter that I pass: ${fact(facts, 'names')}.`,
    doNext: 'Add what is missing to the entry of my role:',
    command: `Set-ManagementRoleEntry "<role>\\${argument(facts, 'cmdlet')}" -AddParameter -Parameters ${
      fact(facts, 'names').match(/^[\w, ]+$/)?.[0] ?? '<names>'
    }`,
  })),

  'check.scope': well(
    (facts) => `My role in Exchange covers ${fact(facts, 'mailbox', 'the mailbox')}.`,
  ),
  'check.scope.outside': trouble(PAGES.scopes, (facts) => ({
    what: `The mailbox ${fact(facts, 'mailbox')} is outside the scope of my role in Exchange, so I cannot prepare it.`,
    doNext: 'Put the person into the mail-enabled security group that limits my role:',
    command: `Add-DistributionGroupMember -Identity <group> -Member ${argument(facts, 'mailbox')}`,
  })),

  'check.licences': well(
    (facts) =>
      `${formatNoun(Number(facts['freeSeats'] ?? 0), 'licence', 'licences')} with Exchange free.`,
  ),
  'check.licences.none-free': trouble(PAGES.licences, (facts) => ({
    what: `No licence with Exchange is free (${fact(facts, 'names', 'all are in use')}).`,
    doNext:
      'People who have a mailbox already can move all the same. For others buy or free a seat: Microsoft 365 admin center → Billing → Licenses.',
  })),
  'check.licences.no-product': trouble(PAGES.licences, () => ({
    what: 'The tenant has no product with Exchange mailboxes that it can use.',
    doNext: 'Microsoft 365 admin center → Billing: buy one, such as Business Basic.',
  })),
  'check.licences.suspended': trouble(PAGES.subscriptions, (facts) => ({
    what: `${fact(facts, 'name', 'A product with mailboxes')} is suspended or in its grace period; nobody new can get it.`,
    doNext:
      'Microsoft 365 admin center → Billing → Your products: renew it, or choose another one.',
  })),
};
