import type { M365ErrorCode } from './errors.ts';

/**
 * The one table that turns Microsoft's codes and texts into ours; nothing else reads server text.
 * First match wins. A text that is only believed (not yet seen live) says so.
 */

interface TextRule {
  readonly serverCode?: RegExp;
  readonly text?: RegExp;
  readonly code: M365ErrorCode;
}

const TOKEN_RULES: readonly TextRule[] = [
  { serverCode: /^AADSTS(7000222|7000229|700024)$/, code: 'graph.credential-expired' },
  {
    serverCode: /^AADSTS(7000215|7000218|700027|700213|70021|50012)$/,
    code: 'graph.credential-refused',
  },
  { serverCode: /^AADSTS700016$/, code: 'graph.application-unknown' },
  { serverCode: /^AADSTS(90002|900023|9002313)$/, code: 'graph.tenant-unknown' },
  // Believed: Conditional Access for workload identities answers 53003 and its neighbours.
  { serverCode: /^AADSTS530\d\d$/, code: 'graph.sign-in-blocked' },
  // Declined, timed out, not assigned, no consent: whoever was asked to sign in did not.
  {
    serverCode: /^(AADSTS(65001|65002|65004|70016|70019|70020|70043|90094|50105)|access_denied)$/,
    code: 'graph.sign-in-refused',
  },
  { serverCode: /^AADSTS50001\d?$/, code: 'graph.resource-unknown' },
];

const GRAPH_RULES: readonly TextRule[] = [
  {
    serverCode: /^(MailboxNotEnabledForRESTAPI|MailboxNotSupportedForRESTAPI)$/,
    code: 'graph.no-mailbox',
  },
  { serverCode: /^ResourceNotFound$/, text: /could not be discovered/i, code: 'graph.no-mailbox' },
  {
    serverCode: /^(Request_ResourceNotFound|ErrorInvalidUser|ErrorItemNotFound)$/,
    code: 'graph.not-found',
  },
  {
    serverCode: /^ErrorAccessDenied$/,
    text: /access to odata is disabled/i,
    code: 'graph.mailbox-access-restricted',
  },
  {
    serverCode: /^(Authorization_RequestDenied|ErrorAccessDenied|AccessDenied|Forbidden)$/,
    code: 'graph.right-missing',
  },
  { serverCode: /^ErrorFolderExists$/, code: 'graph.folder-exists' },
  { serverCode: /^(InvalidAuthenticationToken|CompactToken.*)$/, code: 'graph.token-rejected' },
  // CountViolation and its kind: what licenseAssignmentStates names, for licences of groups above all.
  { text: /ProhibitedInUsageLocationViolation/, code: 'graph.licence-not-in-country' },
  { text: /invalid usage ?location/i, code: 'graph.usage-location-missing' },
  // Believed: the wording for a licence without free seats.
  {
    text: /does not have any available licenses|CountViolation/i,
    code: 'graph.no-free-licence',
  },
  // Believed: a service plan that another plan must carry.
  { text: /DependencyViolation/, code: 'graph.licence-incomplete' },
  // Believed: two objects with one address keep each other from a mailbox, or from being made.
  {
    text: /UniquenessViolation|another object with the same value for property/i,
    code: 'graph.address-taken',
  },
  { text: /does not correspond to a valid company license/i, code: 'graph.licence-unknown' },
  // Believed: all of these wordings.
  {
    text: /mutually ?exclusive|conflicting service plans|user has already been assigned/i,
    code: 'graph.licence-conflict',
  },
  { text: /on-premises mastered directory sync/i, code: 'graph.directory-synced' },
];

const EXCHANGE_RULES: readonly TextRule[] = [
  // Believed for applications. "Out of the current user's write scope" alone also begins what is said of
  // objects that a local directory masters, and of quotas beyond a licence.
  { text: /isn't within your current write scopes/i, code: 'exchange-admin.outside-scope' },
  {
    text: /InDehydratedContext|run the command: Enable-OrganizationCustomization/i,
    code: 'exchange-admin.not-customized',
  },
  { text: /user or group .+ wasn't found/i, code: 'exchange-admin.trustee-unknown' },
  {
    text: /ManagementObjectNotFoundException|couldn't be found/i,
    code: 'exchange-admin.object-not-found',
  },
  {
    text: /CommandNotFoundException|is not recognized as the name of a cmdlet/i,
    code: 'exchange-admin.cmdlet-unknown',
  },
  { text: /a parameter cannot be found that matches/i, code: 'exchange-admin.parameter-unknown' },
  {
    text: /already exists?\b|ObjectAlreadyExists|is already a member of the group/i,
    code: 'exchange-admin.already-exists',
  },
  // Believed: what an application without a role in Exchange is told.
  {
    text: /role assigned to application|access is denied|not authorized/i,
    code: 'exchange-admin.right-missing',
  },
];

const RULES = { token: TOKEN_RULES, graph: GRAPH_RULES, exchange: EXCHANGE_RULES };

const matches = (pattern: RegExp | undefined, value: string): boolean =>
  pattern === undefined || pattern.test(value);

/** Our code for a server's answer; null when the table does not know it. */
export function readServerText(
  speaker: keyof typeof RULES,
  serverCode: string,
  text: string,
): M365ErrorCode | null {
  const rule = RULES[speaker].find(
    (candidate) => matches(candidate.serverCode, serverCode) && matches(candidate.text, text),
  );
  return rule?.code ?? null;
}
