import type { Facts, FindingText } from '../words.ts';

/** A fact as text; a name of its own in pointed brackets where it is not known. */
export function fact(facts: Facts, name: string, otherwise = `<${name}>`): string {
  return String(facts[name] ?? otherwise);
}

/** A day that the facts name as 2027-03-14, as it is spoken: "14 Mar 2027". */
export function dayOf(facts: Facts, name: string, otherwise = 'a day that I do not know'): string {
  const day = new Date(fact(facts, name, ''));
  return Number.isNaN(day.getTime())
    ? otherwise
    : new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(day);
}

/** A fact for a command that somebody copies: a name, an id or an address, and nothing a shell would read. */
export function argument(facts: Facts, name: string): string {
  const text = fact(facts, name);
  return /^[\w.@+-]+$/.test(text) ? text : `<${name}>`;
}

/** Everything is well: nothing to do. */
export function well(what: (facts: Facts) => string): (facts: Facts) => FindingText {
  return (facts) => ({ what: what(facts), doNext: '', command: null, link: null });
}

/** Something to mend, or to know: what it means, where to mend it, and the page about it. */
export function trouble(
  link: string,
  text: (facts: Facts) => {
    readonly what: string;
    readonly doNext: string;
    readonly command?: string;
  },
): (facts: Facts) => FindingText {
  return (facts) => ({ command: null, ...text(facts), link });
}

const LEARN = 'https://learn.microsoft.com';

/** Pages of Microsoft and Apple that the findings point at. */
export const PAGES = {
  signInCodes: `${LEARN}/entra/identity-platform/reference-error-codes`,
  consent: `${LEARN}/entra/identity/enterprise-apps/grant-admin-consent`,
  graphRights: `${LEARN}/graph/permissions-reference`,
  graphErrors: `${LEARN}/graph/errors`,
  throttling: `${LEARN}/graph/throttling`,
  accessPolicy: `${LEARN}/graph/auth-limit-mailbox-access`,
  principal: `${LEARN}/powershell/module/exchange/new-serviceprincipal`,
  exchangeRole: `${LEARN}/powershell/exchange/app-only-auth-powershell-v2`,
  exchangeRoles: `${LEARN}/exchange/permissions-exo/permissions-exo`,
  scopes: `${LEARN}/exchange/understanding-management-role-scopes-exchange-2013-help`,
  licences: `${LEARN}/microsoft-365/commerce/licenses/buy-licenses`,
  subscriptions: `${LEARN}/microsoft-365/commerce/subscriptions/what-if-my-subscription-expires`,
  imapOAuth: `${LEARN}/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth`,
  mailboxPermission: `${LEARN}/powershell/module/exchange/add-mailboxpermission`,
  casMailbox: `${LEARN}/powershell/module/exchange/set-casmailbox`,
  credentials: `${LEARN}/entra/identity-platform/how-to-add-credentials`,
  securityDefaults: `${LEARN}/entra/fundamentals/security-defaults`,
  workloadPolicies: `${LEARN}/entra/identity/conditional-access/workload-identity`,
  policyRights: `${LEARN}/graph/permissions-reference#policyreadall`,
  applicationRights: `${LEARN}/graph/permissions-reference#applicationreadall`,
  clock: `${LEARN}/windows-server/networking/windows-time-service/windows-time-service-top`,
  appleServers: 'https://support.apple.com/102525',
  appleNetworks: 'https://support.apple.com/101555',
  networks: `${LEARN}/microsoft-365/enterprise/urls-and-ip-address-ranges`,
} as const;
