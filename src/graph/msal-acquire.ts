import {
  AuthError,
  ConfidentialClientApplication,
  ManagedIdentityApplication,
  type NodeAuthOptions,
  type NodeSystemOptions,
  ServerError,
} from '@azure/msal-node';
import { type Credential, readSigningCertificate } from './credential.ts';
import { M365Error } from './errors.ts';
import type { MsalNetwork } from './msal-network.ts';
import { readServerText } from './server-text.ts';

export interface MsalAcquireDeps {
  readonly tenantId: string;
  readonly clientId: string;
  readonly credential: Credential;
  readonly loginUrl: string;
}

/** Asks for one token; `fresh` passes the cache by. */
export type Acquire = (fresh: boolean) => Promise<string>;

/** One msal application, and with it one token cache, for one resource. Failures are M365Error `graph.*`. */
export function createMsalAcquire(
  deps: MsalAcquireDeps,
  resource: string,
  network: MsalNetwork,
): Acquire {
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
      authority: `${deps.loginUrl}/${deps.tenantId}`,
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

/** How the application proves itself, as msal-node takes it. */
export function proofOf(
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

/** The typed error for whatever msal-node threw. */
export function tokenError(error: unknown, network: MsalNetwork): M365Error {
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
