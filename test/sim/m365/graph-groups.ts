import { type Directory, groupsOf, membersOf, type SimGroup } from './directory.ts';
import { type GraphCall, page, type Resource, resourceType, select } from './graph-call.ts';
import { badRequest, resourceNotFound } from './graph-errors.ts';
import { type FilterRules, parseFilter } from './graph-filter.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';
import { USER, userResource } from './graph-user-resource.ts';
import { requireUser } from './graph-users.ts';

const GROUP = resourceType('microsoft.graph.group', [
  'id',
  'displayName',
  'description',
  'mail',
  'securityEnabled',
  'mailEnabled',
  'groupTypes',
  'resourceProvisioningOptions',
]);

const FILTERS: FilterRules = {
  equal: ['id', 'displayName', 'mail'],
  startsWith: ['displayName', 'mail'],
  any: [],
};

const ROLES = ['GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All'];

const groupResource = (group: SimGroup): Resource => ({
  id: group.id,
  displayName: group.displayName,
  description: null,
  mail: group.mail ?? null,
  securityEnabled: true,
  mailEnabled: group.mailSecurity === true,
  groupTypes: [],
  resourceProvisioningOptions: group.apps === undefined ? [] : ['Team'],
});

function requireGroup(directory: Directory, call: GraphCall): SimGroup {
  const key = call.params['id'] ?? '';
  const group = directory.groups.find((known) => known.id === key);
  if (group === undefined) {
    throw resourceNotFound(key);
  }
  return group;
}

/** A member as a directory object: users with the selected properties, groups by id. */
function memberRows(
  directory: Directory,
  ids: readonly string[],
  selected: string | undefined,
): readonly Resource[] {
  const users = new Map(directory.users.map((user) => [user.id, user]));
  return ids.map((id) => {
    const user = users.get(id);
    return user === undefined
      ? { '@odata.type': '#microsoft.graph.group', id }
      : {
          '@odata.type': '#microsoft.graph.user',
          ...select(userResource(directory, user), USER, selected),
        };
  });
}

function readGroupIds(call: GraphCall): readonly string[] {
  const ids = call.body['groupIds'];
  if (
    !Array.isArray(ids) ||
    ids.length === 0 ||
    ids.length > 20 ||
    ids.some((id) => typeof id !== 'string')
  ) {
    throw badRequest("The parameter 'groupIds' takes 1 to 20 ids.");
  }
  return ids;
}

/** Groups and who is in them, directly or through other groups. */
export function groupRoutes({ directory }: GraphRouteDeps): readonly GraphRoute[] {
  return [
    {
      method: 'get',
      path: '/groups',
      operation: 'GET /groups',
      roles: ROLES,
      query: ['$select', '$filter', '$top', '$skiptoken'],
      handle: (call) => {
        const filter = call.query.get('$filter');
        const matches = filter === undefined ? () => true : parseFilter(filter, FILTERS);
        const rows = directory.groups
          .map(groupResource)
          .filter(matches)
          .map((row) => select(row, GROUP, call.query.get('$select')));
        return { status: 200, body: page(rows, call, 999) };
      },
    },
    {
      method: 'get',
      path: '/groups/:id',
      operation: 'GET /groups/{id}',
      roles: ROLES,
      query: ['$select'],
      handle: (call) => ({
        status: 200,
        body: select(
          groupResource(requireGroup(directory, call)),
          GROUP,
          call.query.get('$select'),
        ),
      }),
    },
    {
      method: 'get',
      path: '/groups/:id/members',
      operation: 'GET /groups/{id}/members',
      roles: ROLES,
      query: ['$select', '$top', '$skiptoken'],
      handle: (call) => {
        const group = requireGroup(directory, call);
        return {
          status: 200,
          body: page(memberRows(directory, group.memberIds, call.query.get('$select')), call, 999),
        };
      },
    },
    {
      method: 'get',
      path: '/groups/:id/transitiveMembers',
      operation: 'GET /groups/{id}/transitiveMembers',
      roles: ROLES,
      query: ['$select', '$top', '$skiptoken'],
      handle: (call) => {
        const group = requireGroup(directory, call);
        const members = membersOf(directory, group);
        const ids = [...directory.users, ...directory.groups]
          .map((object) => object.id)
          .filter((id) => members.has(id));
        return {
          status: 200,
          body: page(memberRows(directory, ids, call.query.get('$select')), call, 999),
        };
      },
    },
    {
      method: 'get',
      path: '/users/:id/transitiveMemberOf',
      operation: 'GET /users/{id}/transitiveMemberOf',
      roles: [...ROLES, 'User.Read.All', 'User.ReadWrite.All'],
      query: ['$select', '$top', '$skiptoken'],
      handle: (call) => {
        const rows = groupsOf(directory, requireUser(directory, call).id).map((group) => ({
          '@odata.type': '#microsoft.graph.group',
          ...select(groupResource(group), GROUP, call.query.get('$select')),
        }));
        return { status: 200, body: page(rows, call, 999) };
      },
    },
    {
      method: 'post',
      path: '/users/:id/checkMemberGroups',
      operation: 'POST /users/{id}/checkMemberGroups',
      roles: ROLES,
      query: [],
      body: ['groupIds'],
      handle: (call) => {
        const user = requireUser(directory, call);
        const wanted = readGroupIds(call);
        const asked = new Set(wanted.map((id) => id.toLowerCase()));
        const held = groupsOf(directory, user.id).map((group) => group.id);
        return { status: 200, body: { value: held.filter((id) => asked.has(id)) } };
      },
    },
  ];
}
