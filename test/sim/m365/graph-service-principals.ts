import { randomUUID } from 'node:crypto';
import { DIRECTORY_ROLES } from './administrators.ts';
import { addApplication, type Directory } from './directory.ts';
import { type GraphCall, page, type Resource, resourceType, select } from './graph-call.ts';
import { badRequest, graphRefusal, resourceNotFound } from './graph-errors.ts';
import { parseFilter } from './graph-filter.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';
import {
  RESOURCES,
  resourceIdOf,
  roleIdOf,
  type SimAppRoleAssignment,
  settleCredentials,
  settleRoles,
} from './registrations.ts';

const PRINCIPAL = resourceType('microsoft.graph.servicePrincipal', [
  'id',
  'appId',
  'displayName',
  'servicePrincipalType',
  'appRoles',
]);

const READ = { roles: [], scopes: ['Application.ReadWrite.All'], query: [] } as const;
const CONSENT = {
  roles: [],
  scopes: ['AppRoleAssignment.ReadWrite.All'],
  admins: [DIRECTORY_ROLES.globalAdministrator, DIRECTORY_ROLES.privilegedRoleAdministrator],
} as const;

/** Services, managed identities and applications, as one collection. */
function principals(directory: Directory): readonly Resource[] {
  return [
    ...RESOURCES.map((resource) => ({
      id: resourceIdOf(directory, resource),
      appId: resource.appId,
      displayName: resource.displayName,
      servicePrincipalType: 'Application',
      appRoles: resource.roles.map((value) => ({
        id: roleIdOf(resource, value),
        value,
        allowedMemberTypes: ['Application'],
        isEnabled: true,
      })),
    })),
    ...directory.managedIdentities.map(({ id, clientId, displayName }) => ({
      id,
      appId: clientId,
      displayName,
      servicePrincipalType: 'ManagedIdentity',
      appRoles: [],
    })),
    ...directory.applications.map(({ objectId, clientId, displayName }) => ({
      id: objectId,
      appId: clientId,
      displayName,
      servicePrincipalType: 'Application',
      appRoles: [],
    })),
  ];
}

function create(
  { directory, journal }: GraphRouteDeps,
  call: GraphCall,
): {
  status: number;
  body: Resource;
} {
  const { appId } = call.body;
  const registration = directory.registrations.find((known) => known.appId === appId);
  if (registration === undefined) {
    throw graphRefusal(
      400,
      'Request_BadRequest',
      `The appId '${String(appId)}' of the service principal does not reference a valid application object.`,
    );
  }
  if (directory.applications.some((known) => known.clientId === appId)) {
    throw graphRefusal(
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      'The service principal cannot be created, updated, or restored because the service principal name is already in use.',
    );
  }
  const { displayName } = registration;
  const application = addApplication(directory, { clientId: registration.appId, displayName });
  settleCredentials(directory, registration);
  journal.changes.push({
    operation: 'POST /servicePrincipals',
    target: displayName,
    before: 'none',
    after: application.objectId,
  });
  const row = principals(directory).find(({ id }) => id === application.objectId) ?? {};
  return { status: 201, body: select(row, PRINCIPAL, undefined) };
}

function requirePrincipal(directory: Directory, call: GraphCall): string {
  const id = call.params['id'] ?? '';
  if (!principals(directory).some((known) => known['id'] === id)) {
    throw resourceNotFound(id);
  }
  return id;
}

function settle({ directory }: GraphRouteDeps, principalId: string): void {
  const application = directory.applications.find((known) => known.objectId === principalId);
  if (application !== undefined) {
    settleRoles(directory, application);
  }
}

function roleName(directory: Directory, grant: SimAppRoleAssignment): string {
  const resource = RESOURCES.find((one) => resourceIdOf(directory, one) === grant.resourceId);
  return resource?.roles.find((role) => roleIdOf(resource, role) === grant.appRoleId) ?? '';
}

function assign(deps: GraphRouteDeps, call: GraphCall): { status: number; body: Resource } {
  const { directory, journal } = deps;
  const principalId = requirePrincipal(directory, call);
  const { resourceId, appRoleId } = call.body;
  const grant: SimAppRoleAssignment = {
    id: randomUUID(),
    principalId,
    resourceId: String(resourceId),
    appRoleId: String(appRoleId),
  };
  if (call.body['principalId'] !== principalId || roleName(directory, grant) === '') {
    throw badRequest('Not a valid reference update.');
  }
  if (
    directory.appRoleAssignments.some(
      (one) =>
        one.principalId === principalId &&
        one.resourceId === resourceId &&
        one.appRoleId === appRoleId,
    )
  ) {
    throw graphRefusal(
      400,
      'Request_BadRequest',
      'Permission being assigned already exists on the object',
    );
  }
  directory.appRoleAssignments.push(grant);
  settle(deps, principalId);
  journal.changes.push({
    operation: 'POST /servicePrincipals/{id}/appRoleAssignments',
    target: principalId,
    before: 'none',
    after: roleName(directory, grant),
  });
  return { status: 201, body: { ...grant } };
}

function unassign(deps: GraphRouteDeps, call: GraphCall): { status: number } {
  const { directory, journal } = deps;
  const principalId = requirePrincipal(directory, call);
  const grant = directory.appRoleAssignments.find(
    (one) => one.id === call.params['grant'] && one.principalId === principalId,
  );
  if (grant === undefined) {
    throw resourceNotFound(call.params['grant'] ?? '');
  }
  directory.appRoleAssignments.splice(directory.appRoleAssignments.indexOf(grant), 1);
  settle(deps, principalId);
  journal.changes.push({
    operation: 'DELETE /servicePrincipals/{id}/appRoleAssignments/{id}',
    target: principalId,
    before: roleName(directory, grant),
    after: 'none',
  });
  return { status: 204 };
}

/** Enterprise applications, and the rights that an administrator grants them. */
export function servicePrincipalRoutes(deps: GraphRouteDeps): readonly GraphRoute[] {
  const { directory } = deps;
  return [
    {
      ...READ,
      method: 'get',
      path: '/servicePrincipals',
      operation: 'GET /servicePrincipals',
      query: ['$select', '$filter', '$top', '$skiptoken'],
      handle: (call) => {
        const matches = parseFilter(call.query.get('$filter') ?? '', {
          equal: ['id', 'appId', 'displayName'],
          startsWith: [],
          any: [],
        });
        const rows = principals(directory)
          .filter(matches)
          .map((row) => select(row, PRINCIPAL, call.query.get('$select')));
        return { status: 200, body: page(rows, call, 999) };
      },
    },
    {
      ...READ,
      admins: [DIRECTORY_ROLES.globalAdministrator, DIRECTORY_ROLES.applicationAdministrator],
      method: 'post',
      path: '/servicePrincipals',
      operation: 'POST /servicePrincipals',
      body: ['appId'],
      handle: (call) => create(deps, call),
    },
    {
      ...READ,
      method: 'get',
      path: '/servicePrincipals/:id/appRoleAssignments',
      operation: 'GET /servicePrincipals/{id}/appRoleAssignments',
      query: ['$top', '$skiptoken'],
      handle: (call) => {
        const id = requirePrincipal(directory, call);
        const rows = directory.appRoleAssignments.filter((one) => one.principalId === id);
        return {
          status: 200,
          body: page(
            rows.map((row) => ({ ...row })),
            call,
            999,
          ),
        };
      },
    },
    {
      ...CONSENT,
      method: 'post',
      path: '/servicePrincipals/:id/appRoleAssignments',
      operation: 'POST /servicePrincipals/{id}/appRoleAssignments',
      query: [],
      body: ['principalId', 'resourceId', 'appRoleId'],
      handle: (call) => assign(deps, call),
    },
    {
      ...CONSENT,
      method: 'delete',
      path: '/servicePrincipals/:id/appRoleAssignments/:grant',
      operation: 'DELETE /servicePrincipals/{id}/appRoleAssignments/{id}',
      query: [],
      handle: (call) => unassign(deps, call),
    },
  ];
}
