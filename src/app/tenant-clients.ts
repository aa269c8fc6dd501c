import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { type Cloud, chooseCloud } from '../graph/clouds.ts';
import { type Credential, credentialWarning } from '../graph/credential.ts';
import { M365Error } from '../graph/errors.ts';
import { createM365, type M365 } from '../graph/m365.ts';
import { chooseProfile } from '../imap/profiles/choose-profile.ts';
import type { ProfileName } from '../imap/profiles/profile.ts';
import type { ImapServer } from '../jobs/adapters/account-openers.ts';
import { createTenantDoctor } from '../jobs/adapters/tenant-doctor.ts';
import type { TenantDoctor } from '../jobs/ports.ts';
import type { Logger } from '../log.ts';
import { serversToCheck, timeSources } from './doctor-targets.ts';

/** The hosts of the configured cloud. */
export function cloudOf(config: Config): Cloud {
  return chooseCloud(config.CLOUD, {
    ...(config.LOGIN_URL === undefined ? {} : { loginUrl: config.LOGIN_URL }),
    ...(config.GRAPH_URL === undefined ? {} : { graphUrl: config.GRAPH_URL }),
    ...(config.EXCHANGE_ADMIN_URL === undefined
      ? {}
      : { exchangeAdminUrl: config.EXCHANGE_ADMIN_URL }),
    ...(config.TARGET_IMAP_URL === undefined ? {} : { imapUrl: config.TARGET_IMAP_URL }),
  });
}

/** What is needed to sign in to a tenant. */
export type TenantSettings = Config & { readonly TENANT_ID: string; readonly CLIENT_ID: string };

interface ClientDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The tenant's clients, signed in as the environment says. */
export async function createTenantClients(config: TenantSettings, deps: ClientDeps): Promise<M365> {
  const credential = await credentialOf(config);
  warnOf(credential, deps.clock.now(), deps.logger);
  return connectTenant(config, credential, deps);
}

/** The check asks rather than waits: who presses a button wants an answer. */
const CHECK_BUDGET_MS = 8000;

/** The tenant check, with clients and tokens of its own. */
export async function createDoctor(
  config: TenantSettings,
  deps: ClientDeps,
): Promise<TenantDoctor> {
  const credential = await credentialOf(config);
  const cloud = cloudOf(config);
  return createTenantDoctor({
    m365: connectTenant(config, credential, deps, CHECK_BUDGET_MS),
    credential,
    servers: serversToCheck(cloud, config.SOURCE_IMAP_URL),
    times: timeSources(cloud),
    target: imapServerOf(cloud.imapUrl, 'exchange-online'),
    ...deps,
  });
}

function connectTenant(
  config: TenantSettings,
  credential: Credential,
  { clock, logger }: ClientDeps,
  budgetMs?: number,
): M365 {
  return createM365({
    cloud: cloudOf(config),
    tenantId: config.TENANT_ID,
    clientId: config.CLIENT_ID,
    credential,
    clock,
    log: logger,
    ...(budgetMs === undefined ? {} : { budgetMs }),
  });
}

function warnOf(credential: Credential, now: Date, logger: Logger): void {
  const warning = credentialWarning(credential, now);
  if (warning?.kind === 'secret') {
    logger.warn({}, 'signing in with a client secret; a certificate or managed identity is safer');
  } else if (warning?.kind === 'ends-soon') {
    logger.warn({ expiresAt: warning.expiresAt }, 'the certificate of the application ends soon');
  }
}

/** A certificate before a managed identity before a secret, should more than one be set. */
export async function credentialOf(config: Config): Promise<Credential> {
  if (config.CLIENT_CERTIFICATE_PATH !== undefined) {
    return { kind: 'certificate', pem: await readPem(config.CLIENT_CERTIFICATE_PATH) };
  }
  const identity = config.MANAGED_IDENTITY_CLIENT_ID;
  if (identity !== undefined) {
    return identity === config.CLIENT_ID
      ? { kind: 'managed-identity', clientId: identity }
      : { kind: 'federated', managedIdentityClientId: identity };
  }
  return { kind: 'secret', secret: config.CLIENT_SECRET ?? '' };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new M365Error('graph.credential-unusable', { cause });
  }
}

/** A mail server from its URL; in the service the profile is that of its side, whatever its host. */
export function imapServerOf(url: string, profile: ProfileName): ImapServer {
  const { hostname, port, protocol } = new URL(url);
  const secure = protocol === 'imaps:';
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || (secure ? 993 : 143)),
    secure,
    profile: chooseProfile(hostname, profile),
  };
}
