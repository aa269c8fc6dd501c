import { type Cmdlet, type CmdletCall, type CmdletResult, textOf } from './cmdlet.ts';
import { requireCustomization } from './cmdlets-organization.ts';
import { alreadyExists, noteChange, requireConfirmation, take, textsOf } from './cmdlets-roles.ts';
import type { Directory, SimServicePrincipal } from './directory.ts';
import { badValue, CmdletFailure, objectNotFound } from './exchange-errors.ts';
import {
  APPLICATION_ROLES,
  roleEntries,
  type SimRoleAssignment,
  type SimRoleGroup,
} from './exchange-rbac.ts';

function requireGroup(call: CmdletCall): SimRoleGroup {
  const name = textOf(call, 'Identity');
  const group = call.directory.exchange.roleGroups.find((known) => known.name === name);
  if (group === undefined) {
    throw objectNotFound(name);
  }
  return group;
}

function requirePrincipal(directory: Directory, key: string): SimServicePrincipal {
  const found = directory.exchangeServicePrincipals.find((known) =>
    [known.objectId, known.appId, known.displayName].includes(key),
  );
  if (found === undefined) {
    throw new CmdletFailure(
      'Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException',
      `User or group "${key}" wasn't found. Please make sure you've typed it correctly.`,
    );
  }
  return found;
}

function requireScope({ directory }: CmdletCall, name: string): string | null {
  if (name !== '' && !directory.exchange.scopes.some((scope) => scope.name === name)) {
    throw objectNotFound(name);
  }
  return name === '' ? null : name;
}

function getGroup(call: CmdletCall): CmdletResult {
  const group = requireGroup(call);
  const roles = call.directory.exchange.assignments
    .filter(({ assignee }) => assignee === group.name)
    .map(({ role }) => role);
  return {
    value: [
      { Name: group.name, Description: group.description, Roles: roles, Members: group.members },
    ],
  };
}

function newGroup(call: CmdletCall): CmdletResult {
  requireCustomization(call);
  const { directory } = call;
  const { exchange } = directory;
  const name = textOf(call, 'Name');
  if (exchange.roleGroups.some((group) => group.name === name)) {
    throw alreadyExists('role group', name);
  }
  const scope = requireScope(call, textOf(call, 'CustomRecipientWriteScope'));
  const roles = textsOf(call, 'Roles');
  const missing = roles.find((role) => roleEntries(directory, role) === null);
  if (missing !== undefined) {
    throw objectNotFound(missing);
  }
  exchange.roleGroups.push({ name, description: textOf(call, 'Description'), members: [] });
  exchange.assignments.push(
    ...roles.map((role) => ({ name: `${role}-${name}`, role, assignee: name, scope })),
  );
  noteChange(call, 'New-RoleGroup', name, ['none', roles.join(', ')]);
  return { value: [{ Name: name }] };
}

function removeGroup(call: CmdletCall): CmdletResult {
  requireConfirmation(call);
  const { exchange } = call.directory;
  const { name } = take(exchange.roleGroups, textOf(call, 'Identity'));
  const kept = exchange.assignments.filter(({ assignee }) => assignee !== name);
  exchange.assignments.splice(0, exchange.assignments.length, ...kept);
  noteChange(call, 'Remove-RoleGroup', name, ['present', 'none']);
  return { value: [] };
}

function addMember(call: CmdletCall): CmdletResult {
  const group = requireGroup(call);
  const { objectId } = requirePrincipal(call.directory, textOf(call, 'Member'));
  if (group.members.includes(objectId)) {
    // Believed wording.
    throw new CmdletFailure(
      'Microsoft.Exchange.Management.RecipientTasks.MemberAlreadyExistsException',
      `The recipient "${objectId}" is already a member of the group "${group.name}".`,
    );
  }
  group.members.push(objectId);
  noteChange(call, 'Add-RoleGroupMember', group.name, ['no member', objectId]);
  return { value: [] };
}

function newScope(call: CmdletCall): CmdletResult {
  requireCustomization(call);
  const { scopes } = call.directory.exchange;
  const [name, filter] = [textOf(call, 'Name'), textOf(call, 'RecipientRestrictionFilter')];
  if (scopes.some((scope) => scope.name === name)) {
    throw alreadyExists('management scope', name);
  }
  if (!/^MemberOfGroup -eq '(?:[^']|'')+'$/.test(filter)) {
    throw badValue('New-ManagementScope', 'RecipientRestrictionFilter');
  }
  scopes.push({ name, filter });
  noteChange(call, 'New-ManagementScope', name, ['none', filter]);
  return { value: [{ Name: name, RecipientFilter: filter }] };
}

function setScope(call: CmdletCall): CmdletResult {
  const name = textOf(call, 'Identity');
  const scope = call.directory.exchange.scopes.find((known) => known.name === name);
  if (scope === undefined) {
    throw objectNotFound(name);
  }
  const filter = textOf(call, 'RecipientRestrictionFilter');
  noteChange(call, 'Set-ManagementScope', name, [scope.filter, filter]);
  scope.filter = filter;
  return { value: [] };
}

function getScope(call: CmdletCall): CmdletResult {
  const name = textOf(call, 'Identity');
  const scope = call.directory.exchange.scopes.find((known) => known.name === name);
  if (scope === undefined) {
    throw objectNotFound(name);
  }
  return { value: [{ Name: scope.name, RecipientFilter: scope.filter }] };
}

function removeScope(call: CmdletCall): CmdletResult {
  requireConfirmation(call);
  const { scopes, assignments } = call.directory.exchange;
  const name = textOf(call, 'Identity');
  if (assignments.some((assignment) => assignment.scope === name)) {
    throw new CmdletFailure(
      'Microsoft.Exchange.Management.RbacTasks.InvalidOperationException',
      `The management scope "${name}" can't be removed: role assignments use it.`,
      true,
    );
  }
  const { filter } = take(scopes, name);
  noteChange(call, 'Remove-ManagementScope', name, [filter, 'none']);
  return { value: [] };
}

const assignmentRow = (assignment: SimRoleAssignment): Readonly<Record<string, unknown>> => ({
  Name: assignment.name,
  Role: assignment.role,
  RoleAssignee: assignment.assignee,
  RoleAssigneeName: assignment.assignee,
  CustomRecipientWriteScope: assignment.scope,
  CustomResourceScope: assignment.scope,
});

function newAssignment(call: CmdletCall): CmdletResult {
  requireCustomization(call);
  const { directory } = call;
  const role = textOf(call, 'Role');
  const app = textOf(call, 'App');
  const isForApp = app !== '';
  if (
    isForApp !== APPLICATION_ROLES.includes(role) ||
    (isForApp && call.parameters['SecurityGroup'])
  ) {
    throw badValue('New-ManagementRoleAssignment', 'Role');
  }
  if (!isForApp && roleEntries(directory, role) === null) {
    throw objectNotFound(role);
  }
  const assignee = isForApp
    ? requirePrincipal(directory, app).objectId
    : requireGroup({
        ...call,
        parameters: { Identity: textOf(call, 'SecurityGroup') },
      }).name;
  const scope = requireScope(
    call,
    textOf(call, isForApp ? 'CustomResourceScope' : 'CustomRecipientWriteScope'),
  );
  const name = textOf(call, 'Name') || `${role}-${assignee}`;
  if (directory.exchange.assignments.some((known) => known.name === name)) {
    throw alreadyExists('management role assignment', name);
  }
  directory.exchange.assignments.push({ name, role, assignee, scope });
  noteChange(call, 'New-ManagementRoleAssignment', name, ['none', scope ?? 'everybody']);
  return { value: [{ Name: name }] };
}

function removeAssignment(call: CmdletCall): CmdletResult {
  requireConfirmation(call);
  const { name, role } = take(call.directory.exchange.assignments, textOf(call, 'Identity'));
  noteChange(call, 'Remove-ManagementRoleAssignment', name, [role, 'none']);
  return { value: [] };
}

/** Who has which role for which mailboxes. */
export const ROLE_GROUP_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-RoleGroup',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: getGroup,
  },
  {
    name: 'New-RoleGroup',
    parameters: {
      Name: 'string',
      Description: 'string',
      Roles: 'strings',
      CustomRecipientWriteScope: 'string',
    },
    required: ['Name'],
    run: newGroup,
  },
  {
    name: 'Remove-RoleGroup',
    parameters: { Identity: 'string', BypassSecurityGroupManagerCheck: 'boolean' },
    required: ['Identity'],
    run: removeGroup,
  },
  {
    name: 'Get-RoleGroupMember',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: (call) => ({
      value: requireGroup(call).members.map((objectId) => ({
        Name: objectId,
        RecipientType: 'ServicePrincipal',
      })),
    }),
  },
  {
    name: 'Add-RoleGroupMember',
    parameters: {
      Identity: 'string',
      Member: 'string',
      BypassSecurityGroupManagerCheck: 'boolean',
    },
    required: ['Identity', 'Member'],
    run: addMember,
  },
  {
    name: 'Get-ManagementScope',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: getScope,
  },
  {
    name: 'New-ManagementScope',
    parameters: { Name: 'string', RecipientRestrictionFilter: 'string' },
    required: ['Name', 'RecipientRestrictionFilter'],
    run: newScope,
  },
  {
    name: 'Set-ManagementScope',
    parameters: { Identity: 'string', RecipientRestrictionFilter: 'string' },
    required: ['Identity', 'RecipientRestrictionFilter'],
    run: setScope,
  },
  {
    name: 'Remove-ManagementScope',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: removeScope,
  },
  {
    name: 'Get-ManagementRoleAssignment',
    parameters: { RoleAssignee: 'string' },
    required: ['RoleAssignee'],
    run: (call) => ({
      value: call.directory.exchange.assignments
        .filter(({ assignee }) => assignee === textOf(call, 'RoleAssignee'))
        .map(assignmentRow),
    }),
  },
  {
    name: 'New-ManagementRoleAssignment',
    parameters: {
      Name: 'string',
      Role: 'string',
      App: 'string',
      SecurityGroup: 'string',
      CustomResourceScope: 'string',
      CustomRecipientWriteScope: 'string',
    },
    required: ['Role'],
    run: newAssignment,
  },
  {
    name: 'Remove-ManagementRoleAssignment',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: removeAssignment,
  },
];
