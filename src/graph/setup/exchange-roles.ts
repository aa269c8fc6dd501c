import { z } from 'zod';
import { isM365Error } from '../errors.ts';
import { type CmdletParameters, type ExchangeAdmin, parseAnswer } from '../exchange-admin.ts';
import type { RequiredCmdlet } from '../required-cmdlets.ts';
import { createExchangeServicePrincipal } from '../service-principal.ts';
import { SetupError } from './errors.ts';
import { ROLE_NAMES, SCOPE_NAME, SETUP_DESCRIPTION, SETUP_NAME } from './names.ts';
import type { ExchangeSurvey, FoundAssignment, FoundGroup, FoundRole } from './survey.ts';

const names = z
  .union([z.string(), z.array(z.string())])
  .nullish()
  .transform((value) => (typeof value === 'string' ? value.split(',') : (value ?? [])));

const organizationSchema = z.object({ IsDehydrated: z.boolean() });
const entrySchema = z.object({ Name: z.string(), Parameters: names });
const describedSchema = z.object({ Description: z.string().nullish() });
const scopeSchema = z.object({ RecipientFilter: z.string().nullish() });
const assignmentSchema = z.object({
  Name: z.string(),
  Role: z.string(),
  CustomRecipientWriteScope: z.string().nullish(),
  CustomResourceScope: z.string().nullish(),
});
const groupSchema = z.object({
  PrimarySmtpAddress: z.string(),
  DistinguishedName: z.string(),
  RecipientTypeDetails: z.string(),
});

/** Rows of a cmdlet; none where Exchange does not know the object. */
async function rowsOf<T>(
  exchange: ExchangeAdmin,
  call: { readonly cmdlet: string; readonly parameters: CmdletParameters },
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<readonly T[]> {
  try {
    const { rows } = await exchange.run(call, signal);
    return parseAnswer(z.array(schema), rows);
  } catch (error) {
    if (isM365Error(error, 'exchange-admin.object-not-found', 'exchange-admin.trustee-unknown')) {
      return [];
    }
    throw error;
  }
}

/** True while the tenant's Exchange configuration is shared with others. */
export async function readDehydrated(
  exchange: ExchangeAdmin,
  signal: AbortSignal,
): Promise<boolean> {
  const call = { cmdlet: 'Get-OrganizationConfig', parameters: {} };
  const [row] = await rowsOf(exchange, call, organizationSchema, signal);
  return row?.IsDehydrated === true;
}

/** What a role allows: cmdlet → parameters. Null where there is no such role. */
export async function readEntries(
  exchange: ExchangeAdmin,
  role: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const call = { cmdlet: 'Get-ManagementRoleEntry', parameters: { Identity: `${role}\\*` } };
  const rows = await rowsOf(exchange, call, entrySchema, signal);
  return new Map(rows.map(({ Name, Parameters }) => [Name, Parameters] as const));
}

async function readRole(
  exchange: ExchangeAdmin,
  name: string,
  signal: AbortSignal,
): Promise<FoundRole | null> {
  const call = { cmdlet: 'Get-ManagementRole', parameters: { Identity: name } };
  const [row] = await rowsOf(exchange, call, describedSchema, signal);
  return row === undefined
    ? null
    : {
        ours: row.Description === SETUP_DESCRIPTION,
        entries: await readEntries(exchange, name, signal),
      };
}

/** Roles of a role group, or of an application by its object id. */
export async function readAssignments(
  exchange: ExchangeAdmin,
  assignee: string,
  signal: AbortSignal,
): Promise<readonly FoundAssignment[]> {
  const call = { cmdlet: 'Get-ManagementRoleAssignment', parameters: { RoleAssignee: assignee } };
  const rows = await rowsOf(exchange, call, assignmentSchema, signal);
  return rows.map((row) => ({
    name: row.Name,
    role: row.Role,
    scope: row.CustomResourceScope ?? row.CustomRecipientWriteScope ?? null,
  }));
}

async function readRoleGroup(
  exchange: ExchangeAdmin,
  principalId: string | null,
  signal: AbortSignal,
): Promise<ExchangeSurvey['roleGroup']> {
  const parameters = { Identity: SETUP_NAME };
  const [row] = await rowsOf(
    exchange,
    { cmdlet: 'Get-RoleGroup', parameters },
    describedSchema,
    signal,
  );
  if (row === undefined) {
    return null;
  }
  const [members, assignments] = await Promise.all([
    rowsOf(
      exchange,
      { cmdlet: 'Get-RoleGroupMember', parameters },
      z.record(z.string(), z.unknown()),
      signal,
    ),
    readAssignments(exchange, SETUP_NAME, signal),
  ]);
  return {
    ours: row.Description === SETUP_DESCRIPTION,
    assignments,
    // How a service principal is printed here is not documented: its id may be in any property.
    isMember:
      principalId !== null && members.some((member) => Object.values(member).includes(principalId)),
  };
}

async function readGroup(
  exchange: ExchangeAdmin,
  address: string,
  signal: AbortSignal,
): Promise<FoundGroup> {
  const call = { cmdlet: 'Get-DistributionGroup', parameters: { Identity: address } };
  const [row] = await rowsOf(exchange, call, groupSchema, signal);
  if (row === undefined) {
    throw new SetupError('setup.group-unknown', address);
  }
  if (row.RecipientTypeDetails !== 'MailUniversalSecurityGroup') {
    throw new SetupError('setup.group-unfit', address);
  }
  return { address: row.PrimarySmtpAddress, distinguishedName: row.DistinguishedName };
}

async function readScope(exchange: ExchangeAdmin, signal: AbortSignal): Promise<string | null> {
  const call = { cmdlet: 'Get-ManagementScope', parameters: { Identity: SCOPE_NAME } };
  const [row] = await rowsOf(exchange, call, scopeSchema, signal);
  return row === undefined ? null : (row.RecipientFilter ?? '');
}

export interface ExchangeSurveyInput {
  /** Null: nobody wants to know. */
  readonly groupAddress: string | null;
  readonly clientId: string | null;
  readonly principalId: string | null;
  /** True where it is written down that setup made, or began to make, the management scope. */
  readonly scopeIsOurs: boolean;
}

/** Reads what Exchange holds of us; changes nothing. Null for somebody who may not look. */
export async function surveyExchange(
  exchange: ExchangeAdmin,
  input: ExchangeSurveyInput,
  signal: AbortSignal,
): Promise<ExchangeSurvey | null> {
  const { groupAddress, clientId, principalId } = input;
  const parentNames: readonly RequiredCmdlet['from'][] = [
    'Mail Recipients',
    'Role Management',
    'View-Only Configuration',
  ];
  try {
    const [dehydrated, group, scopeFilter, parents, roles, roleGroup, registration, scopedRoles] =
      await Promise.all([
        readDehydrated(exchange, signal),
        groupAddress === null ? null : readGroup(exchange, groupAddress, signal),
        readScope(exchange, signal),
        Promise.all(
          parentNames.map(
            async (name) => [name, await readEntries(exchange, name, signal)] as const,
          ),
        ),
        Promise.all(
          Object.values(ROLE_NAMES).map(
            async (name) => [name, await readRole(exchange, name, signal)] as const,
          ),
        ),
        readRoleGroup(exchange, principalId, signal),
        clientId === null
          ? ('unknown' as const)
          : createExchangeServicePrincipal({ exchange }).check(
              { clientId, objectId: principalId ?? '' },
              signal,
            ),
        principalId === null ? [] : readAssignments(exchange, principalId, signal),
      ]);
    const found = roles.flatMap(([name, role]) => (role === null ? [] : [[name, role] as const]));
    refuseForeign(found, roleGroup, scopeFilter !== null && !input.scopeIsOurs);
    return {
      dehydrated,
      group,
      registration,
      scopeFilter,
      parents: new Map(parents),
      roles: new Map(found),
      roleGroup,
      scopedRoles,
    };
  } catch (error) {
    if (isM365Error(error, 'exchange-admin.right-missing', 'exchange-admin.cmdlet-unknown')) {
      return null;
    }
    throw error;
  }
}

/**
 * What bears our names and is not ours must neither be changed nor be removed. A scope has no
 * description: without a record it is taken for ours where our roles are.
 */
function refuseForeign(
  roles: readonly (readonly [string, FoundRole])[],
  roleGroup: ExchangeSurvey['roleGroup'],
  doubtfulScope: boolean,
): void {
  const foreign = [
    ...roles.filter(([, role]) => !role.ours).map(([name]) => name),
    ...(roleGroup?.ours === false ? [SETUP_NAME] : []),
    ...(doubtfulScope && roles.length === 0 && roleGroup === null ? [SCOPE_NAME] : []),
  ];
  const [name] = foreign;
  if (name !== undefined) {
    throw new SetupError('setup.name-taken', name);
  }
}
