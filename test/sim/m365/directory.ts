import { randomUUID } from 'node:crypto';
import type { SimAdministrator } from './administrators.ts';
import type { SimExchangeOrganization } from './exchange-rbac.ts';
import type { SimPolicy } from './graph-policies.ts';
import type { SimAppRoleAssignment, SimManagedIdentity, SimRegistration } from './registrations.ts';
import { mailboxQuotaGb, type SimProduct } from './skus.ts';
import type { SimItem } from './stream/read-stream.ts';

/** A licence a user holds. */
export interface SimLicence {
  readonly skuId: string;
  readonly disabledPlans: readonly string[];
  /** Id of the group it comes from; null when assigned directly. */
  readonly assignedByGroup: string | null;
  /** Service plans follow the licence from this instant on. */
  readonly plansAtMs?: number;
  /** Why it does not work, as licenseAssignmentStates says it: it is shown there, and gives nothing. */
  readonly error?: string;
}

export interface SimPermission {
  /** Object id of a service principal or a user. */
  readonly userId: string;
  readonly accessRights: string[];
  /** IMAP honours the entry from this instant on. */
  readonly effectiveAtMs: number;
}

export interface SimMailbox {
  readonly exchangeGuid: string;
  /** Graph and Exchange know the mailbox from this instant on. */
  readonly readyAtMs: number;
  userPurpose: 'user' | 'shared' | 'room' | 'equipment' | 'linked' | 'others';
  quotaGb: number;
  imapEnabled: boolean;
  smtpClientAuthenticationDisabled: boolean | null;
  maxReceiveMb: number;
  maxSendMb: number;
  usedBytes: number;
  itemCount: number;
  /** Name of the retention policy; Exchange gives each new mailbox its default one. */
  retentionPolicy: string | null;
  retentionHoldEnabled: boolean;
  litigationHoldEnabled: boolean;
  archive: boolean;
  /** Holds and Purview policies that name this mailbox. */
  inPlaceHolds: string[];
  /** Name of the authentication policy, which Get-User shows. */
  authenticationPolicy: string | null;
  readonly permissions: SimPermission[];
}

export interface SimUser {
  readonly id: string;
  displayName: string;
  userPrincipalName: string;
  mail: string | null;
  userType: 'Member' | 'Guest';
  accountEnabled: boolean;
  usageLocation: string | null;
  onPremisesSyncEnabled: boolean | null;
  createdAtMs: number;
  licences: SimLicence[];
  mailbox: SimMailbox | null;
}

export interface SimGroup {
  readonly id: string;
  readonly displayName: string;
  readonly mail?: string;
  /** A mail-enabled security group. */
  readonly mailSecurity?: true;
  /** User ids and group ids: groups nest. */
  readonly memberIds: string[];
  /** Of a team: ids of the apps that are in it. */
  apps?: string[];
}

/** An app in the organisation's catalogue of Teams apps. */
export interface SimTeamsApp {
  readonly id: string;
  /** As its manifest says. */
  readonly externalId: string;
  readonly displayName: string;
  readonly botId: string | null;
}

/** A directory role of the tenant, as it was activated from its template. */
export interface SimRole {
  readonly id: string;
  readonly templateId: string;
  readonly displayName: string;
  /** User ids and ids of role-assignable groups. */
  readonly memberIds: string[];
  /** Who may activate it in Privileged Identity Management. */
  readonly eligibleIds: string[];
  /** Members over one administrative unit alone: `/administrativeUnits/…` by user id. */
  readonly scopedMembers: Map<string, string>;
}

export interface SimSku {
  readonly product: SimProduct;
  enabledUnits: number;
  capabilityStatus: 'Enabled' | 'Suspended' | 'Warning' | 'LockedOut' | 'Deleted';
}

export interface SimFederatedCredential {
  readonly issuer: string;
  readonly subject: string;
  /** PEM (SPKI) of the issuer's signing key. */
  readonly publicKey: string;
}

/** The application registration that Skybridge signs in as. */
export interface SimApplication {
  readonly clientId: string;
  /** Object id of its service principal ("enterprise application"). */
  readonly objectId: string;
  displayName: string;
  secret: string | null;
  secretExpired: boolean;
  /** What its registration shows of its secrets: never the secret itself. */
  passwordCredentials: { readonly hint: string; readonly endDateTime: string }[];
  /** PEM certificates whose private keys may sign assertions. */
  certificates: string[];
  /** Whose tokens (audience api://AzureADTokenExchange) vouch for it. */
  readonly federatedCredentials: SimFederatedCredential[];
  /** Where people who sign in to it are sent back to. */
  redirectUris: string[];
  graphRoles: string[];
  exchangeRoles: string[];
  /** Cmdlets its Exchange role groups allow; empty when it has no Exchange role. */
  allowedCmdlets: string[];
}

/** One folder of a mailbox; `path` with `/` between levels, the inbox as INBOX. */
export interface SimMailFolder {
  readonly path: string;
  readonly folderClass: string;
  /** Tells it from every other folder, under any name. */
  readonly number: number;
  readonly messages: number;
  readonly bytes: number;
}

/** One message of a folder, as the mail server keeps it. */
export interface SimMailMessage {
  readonly uid: number;
  readonly bytes: Buffer;
  readonly flags: readonly string[];
  readonly internalDate: Date;
  /** What it was imported as; null where it came as MIME. */
  readonly item: SimItem | null;
}

/** The folders of the tenant's mailboxes, and what is in them, as the mail server keeps them. */
export interface SimMailFolders {
  list(address: string): readonly SimMailFolder[];
  create(address: string, path: string, folderClass: string): void;
  drop(address: string, path: string): void;
  messages(address: string, path: string): readonly SimMailMessage[];
  /** False where the mailbox is full. */
  add(address: string, path: string, message: Omit<SimMailMessage, 'uid'>): number | false;
  setFlags(address: string, path: string, uid: number, flags: readonly string[]): void;
  remove(address: string, path: string, uid: number): void;
}

export interface SimServicePrincipal {
  readonly appId: string;
  readonly objectId: string;
  readonly displayName: string;
}

export interface DirectoryOptions {
  readonly tenantId?: string;
  readonly displayName?: string;
  readonly countryLetterCode?: string;
  readonly domain?: string;
  /** How long a mailbox takes to appear after its licence. */
  readonly provisioningMs?: number;
  /** How long a mailbox permission takes until IMAP honours it. */
  readonly permissionDelayMs?: number;
  /** How long `assignedPlans` trail behind `assignedLicenses`. */
  readonly planDelayMs?: number;
  /** False: the tenant's CAS mailbox plan gives new mailboxes without IMAP. */
  readonly imapInNewMailboxes?: boolean;
  readonly now?: () => number;
}

/** Everything the tenant holds. Tests change it directly; the services change it as the real ones do. */
export interface Directory {
  readonly tenantId: string;
  readonly displayName: string;
  readonly countryLetterCode: string;
  readonly domain: string;
  readonly now: () => number;
  /** May be changed between calls. */
  readonly timing: {
    provisioningMs: number;
    permissionDelayMs: number;
    planDelayMs: number;
    /** How long Enable-OrganizationCustomization takes. */
    customizationMs: number;
  };
  imapInNewMailboxes: boolean;
  /** Get-TransportConfig; organisations since 2020 have it off. */
  smtpClientAuthenticationDisabled: boolean;
  /** By name: what Get-AuthenticationPolicy shows. */
  readonly authenticationPolicies: Map<string, { readonly allowBasicAuthImap: boolean }>;
  readonly users: SimUser[];
  readonly groups: SimGroup[];
  readonly teamsApps: SimTeamsApp[];
  readonly roles: SimRole[];
  readonly skus: SimSku[];
  readonly applications: SimApplication[];
  /** App registrations that were made through Graph; their service principals are in `applications`. */
  readonly registrations: SimRegistration[];
  readonly appRoleAssignments: SimAppRoleAssignment[];
  readonly managedIdentities: SimManagedIdentity[];
  /** The first one is who signs in. */
  readonly administrators: SimAdministrator[];
  /** Public clients of the tenant's own, beside Microsoft's. */
  readonly publicClientIds: string[];
  readonly exchange: SimExchangeOrganization;
  /** What New-ServicePrincipal registered with Exchange. */
  readonly exchangeServicePrincipals: SimServicePrincipal[];
  /** Conditional Access. */
  readonly policies: SimPolicy[];
  readonly securityDefaults: { isEnabled: boolean };
  /** Null where no mail server takes part: mailboxes then have their default folders, and get no other. */
  mailFolders: SimMailFolders | null;
}

/** Cmdlets that the role group of a well-prepared tenant allows. */
export const ALL_CMDLETS = [
  'Get-CASMailbox',
  'Set-CASMailbox',
  'Get-Mailbox',
  'Set-Mailbox',
  'Get-MailboxStatistics',
  'Get-User',
  'Get-TransportConfig',
  'Get-AuthenticationPolicy',
  'Get-MailboxFolderStatistics',
  'Get-MailboxPermission',
  'Add-MailboxPermission',
  'Remove-MailboxPermission',
  'Get-ServicePrincipal',
  'New-ServicePrincipal',
] as const;

export function createDirectory(options: DirectoryOptions = {}): Directory {
  return {
    tenantId: options.tenantId ?? randomUUID(),
    displayName: options.displayName ?? 'Contoso',
    countryLetterCode: options.countryLetterCode ?? 'DE',
    domain: options.domain ?? 'contoso.example',
    now: options.now ?? Date.now,
    timing: {
      provisioningMs: options.provisioningMs ?? 0,
      permissionDelayMs: options.permissionDelayMs ?? 0,
      planDelayMs: options.planDelayMs ?? 0,
      customizationMs: 0,
    },
    exchange: {
      dehydratedUntilMs: Number.NEGATIVE_INFINITY,
      customizationAsked: false,
      roles: [],
      roleGroups: [],
      scopes: [],
      assignments: [],
    },
    imapInNewMailboxes: options.imapInNewMailboxes ?? true,
    smtpClientAuthenticationDisabled: true,
    authenticationPolicies: new Map(),
    users: [],
    groups: [],
    teamsApps: [],
    roles: [],
    skus: [],
    applications: [],
    registrations: [],
    appRoleAssignments: [],
    managedIdentities: [],
    administrators: [],
    publicClientIds: [],
    exchangeServicePrincipals: [],
    policies: [],
    securityDefaults: { isEnabled: false },
    mailFolders: null,
  };
}

/** Registers an application; without `graphRoles` and the like it is granted nothing. */
export function addApplication(
  directory: Directory,
  input: Partial<SimApplication> = {},
): SimApplication {
  const application: SimApplication = {
    clientId: randomUUID(),
    objectId: randomUUID(),
    displayName: 'Skybridge',
    secret: null,
    secretExpired: false,
    passwordCredentials: [],
    certificates: [],
    federatedCredentials: [],
    redirectUris: [],
    graphRoles: [],
    exchangeRoles: [],
    allowedCmdlets: [],
    ...input,
  };
  directory.applications.push(application);
  return application;
}

export function addSku(directory: Directory, product: SimProduct, enabledUnits: number): SimSku {
  const sku: SimSku = { product, enabledUnits, capabilityStatus: 'Enabled' };
  directory.skus.push(sku);
  return sku;
}

export function addGroup(
  directory: Directory,
  displayName: string,
  memberIds: readonly string[] = [],
  mail?: string,
): SimGroup {
  const group: SimGroup = {
    id: randomUUID(),
    displayName,
    memberIds: [...memberIds],
    ...(mail === undefined ? {} : { mail }),
  };
  directory.groups.push(group);
  return group;
}

/** Template ids, the same in every tenant. */
export const ROLE_TEMPLATES = {
  'Global Administrator': '62e90394-69f5-4237-9190-012177145e10',
  'Exchange Administrator': '29232cdf-9323-42fd-ade2-1d097af3e4de',
  'User Administrator': 'fe930be7-5e62-47db-91af-98c3a49a38b1',
  'Global Reader': 'f2ef992c-3afb-46b9-b7cf-a126ee74c451',
} as const;

export function addRole(
  directory: Directory,
  displayName: keyof typeof ROLE_TEMPLATES,
  memberIds: readonly string[] = [],
): SimRole {
  const role: SimRole = {
    id: randomUUID(),
    templateId: ROLE_TEMPLATES[displayName],
    displayName,
    memberIds: [...memberIds],
    eligibleIds: [],
    scopedMembers: new Map(),
  };
  directory.roles.push(role);
  return role;
}

/** A mail-enabled security group, which Exchange's scopes can name. */
export function addMailSecurityGroup(
  directory: Directory,
  alias: string,
  memberIds: readonly string[] = [],
): SimGroup {
  const group: SimGroup = {
    id: randomUUID(),
    displayName: alias,
    mail: `${alias}@${directory.domain}`,
    mailSecurity: true,
    memberIds: [...memberIds],
  };
  directory.groups.push(group);
  return group;
}

export type AddUserInput = Partial<Omit<SimUser, 'mailbox' | 'licences'>> & {
  readonly displayName: string;
  /** Part of the address before the tenant's domain. */
  readonly alias: string;
  /** Product to license; the mailbox exists at once, as for somebody who has been here for years. */
  readonly product?: SimProduct;
};

export function addUser(directory: Directory, input: AddUserInput): SimUser {
  const { alias, product, ...rest } = input;
  const address = `${alias}@${directory.domain}`;
  const user: SimUser = {
    id: randomUUID(),
    userPrincipalName: address,
    mail: product === undefined ? null : address,
    userType: 'Member',
    accountEnabled: true,
    usageLocation: directory.countryLetterCode,
    onPremisesSyncEnabled: null,
    createdAtMs: Date.parse('2024-02-01T07:30:00Z'),
    licences: [],
    mailbox: null,
    ...rest,
  };
  directory.users.push(user);
  if (product !== undefined) {
    user.licences = [{ skuId: product.skuId, disabledPlans: [], assignedByGroup: null }];
    settleMailbox(directory, user, 0);
  }
  return user;
}

/** Licences that were given without an error. */
export function workingLicences(user: SimUser): readonly SimLicence[] {
  return user.licences.filter((licence) => licence.error === undefined);
}

/** Enabled service plans of a user, from all licences. */
export function enabledPlans(directory: Directory, user: SimUser): readonly string[] {
  return workingLicences(user).flatMap((licence) => {
    const product = directory.skus.find((sku) => sku.product.skuId === licence.skuId)?.product;
    return (product?.servicePlans ?? [])
      .map((plan) => plan.servicePlanId)
      .filter((planId) => !licence.disabledPlans.includes(planId));
  });
}

/** Gives or takes the mailbox that the user's licences call for. */
export function settleMailbox(directory: Directory, user: SimUser, provisioningMs: number): void {
  const quotas = enabledPlans(directory, user)
    .map(mailboxQuotaGb)
    .filter((quota) => quota !== null);
  if (quotas.length === 0) {
    user.mailbox = null;
    return;
  }
  user.mailbox ??= newMailbox(directory, provisioningMs);
  user.mailbox.quotaGb = Math.max(...quotas);
  user.mail ??= user.userPrincipalName;
}

function newMailbox(directory: Directory, provisioningMs: number): SimMailbox {
  return {
    exchangeGuid: randomUUID(),
    readyAtMs: directory.now() + provisioningMs,
    userPurpose: 'user',
    quotaGb: 50,
    imapEnabled: directory.imapInNewMailboxes,
    smtpClientAuthenticationDisabled: null,
    maxReceiveMb: 36,
    maxSendMb: 35,
    usedBytes: 0,
    itemCount: 0,
    retentionPolicy: 'Default MRM Policy',
    retentionHoldEnabled: false,
    litigationHoldEnabled: false,
    archive: false,
    inPlaceHolds: [],
    authenticationPolicy: null,
    permissions: [],
  };
}

export function consumedUnits(directory: Directory, skuId: string): number {
  return directory.users.filter((user) =>
    workingLicences(user).some((held) => held.skuId === skuId),
  ).length;
}

const same = (left: string | null, right: string): boolean =>
  left?.toLowerCase() === right.toLowerCase();

/** By object id or user principal name, as Graph's `/users/{id}` takes them. */
export function findUser(directory: Directory, key: string): SimUser | undefined {
  return directory.users.find((user) => same(user.id, key) || same(user.userPrincipalName, key));
}

/** By any identity Exchange takes, once the mailbox is there. */
export function findMailboxUser(
  directory: Directory,
  key: string,
): (SimUser & { mailbox: SimMailbox }) | undefined {
  const user = directory.users.find(
    (candidate) =>
      same(candidate.id, key) ||
      same(candidate.userPrincipalName, key) ||
      same(candidate.mail, key) ||
      same(candidate.mailbox?.exchangeGuid ?? null, key),
  );
  return user !== undefined && hasReadyMailbox(directory, user) ? user : undefined;
}

export function hasReadyMailbox(
  directory: Directory,
  user: SimUser,
): user is SimUser & { mailbox: SimMailbox } {
  return user.mailbox !== null && user.mailbox.readyAtMs <= directory.now();
}

/** Ids of all groups that hold the object, directly or through other groups. */
export function groupsOf(directory: Directory, objectId: string): readonly SimGroup[] {
  const found = new Set<SimGroup>();
  const visit = (id: string): void => {
    for (const group of directory.groups) {
      if (group.memberIds.includes(id) && !found.has(group)) {
        found.add(group);
        visit(group.id);
      }
    }
  };
  visit(objectId);
  return [...found];
}

/** Ids of all users and groups in a group, directly or through other groups. */
export function membersOf(directory: Directory, group: SimGroup): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = ({ memberIds }: SimGroup): void => {
    for (const id of memberIds) {
      const inner = directory.groups.find((one) => one.id === id);
      if (!found.has(id) && inner !== undefined) {
        found.add(id);
        visit(inner);
      }
      found.add(id);
    }
  };
  visit(group);
  return found;
}
