import type { Express, Request } from 'express';
import { refuseAssertion } from './client-assertion.ts';
import type { Directory, SimApplication } from './directory.ts';
import { entraError } from './login-errors.ts';
import { PEOPLE_GRANTS, type PeopleSignIn } from './login-people.ts';
import type { WebSignIn } from './login-web.ts';
import {
  type Answer,
  answerRoot,
  createApplication,
  runOperation,
  type ServiceContext,
} from './service.ts';
import type { Audience, TokenAuthority, TokenSettings } from './tokens.ts';

const SCOPES: Readonly<Record<string, Audience>> = {
  'https://graph.microsoft.com/.default': 'https://graph.microsoft.com',
  'https://outlook.office365.com/.default': 'https://outlook.office365.com',
};

const TOKEN_FIELDS = new Set([
  'client_id',
  'scope',
  'grant_type',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'client_info',
  // MSAL's correlation id.
  'client-request-id',
  'claims',
  // People who sign in.
  'code',
  'code_verifier',
  'redirect_uri',
  'refresh_token',
  'device_code',
]);

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface LoginServiceDeps {
  readonly context: ServiceContext;
  readonly directory: Directory;
  readonly tokens: TokenAuthority;
  readonly settings: TokenSettings;
  readonly people: PeopleSignIn;
  readonly web: WebSignIn;
}

function readForm(request: Request): URLSearchParams {
  if (!/^application\/x-www-form-urlencoded/i.test(request.get('content-type') ?? '')) {
    throw entraError(
      400,
      'invalid_request',
      { code: 900144, text: 'The request body must be form-encoded.' },
      'token request is not form-encoded',
    );
  }
  const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
  const unknown = [...form.keys()].filter(
    (key) => !TOKEN_FIELDS.has(key) && !key.startsWith('x-client-') && !key.startsWith('x-ms-'),
  );
  if (unknown.length > 0) {
    throw entraError(
      400,
      'invalid_request',
      { code: 90014, text: 'The request has an unknown field.' },
      `unknown token field ${unknown.join(', ')}`,
    );
  }
  return form;
}

function tenantOf(directory: Directory, request: Request): void {
  const tenant = request.params['tenant'];
  if (tenant !== directory.tenantId && tenant !== directory.domain) {
    throw entraError(400, 'invalid_request', {
      code: 90002,
      text: `Tenant '${String(tenant)}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    });
  }
}

function applicationOf(directory: Directory, form: URLSearchParams): SimApplication {
  const clientId = form.get('client_id') ?? '';
  const application = directory.applications.find((known) => known.clientId === clientId);
  if (application === undefined) {
    throw entraError(400, 'unauthorized_client', {
      code: 700016,
      text: `Application with identifier '${clientId}' was not found in the directory '${directory.displayName}'.`,
    });
  }
  return application;
}

function proveSecret(application: SimApplication, secret: string): void {
  if (application.secret === null || secret !== application.secret) {
    throw entraError(401, 'invalid_client', {
      code: 7000215,
      text: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${application.clientId}'.`,
    });
  }
  if (application.secretExpired) {
    throw entraError(401, 'invalid_client', {
      code: 7000222,
      text: `The provided client secret keys for app '${application.clientId}' are expired.`,
    });
  }
}

async function prove(
  application: SimApplication,
  form: URLSearchParams,
  expected: { readonly audiences: readonly string[]; readonly nowMs: number },
): Promise<void> {
  const secret = form.get('client_secret');
  const assertion = form.get('client_assertion');
  if (secret !== null) {
    proveSecret(application, secret);
    return;
  }
  if (assertion === null || form.get('client_assertion_type') !== ASSERTION_TYPE) {
    throw entraError(
      401,
      'invalid_client',
      {
        code: 7000218,
        text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
      },
      'token request without a credential',
    );
  }
  const reason = await refuseAssertion(application, assertion, expected);
  if (reason !== null) {
    throw entraError(401, 'invalid_client', { code: 700027, text: reason });
  }
}

function audienceOf(form: URLSearchParams): Audience {
  if (form.get('grant_type') !== 'client_credentials') {
    throw entraError(
      400,
      'unsupported_grant_type',
      { code: 70003, text: 'The app requested an unsupported grant type.' },
      `grant type ${form.get('grant_type') ?? 'missing'}`,
    );
  }
  // MSAL adds the OpenID scopes to some flows; client credentials take exactly one resource.
  const scope = form.get('scope') ?? '';
  const audience = SCOPES[scope];
  if (audience === undefined) {
    throw entraError(
      400,
      'invalid_scope',
      { code: 70011, text: "The provided request must include a 'scope' input parameter." },
      `scope ${scope}`,
    );
  }
  return audience;
}

/** The token endpoint and the discovery documents of one tenant. */
export function createLoginApplication(deps: LoginServiceDeps): Express {
  const { context, directory, tokens, settings, people, web } = deps;
  const application = createApplication();
  answerRoot(application, context);
  const baseUrl = (request: Request): string =>
    `${request.protocol}://${request.get('host') ?? ''}`;

  const discovery = (request: Request): Answer => {
    tenantOf(directory, request);
    const tenantUrl = `${baseUrl(request)}/${directory.tenantId}`;
    return {
      status: 200,
      body: {
        token_endpoint: `${tenantUrl}/oauth2/v2.0/token`,
        device_authorization_endpoint: `${tenantUrl}/oauth2/v2.0/devicecode`,
        token_endpoint_auth_methods_supported: [
          'client_secret_post',
          'private_key_jwt',
          'client_secret_basic',
        ],
        jwks_uri: `${tenantUrl}/discovery/v2.0/keys`,
        response_modes_supported: ['query', 'fragment', 'form_post'],
        subject_types_supported: ['pairwise'],
        id_token_signing_alg_values_supported: ['RS256'],
        response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
        scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
        issuer: `${tenantUrl}/v2.0`,
        authorization_endpoint: `${tenantUrl}/oauth2/v2.0/authorize`,
        end_session_endpoint: `${tenantUrl}/oauth2/v2.0/logout`,
        tenant_region_scope: 'EU',
        cloud_instance_name: 'microsoftonline.com',
      },
    };
  };

  const token = async (request: Request): Promise<Answer> => {
    tenantOf(directory, request);
    const form = readForm(request);
    const isWeb =
      form.get('grant_type') === 'authorization_code' && web.isFor(form.get('client_id') ?? '');
    if (!isWeb && PEOPLE_GRANTS.includes(form.get('grant_type') ?? '')) {
      return people.redeem(form);
    }
    const client = applicationOf(directory, form);
    const audience = isWeb ? null : audienceOf(form);
    await prove(client, form, {
      audiences: [
        `${baseUrl(request)}/${directory.tenantId}/oauth2/v2.0/token`,
        `${baseUrl(request)}/${directory.tenantId}/v2.0`,
      ],
      nowMs: directory.now(),
    });
    if (audience === null) {
      return web.redeem(form, client);
    }
    const accessToken = await tokens.issue(client, audience);
    context.journal.tokens.push(accessToken);
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        expires_in: settings.lifetimeSeconds,
        ext_expires_in: settings.lifetimeSeconds,
        access_token: accessToken,
      },
    };
  };

  application.get('/:tenant/v2.0/.well-known/openid-configuration', (request, response) =>
    runOperation(
      context,
      'GET /{tenant}/v2.0/.well-known/openid-configuration',
      { request, response },
      discovery,
    ),
  );
  application.get('/:tenant/discovery/v2.0/keys', (request, response) =>
    runOperation(context, 'GET /{tenant}/discovery/v2.0/keys', { request, response }, () => ({
      status: 200,
      body: tokens.jwks,
    })),
  );
  application.get('/:tenant/oauth2/v2.0/authorize', (request, response) =>
    runOperation(
      context,
      'GET /{tenant}/oauth2/v2.0/authorize',
      { request, response },
      (): Answer => {
        tenantOf(directory, request);
        const { searchParams } = new URL(request.originalUrl, baseUrl(request));
        const html = web.isFor(searchParams.get('client_id') ?? '')
          ? web.authorize(searchParams, `${baseUrl(request)}/${directory.tenantId}/pick`)
          : people.authorize(searchParams);
        return { status: 200, html };
      },
    ),
  );
  // Every browser asks for it beside a page.
  application.get('/favicon.ico', (_request, response) => {
    response.status(404).end();
  });
  // The real one asks for a password, too; that is between it and the person.
  application.post('/:tenant/pick', (request, response) =>
    runOperation(context, 'POST /{tenant}/pick', { request, response }, (): Answer => {
      tenantOf(directory, request);
      return web.pick(new URLSearchParams(typeof request.body === 'string' ? request.body : ''));
    }),
  );
  application.post('/:tenant/oauth2/v2.0/devicecode', (request, response) =>
    runOperation(
      context,
      'POST /{tenant}/oauth2/v2.0/devicecode',
      { request, response },
      (): Answer => {
        tenantOf(directory, request);
        return people.startDevice(readForm(request), baseUrl(request));
      },
    ),
  );
  application.post('/:tenant/oauth2/v2.0/token', (request, response) =>
    runOperation(context, 'POST /{tenant}/oauth2/v2.0/token', { request, response }, token),
  );
  application.use((request, response) =>
    runOperation(context, 'unknown', { request, response }, () => {
      throw entraError(
        404,
        'invalid_request',
        { code: 900144, text: 'No such endpoint.' },
        `unknown path ${request.method} ${request.path}`,
      );
    }),
  );
  return application;
}
