import { createHash } from 'node:crypto';
import {
  type Cmdlet,
  type CmdletCall,
  type CmdletResult,
  requireMailbox,
  textOf,
} from './cmdlet.ts';
import type { Directory, SimPermission, SimServicePrincipal } from './directory.ts';
import { badValue, CmdletFailure, objectNotFound } from './exchange-errors.ts';

const RIGHTS = ['FullAccess', 'ReadPermission', 'ChangePermission', 'DeleteItem'];

/** A stable security identifier for a service principal, such as Exchange makes up. */
function sidOf(objectId: string): string {
  const digest = createHash('sha256').update(objectId).digest();
  const parts = [0, 4, 8].map((offset) => digest.readUInt32BE(offset));
  return `S-1-5-21-${parts.join('-')}-${digest.readUInt16BE(12)}`;
}

const isPrincipal = (principal: SimServicePrincipal, key: string): boolean =>
  [principal.objectId, principal.appId, principal.displayName, sidOf(principal.objectId)].includes(
    key,
  );

/** Whom a permission names: a service principal that Exchange knows, or a user. */
function resolveTrustee(directory: Directory, key: string): string {
  const principal = directory.exchangeServicePrincipals.find((known) => isPrincipal(known, key));
  const user = directory.users.find((known) => known.id === key || known.userPrincipalName === key);
  const id = principal?.objectId ?? user?.id;
  if (id === undefined) {
    throw new CmdletFailure(
      'Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException',
      `User or group "${key}" wasn't found. Please make sure you've typed it correctly.`,
    );
  }
  return id;
}

function readRights(call: CmdletCall, cmdlet: string): readonly string[] {
  const given = call.parameters['AccessRights'];
  const rights = Array.isArray(given) ? given.map(String) : String(given).split(',');
  if (rights.some((right) => !RIGHTS.includes(right))) {
    throw badValue(cmdlet, 'AccessRights');
  }
  return rights;
}

function shownTrustee(call: CmdletCall, permission: SimPermission): string {
  const { directory, quirks } = call;
  const principal = directory.exchangeServicePrincipals.find(
    (known) => known.objectId === permission.userId,
  );
  if (principal === undefined) {
    return (
      directory.users.find((user) => user.id === permission.userId)?.userPrincipalName ??
      permission.userId
    );
  }
  return {
    'object-id': principal.objectId,
    sid: sidOf(principal.objectId),
    'display-name': principal.displayName,
  }[quirks.permissionUserShownAs];
}

function getPermission(call: CmdletCall): CmdletResult {
  const { mailbox, displayName } = requireMailbox(call);
  const wanted =
    call.parameters['User'] === undefined
      ? null
      : resolveTrustee(call.directory, textOf(call, 'User'));
  const own = {
    Identity: displayName,
    User: 'NT AUTHORITY\\SELF',
    AccessRights: ['FullAccess', 'ReadPermission'],
    IsInherited: false,
    Deny: false,
  };
  const rows = mailbox.permissions
    .filter((permission) => wanted === null || permission.userId === wanted)
    .map((permission) => ({
      Identity: displayName,
      User: shownTrustee(call, permission),
      AccessRights: permission.accessRights,
      IsInherited: false,
      Deny: false,
    }));
  return { value: wanted === null ? [own, ...rows] : rows };
}

function addPermission(call: CmdletCall): CmdletResult {
  const user = requireMailbox(call);
  const trustee = resolveTrustee(call.directory, textOf(call, 'User'));
  const rights = readRights(call, 'Add-MailboxPermission');
  const { permissions } = user.mailbox;
  const present = permissions.find((permission) => permission.userId === trustee);
  if (present !== undefined && rights.every((right) => present.accessRights.includes(right))) {
    return {
      value: [],
      warnings: [
        `The appropriate access control entry is already present on the object "${user.displayName}" for account "${trustee}".`,
      ],
    };
  }
  const { directory, journal } = call;
  const effectiveAtMs = directory.now() + directory.timing.permissionDelayMs;
  if (present === undefined) {
    permissions.push({ userId: trustee, accessRights: [...rights], effectiveAtMs });
  } else {
    present.accessRights.push(...rights.filter((right) => !present.accessRights.includes(right)));
  }
  journal.changes.push({
    operation: 'Add-MailboxPermission',
    target: user.userPrincipalName,
    before: 'no access',
    after: `${rights.join(', ')} for ${trustee}`,
  });
  return {
    value: [
      {
        Identity: user.displayName,
        User: trustee,
        AccessRights: rights,
        IsInherited: false,
        Deny: false,
      },
    ],
  };
}

function removePermission(call: CmdletCall): CmdletResult {
  const user = requireMailbox(call);
  const trustee = resolveTrustee(call.directory, textOf(call, 'User'));
  const rights = readRights(call, 'Remove-MailboxPermission');
  const { permissions } = user.mailbox;
  const index = permissions.findIndex((permission) => permission.userId === trustee);
  if (call.parameters['Confirm'] !== false) {
    throw new CmdletFailure(
      'System.Management.Automation.PSInvalidOperationException',
      'A command that prompts the user failed because the host program or the command type does not support user interaction. Use Confirm:false.',
      true,
    );
  }
  if (index === -1) {
    return {
      value: [],
      warnings: [
        `Can't remove the access control entry on the object "${user.displayName}" for account "${trustee}" because the ACE isn't present.`,
      ],
    };
  }
  permissions.splice(index, 1);
  call.journal.changes.push({
    operation: 'Remove-MailboxPermission',
    target: user.userPrincipalName,
    before: `${rights.join(', ')} for ${trustee}`,
    after: 'no access',
  });
  return { value: [] };
}

const principalResource = (principal: SimServicePrincipal): Record<string, unknown> => ({
  Identity: principal.objectId,
  DisplayName: principal.displayName,
  AppId: principal.appId,
  ObjectId: principal.objectId,
  Sid: sidOf(principal.objectId),
});

function getServicePrincipal(call: CmdletCall): CmdletResult {
  const known = call.directory.exchangeServicePrincipals;
  if (call.parameters['Identity'] === undefined) {
    return { value: known.map(principalResource) };
  }
  const identity = textOf(call, 'Identity');
  const found = known.filter((principal) => isPrincipal(principal, identity));
  if (found.length === 0) {
    throw objectNotFound(identity);
  }
  return { value: found.map(principalResource) };
}

function newServicePrincipal(call: CmdletCall): CmdletResult {
  const { directory, journal } = call;
  const appId = textOf(call, 'AppId');
  const objectId = textOf(call, 'ObjectId');
  if (directory.exchangeServicePrincipals.some((principal) => principal.appId === appId)) {
    throw new CmdletFailure(
      'Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException',
      `The service principal with AppId "${appId}" already exist.`,
    );
  }
  const principal: SimServicePrincipal = {
    appId,
    objectId,
    displayName: textOf(call, 'DisplayName') || appId,
  };
  directory.exchangeServicePrincipals.push(principal);
  journal.changes.push({
    operation: 'New-ServicePrincipal',
    target: appId,
    before: 'unknown to Exchange',
    after: `service principal ${objectId}`,
  });
  return { value: [principalResource(principal)] };
}

function removeServicePrincipal(call: CmdletCall): CmdletResult {
  const known = call.directory.exchangeServicePrincipals;
  const identity = textOf(call, 'Identity');
  const index = known.findIndex((principal) => isPrincipal(principal, identity));
  const [gone] = index === -1 ? [] : known.splice(index, 1);
  if (gone === undefined) {
    throw objectNotFound(identity);
  }
  call.journal.changes.push({
    operation: 'Remove-ServicePrincipal',
    target: gone.appId,
    before: `service principal ${gone.objectId}`,
    after: 'unknown to Exchange',
  });
  return { value: [] };
}

/** Who may open which mailbox, and the applications that Exchange knows. */
export const ACCESS_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-MailboxPermission',
    parameters: { Identity: 'string', User: 'string' },
    required: ['Identity'],
    run: getPermission,
  },
  {
    name: 'Add-MailboxPermission',
    parameters: {
      Identity: 'string',
      User: 'string',
      AccessRights: 'strings',
      AutoMapping: 'boolean',
      InheritanceType: 'string',
    },
    required: ['Identity', 'User', 'AccessRights'],
    run: addPermission,
  },
  {
    name: 'Remove-MailboxPermission',
    parameters: {
      Identity: 'string',
      User: 'string',
      AccessRights: 'strings',
      InheritanceType: 'string',
    },
    required: ['Identity', 'User', 'AccessRights'],
    run: removePermission,
  },
  {
    name: 'Get-ServicePrincipal',
    parameters: { Identity: 'string' },
    required: [],
    run: getServicePrincipal,
  },
  {
    name: 'New-ServicePrincipal',
    parameters: { AppId: 'string', ObjectId: 'string', DisplayName: 'string' },
    required: ['AppId', 'ObjectId'],
    run: newServicePrincipal,
  },
  {
    name: 'Remove-ServicePrincipal',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: removeServicePrincipal,
  },
];
