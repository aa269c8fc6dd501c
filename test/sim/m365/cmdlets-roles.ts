import { type Cmdlet, type CmdletCall, type CmdletResult, textOf } from './cmdlet.ts';
import { requireCustomization } from './cmdlets-organization.ts';
import { badValue, CmdletFailure, objectNotFound } from './exchange-errors.ts';
import { roleEntries, type SimManagementRole } from './exchange-rbac.ts';

export function alreadyExists(kind: string, name: string): CmdletFailure {
  return new CmdletFailure(
    'Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException',
    `The ${kind} "${name}" already exists. Please specify a different name.`,
  );
}

/** Whoever runs a removing cmdlet from afar must say that no question is wanted. */
export function requireConfirmation(call: CmdletCall): void {
  if (call.parameters['Confirm'] !== false) {
    throw new CmdletFailure(
      'System.Management.Automation.PSInvalidOperationException',
      'A command that prompts the user failed because the host program or the command type does not support user interaction. Use Confirm:false.',
      true,
    );
  }
}

export function textsOf(call: CmdletCall, name: string): readonly string[] {
  const value = call.parameters[name];
  if (Array.isArray(value)) {
    return value.map(String);
  }
  return typeof value === 'string' ? [value] : [];
}

export function noteChange(
  call: CmdletCall,
  operation: string,
  target: string,
  [before, after]: readonly [string, string],
): void {
  call.journal.changes.push({ operation, target, before, after });
}

/** Removes the named thing of a list; refuses where it is not there. */
export function take<T extends { readonly name: string }>(list: T[], name: string): T {
  const index = list.findIndex((item) => item.name === name);
  const [found] = index === -1 ? [] : list.splice(index, 1);
  if (found === undefined) {
    throw objectNotFound(name);
  }
  return found;
}

function requireOwnRole(call: CmdletCall, name: string): SimManagementRole {
  const role = call.directory.exchange.roles.find((known) => known.name === name);
  if (role !== undefined) {
    return role;
  }
  if (roleEntries(call.directory, name) !== null) {
    throw new CmdletFailure(
      'Microsoft.Exchange.Management.RbacTasks.InvalidOperationException',
      `You can't change the role entries of the built-in role "${name}".`,
      true,
    );
  }
  throw objectNotFound(name);
}

function getRole(call: CmdletCall): CmdletResult {
  const name = textOf(call, 'Identity');
  const role = call.directory.exchange.roles.find((known) => known.name === name);
  if (role === undefined) {
    throw objectNotFound(name);
  }
  return { value: [{ Name: role.name, Parent: role.parent, Description: role.description }] };
}

function newRole(call: CmdletCall): CmdletResult {
  requireCustomization(call);
  const { exchange } = call.directory;
  const [name, parent] = [textOf(call, 'Name'), textOf(call, 'Parent')];
  const inherited = roleEntries(call.directory, parent);
  if (inherited === null) {
    throw objectNotFound(parent);
  }
  if (name.length > 64) {
    throw badValue('New-ManagementRole', 'Name');
  }
  if (exchange.roles.some((role) => role.name === name)) {
    throw alreadyExists('management role', name);
  }
  const wanted = textsOf(call, 'EnabledCmdlets');
  const unknown = wanted.find((cmdlet) => !inherited.has(cmdlet));
  if (unknown !== undefined) {
    throw badValue('New-ManagementRole', 'EnabledCmdlets');
  }
  exchange.roles.push({
    name,
    parent,
    description: textOf(call, 'Description'),
    entries: new Map(
      [...inherited].filter(([cmdlet]) => wanted.length === 0 || wanted.includes(cmdlet)),
    ),
  });
  noteChange(call, 'New-ManagementRole', name, ['none', `child of ${parent}`]);
  return { value: [{ Name: name, Parent: parent }] };
}

function removeRole(call: CmdletCall): CmdletResult {
  requireConfirmation(call);
  const name = textOf(call, 'Identity');
  if (call.directory.exchange.assignments.some((assignment) => assignment.role === name)) {
    throw new CmdletFailure(
      'Microsoft.Exchange.Management.RbacTasks.InvalidOperationException',
      `The management role "${name}" can't be removed: it has role assignments.`,
      true,
    );
  }
  const { parent } = take(call.directory.exchange.roles, name);
  noteChange(call, 'Remove-ManagementRole', name, [`child of ${parent}`, 'none']);
  return { value: [] };
}

/** `Role\Cmdlet`, `Role\*`. */
function readEntryId(call: CmdletCall): { readonly role: string; readonly cmdlet: string } {
  const [, role = '', cmdlet = ''] = /^([^\\]+)\\([^\\]+)$/.exec(textOf(call, 'Identity')) ?? [];
  if (role === '') {
    throw badValue('Get-ManagementRoleEntry', 'Identity');
  }
  return { role, cmdlet };
}

function getEntry(call: CmdletCall): CmdletResult {
  const { role, cmdlet } = readEntryId(call);
  const entries = roleEntries(call.directory, role);
  if (entries === null) {
    throw objectNotFound(role);
  }
  return {
    value: [...entries]
      .filter(([name]) => cmdlet === '*' || cmdlet === name)
      .map(([name, parameters]) => ({ Name: name, Role: role, Parameters: parameters })),
  };
}

function requireInherited(
  call: CmdletCall,
  role: SimManagementRole,
  cmdlet: string,
): readonly string[] {
  const inherited = roleEntries(call.directory, role.parent)?.get(cmdlet);
  const wanted = textsOf(call, 'Parameters');
  if (inherited === undefined || wanted.some((name) => !inherited.includes(name))) {
    throw new CmdletFailure(
      'Microsoft.Exchange.Management.RbacTasks.RoleEntryException',
      `The role entry "${role.name}\\${cmdlet}" isn't a subset of its parent role's.`,
      true,
    );
  }
  return wanted;
}

function setEntry(call: CmdletCall): CmdletResult {
  const { role: roleName, cmdlet } = readEntryId(call);
  const role = requireOwnRole(call, roleName);
  const before = role.entries.get(cmdlet);
  if (before === undefined) {
    throw objectNotFound(`${roleName}\\${cmdlet}`);
  }
  const after = requireInherited(call, role, cmdlet);
  role.entries.set(cmdlet, after);
  noteChange(call, 'Set-ManagementRoleEntry', `${roleName}\\${cmdlet}`, [
    `${before.length} parameters`,
    `${after.length} parameters`,
  ]);
  return { value: [] };
}

function addEntry(call: CmdletCall): CmdletResult {
  const { role: roleName, cmdlet } = readEntryId(call);
  const role = requireOwnRole(call, roleName);
  if (role.entries.has(cmdlet)) {
    throw alreadyExists('role entry', `${roleName}\\${cmdlet}`);
  }
  role.entries.set(cmdlet, requireInherited(call, role, cmdlet));
  noteChange(call, 'Add-ManagementRoleEntry', `${roleName}\\${cmdlet}`, ['none', 'allowed']);
  return { value: [] };
}

function removeEntry(call: CmdletCall): CmdletResult {
  requireConfirmation(call);
  const { role: roleName, cmdlet } = readEntryId(call);
  if (!requireOwnRole(call, roleName).entries.delete(cmdlet)) {
    throw objectNotFound(`${roleName}\\${cmdlet}`);
  }
  noteChange(call, 'Remove-ManagementRoleEntry', `${roleName}\\${cmdlet}`, ['allowed', 'none']);
  return { value: [] };
}

/** Roles cut out of the built-in ones, and what they allow. */
export const ROLE_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-ManagementRole',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: getRole,
  },
  {
    name: 'New-ManagementRole',
    parameters: {
      Name: 'string',
      Parent: 'string',
      Description: 'string',
      EnabledCmdlets: 'strings',
    },
    required: ['Name', 'Parent'],
    run: newRole,
  },
  {
    name: 'Remove-ManagementRole',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: removeRole,
  },
  {
    name: 'Get-ManagementRoleEntry',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: getEntry,
  },
  {
    name: 'Set-ManagementRoleEntry',
    parameters: { Identity: 'string', Parameters: 'strings' },
    required: ['Identity', 'Parameters'],
    run: setEntry,
  },
  {
    name: 'Add-ManagementRoleEntry',
    parameters: { Identity: 'string', Parameters: 'strings' },
    required: ['Identity', 'Parameters'],
    run: addEntry,
  },
  {
    name: 'Remove-ManagementRoleEntry',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: removeEntry,
  },
];
