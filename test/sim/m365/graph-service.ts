import type { Express, Request } from 'express';
import type { GraphCall } from './graph-call.ts';
import { readBody, readQuery } from './graph-call.ts';
import { badRequest, graphRefusal } from './graph-errors.ts';
import { groupRoutes } from './graph-groups.ts';
import { licenceRoutes } from './graph-licences.ts';
import { mailboxRoutes } from './graph-mailboxes.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';
import { tenantRoutes } from './graph-tenant.ts';
import { userRoutes } from './graph-users.ts';
import { type Answer, createApplication, runOperation, type ServiceContext } from './service.ts';
import type { TokenAuthority, TokenClaims } from './tokens.ts';

export interface GraphServiceDeps extends GraphRouteDeps {
  readonly context: ServiceContext;
  readonly tokens: TokenAuthority;
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

function authorize(route: GraphRoute, claims: TokenClaims): void {
  if (route.roles.some((role) => claims.roles.includes(role))) {
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

const stringParams = (request: Request): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(request.params).map(([key, value]) => [key, String(value)]));

function readBodyOf(route: GraphRoute, request: Request): GraphCall['body'] {
  if (route.body !== undefined) {
    return readBody(request, route.body);
  }
  if (typeof request.body === 'string' && request.body.length > 0) {
    throw badRequest('A request body is not expected here.');
  }
  return {};
}

/** Microsoft Graph v1.0, as much of it as the product may use. */
export function createGraphApplication(deps: GraphServiceDeps): Express {
  const { context, tokens } = deps;
  const application = createApplication();
  const routes = [
    ...tenantRoutes(deps),
    ...userRoutes(deps),
    ...licenceRoutes(deps),
    ...mailboxRoutes(deps),
    ...groupRoutes(deps),
  ];

  const serve = async (route: GraphRoute, request: Request): Promise<Answer> => {
    const claims = await authenticate(tokens, request);
    authorize(route, claims);
    const url = new URL(request.originalUrl, `${request.protocol}://${request.get('host') ?? ''}`);
    const call: GraphCall = {
      params: stringParams(request),
      query: readQuery(url, route.query),
      body: readBodyOf(route, request),
      claims,
      url,
      header: (name) => request.get(name),
    };
    const { status, body } = route.handle(call);
    return body === undefined ? { status } : { status, body };
  };

  for (const route of routes) {
    application[route.method](`/v1.0${route.path}`, (request, response) =>
      runOperation(context, route.operation, { request, response }, (call) => serve(route, call)),
    );
  }
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
