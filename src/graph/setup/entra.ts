import { z } from 'zod';
import { isM365Error } from '../errors.ts';
import type { GraphClient } from '../graph-client.ts';
import type { TokenResource } from '../tokens.ts';
import { SetupError } from './errors.ts';
import { RESOURCE_APP_IDS, SETUP_NAME, SETUP_TAG } from './names.ts';
import type {
  EntraSurvey,
  FoundApplication,
  FoundGrant,
  FoundResource,
  SetupCredential,
} from './survey.ts';

const applicationSchema = z.object({
  id: z.string(),
  appId: z.string(),
  tags: z.array(z.string()).nullish(),
});

const keysSchema = z.object({
  id: z.string(),
  appId: z.string(),
  keyCredentials: z
    .array(z.object({ keyId: z.string(), key: z.string().nullish(), endDateTime: z.string() }))
    .nullish(),
  web: z.object({ redirectUris: z.array(z.string()).nullish() }).nullish(),
  requiredResourceAccess: z
    .array(
      z.object({
        resourceAppId: z.string(),
        resourceAccess: z.array(z.object({ id: z.string(), type: z.string() })),
      }),
    )
    .nullish(),
});

const APPLICATION_PARTS = ['id', 'appId', 'keyCredentials', 'web', 'requiredResourceAccess'];

const federationsSchema = z.object({
  value: z.array(z.object({ issuer: z.string(), subject: z.string() })),
});

const principalSchema = z.object({
  id: z.string(),
  appId: z.string(),
  servicePrincipalType: z.string().nullish(),
});

const resourceSchema = principalSchema.extend({
  appRoles: z.array(z.object({ id: z.string(), value: z.string().nullish() })),
});

const grantSchema = z.object({ id: z.string(), resourceId: z.string(), appRoleId: z.string() });

/** An OData string. */
const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Id of our app registration, by what was written down or else by name and tag. */
async function findApplication(
  graph: GraphClient,
  knownId: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  const select = ['id', 'appId', 'tags'];
  if (knownId !== null) {
    try {
      const path = `/applications/${encodeURIComponent(knownId)}`;
      return (await graph.get({ path, select }, applicationSchema, signal)).id;
    } catch (error) {
      if (!isM365Error(error, 'graph.not-found')) {
        throw error;
      }
    }
  }
  const named = await graph.list(
    { path: '/applications', select, filter: `displayName eq ${quote(SETUP_NAME)}` },
    applicationSchema,
    signal,
  );
  return named.find(({ tags }) => tags?.includes(SETUP_TAG) === true)?.id ?? null;
}

async function readApplication(
  graph: GraphClient,
  id: string,
  signal: AbortSignal,
): Promise<FoundApplication> {
  const path = `/applications/${encodeURIComponent(id)}`;
  const [application, { value: federations }] = await Promise.all([
    // Believed: the bytes of a certificate come when a single application is asked for them by name.
    graph.get({ path, select: APPLICATION_PARTS }, keysSchema, signal),
    graph.get({ path: `${path}/federatedIdentityCredentials` }, federationsSchema, signal),
  ]);
  return {
    id: application.id,
    appId: application.appId,
    keys: (application.keyCredentials ?? []).map(({ keyId, key, endDateTime }) => ({
      keyId,
      key: key ?? null,
      endsAt: new Date(endDateTime),
    })),
    trusted: federations.map(({ subject }) => subject),
    redirectUris: application.web?.redirectUris ?? [],
    declared: application.requiredResourceAccess ?? [],
  };
}

/** The enterprise application of an app; null where there is none yet. */
export async function findPrincipal(
  graph: GraphClient,
  appId: string,
  signal: AbortSignal,
): Promise<string | null> {
  const [found] = await graph.list(
    {
      path: '/servicePrincipals',
      select: ['id', 'appId', 'servicePrincipalType'],
      filter: `appId eq ${quote(appId)}`,
    },
    principalSchema,
    signal,
  );
  return found?.id ?? null;
}

async function readResource(
  graph: GraphClient,
  resource: TokenResource,
  signal: AbortSignal,
): Promise<FoundResource> {
  const [found] = await graph.list(
    {
      path: '/servicePrincipals',
      select: ['id', 'appId', 'servicePrincipalType', 'appRoles'],
      filter: `appId eq ${quote(RESOURCE_APP_IDS[resource])}`,
    },
    resourceSchema,
    signal,
  );
  const roles = (found?.appRoles ?? []).map(({ id, value }) => [value ?? '', id] as const);
  return { id: found?.id ?? '', roles: new Map(roles) };
}

/** Rights that a service principal has, by name. */
export async function readGrants(
  graph: GraphClient,
  principalId: string,
  resources: EntraSurvey['resources'],
  signal: AbortSignal,
): Promise<readonly FoundGrant[]> {
  const rows = await graph.list(
    { path: `/servicePrincipals/${encodeURIComponent(principalId)}/appRoleAssignments` },
    grantSchema,
    signal,
  );
  const names = ['graph', 'exchange'] as const;
  return rows.map(({ id, resourceId, appRoleId }) => {
    const resource = names.find((name) => resources[name].id === resourceId) ?? null;
    const roles = resource === null ? [] : [...resources[resource].roles];
    return { id, resource, role: roles.find(([, roleId]) => roleId === appRoleId)?.[0] ?? '' };
  });
}

async function readIdentity(
  graph: GraphClient,
  credential: SetupCredential,
  signal: AbortSignal,
): Promise<EntraSurvey['identity']> {
  if (credential.kind === 'certificate') {
    return null;
  }
  const found = await graph.list(
    {
      path: '/servicePrincipals',
      select: ['id', 'appId', 'servicePrincipalType'],
      filter: `appId eq ${quote(credential.id)} or id eq ${quote(credential.id)}`,
    },
    principalSchema,
    signal,
  );
  const identity = found.find((one) => one.servicePrincipalType === 'ManagedIdentity');
  if (identity === undefined) {
    throw new SetupError('setup.identity-unknown', credential.id);
  }
  return { clientId: identity.appId, objectId: identity.id };
}

export interface EntraSurveyInput {
  /** Object id that was written down; null without a record. */
  readonly applicationId: string | null;
  readonly credential: SetupCredential;
}

/** Reads what Entra ID holds of us; changes nothing. */
export async function surveyEntra(
  graph: GraphClient,
  { applicationId, credential }: EntraSurveyInput,
  signal: AbortSignal,
): Promise<EntraSurvey> {
  const [id, graphResource, exchangeResource, identity] = await Promise.all([
    findApplication(graph, applicationId, signal),
    readResource(graph, 'graph', signal),
    readResource(graph, 'exchange', signal),
    readIdentity(graph, credential, signal),
  ]);
  const resources = { graph: graphResource, exchange: exchangeResource };
  const application = id === null ? null : await readApplication(graph, id, signal);
  const principalId =
    application === null ? null : await findPrincipal(graph, application.appId, signal);
  return {
    application,
    principalId,
    resources,
    grants: principalId === null ? [] : await readGrants(graph, principalId, resources, signal),
    identity,
  };
}
