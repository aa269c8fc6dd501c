import type { Express, Request } from 'express';
import { applicationRoutes } from './graph-applications.ts';
import { answerBatch } from './graph-batch.ts';
import type { GraphCall, Incoming } from './graph-call.ts';
import { readBody, readQuery } from './graph-call.ts';
import { badRequest, graphRefusal } from './graph-errors.ts';
import { groupRoutes } from './graph-groups.ts';
import { licenceRoutes } from './graph-licences.ts';
import { mailFolderRoutes } from './graph-mail-folders.ts';
import { mailboxItemRoutes } from './graph-mailbox-items.ts';
import { mailboxRoutes } from './graph-mailboxes.ts';
import { messageRoutes } from './graph-messages.ts';
import { policyRoutes } from './graph-policies.ts';
import { roleRoutes } from './graph-roles.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';
import { servicePrincipalRoutes } from './graph-service-principals.ts';
import { teamsRoutes } from './graph-teams.ts';
import { tenantRoutes } from './graph-tenant.ts';
import { userRoutes } from './graph-users.ts';
import type { ImportSessions } from './import-service.ts';
import {
  type Answer,
  answerRoot,
  createApplication,
  runOperation,
  type ServiceContext,
} from './service.ts';
import type { TokenAuthority, TokenClaims } from './tokens.ts';

export interface GraphServiceDeps extends GraphRouteDeps {
  readonly context: ServiceContext;
  readonly tokens: TokenAuthority;
  readonly imports: ImportSessions;
}

async function authenticate(tokens: TokenAuthority, request: Request): Promise<TokenClaims> {
  const header = request.get('authorization') ?? '';
  const [, token] = /^Bearer (\S+)$/.exec(header) ?? [];
  if (token === undefined) {
    throw graphRefusal(
      401,
      'InvalidAuthenticationToken',
      'Access token is empty.',
      'request without a bearer token',
    );
  }
  const check = await tokens.check(token, 'https://graph.microsoft.com');
  if (check.kind === 'refused') {
    // An expired token is part of life; a foreign or broken one is a fault of the client.
    const expired = check.reason.includes('expired');
    throw graphRefusal(
      401,
      'InvalidAuthenticationToken',
      check.reason,
      expired ? null : check.reason,
    );
  }
  return check.claims;
}

/** A person needs the scope in the token, and to be an administrator who may do it. */
function authorizePerson(route: GraphRoute, person: NonNullable<TokenClaims['person']>): void {
  const { scopes = [], admins } = route;
  if (!scopes.some((scope) => person.scopes.includes(scope))) {
    throw graphRefusal(
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
      `needs one of the scopes ${scopes.join(', ')}; the token has ${person.scopes.join(', ')}`,
    );
  }
  if (
    route.method !== 'get' &&
    admins?.some((role) => person.directoryRoles.includes(role)) === false
  ) {
    throw graphRefusal(
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    );
  }
}

function authorize(route: GraphRoute, claims: TokenClaims): void {
  if (claims.person !== undefined) {
    authorizePerson(route, claims.person);
    return;
  }
  if (route.roles === null || route.roles.some((role) => claims.roles.includes(role))) {
    return;
  }
  const violation = `needs one of ${route.roles.join(', ')}; the token has ${claims.roles.join(', ') || 'none'}`;
  throw route.outlook
    ? graphRefusal(
        403,
        'ErrorAccessDenied',
        'Access is denied. Check credentials and try again.',
        violation,
      )
    : graphRefusal(
        403,
        'Authorization_RequestDenied',
        'Insufficient privileges to complete the operation.',
        violation,
      );
}

function incomingOf(request: Request): Incoming {
  return {
    url: new URL(request.originalUrl, `${request.protocol}://${request.get('host') ?? ''}`),
    params: Object.fromEntries(
      Object.entries(request.params).map(([key, value]) => [key, String(value)]),
    ),
    body: typeof request.body === 'string' ? request.body : '',
    header: (name) => request.get(name),
  };
}

function readBodyOf(route: GraphRoute, incoming: Incoming): GraphCall['body'] {
  if (route.body !== undefined) {
    return readBody(incoming, route.body);
  }
  if (incoming.body.length > 0) {
    throw badRequest('A request body is not expected here.');
  }
  return {};
}

/** Runs one operation for a caller who is known already. */
function serve(route: GraphRoute, claims: TokenClaims, incoming: Incoming): Answer {
  authorize(route, claims);
  const { status, body } = route.handle({
    params: incoming.params,
    query: readQuery(incoming.url, route.query),
    body: readBodyOf(route, incoming),
    claims,
    url: incoming.url,
    header: incoming.header,
  });
  return body === undefined ? { status } : { status, body };
}

/** Microsoft Graph v1.0, as much of it as the product may use. */
export function createGraphApplication(deps: GraphServiceDeps): Express {
  const { context, tokens } = deps;
  const application = createApplication();
  answerRoot(application, context);
  const routes = [
    ...tenantRoutes(deps),
    ...userRoutes(deps),
    ...licenceRoutes(deps),
    ...mailboxRoutes(deps),
    ...mailFolderRoutes(deps),
    ...messageRoutes(deps),
    ...mailboxItemRoutes(deps),
    ...groupRoutes(deps),
    ...teamsRoutes(deps),
    ...policyRoutes(deps),
    ...roleRoutes(deps),
    ...applicationRoutes(deps),
    ...servicePrincipalRoutes(deps),
  ];

  for (const route of routes) {
    application[route.method](`/v1.0${route.path}`, (request, response) =>
      runOperation(context, route.operation, { request, response }, async () =>
        serve(route, await authenticate(tokens, request), incomingOf(request)),
      ),
    );
  }
  application.post('/v1.0/\\$batch', (request, response) =>
    runOperation(context, 'POST /$batch', { request, response }, async () => {
      const claims = await authenticate(tokens, request);
      const part = (route: GraphRoute, incoming: Incoming): Answer =>
        serve(route, claims, incoming);
      return answerBatch({ context, routes, serve: part }, incomingOf(request));
    }),
  );
  application.use((request, response) =>
    runOperation(context, 'unknown', { request, response }, () => {
      throw graphRefusal(
        400,
        'BadRequest',
        `Resource not found for the segment '${request.path.split('/').at(-1) ?? ''}'.`,
        `unknown path ${request.method} ${request.path}`,
      );
    }),
  );
  return application;
}
