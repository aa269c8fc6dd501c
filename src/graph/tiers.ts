import type { TokenResource } from './tokens.ts';

/**
 * Rights come in tiers; each is asked for only when its feature is chosen. `base`: a move into mailboxes
 * that are there · `provisioning`: licences and people · `cut-over`: addresses and domains, taken back
 * afterwards · `graph-writing`: mail written through Microsoft Graph · `channel-installation`: the Teams
 * app put into a channel and into a person's chat.
 */
export type Tier = 'base' | 'provisioning' | 'cut-over' | 'graph-writing' | 'channel-installation';

/** All tiers, in the order in which they are shown. */
export const TIERS: readonly Tier[] = [
  'base',
  'provisioning',
  'cut-over',
  'graph-writing',
  'channel-installation',
];

/** An application right that part of the product needs. */
export interface RequiredRight {
  readonly resource: TokenResource;
  readonly role: string;
  /** Wider rights that include it. */
  readonly or: readonly string[];
}

/** A right with the tier that it belongs to. */
export interface TierRight extends RequiredRight {
  readonly tier: Tier;
  /** The narrower right of a smaller tier that this one makes needless. */
  readonly replaces?: string;
}

/** Granted in Entra ID, for the whole tenant: Entra ID knows no smaller scope for any of them. */
export const TIER_RIGHTS: readonly TierRight[] = [
  { tier: 'base', resource: 'graph', role: 'Organization.Read.All', or: ['Directory.Read.All'] },
  {
    tier: 'base',
    resource: 'graph',
    role: 'User.Read.All',
    or: ['User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  },
  {
    tier: 'provisioning',
    resource: 'graph',
    role: 'User.ReadWrite.All',
    or: ['Directory.ReadWrite.All'],
    replaces: 'User.Read.All',
  },
  {
    tier: 'provisioning',
    resource: 'graph',
    role: 'LicenseAssignment.ReadWrite.All',
    or: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
  },
  {
    tier: 'base',
    resource: 'graph',
    role: 'GroupMember.Read.All',
    or: ['Group.Read.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  },
  {
    tier: 'base',
    resource: 'graph',
    role: 'RoleManagement.Read.Directory',
    or: ['RoleManagement.Read.All', 'RoleManagement.ReadWrite.Directory'],
  },
  {
    tier: 'base',
    resource: 'graph',
    role: 'MailboxSettings.Read',
    or: ['MailboxSettings.ReadWrite'],
  },
  { tier: 'base', resource: 'exchange', role: 'Exchange.ManageAsApp', or: [] },
  { tier: 'base', resource: 'exchange', role: 'IMAP.AccessAsApp', or: [] },
  { tier: 'cut-over', resource: 'graph', role: 'Domain.ReadWrite.All', or: [] },
  { tier: 'graph-writing', resource: 'graph', role: 'MailboxItem.ImportExport.All', or: [] },
  {
    tier: 'channel-installation',
    resource: 'graph',
    role: 'TeamsAppInstallation.ReadWriteSelfForTeam.All',
    or: ['TeamsAppInstallation.ReadWriteForTeam.All'],
  },
  {
    tier: 'channel-installation',
    resource: 'graph',
    role: 'TeamsAppInstallation.ReadWriteSelfForUser.All',
    or: ['TeamsAppInstallation.ReadWriteForUser.All'],
  },
  {
    tier: 'channel-installation',
    resource: 'graph',
    role: 'AppCatalog.Read.All',
    or: ['AppCatalog.ReadWrite.All'],
  },
];

/** A role that Exchange gives to an application for the mailboxes of a scope alone. */
export interface ScopedRole {
  readonly tier: Tier;
  /** `Application Mail.ReadWrite`, as New-ManagementRoleAssignment -App takes it. */
  readonly role: string;
}

/**
 * Granted by RBAC for Applications, never in Entra ID: the two kinds of grant add up, so that one for the
 * whole tenant would undo the scope of the other.
 */
export const SCOPED_ROLES: readonly ScopedRole[] = [
  { tier: 'cut-over', role: 'Application Mail.Send' },
  { tier: 'graph-writing', role: 'Application Mail.ReadWrite' },
];

/** The rights of some tiers, the least of them: what a wider chosen right replaces is left out. */
export function rightsOf(tiers: readonly Tier[]): readonly TierRight[] {
  const chosen = TIER_RIGHTS.filter((right) => tiers.includes(right.tier));
  const replaced = new Set(chosen.map((right) => right.replaces));
  return chosen.filter((right) => !replaced.has(right.role));
}
