import { z } from 'zod';
import { isM365Error } from '../errors.ts';
import type { GraphClient } from '../graph-client.ts';
import type { TokenResource } from '../tokens.ts';
import { findPrincipal, readGrants } from './entra.ts';
import {
  FEDERATION_AUDIENCE,
  FEDERATION_NAME,
  RESOURCE_APP_IDS,
  SETUP_NAME,
  SETUP_TAG,
  SIGN_IN_SCOPE_IDS,
} from './names.ts';
import type { DeclaredAccess, EntraSurvey, FoundApplication } from './survey.ts';

const createdSchema = z.object({ id: z.string(), appId: z.string() });

/** Changes of Entra ID; each may be made again when its answer was lost. */
export interface EntraChanges {
  /** `setupId` names the registration for all attempts of one set-up. */
  makeApplication(
    setupId: string,
    signal: AbortSignal,
  ): Promise<{ readonly id: string; readonly appId: string }>;
  makePrincipal(appId: string, signal: AbortSignal): Promise<string>;
  /** Adds a certificate, and drops those that have ended. `key` is DER in base64. */
  addKey(application: FoundApplication, key: string, now: Date, signal: AbortSignal): Promise<void>;
  /** Adds where people are sent back to, and what is asked of them; all else that is there stays. */
  allowSignIn(
    application: Pick<FoundApplication, 'id' | 'redirectUris' | 'declared'>,
    redirectUri: string,
    signal: AbortSignal,
  ): Promise<void>;
  trust(
    applicationId: string,
    identity: { readonly issuer: string; readonly subject: string },
    signal: AbortSignal,
  ): Promise<void>;
  grant(input: GrantInput, signal: AbortSignal): Promise<void>;
  withdraw(principalId: string, grantId: string, signal: AbortSignal): Promise<void>;
  removeApplication(applicationId: string, signal: AbortSignal): Promise<void>;
}

export interface GrantInput {
  readonly principalId: string;
  readonly resource: TokenResource;
  readonly role: string;
  readonly resources: EntraSurvey['resources'];
}

const pathOf = (collection: string, id: string): string =>
  `/${collection}/${encodeURIComponent(id)}`;

/** What was to be removed may be gone already. */
async function unlessGone(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!isM365Error(error, 'graph.not-found')) {
      throw error;
    }
  }
}

export function createEntraChanges(graph: GraphClient): EntraChanges {
  const readByName = async (
    uniqueName: string,
    signal: AbortSignal,
  ): Promise<{ readonly id: string; readonly appId: string }> => {
    const filter = `displayName eq '${SETUP_NAME}'`;
    const rowSchema = createdSchema.extend({ uniqueName: z.string().nullish() });
    const rows = await graph.list(
      { path: '/applications', select: ['id', 'appId', 'uniqueName'], filter },
      rowSchema,
      signal,
    );
    return createdSchema.parse(rows.find((row) => row.uniqueName === uniqueName));
  };

  return {
    makeApplication: async (setupId, signal) => {
      const uniqueName = `skybridge-${setupId}`;
      const answer = await graph.upsert(
        `/applications(uniqueName='${uniqueName}')`,
        { displayName: SETUP_NAME, signInAudience: 'AzureADMyOrg', tags: [SETUP_TAG] },
        signal,
      );
      // Nothing is answered where it was there already.
      return answer === null ? readByName(uniqueName, signal) : createdSchema.parse(answer);
    },
    makePrincipal: async (appId, signal) => {
      try {
        const answer = await graph.write('POST', '/servicePrincipals', { appId }, signal);
        return createdSchema.parse(answer).id;
      } catch (error) {
        const there = isM365Error(error) ? await findPrincipal(graph, appId, signal) : null;
        if (there === null) {
          throw error;
        }
        return there;
      }
    },
    addKey: async ({ id, keys }, key, now, signal) => {
      const kept = keys.filter((one) => one.endsAt > now && one.key !== key);
      await graph.write(
        'PATCH',
        pathOf('applications', id),
        {
          keyCredentials: [
            ...kept.map(({ keyId, key: bytes }) => ({
              keyId,
              type: 'AsymmetricX509Cert',
              usage: 'Verify',
              ...(bytes === null ? {} : { key: bytes }),
            })),
            { type: 'AsymmetricX509Cert', usage: 'Verify', key, displayName: SETUP_NAME },
          ],
        },
        signal,
      );
    },
    allowSignIn: async ({ id, redirectUris, declared }, redirectUri, signal) => {
      const isGraph = ({ resourceAppId }: DeclaredAccess): boolean =>
        resourceAppId === RESOURCE_APP_IDS.graph;
      const asked = declared.filter(isGraph).flatMap(({ resourceAccess }) => resourceAccess);
      const added = SIGN_IN_SCOPE_IDS.filter((scope) => !asked.some((one) => one.id === scope));
      const ours: DeclaredAccess = {
        resourceAppId: RESOURCE_APP_IDS.graph,
        resourceAccess: [...asked, ...added.map((scope) => ({ id: scope, type: 'Scope' }))],
      };
      await graph.write(
        'PATCH',
        pathOf('applications', id),
        {
          web: { redirectUris: [...new Set([...redirectUris, redirectUri])] },
          requiredResourceAccess: [...declared.filter((one) => !isGraph(one)), ours],
        },
        signal,
      );
    },
    trust: async (applicationId, { issuer, subject }, signal) => {
      const path = `${pathOf('applications', applicationId)}/federatedIdentityCredentials`;
      const body = { name: FEDERATION_NAME, issuer, subject, audiences: [FEDERATION_AUDIENCE] };
      try {
        await graph.write('POST', path, body, signal);
      } catch (error) {
        const schema = z.object({ value: z.array(z.object({ subject: z.string() })) });
        const { value } = await graph.get({ path }, schema, signal);
        if (!value.some((one) => one.subject === subject)) {
          throw error;
        }
      }
    },
    grant: async ({ principalId, resource, role, resources }, signal) => {
      const { id: resourceId, roles } = resources[resource];
      const path = `${pathOf('servicePrincipals', principalId)}/appRoleAssignments`;
      try {
        await graph.write(
          'POST',
          path,
          { principalId, resourceId, appRoleId: roles.get(role) ?? '' },
          signal,
        );
      } catch (error) {
        const grants = isM365Error(error, 'graph.request-refused')
          ? await readGrants(graph, principalId, resources, signal)
          : [];
        if (!grants.some((one) => one.resource === resource && one.role === role)) {
          throw error;
        }
      }
    },
    withdraw: (principalId, grantId, signal) =>
      unlessGone(
        graph.remove(
          `${pathOf('servicePrincipals', principalId)}/appRoleAssignments/${encodeURIComponent(grantId)}`,
          signal,
        ),
      ),
    removeApplication: (applicationId, signal) =>
      unlessGone(graph.remove(pathOf('applications', applicationId), signal)),
  };
}
