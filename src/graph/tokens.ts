import {
  AuthError,
  ConfidentialClientApplication,
  ManagedIdentityApplication,
  type NodeAuthOptions,
  type NodeSystemOptions,
  ServerError,
} from '@azure/msal-node';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { CloudResources } from './clouds.ts';
import { type Credential, readSigningCertificate } from './credential.ts';
import { M365Error } from './errors.ts';
import { createHttpClient } from './http-client.ts';
import { createMsalNetwork, type MsalNetwork } from './msal-network.ts';
import { readServerText } from './server-text.ts';

/** Services we need tokens for. */
export type TokenResource = 'graph' | 'exchange';

export interface TokenSource {
  /** A token that is good for at least five minutes more; throws M365Error `graph.*`. */
  getToken(resource: TokenResource, signal: AbortSignal): Promise<string>;
  /**
   * The service rejected the token: the next one is asked for anew. Many calls may learn it at once;
   * with `rejected` named, only the first of them causes a new request.
   */
  forget(resource: TokenResource, rejected?: string): void;
}

export interface TokenSourceDeps {
  readonly tenantId: string;
  readonly clientId: string;
  readonly credential: Credential;
  /** Must be https: msal-node sends no credential in clear. */
  readonly loginUrl: string;
  readonly resources: CloudResources;
  readonly clock: Clock;
  readonly log: Logger;
  readonly budgetMs?: number;
}

/** Asks for one token; `fresh` passes the cache by. */
type Acquire = (fresh: boolean) => Promise<string>;

/** Throws at once when the credential or the login URL cannot be used; asks for nothing yet. */
export function createTokenSource(deps: TokenSourceDeps): TokenSource {
  if (!deps.loginUrl.startsWith('https://')) {
    throw new M365Error('graph.login-url-insecure');
  }
  const acquire: Readonly<Record<TokenResource, Acquire>> = {
    graph: createAcquire(deps, deps.resources.graph),
    exchange: createAcquire(deps, deps.resources.exchange),
  };
  const inFlight = new Map<TokenResource, Promise<string>>();
  const latest = new Map<TokenResource, string>();
  const forgotten = new Set<TokenResource>();

  const start = async (resource: TokenResource): Promise<string> => {
    const token = await acquire[resource](forgotten.delete(resource));
    latest.set(resource, token);
    return token;
  };

  const flight = (resource: TokenResource): Promise<string> => {
    const running = inFlight.get(resource);
    if (running !== undefined) {
      return running;
    }
    const started = start(resource).finally(() => {
      if (inFlight.get(resource) === started) {
        inFlight.delete(resource);
      }
    });
    inFlight.set(resource, started);
    return started;
  };

  return {
    getToken: (resource, signal) => untilAborted(flight(resource), signal),
    forget: (resource, rejected) => {
      if (rejected === undefined || rejected === latest.get(resource)) {
        forgotten.add(resource);
        latest.delete(resource);
        inFlight.delete(resource);
      }
    },
  };
}

/** Stops waiting, not the work: another caller may wait for the same token. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let leave = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    leave = (): void => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/** One msal application, and with it one token cache, for each resource. */
function createAcquire(deps: TokenSourceDeps, resource: string): Acquire {
  const { clock, log, budgetMs = 30_000 } = deps;
  const network = createMsalNetwork(createHttpClient({ peer: 'graph', clock, log, budgetMs }));
  const system = { networkClient: network, disableInternalRetries: true };
  const guarded = async (ask: () => Promise<{ accessToken: string } | null>): Promise<string> => {
    try {
      const result = await ask();
      if (result === null) {
        throw new M365Error('graph.token-refused');
      }
      return result.accessToken;
    } catch (error) {
      throw tokenError(error, network);
    }
  };

  if (deps.credential.kind === 'managed-identity') {
    const { clientId } = deps.credential;
    const identity = new ManagedIdentityApplication({
      managedIdentityIdParams: { userAssignedClientId: clientId },
      system,
    });
    return (forceRefresh) => guarded(() => identity.acquireToken({ resource, forceRefresh }));
  }

  const application = new ConfidentialClientApplication({
    auth: {
      clientId: deps.clientId,
      authority: authorityOf(deps),
      // A named authority is not looked up at Microsoft first, so sovereign and test hosts work offline.
      knownAuthorities: [new URL(deps.loginUrl).host],
      ...proofOf(deps.credential, system),
    },
    system,
  });
  return (skipCache) =>
    guarded(() =>
      application.acquireTokenByClientCredential({ scopes: [`${resource}/.default`], skipCache }),
    );
}

function authorityOf(deps: TokenSourceDeps): string {
  return `${deps.loginUrl}/${deps.tenantId}`;
}

function proofOf(
  credential: Exclude<Credential, { kind: 'managed-identity' }>,
  system: NodeSystemOptions,
): Partial<NodeAuthOptions> {
  if (credential.kind === 'secret') {
    return { clientSecret: credential.secret };
  }
  if (credential.kind === 'certificate') {
    const { thumbprintSha256, privateKey } = readSigningCertificate(credential.pem);
    return { clientCertificate: { thumbprintSha256, privateKey } };
  }
  const identity = new ManagedIdentityApplication({
    managedIdentityIdParams: { userAssignedClientId: credential.managedIdentityClientId },
    system,
  });
  return {
    clientAssertion: async () =>
      (await identity.acquireToken({ resource: 'api://AzureADTokenExchange' })).accessToken,
  };
}

/** The first `AADSTS…` code of a text; empty when it names none. */
const aadstsOf = (text: string): string => /AADSTS\d+/.exec(text)?.[0] ?? '';

function tokenError(error: unknown, network: MsalNetwork): M365Error {
  if (error instanceof M365Error) {
    return error;
  }
  if (network.failure !== null) {
    return network.failure;
  }
  if (!(error instanceof AuthError)) {
    return new M365Error('graph.token-refused', { cause: error });
  }
  // A refused discovery document only leaves its text with the network: msal-node drops it.
  const text = aadstsOf(error.errorMessage) === '' ? network.refusal : error.errorMessage;
  const serverCode = aadstsOf(text) || error.errorCode;
  const code = readServerText('token', serverCode, text) ?? 'graph.token-refused';
  return new M365Error(code, {
    serverCode,
    serverText: error.errorMessage,
    requestId: error.correlationId || null,
    status: error instanceof ServerError ? (error.status ?? null) : null,
  });
}
