import {
  type EntraStep,
  type ExchangeStep,
  isEntraStep,
  type PlannedStep,
  type SetupStep,
} from '../graph/setup/plan.ts';
import type { RemovalStep } from '../graph/setup/removal.ts';
import type { Survey } from '../graph/setup/survey.ts';
import { SCOPED_ROLES, TIER_RIGHTS } from '../graph/tiers.ts';

const API = { graph: 'Microsoft Graph', exchange: 'Exchange Online' } as const;

/** One step in words. */
export function describeStep(step: SetupStep): string {
  return isEntraStep(step) ? describeInEntra(step) : describeInExchange(step);
}

function describeInEntra(step: EntraStep): string {
  switch (step.kind) {
    case 'application':
      return 'app registration "Skybridge", for this tenant alone';
    case 'principal':
      return 'enterprise application of it';
    case 'certificate':
      return 'certificate: the key is made here and stays in DATA_DIR, the public part is uploaded';
    case 'federation':
      return `trust in the managed identity ${step.identity}: no secret at all`;
    case 'sign-in':
      return `sign-in of people to the pages (openid, profile), who are sent back to ${step.redirectUri}`;
    case 'grant':
      return `${API[step.resource]}: ${step.role}, for the whole tenant`;
    case 'withdraw-grant':
      return `${API[step.resource]}: ${step.role} is taken back`;
  }
  return '';
}

function describeInExchange(step: ExchangeStep): string {
  switch (step.kind) {
    case 'customization':
      return 'Exchange configuration of the tenant’s own (Enable-OrganizationCustomization)';
    case 'registration':
      return 'the app made known to Exchange';
    case 'scope':
      return `management scope "Skybridge Mailboxes": the direct members of ${step.groupAddress}`;
    case 'role':
      return `role "${step.name}", cut out of "${step.parent}": ${step.entries.map(({ cmdlet }) => cmdlet).join(', ')}`;
    case 'role-group':
      return 'role group "Skybridge" with these roles, limited to the scope';
    case 'member':
      return 'the app as the only member of the role group';
    case 'scoped-role':
      return `${step.role}, for the mailboxes of the scope alone`;
    case 'withdraw-scoped-role':
      return `${step.role} is taken back`;
  }
  return '';
}

const STATUS = {
  there: 'is there',
  make: 'NEW     ',
  change: 'CHANGE  ',
  'by-hand': 'BY HAND ',
} as const;

/** The plan, one line a step. */
export function describePlan(plan: readonly PlannedStep[]): string {
  return plan.map(({ step, status }) => `  ${STATUS[status]}  ${describeStep(step)}\n`).join('');
}

/** What an administrator should know before consenting: what no scope can limit, what stays. */
export function describeLimits(
  plan: readonly PlannedStep[],
  survey: Survey,
  lacking: readonly string[],
): readonly string[] {
  const open = plan.filter(({ status }) => status !== 'there').map(({ step }) => step);
  const grants = open.flatMap((step) => (step.kind === 'grant' ? [step.role] : []));
  const scoped = open.flatMap((step) => (step.kind === 'scoped-role' ? [step.role] : []));
  const known = new Set([...TIER_RIGHTS, ...SCOPED_ROLES].map(({ role }) => role));
  const foreign = survey.entra.grants.filter(({ role }) => !known.has(role));
  return [
    grants.length === 0
      ? ''
      : `These rights hold for the whole tenant; Microsoft has no smaller scope for them: ${grants.join(', ')}.`,
    grants.includes('IMAP.AccessAsApp')
      ? 'IMAP.AccessAsApp opens no mailbox by itself: the app gives itself access to one mailbox at a time, which its role allows for members of the group alone.'
      : '',
    open.some(({ kind }) => kind === 'role')
      ? 'Exchange limits what the app changes to the group, not what it reads: it can look at the settings of every mailbox, never at mail.'
      : '',
    scoped.length === 0
      ? ''
      : `Only through Exchange, and only for the group: ${scoped.join(', ')}. Never grant Mail.* in Entra ID beside them: the grants would add up.`,
    open.some(({ kind }) => kind === 'customization')
      ? 'Enable-OrganizationCustomization can take long, and cannot be undone. It changes nothing that people see.'
      : '',
    plan.some(({ step }) => step.kind === 'grant' && step.role === 'Domain.ReadWrite.All')
      ? 'The rights for the cut-over are for the day of it: take them back afterwards with --without cut-over.'
      : '',
    lacking.length === 0
      ? ''
      : `Exchange's own roles in this tenant do not have these as they are needed, so that the role is made without them: ${lacking.join(', ')}.`,
    foreign.length === 0
      ? ''
      : `The app has rights that setup did not give and leaves alone: ${foreign.map(({ role }) => role || 'one of another service').join(', ')}.`,
  ].filter((line) => line !== '');
}

/** One removal in words. */
export function describeRemoval(step: RemovalStep): string {
  switch (step.kind) {
    case 'scoped-role':
      return `assignment of ${step.role}`;
    case 'role-group':
      return 'role group "Skybridge"';
    case 'role':
      return `role "${step.name}"`;
    case 'scope':
      return 'management scope "Skybridge Mailboxes"';
    case 'registration':
      return 'the app in Exchange';
    case 'application':
      return 'app registration and enterprise application "Skybridge", with all rights';
    case 'certificate-file':
      return 'certificate and key in DATA_DIR';
    case 'record':
      return 'the record of the set-up in DATA_DIR';
  }
  return '';
}
