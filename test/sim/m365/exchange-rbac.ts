import { ACCESS_CMDLETS } from './cmdlets-access.ts';
import { FOLDER_CMDLETS } from './cmdlets-folders.ts';
import { MAILBOX_CMDLETS } from './cmdlets-mailbox.ts';
import { POLICY_CMDLETS } from './cmdlets-policies.ts';
import { type Directory, groupsOf, type SimApplication, type SimGroup } from './directory.ts';
import { CmdletFailure } from './exchange-errors.ts';

/** A role that an administrator cut out of a built-in one: cmdlet → parameters. */
export interface SimManagementRole {
  readonly name: string;
  readonly parent: string;
  readonly description: string;
  readonly entries: Map<string, readonly string[]>;
}

export interface SimRoleGroup {
  readonly name: string;
  readonly description: string;
  /** Object ids of service principals. */
  readonly members: string[];
}

export interface SimManagementScope {
  readonly name: string;
  filter: string;
}

export interface SimRoleAssignment {
  readonly name: string;
  readonly role: string;
  /** Name of a role group, or object id of an application. */
  readonly assignee: string;
  /** Null: everybody in the tenant. */
  readonly scope: string | null;
}

/** What of Exchange's organization is set up. */
export interface SimExchangeOrganization {
  /** A new tenant shares its configuration with others until somebody wants to change it. */
  dehydratedUntilMs: number;
  customizationAsked: boolean;
  readonly roles: SimManagementRole[];
  readonly roleGroups: SimRoleGroup[];
  readonly scopes: SimManagementScope[];
  readonly assignments: SimRoleAssignment[];
}

/** Parameters that every cmdlet has beside its own. */
const USUAL = ['Confirm', 'WhatIf', 'ErrorAction', 'Verbose'];

const entriesOf = (
  cmdlets: readonly { readonly name: string; readonly parameters: object }[],
): readonly (readonly [string, readonly string[]])[] =>
  cmdlets.map(({ name, parameters }) => [name, [...Object.keys(parameters), ...USUAL]]);

const isPrincipalCmdlet = ({ name }: { readonly name: string }): boolean =>
  name.endsWith('-ServicePrincipal');

/** What View-Only Configuration has of it. */
const VIEWS = ['Get-TransportConfig', 'Get-AuthenticationPolicy'];

/** Built-in roles and what they allow; more than is ever wanted of them. */
const BUILT_IN: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> = new Map([
  [
    'Mail Recipients',
    new Map([
      ...entriesOf(
        [...MAILBOX_CMDLETS, ...FOLDER_CMDLETS, ...ACCESS_CMDLETS, ...POLICY_CMDLETS].filter(
          (one) => !isPrincipalCmdlet(one) && !VIEWS.includes(one.name),
        ),
      ),
      [
        'Set-Mailbox',
        [
          ...Object.keys(
            MAILBOX_CMDLETS.find(({ name }) => name === 'Set-Mailbox')?.parameters ?? {},
          ),
          'EmailAddresses',
          'WindowsEmailAddress',
          'MicrosoftOnlineServicesID',
          'ForwardingSmtpAddress',
          ...USUAL,
        ],
      ],
      ['New-InboxRule', ['Mailbox', 'Name', ...USUAL]],
      ['Disable-Mailbox', ['Identity', ...USUAL]],
    ]),
  ],
  [
    'View-Only Configuration',
    new Map(entriesOf(POLICY_CMDLETS.filter(({ name }) => VIEWS.includes(name)))),
  ],
  [
    'Role Management',
    new Map([
      ...entriesOf(ACCESS_CMDLETS.filter(isPrincipalCmdlet)),
      ['New-ManagementRoleAssignment', ['Name', 'Role', 'App', ...USUAL]],
    ]),
  ],
]);

/** Roles for applications alone: they allow calls of Microsoft Graph, and no cmdlet. */
export const APPLICATION_ROLES: readonly string[] = [
  'Application Mail.ReadWrite',
  'Application Mail.Send',
];

/** What a role allows; null where there is no such role. */
export function roleEntries(
  directory: Directory,
  name: string,
): ReadonlyMap<string, readonly string[]> | null {
  const own = directory.exchange.roles.find((role) => role.name === name);
  return own?.entries ?? BUILT_IN.get(name) ?? null;
}

/** How Exchange names a group in filters. */
export const distinguishedNameOf = (directory: Directory, group: SimGroup): string =>
  `CN=${group.displayName},OU=${directory.domain},OU=Microsoft Exchange Hosted Organizations,DC=EURPR05A001,DC=PROD,DC=OUTLOOK,DC=COM`;

/** Believed: that Exchange takes a filter by MemberOfGroup for a scope, and counts direct members only. */
function isInScope(directory: Directory, scopeName: string, userId: string): boolean {
  const filter = directory.exchange.scopes.find((scope) => scope.name === scopeName)?.filter ?? '';
  const [, name] = /^MemberOfGroup -eq '(.+)'$/.exec(filter) ?? [];
  return groupsOf(directory, userId).some(
    (group) => group.memberIds.includes(userId) && distinguishedNameOf(directory, group) === name,
  );
}

/** What one caller may do with one cmdlet. */
export interface CmdletPermission {
  /** Null: all that the cmdlet has. */
  readonly parameters: readonly string[] | null;
  /** May the object be changed? */
  readonly covers: (userId: string) => boolean;
}

const UNLIMITED: CmdletPermission = { parameters: null, covers: () => true };

/** Null: the caller does not know of such a cmdlet. */
export function permissionOf(
  directory: Directory,
  application: SimApplication,
  cmdlet: string,
): CmdletPermission | null {
  if (application.allowedCmdlets.includes(cmdlet)) {
    return UNLIMITED;
  }
  const granted = assignmentsOf(directory, application).flatMap(({ role, scope }) => {
    const parameters = roleEntries(directory, role)?.get(cmdlet);
    return parameters === undefined ? [] : [{ parameters, scope }];
  });
  if (granted.length === 0) {
    return null;
  }
  return {
    parameters: granted.flatMap(({ parameters }) => parameters),
    covers: (userId) =>
      granted.some(({ scope }) => scope === null || isInScope(directory, scope, userId)),
  };
}

function assignmentsOf(
  { exchange, exchangeServicePrincipals }: Directory,
  { objectId }: SimApplication,
): readonly SimRoleAssignment[] {
  if (!exchangeServicePrincipals.some((known) => known.objectId === objectId)) {
    return [];
  }
  const groups = exchange.roleGroups.filter((group) => group.members.includes(objectId));
  return exchange.assignments.filter(({ assignee }) =>
    groups.some((group) => group.name === assignee),
  );
}

/** RBAC for Applications: a right in some mailboxes, added to those of the token, which does not show it. */
export function hasApplicationRole(
  directory: Directory,
  { objectId }: SimApplication,
  roles: readonly string[],
  userId: string,
): boolean {
  return directory.exchange.assignments.some(
    ({ assignee, role, scope }) =>
      assignee === objectId &&
      roles.includes(role) &&
      (scope === null || isInScope(directory, scope, userId)),
  );
}

/** Names of all that an application may run. */
export function allowedCmdlets(
  directory: Directory,
  application: SimApplication,
): readonly string[] {
  const byRoles = assignmentsOf(directory, application).flatMap(({ role }) => [
    ...(roleEntries(directory, role)?.keys() ?? []),
  ]);
  return [...new Set([...application.allowedCmdlets, ...byRoles])];
}

/** Believed: the wording for an application; people are told so when they change what is out of their scope. */
export function outsideScope(name: string): CmdletFailure {
  return new CmdletFailure(
    'Microsoft.Exchange.Configuration.Tasks.InvalidOperationException',
    `The operation on mailbox "${name}" failed because it's out of the current user's write scope. '${name}' isn't within your current write scopes. Can't perform save operation.`,
  );
}
