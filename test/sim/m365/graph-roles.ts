import { type Directory, groupsOf, type SimRole } from './directory.ts';
import { type GraphCall, page, type Resource, resourceType, select } from './graph-call.ts';
import { badRequest, graphRefusal } from './graph-errors.ts';
import { parseFilter } from './graph-filter.ts';
import type { GraphQuirks, GraphRoute, GraphRouteDeps } from './graph-routes.ts';
import { requireUser } from './graph-users.ts';

const ROLE = resourceType('microsoft.graph.directoryRole', [
  'id',
  'displayName',
  'description',
  'roleTemplateId',
]);

const MEMBER_ROLES = [
  'GroupMember.Read.All',
  'Group.Read.All',
  'User.Read.All',
  'User.ReadWrite.All',
  'Directory.Read.All',
];

/** Whoever has none of these is shown roles without their properties. */
const SEES_ROLES = ['RoleManagement.Read.Directory', 'Directory.Read.All'];

const MANAGEMENT_ROLES = [
  'RoleManagement.Read.Directory',
  'RoleManagement.Read.All',
  'RoleManagement.ReadWrite.Directory',
];

/** A principal's hold on a role. */
interface Hold {
  readonly role: SimRole;
  readonly principalId: string;
  readonly directoryScopeId: string;
}

const roleResource = ({ id, displayName, templateId }: SimRole): Resource => ({
  id,
  displayName,
  description: null,
  roleTemplateId: templateId,
});

/** Roles over the whole tenant, the person's own and those of all groups that hold the person. */
function rolesOf(directory: Directory, userId: string): readonly SimRole[] {
  const holders = [userId, ...groupsOf(directory, userId).map((group) => group.id)];
  return directory.roles.filter((role) => role.memberIds.some((id) => holders.includes(id)));
}

function requireAdvancedQuery(call: GraphCall, quirks: GraphQuirks): void {
  const counts = call.query.get('$count');
  const isAdvanced = call.header('ConsistencyLevel') === 'eventual' && counts === 'true';
  if (counts !== undefined && !isAdvanced) {
    throw badRequest("'$count' takes the header 'ConsistencyLevel: eventual' here.");
  }
  if (quirks.castNeedsAdvancedQuery && !isAdvanced) {
    throw graphRefusal(
      400,
      'Request_UnsupportedQuery',
      "The specified cast to entity type 'microsoft.graph.directoryRole' needs an advanced query.",
    );
  }
}

/** Role assignments go by role definition; a built-in one has the id of its template. */
function holdRows(holds: readonly Hold[], call: GraphCall): Resource {
  const filter = call.query.get('$filter');
  if (filter === undefined) {
    throw badRequest('The operation takes a $filter here.');
  }
  const expand = call.query.get('$expand');
  if (expand !== undefined && expand !== 'roleDefinition') {
    throw badRequest(`Could not find a property named '${expand}' to expand.`);
  }
  const matches = parseFilter(filter, { equal: ['principalId'], startsWith: [], any: [] });
  const rows = holds.map(({ role, principalId, directoryScopeId }) => ({
    id: `${role.id}-${principalId}`,
    principalId,
    directoryScopeId,
    roleDefinitionId: role.templateId,
    ...(expand === undefined
      ? {}
      : {
          roleDefinition: {
            id: role.templateId,
            templateId: role.templateId,
            displayName: role.displayName,
            isBuiltIn: true,
          },
        }),
  }));
  return page(rows.filter(matches), call, 999);
}

const assignments = (directory: Directory): readonly Hold[] =>
  directory.roles.flatMap((role) => [
    ...role.memberIds.map((principalId) => ({ role, principalId, directoryScopeId: '/' })),
    ...[...role.scopedMembers].map(([principalId, directoryScopeId]) => ({
      role,
      principalId,
      directoryScopeId,
    })),
  ]);

const eligibilities = (directory: Directory): readonly Hold[] =>
  directory.roles.flatMap((role) =>
    role.eligibleIds.map((principalId) => ({ role, principalId, directoryScopeId: '/' })),
  );

/** Directory roles: who holds them, and who could. */
export function roleRoutes({ directory, quirks }: GraphRouteDeps): readonly GraphRoute[] {
  return [
    {
      method: 'get',
      path: '/users/:id/transitiveMemberOf/microsoft.graph.directoryRole',
      operation: 'GET /users/{id}/transitiveMemberOf/microsoft.graph.directoryRole',
      roles: MEMBER_ROLES,
      query: ['$select', '$top', '$count', '$skiptoken'],
      handle: (call) => {
        requireAdvancedQuery(call, quirks);
        const user = requireUser(directory, call);
        const sees = SEES_ROLES.some((role) => call.claims.roles.includes(role));
        const rows = rolesOf(directory, user.id)
          .map((role) => (sees ? roleResource(role) : { id: role.id }))
          .map((row) => select(row, ROLE, call.query.get('$select')));
        return { status: 200, body: page(rows, call, 999) };
      },
    },
    {
      method: 'get',
      path: '/roleManagement/directory/roleAssignments',
      operation: 'GET /roleManagement/directory/roleAssignments',
      roles: MANAGEMENT_ROLES,
      query: ['$filter', '$expand', '$top', '$skiptoken'],
      handle: (call) => ({ status: 200, body: holdRows(assignments(directory), call) }),
    },
    {
      method: 'get',
      path: '/roleManagement/directory/roleEligibilityScheduleInstances',
      operation: 'GET /roleManagement/directory/roleEligibilityScheduleInstances',
      roles: ['RoleEligibilitySchedule.Read.Directory', ...MANAGEMENT_ROLES],
      query: ['$filter', '$expand', '$top', '$skiptoken'],
      handle: (call) => {
        if (!quirks.privilegedIdentityManagement) {
          throw graphRefusal(
            400,
            'AadPremiumLicenseRequired',
            'The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.',
          );
        }
        return { status: 200, body: holdRows(eligibilities(directory), call) };
      },
    },
  ];
}
