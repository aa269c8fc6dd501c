import type { Clock } from '../../clock.ts';
import { isM365Error, type M365ErrorCode } from '../errors.ts';
import type { CmdletParameters, ExchangeAdmin } from '../exchange-admin.ts';
import { SetupError } from './errors.ts';
import { readAssignments, readDehydrated, readEntries } from './exchange-roles.ts';
import { SCOPE_NAME, SETUP_DESCRIPTION, SETUP_NAME } from './names.ts';
import { type GroupRole, misfits, type RoleEntry, sameNames } from './plan.ts';
import type { FoundAssignment } from './survey.ts';

/** Changes of Exchange; each may be made again when its answer was lost. */
export interface ExchangeChanges {
  /** Asks for a configuration of the tenant's own and waits for it. `onWait` gets the time waited. */
  customize(onWait: (waitedMs: number) => void, signal: AbortSignal): Promise<void>;
  register(identity: ExchangeIdentity, signal: AbortSignal): Promise<void>;
  unregister(clientId: string, signal: AbortSignal): Promise<void>;
  setScope(filter: string, signal: AbortSignal): Promise<void>;
  /** Leaves exactly these entries in the role, whatever was in it. */
  setRole(role: RoleInput, signal: AbortSignal): Promise<void>;
  setRoleGroup(roles: readonly GroupRole[], signal: AbortSignal): Promise<void>;
  addMember(principalId: string, signal: AbortSignal): Promise<void>;
  assignScoped(principalId: string, role: string, signal: AbortSignal): Promise<void>;
  removeAssignment(name: string, signal: AbortSignal): Promise<void>;
  removeRoleGroup(signal: AbortSignal): Promise<void>;
  removeRole(name: string, signal: AbortSignal): Promise<void>;
  removeScope(signal: AbortSignal): Promise<void>;
}

export interface ExchangeIdentity {
  readonly clientId: string;
  readonly objectId: string;
}

export interface RoleInput {
  readonly name: string;
  readonly parent: string;
  readonly entries: readonly RoleEntry[];
}

/** Microsoft speaks of minutes and sometimes of hours: setup waits half an hour and goes on another time. */
const CUSTOMIZATION_BOUND_MS = 30 * 60_000;
const CUSTOMIZATION_POLL_MS = 30_000;

export function createExchangeChanges(exchange: ExchangeAdmin, clock: Clock): ExchangeChanges {
  /** Runs a cmdlet; an error that says that the work is done already is none. */
  const run = async (
    cmdlet: string,
    parameters: CmdletParameters,
    signal: AbortSignal,
    done: M365ErrorCode = 'exchange-admin.already-exists',
  ): Promise<void> => {
    try {
      await exchange.run({ cmdlet, parameters }, signal);
    } catch (error) {
      if (!isM365Error(error, done)) {
        throw error;
      }
    }
  };

  const removal = (
    cmdlet: string,
    parameters: CmdletParameters,
    signal: AbortSignal,
  ): Promise<void> =>
    run(cmdlet, { ...parameters, Confirm: false }, signal, 'exchange-admin.object-not-found');

  const customize: ExchangeChanges['customize'] = async (onWait, signal) => {
    const startedMs = clock.monotonicMs();
    try {
      await exchange.run({ cmdlet: 'Enable-OrganizationCustomization', parameters: {} }, signal);
    } catch (error) {
      // It was asked for before: whether it is done is what counts.
      if (!isM365Error(error, 'exchange-admin.request-refused')) {
        throw error;
      }
    }
    while (await readDehydrated(exchange, signal)) {
      const waitedMs = clock.monotonicMs() - startedMs;
      if (waitedMs > CUSTOMIZATION_BOUND_MS) {
        throw new SetupError('setup.customization-slow', '');
      }
      onWait(waitedMs);
      await clock.sleep(CUSTOMIZATION_POLL_MS, signal);
    }
  };

  const setRole: ExchangeChanges['setRole'] = async ({ name, parent, entries }, signal) => {
    await run(
      'New-ManagementRole',
      {
        Name: name,
        Parent: parent,
        Description: SETUP_DESCRIPTION,
        EnabledCmdlets: entries.map(({ cmdlet }) => cmdlet),
      },
      signal,
    );
    const found = await readEntries(exchange, name, signal);
    const wanted = new Map(entries.map(({ cmdlet, parameters }) => [cmdlet, parameters]));
    for (const cmdlet of found.keys()) {
      if (!wanted.has(cmdlet)) {
        await removal('Remove-ManagementRoleEntry', { Identity: `${name}\\${cmdlet}` }, signal);
      }
    }
    for (const [cmdlet, parameters] of wanted) {
      const allowed = found.get(cmdlet);
      const change = { Identity: `${name}\\${cmdlet}`, Parameters: parameters };
      if (allowed === undefined) {
        await run('Add-ManagementRoleEntry', change, signal);
      } else if (!sameNames(allowed, parameters)) {
        await run('Set-ManagementRoleEntry', change, signal);
      }
    }
  };

  const setRoleGroup: ExchangeChanges['setRoleGroup'] = async (roles, signal) => {
    await run(
      'New-RoleGroup',
      {
        Name: SETUP_NAME,
        Description: SETUP_DESCRIPTION,
        Roles: roles.filter(({ scoped }) => scoped).map(({ name }) => name),
        CustomRecipientWriteScope: SCOPE_NAME,
      },
      signal,
    );
    const found = await readAssignments(exchange, SETUP_NAME, signal);
    for (const role of misfits(found, roles)) {
      for (const wrong of assignmentsOf(found, role)) {
        await removal('Remove-ManagementRoleAssignment', { Identity: wrong.name }, signal);
      }
      await run(
        'New-ManagementRoleAssignment',
        {
          Role: role.name,
          SecurityGroup: SETUP_NAME,
          ...(role.scoped ? { CustomRecipientWriteScope: SCOPE_NAME } : {}),
        },
        signal,
      );
    }
  };

  return {
    customize,
    setRole,
    setRoleGroup,
    register: async ({ clientId, objectId }, signal) => {
      await run(
        'New-ServicePrincipal',
        { AppId: clientId, ObjectId: objectId, DisplayName: SETUP_NAME },
        signal,
      );
    },
    unregister: (clientId, signal) =>
      removal('Remove-ServicePrincipal', { Identity: clientId }, signal),
    setScope: async (filter, signal) => {
      try {
        await exchange.run(
          {
            cmdlet: 'New-ManagementScope',
            parameters: { Name: SCOPE_NAME, RecipientRestrictionFilter: filter },
          },
          signal,
        );
      } catch (error) {
        if (!isM365Error(error, 'exchange-admin.already-exists')) {
          throw error;
        }
        const parameters = { Identity: SCOPE_NAME, RecipientRestrictionFilter: filter };
        await exchange.run({ cmdlet: 'Set-ManagementScope', parameters }, signal);
      }
    },
    addMember: (principalId, signal) =>
      run(
        'Add-RoleGroupMember',
        { Identity: SETUP_NAME, Member: principalId, BypassSecurityGroupManagerCheck: true },
        signal,
      ),
    assignScoped: (principalId, role, signal) =>
      run(
        'New-ManagementRoleAssignment',
        {
          Name: `${SETUP_NAME} ${role}`,
          Role: role,
          App: principalId,
          CustomResourceScope: SCOPE_NAME,
        },
        signal,
      ),
    removeAssignment: (name, signal) =>
      removal('Remove-ManagementRoleAssignment', { Identity: name }, signal),
    removeRoleGroup: (signal) =>
      removal(
        'Remove-RoleGroup',
        { Identity: SETUP_NAME, BypassSecurityGroupManagerCheck: true },
        signal,
      ),
    removeRole: (name, signal) => removal('Remove-ManagementRole', { Identity: name }, signal),
    removeScope: (signal) => removal('Remove-ManagementScope', { Identity: SCOPE_NAME }, signal),
  };
}

const assignmentsOf = (
  found: readonly FoundAssignment[],
  role: GroupRole,
): readonly FoundAssignment[] => found.filter((one) => one.role === role.name);
