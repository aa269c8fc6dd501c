import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { CloudResources } from './clouds.ts';
import type { Credential } from './credential.ts';
import { M365Error } from './errors.ts';
import { createHttpClient } from './http-client.ts';
import { createMsalAcquire } from './msal-acquire.ts';
import { createMsalNetwork, type MsalNetwork } from './msal-network.ts';

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

/** Throws at once when the credential or the login URL cannot be used; asks for nothing yet. */
export function createTokenSource(deps: TokenSourceDeps): TokenSource {
  if (!deps.loginUrl.startsWith('https://')) {
    throw new M365Error('graph.login-url-insecure');
  }
  const networkOf = chooseNetworks(deps);
  const { resources } = deps;
  const acquire = {
    graph: createMsalAcquire(deps, resources.graph, networkOf()),
    exchange: createMsalAcquire(deps, resources.exchange, networkOf()),
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
    getToken: async (resource, signal) => {
      signal.throwIfAborted();
      return untilAborted(flight(resource), signal);
    },
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

/**
 * A network for each resource, so that each knows its own failure; but msal-node keeps the first
 * network it is given for all managed identities of the process, so those share one.
 */
function chooseNetworks(deps: TokenSourceDeps): () => MsalNetwork {
  const { clock, log, credential, budgetMs = 30_000 } = deps;
  const create = (): MsalNetwork =>
    createMsalNetwork(createHttpClient({ peer: 'graph', clock, log, budgetMs }));
  if (credential.kind === 'secret' || credential.kind === 'certificate') {
    return create;
  }
  const shared = create();
  return () => shared;
}
