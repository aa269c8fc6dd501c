import {
  type AccountInfo,
  type AuthenticationResult,
  PublicClientApplication,
} from '@azure/msal-node';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Cloud } from '../clouds.ts';
import { M365Error } from '../errors.ts';
import { createHttpClient } from '../http-client.ts';
import { tokenError } from '../msal-acquire.ts';
import { createMsalNetwork, type MsalNetwork } from '../msal-network.ts';
import type { TokenResource, TokenSource } from '../tokens.ts';

/**
 * Microsoft's own public clients, in every tenant: Microsoft Graph Command Line Tools, and what
 * Exchange's PowerShell module signs in with. Why these: docs/adr/0013.
 */
const BOOTSTRAP_CLIENT_IDS = {
  graph: '14d82eec-204b-4c2f-b7e8-296a70dab67e',
  exchange: 'fb78d390-0c51-40cd-8e17-fdbfab77341b',
} as const;

/** Delegated permissions that setup asks for: app registrations, and grants to them. */
const SETUP_SCOPES = ['Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All'] as const;

/** Who signed in, from the token: nothing is decided on these claims but what is told. */
export interface Administrator {
  readonly objectId: string;
  readonly userPrincipalName: string;
  readonly tenantId: string;
  /** Template ids of directory roles. */
  readonly directoryRoles: readonly string[];
}

/** Tokens of an administrator who signs in when the first one of a service is needed. */
export interface AdministratorTokens extends TokenSource {
  administrator(signal: AbortSignal): Promise<Administrator>;
}

/** What is shown to whoever is to sign in. */
export interface SignInPrompt {
  browser(resource: TokenResource, url: string): void;
  deviceCode(resource: TokenResource, message: string): void;
}

export interface AdministratorTokensDeps {
  readonly cloud: Cloud;
  readonly tenantId: string;
  /** An own public client instead of Microsoft's. */
  readonly clientId: string | null;
  readonly deviceCode: boolean;
  readonly prompt: SignInPrompt;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Client {
  readonly application: PublicClientApplication;
  readonly network: MsalNetwork;
  account: AccountInfo | null;
}

const claimsSchema = z.object({
  oid: z.string(),
  tid: z.string(),
  upn: z.string().optional(),
  preferred_username: z.string().optional(),
  wids: z.array(z.string()).default([]),
});

/** Tokens stay in memory: nothing of an administrator's sign-in is written anywhere. */
export function createAdministratorTokens(deps: AdministratorTokensDeps): AdministratorTokens {
  const { cloud, tenantId, clientId, deviceCode, prompt, clock, log } = deps;
  if (!cloud.loginUrl.startsWith('https://')) {
    throw new M365Error('graph.login-url-insecure');
  }
  const create = (id: string): Client => {
    const network = createMsalNetwork(createHttpClient({ peer: 'graph', clock, log }));
    const application = new PublicClientApplication({
      auth: {
        clientId: id,
        authority: `${cloud.loginUrl}/${tenantId}`,
        knownAuthorities: [new URL(cloud.loginUrl).host],
      },
      system: { networkClient: network, disableInternalRetries: true },
    });
    return { application, network, account: null };
  };
  const own = clientId === null ? null : create(clientId);
  const clients: Readonly<Record<TokenResource, Client>> = {
    graph: own ?? create(BOOTSTRAP_CLIENT_IDS.graph),
    exchange: own ?? create(BOOTSTRAP_CLIENT_IDS.exchange),
  };
  const scopes: Readonly<Record<TokenResource, string[]>> = {
    graph: SETUP_SCOPES.map((scope) => `${cloud.resources.graph}/${scope}`),
    // Exchange's own client has its permission by agreement; another one has to name it.
    exchange: [`${cloud.resources.exchange}/${own === null ? '.default' : 'Exchange.Manage'}`],
  };
  const latest = new Map<TokenResource, string>();
  const forgotten = new Set<TokenResource>();

  const signIn = (
    resource: TokenResource,
    signal: AbortSignal,
  ): Promise<AuthenticationResult | null> => {
    const { application } = clients[resource];
    const asked = { scopes: scopes[resource] };
    if (!deviceCode) {
      return application.acquireTokenInteractive({
        ...asked,
        openBrowser: async (url) => prompt.browser(resource, url),
        successTemplate: 'Signed in. You can close this window and go back to the terminal.',
        errorTemplate: 'Not signed in. The terminal says more.',
      });
    }
    const request = {
      ...asked,
      cancel: false,
      deviceCodeCallback: ({ message }: { readonly message: string }) =>
        prompt.deviceCode(resource, message),
    };
    signal.addEventListener('abort', () => {
      request.cancel = true;
    });
    return application.acquireTokenByDeviceCode(request);
  };

  const acquire = async (resource: TokenResource, signal: AbortSignal): Promise<string> => {
    const client = clients[resource];
    const { application, network, account } = client;
    try {
      const result =
        account === null
          ? await untilAborted(signIn(resource, signal), signal)
          : await application.acquireTokenSilent({
              account,
              scopes: scopes[resource],
              forceRefresh: forgotten.has(resource),
            });
      if (result === null) {
        throw new M365Error('graph.sign-in-refused');
      }
      client.account = result.account;
      forgotten.delete(resource);
      latest.set(resource, result.accessToken);
      return result.accessToken;
    } catch (error) {
      signal.throwIfAborted();
      throw tokenError(error, network);
    }
  };

  /** One sign-in at a time: a person has one pair of hands. */
  let queue: Promise<unknown> = Promise.resolve();
  const getToken: TokenSource['getToken'] = (resource, signal) => {
    const next = queue.then(() => acquire(resource, signal));
    queue = next.catch(() => undefined);
    return next;
  };

  return {
    getToken,
    forget: (resource, rejected) => {
      if (rejected === undefined || rejected === latest.get(resource)) {
        forgotten.add(resource);
      }
    },
    administrator: async (signal) => readAdministrator(await getToken('graph', signal)),
  };
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const leave = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

function readAdministrator(token: string): Administrator {
  try {
    const claims = claimsSchema.parse(
      JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()),
    );
    return {
      objectId: claims.oid,
      userPrincipalName: claims.upn ?? claims.preferred_username ?? '',
      tenantId: claims.tid,
      directoryRoles: claims.wids,
    };
  } catch {
    // No cause: the parser's message would quote the token.
    throw new M365Error('graph.unexpected-answer');
  }
}
