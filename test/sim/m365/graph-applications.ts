import { randomUUID, X509Certificate } from 'node:crypto';
import { DIRECTORY_ROLES } from './administrators.ts';
import type { Directory } from './directory.ts';
import { type GraphCall, page, type Resource, resourceType, select } from './graph-call.ts';
import { badRequest, graphRefusal, resourceNotFound } from './graph-errors.ts';
import { parseFilter } from './graph-filter.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';
import type { Journal } from './journal.ts';
import {
  RESOURCES,
  SIGN_IN_SCOPES,
  type SimFederation,
  type SimKeyCredential,
  type SimRegistration,
  settleCredentials,
} from './registrations.ts';

const APPLICATION = {
  ...resourceType('microsoft.graph.application', [
    'id',
    'appId',
    'displayName',
    'uniqueName',
    'tags',
    'signInAudience',
    'keyCredentials',
    'web',
    'requiredResourceAccess',
    'createdDateTime',
  ]),
};

const SCOPES = ['Application.ReadWrite.All'];
const ADMINS = [DIRECTORY_ROLES.globalAdministrator, DIRECTORY_ROLES.applicationAdministrator];

/** The bytes of a certificate are sent for a single application that is asked for them by name. */
const registrationResource = (registration: SimRegistration, withKeys: boolean): Resource => ({
  ...registration,
  keyCredentials: registration.keyCredentials.map((credential) => ({
    ...credential,
    key: withKeys ? credential.key : null,
  })),
});

function requireRegistration(directory: Directory, call: GraphCall): SimRegistration {
  const id = call.params['id'] ?? '';
  const found = directory.registrations.find((known) => known.id === id);
  if (found === undefined) {
    throw resourceNotFound(id);
  }
  return found;
}

const texts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function noteChange(
  journal: Journal,
  operation: string,
  target: string,
  [before, after]: readonly [string, string],
): void {
  journal.changes.push({ operation, target, before, after });
}

/** `PATCH /applications(uniqueName='…')` with `Prefer: create-if-missing`. */
function upsert(
  { directory, journal }: GraphRouteDeps,
  call: GraphCall,
): {
  status: number;
  body?: Resource;
} {
  const uniqueName = call.params['uniqueName'] ?? '';
  const { displayName, signInAudience, tags } = call.body;
  const known = directory.registrations.find((one) => one.uniqueName === uniqueName);
  if (known === undefined && call.header('prefer') !== 'create-if-missing') {
    throw resourceNotFound(uniqueName);
  }
  if (text(displayName) === '' || signInAudience !== 'AzureADMyOrg' || !texts(tags)) {
    throw badRequest('displayName, tags and an audience of one tenant are expected here.');
  }
  if (known !== undefined) {
    known.displayName = text(displayName);
    known.tags = tags;
    return { status: 204 };
  }
  const registration: SimRegistration = {
    id: randomUUID(),
    appId: randomUUID(),
    uniqueName,
    displayName: text(displayName),
    tags,
    signInAudience,
    keyCredentials: [],
    federations: [],
    web: { redirectUris: [] },
    requiredResourceAccess: [],
  };
  directory.registrations.push(registration);
  noteChange(journal, 'PATCH /applications', registration.displayName, ['none', registration.id]);
  return {
    status: 201,
    body: select(registrationResource(registration, false), APPLICATION, undefined),
  };
}

/** A new certificate must come with its bytes; one that is there may be named by its id alone. */
function readKeys(registration: SimRegistration, given: unknown): readonly SimKeyCredential[] {
  if (!Array.isArray(given)) {
    throw badRequest("The property 'keyCredentials' takes a list.");
  }
  return given.map((entry: Readonly<Record<string, unknown>>): SimKeyCredential => {
    const known = registration.keyCredentials.find((one) => one.keyId === entry['keyId']);
    if (known !== undefined) {
      return known;
    }
    if (entry['type'] !== 'AsymmetricX509Cert' || entry['usage'] !== 'Verify') {
      throw badRequest('New key credentials must be AsymmetricX509Cert for Verify.');
    }
    const key = text(entry['key']);
    const certificate = new X509Certificate(Buffer.from(key, 'base64'));
    return {
      keyId: randomUUID(),
      type: 'AsymmetricX509Cert',
      usage: 'Verify',
      displayName: text(entry['displayName']) || null,
      key,
      endDateTime: certificate.validToDate.toISOString(),
    };
  });
}

/** https, or http on this machine; at most 256 letters. */
function readWeb(given: unknown): SimRegistration['web'] {
  const { redirectUris, ...more }: Record<string, unknown> = Object(given);
  const isGood = (uri: string): boolean =>
    /^(?:https:\/\/[^\s#]+|http:\/\/localhost(?::\d+)?\/[^\s#]*)$/.test(uri) && uri.length <= 256;
  if (Object.keys(more).length > 0 || !texts(redirectUris) || !redirectUris.every(isGood)) {
    throw badRequest("The property 'web' takes redirect URIs of https alone.");
  }
  return { redirectUris };
}

function readAccess(given: unknown): SimRegistration['requiredResourceAccess'] {
  const rows: readonly Record<string, unknown>[] = Array.isArray(given) ? given : [];
  return rows.map(({ resourceAppId, resourceAccess }) => {
    const known = RESOURCES.some(({ appId }) => appId === resourceAppId);
    const access: readonly Record<string, unknown>[] = Array.isArray(resourceAccess)
      ? resourceAccess
      : [];
    if (!known || access.length === 0) {
      throw badRequest("The property 'requiredResourceAccess' names an unknown resource.");
    }
    return {
      resourceAppId: text(resourceAppId),
      resourceAccess: access.map(({ id, type }) => {
        if (type !== 'Scope' || SIGN_IN_SCOPES[text(id)] === undefined) {
          throw badRequest('The resource does not have this permission.');
        }
        return { id: text(id), type: 'Scope' };
      }),
    };
  });
}

function patch({ directory, journal }: GraphRouteDeps, call: GraphCall): { status: number } {
  const registration = requireRegistration(directory, call);
  const before = `${registration.keyCredentials.length} certificates`;
  const { keyCredentials, web, requiredResourceAccess } = call.body;
  if (keyCredentials !== undefined) {
    registration.keyCredentials = readKeys(registration, keyCredentials);
  }
  if (web !== undefined) {
    registration.web = readWeb(web);
  }
  if (requiredResourceAccess !== undefined) {
    registration.requiredResourceAccess = readAccess(requiredResourceAccess);
  }
  settleCredentials(directory, registration);
  noteChange(journal, 'PATCH /applications/{id}', registration.displayName, [
    before,
    `${registration.keyCredentials.length} certificates`,
  ]);
  return { status: 204 };
}

/** Its service principal goes with it, and everything that was granted to that. */
function remove({ directory, journal }: GraphRouteDeps, call: GraphCall): { status: number } {
  const registration = requireRegistration(directory, call);
  directory.registrations.splice(directory.registrations.indexOf(registration), 1);
  const index = directory.applications.findIndex((one) => one.clientId === registration.appId);
  const [gone] = index === -1 ? [] : directory.applications.splice(index, 1);
  const kept = directory.appRoleAssignments.filter((one) => one.principalId !== gone?.objectId);
  directory.appRoleAssignments.splice(0, directory.appRoleAssignments.length, ...kept);
  noteChange(journal, 'DELETE /applications/{id}', registration.displayName, [
    registration.id,
    'deleted',
  ]);
  return { status: 204 };
}

function addFederation(
  { directory, journal }: GraphRouteDeps,
  call: GraphCall,
): {
  status: number;
  body: Resource;
} {
  const registration = requireRegistration(directory, call);
  const { name, issuer, subject, audiences } = call.body;
  if (!texts(audiences) || audiences.length !== 1) {
    throw badRequest('Exactly one audience is expected.');
  }
  if (registration.federations.some((one) => one.name === name)) {
    throw graphRefusal(
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      `FederatedIdentityCredential with name ${text(name)} already exists.`,
    );
  }
  const federation: SimFederation = {
    id: randomUUID(),
    name: text(name),
    issuer: text(issuer),
    subject: text(subject),
    audiences,
  };
  registration.federations.push(federation);
  settleCredentials(directory, registration);
  noteChange(journal, 'POST /applications/{id}/federatedIdentityCredentials', federation.name, [
    'none',
    federation.subject,
  ]);
  return { status: 201, body: { ...federation } };
}

/** App registrations; only people with a directory role make them. */
export function applicationRoutes(deps: GraphRouteDeps): readonly GraphRoute[] {
  const { directory } = deps;
  const delegated = { roles: [], scopes: SCOPES, admins: ADMINS } as const;
  return [
    {
      ...delegated,
      method: 'get',
      path: '/applications',
      operation: 'GET /applications',
      query: ['$select', '$filter', '$top', '$skiptoken'],
      handle: (call) => {
        const filter = call.query.get('$filter');
        const matches =
          filter === undefined
            ? () => true
            : parseFilter(filter, { equal: ['appId', 'displayName'], startsWith: [], any: [] });
        const rows = directory.registrations
          .map((one) => registrationResource(one, false))
          .filter(matches)
          .map((row) => select(row, APPLICATION, call.query.get('$select')));
        return { status: 200, body: page(rows, call, 999) };
      },
    },
    {
      ...delegated,
      method: 'get',
      path: '/applications/:id',
      operation: 'GET /applications/{id}',
      query: ['$select'],
      handle: (call) => {
        const selected = call.query.get('$select');
        const withKeys = selected?.split(',').includes('keyCredentials') === true;
        const resource = registrationResource(requireRegistration(directory, call), withKeys);
        return { status: 200, body: select(resource, APPLICATION, selected) };
      },
    },
    {
      ...delegated,
      method: 'patch',
      path: "/applications\\(uniqueName=':uniqueName'\\)",
      operation: 'PATCH /applications(uniqueName)',
      query: [],
      body: ['displayName', 'signInAudience', 'tags'],
      handle: (call) => upsert(deps, call),
    },
    {
      ...delegated,
      method: 'patch',
      path: '/applications/:id',
      operation: 'PATCH /applications/{id}',
      query: [],
      body: ['keyCredentials', 'web', 'requiredResourceAccess'],
      handle: (call) => patch(deps, call),
    },
    {
      ...delegated,
      method: 'delete',
      path: '/applications/:id',
      operation: 'DELETE /applications/{id}',
      query: [],
      handle: (call) => remove(deps, call),
    },
    {
      ...delegated,
      method: 'get',
      path: '/applications/:id/federatedIdentityCredentials',
      operation: 'GET /applications/{id}/federatedIdentityCredentials',
      query: [],
      handle: (call) => {
        const { federations } = requireRegistration(directory, call);
        return { status: 200, body: { value: federations.map((one) => ({ ...one })) } };
      },
    },
    {
      ...delegated,
      method: 'post',
      path: '/applications/:id/federatedIdentityCredentials',
      operation: 'POST /applications/{id}/federatedIdentityCredentials',
      query: [],
      body: ['name', 'issuer', 'subject', 'audiences'],
      handle: (call) => addFederation(deps, call),
    },
  ];
}
