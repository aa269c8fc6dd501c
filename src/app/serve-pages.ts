import type { Router } from 'express';
import type { PersonDesk } from '../bot/person-desk.ts';
import { createPersonSignIn } from '../graph/person-sign-in.ts';
import { createWebSessionStore } from '../jobs/db/web-session-store.ts';
import { createWeb } from '../web/web.ts';
import { redirectUriOf } from './redirect-uri.ts';
import type { ServiceParts } from './service-parts.ts';
import { cloudOf, credentialOf } from './tenant-clients.ts';

/** The pages below PUBLIC_URL; none where there can be none, which the log says unless nobody asked for any. */
export async function createPages(
  { settings, data, store, clock, logger }: ServiceParts,
  desk: PersonDesk,
): Promise<readonly Router[]> {
  const { PUBLIC_URL: publicUrl, TENANT_ID: tenantId, CLIENT_ID: clientId } = settings;
  if (publicUrl === undefined) {
    return [];
  }
  const redirectUri = redirectUriOf(publicUrl);
  const credential = await credentialOf(settings);
  if (redirectUri === null || credential.kind === 'managed-identity') {
    logger.warn(
      { https: redirectUri !== null, registration: credential.kind !== 'managed-identity' },
      'no pages: PUBLIC_URL must be https, and CLIENT_ID an app registration',
    );
    return [];
  }
  const pages = createWeb({
    desk,
    signIn: createPersonSignIn({
      cloud: cloudOf(settings),
      tenantId,
      clientId,
      credential,
      redirectUri,
      clock,
      log: logger,
    }),
    sessions: createWebSessionStore(data.database.pool),
    clock,
    logger,
    tenantId,
    publicUrl,
    audit: (entry) => store.audit(entry),
  });
  return [pages];
}
