import type { Facts, FindingText } from '../words.ts';

/** A fact as text; a name of its own in pointed brackets where it is not known. */
export function fact(facts: Facts, name: string, otherwise = `<${name}>`): string {
  return String(facts[name] ?? otherwise);
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
  throttling: `${LEARN}/graph/throttling`,
  accessPolicy: `${LEARN}/graph/auth-limit-mailbox-access`,
  principal: `${LEARN}/powershell/module/exchange/new-serviceprincipal`,
  exchangeRole: `${LEARN}/powershell/exchange/app-only-auth-powershell-v2`,
  exchangeRoles: `${LEARN}/exchange/permissions-exo/permissions-exo`,
  licences: `${LEARN}/microsoft-365/commerce/licenses/buy-licenses`,
  subscriptions: `${LEARN}/microsoft-365/commerce/subscriptions/what-if-my-subscription-expires`,
  networks: `${LEARN}/microsoft-365/enterprise/urls-and-ip-address-ranges`,
} as const;
