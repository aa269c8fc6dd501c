import { type Directory, findUser, type SimUser } from './directory.ts';
import { type GraphCall, page, type Resource, select } from './graph-call.ts';
import { badRequest, graphRefusal, resourceNotFound } from './graph-errors.ts';
import { type FilterRules, parseFilter } from './graph-filter.ts';
import { createUser, NEW_USER } from './graph-new-user.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';
import { USER, userResource } from './graph-user-resource.ts';

const READ_ROLES = [
  'User.Read.All',
  'User.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];

const FILTERS: FilterRules = {
  equal: [
    'id',
    'displayName',
    'givenName',
    'surname',
    'mail',
    'userPrincipalName',
    'userType',
    'usageLocation',
  ],
  startsWith: ['displayName', 'givenName', 'surname', 'mail', 'userPrincipalName'],
  any: ['proxyAddresses'],
};

/** The user named in the path; Graph's own answer when there is none. */
export function requireUser(directory: Directory, call: GraphCall): SimUser {
  const key = call.params['id'] ?? '';
  const user = findUser(directory, key);
  if (user === undefined) {
    throw resourceNotFound(key);
  }
  return user;
}

/** `"displayName:anna" OR "mail:anna"`: words that a value of the property starts with. */
function parseSearch(call: GraphCall): (row: Resource) => boolean {
  const text = call.query.get('$search');
  if (text === undefined) {
    return () => true;
  }
  if (call.header('ConsistencyLevel') !== 'eventual') {
    throw badRequest(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  }
  const clauses = text.split(' OR ').map((clause) => {
    const [, property, wanted] =
      /^"(displayName|mail|userPrincipalName):([^"]+)"$/.exec(clause) ?? [];
    if (property === undefined || wanted === undefined) {
      throw badRequest(`Unrecognized search term: ${clause}`);
    }
    return { property, wanted: wanted.toLowerCase() };
  });
  return (row) =>
    clauses.some(({ property, wanted }) =>
      textOf(row[property])
        .toLowerCase()
        .split(/[\s@._-]+/)
        .some((word) => word.startsWith(wanted)),
    );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function patchUser(deps: GraphRouteDeps, user: SimUser, call: GraphCall): void {
  const location = call.body['usageLocation'];
  if (typeof location !== 'string' || !/^[A-Z]{2}$/.test(location)) {
    throw graphRefusal(
      400,
      'Request_BadRequest',
      "Invalid value specified for property 'usageLocation' of resource 'User'.",
    );
  }
  if (user.onPremisesSyncEnabled === true) {
    throw graphRefusal(
      400,
      'Request_BadRequest',
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
    );
  }
  if (user.usageLocation !== location) {
    deps.journal.changes.push({
      operation: 'PATCH /users/{id}',
      target: user.userPrincipalName,
      before: `usageLocation ${user.usageLocation ?? 'none'}`,
      after: `usageLocation ${location}`,
    });
    user.usageLocation = location;
  }
}

/** People: list, search, read, and the one property Skybridge may change. */
export function userRoutes(deps: GraphRouteDeps): readonly GraphRoute[] {
  const { directory } = deps;
  return [
    {
      method: 'get',
      path: '/users',
      operation: 'GET /users',
      roles: READ_ROLES,
      query: ['$select', '$filter', '$top', '$search', '$skiptoken'],
      handle: (call) => {
        const filter = call.query.get('$filter');
        const matches = filter === undefined ? () => true : parseFilter(filter, FILTERS);
        const found = parseSearch(call);
        const rows = directory.users
          .map((user) => userResource(directory, user))
          .filter((row) => matches(row) && found(row))
          .map((row) => select(row, USER, call.query.get('$select')));
        return { status: 200, body: page(rows, call, 999) };
      },
    },
    {
      method: 'get',
      path: '/users/:id',
      operation: 'GET /users/{id}',
      roles: READ_ROLES,
      query: ['$select'],
      handle: (call) => {
        const user = requireUser(directory, call);
        return {
          status: 200,
          body: select(userResource(directory, user), USER, call.query.get('$select')),
        };
      },
    },
    {
      method: 'post',
      path: '/users',
      operation: 'POST /users',
      roles: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
      query: [],
      body: NEW_USER,
      handle: (call) => ({
        status: 201,
        body: select(userResource(directory, createUser(deps, call)), USER, undefined),
      }),
    },
    {
      method: 'patch',
      path: '/users/:id',
      operation: 'PATCH /users/{id}',
      roles: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
      query: [],
      body: ['usageLocation'],
      handle: (call) => {
        patchUser(deps, requireUser(directory, call), call);
        return { status: 204 };
      },
    },
  ];
}
