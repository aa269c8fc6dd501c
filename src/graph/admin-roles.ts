import { z } from 'zod';
import type { BatchResult, GraphBatch } from './batch.ts';
import type { BatchRequest } from './batch-plan.ts';
import { isM365Error, M365Error } from './errors.ts';
import { parseGraphAnswer } from './graph-error.ts';
import { quote } from './users.ts';

/**
 * Directory roles whose holders may run a move, by template id. A move opens mailboxes and switches
 * protocols, which in the tenant itself only these two may do; roles for people or licences alone
 * (User Administrator, License Administrator, Exchange Recipient Administrator) cover part of it, and
 * would gain the rest through us.
 */
const ADMIN_ROLES: ReadonlySet<string> = new Set([
  // Global Administrator
  '62e90394-69f5-4237-9190-012177145e10',
  // Exchange Administrator
  '29232cdf-9323-42fd-ade2-1d097af3e4de',
]);

/** What the directory says of somebody's power over the tenant, at this moment. */
export interface DirectoryStanding {
  /** An active role of ADMIN_ROLES over the whole tenant, held directly or through a group. */
  readonly holdsAdminRole: boolean;
  /** Such a role could be activated in Privileged Identity Management. */
  readonly couldActivate: boolean;
  /** Those of the groups asked about that hold the person, directly or through other groups. */
  readonly groupIds: readonly string[];
}

/** Who has power over the tenant. */
export interface AdminRoles {
  /**
   * Asks anew each time, in one exchange: roles and at most 20 groups. Somebody whom the tenant does not
   * know has none. Throws `graph.right-missing` where roles may not be read.
   */
  standingOf(
    userId: string,
    groupIds: readonly string[],
    signal: AbortSignal,
  ): Promise<DirectoryStanding>;
}

const NOBODY: DirectoryStanding = { holdsAdminRole: false, couldActivate: false, groupIds: [] };

const memberOfSchema = z.object({
  value: z.array(z.object({ roleTemplateId: z.string().nullish() })),
});

const assignmentsSchema = z.object({
  value: z.array(
    z.object({
      directoryScopeId: z.string().nullish(),
      roleDefinition: z.object({ templateId: z.string().nullish() }),
    }),
  ),
});

const groupsSchema = z.object({ value: z.array(z.string()) });

export function createAdminRoles({ batch }: { readonly batch: GraphBatch }): AdminRoles {
  return {
    standingOf: async (userId, groupIds, signal) => {
      const answers = await batch.send(questionsAbout(userId, groupIds), signal);
      const through = await rolesThroughGroups(batch, userId, answers.get('roles'), signal);
      if (through === null) {
        return NOBODY;
      }
      const direct = tenantWide(bodyOf(answers.get('assignments')));
      return {
        holdsAdminRole: [...through, ...direct].some(isAdminRole),
        couldActivate: eligibleRoles(answers.get('eligible')).some(isAdminRole),
        groupIds: groupIds.length === 0 ? [] : groupsHeld(answers.get('groups')),
      };
    },
  };
}

const isAdminRole = (templateId: string): boolean => ADMIN_ROLES.has(templateId.toLowerCase());

const userPath = (userId: string): string => `/users/${encodeURIComponent(userId)}`;

/** Roles of groups come through this list alone; assignments to the person show there, too. */
const rolesPath = (userId: string): string =>
  `${userPath(userId)}/transitiveMemberOf/microsoft.graph.directoryRole`;

function questionsAbout(userId: string, groupIds: readonly string[]): readonly BatchRequest[] {
  // Only those of the person: eligibility through a group is not seen, nor is it needed to refuse.
  const schedule = (name: string): string =>
    `/roleManagement/directory/${name}?$filter=${encodeURIComponent(`principalId eq ${quote(userId)}`)}` +
    '&$expand=roleDefinition';
  const groups: BatchRequest = {
    id: 'groups',
    method: 'POST',
    path: `${userPath(userId)}/checkMemberGroups`,
    body: { groupIds },
  };
  return [
    { id: 'roles', method: 'GET', path: `${rolesPath(userId)}?$select=id,roleTemplateId` },
    { id: 'assignments', method: 'GET', path: schedule('roleAssignments') },
    { id: 'eligible', method: 'GET', path: schedule('roleEligibilityScheduleInstances') },
    ...(groupIds.length === 0 ? [] : [groups]),
  ];
}

/**
 * Template ids of all active roles; null for somebody whom the tenant does not know.
 *
 * Believed: that some tenants take the cast only as an advanced query, which reads an index that lags
 * behind by seconds to minutes. So it is asked that way only where the plain question is refused.
 */
async function rolesThroughGroups(
  batch: GraphBatch,
  userId: string,
  plain: BatchResult | undefined,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  let answer = plain;
  if (answer?.ok === false && isM365Error(answer.error, 'graph.request-refused')) {
    const path = `${rolesPath(userId)}?$count=true&$select=id,roleTemplateId`;
    const headers = { ConsistencyLevel: 'eventual' };
    const answers = await batch.send([{ id: 'roles', method: 'GET', path, headers }], signal);
    answer = answers.get('roles');
  }
  if (answer?.ok === false && isM365Error(answer.error, 'graph.not-found')) {
    return null;
  }
  return parseGraphAnswer(memberOfSchema, bodyOf(answer)).value.map(({ roleTemplateId }) => {
    // Believed: whoever may not read roles gets them with empty properties.
    if (typeof roleTemplateId !== 'string') {
      throw new M365Error('graph.right-missing');
    }
    return roleTemplateId;
  });
}

/** Template ids of roles over the whole tenant; one over an administrative unit is none. */
function tenantWide(body: unknown): readonly string[] {
  return parseGraphAnswer(assignmentsSchema, body).value.flatMap((one) =>
    one.directoryScopeId === '/' && one.roleDefinition.templateId
      ? [one.roleDefinition.templateId]
      : [],
  );
}

/** Tenants without Privileged Identity Management refuse the question; nobody is told to activate there. */
function eligibleRoles(answer: BatchResult | undefined): readonly string[] {
  return answer?.ok === true ? tenantWide(answer.body) : [];
}

function groupsHeld(answer: BatchResult | undefined): readonly string[] {
  return parseGraphAnswer(groupsSchema, bodyOf(answer)).value.map((id) => id.toLowerCase());
}

function bodyOf(answer: BatchResult | undefined): unknown {
  if (answer?.ok === false) {
    throw answer.error;
  }
  return answer?.body;
}
