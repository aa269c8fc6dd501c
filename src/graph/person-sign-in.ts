/**
 * People of the tenant sign in to a page of ours: OpenID Connect, authorization code with PKCE, one
 * tenant. What a browser brings back is bound to it by whoever calls; here the code is redeemed, and the
 * ID token held against tenant, issuer, audience and nonce. It comes from Entra ID itself over TLS, which
 * stands for its signature (OpenID Connect Core section 3.1.3.7, 6).
 */
import { ConfidentialClientApplication, type INetworkModule } from '@azure/msal-node';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { type Cloud, issuerOf } from './clouds.ts';
import type { Credential } from './credential.ts';
import { M365Error } from './errors.ts';
import { createHttpClient } from './http-client.ts';
import { proofOf, tokenError } from './msal-acquire.ts';
import { createMsalNetwork } from './msal-network.ts';

/** Who they are, and nothing else: no offline access, no mail, no profile photo. */
const SCOPES = 'openid profile';
const LEEWAY_MS = 300_000;

/** What is sent along, so that the answer can be told from any other. */
export interface SignInRequest {
  readonly state: string;
  readonly nonce: string;
  /** S256 of the verifier (RFC 7636). */
  readonly challenge: string;
}

export interface SignInCode {
  readonly code: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Somebody of the tenant, as Entra ID vouches for them. */
export interface SignedIn {
  /** Object id. */
  readonly personId: string;
  /** To be shown, and to decide nothing by. */
  readonly name: string;
}

export interface PersonSignIn {
  /** Where the browser is sent to sign in. */
  authorizeUrl(request: SignInRequest): Promise<string>;
  /** Throws M365Error: a code that is not, or no longer, good, or a token that is not for us. */
  redeem(input: SignInCode): Promise<SignedIn>;
}

export interface PersonSignInDeps {
  readonly cloud: Cloud;
  readonly tenantId: string;
  readonly clientId: string;
  /** A managed identity that is itself the application has no registration to sign in to. */
  readonly credential: Exclude<Credential, { kind: 'managed-identity' }>;
  /** As it is registered. */
  readonly redirectUri: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  tid: z.string(),
  oid: z.guid(),
  nonce: z.string(),
  exp: z.number(),
  preferred_username: z.string().optional(),
});

export function createPersonSignIn(deps: PersonSignInDeps): PersonSignIn {
  const { cloud, tenantId, clientId, redirectUri, clock, log } = deps;
  if (!cloud.loginUrl.startsWith('https://')) {
    throw new M365Error('graph.login-url-insecure');
  }
  const network = createMsalNetwork(createHttpClient({ peer: 'graph', clock, log }));
  const system = { networkClient: withoutOfflineAccess(network), disableInternalRetries: true };
  const application = new ConfidentialClientApplication({
    auth: {
      clientId,
      authority: `${cloud.loginUrl}/${tenantId}`,
      knownAuthorities: [new URL(cloud.loginUrl).host],
      ...proofOf(deps.credential, { networkClient: network, disableInternalRetries: true }),
    },
    system,
  });

  function check(claims: unknown, nonce: string): SignedIn {
    const token = claimsSchema.safeParse(claims).data;
    const isOurs =
      token !== undefined &&
      token.tid === tenantId &&
      token.iss === issuerOf(cloud, tenantId) &&
      token.aud === clientId &&
      token.nonce === nonce &&
      token.exp * 1000 > clock.now().getTime() - LEEWAY_MS;
    if (!isOurs) {
      throw new M365Error('graph.sign-in-refused');
    }
    return { personId: token.oid, name: token.preferred_username ?? '' };
  }

  return {
    async authorizeUrl({ state, nonce, challenge }) {
      try {
        const url = new URL(
          await application.getAuthCodeUrl({
            scopes: SCOPES.split(' '),
            redirectUri,
            responseMode: 'query',
            codeChallenge: challenge,
            codeChallengeMethod: 'S256',
            // Who shares a computer must not be somebody else by accident.
            prompt: 'select_account',
            state,
            nonce,
          }),
        );
        url.searchParams.set('scope', SCOPES);
        return url.href;
      } catch (error) {
        throw tokenError(error, network);
      }
    },

    async redeem({ code, nonce, verifier }) {
      try {
        const result = await application.acquireTokenByCode({
          code,
          scopes: SCOPES.split(' '),
          redirectUri,
          codeVerifier: verifier,
          nonce,
        });
        return check(result.idTokenClaims, nonce);
      } catch (error) {
        throw tokenError(error, network);
      } finally {
        // Who somebody is was all that we asked: no token of theirs is kept.
        application.clearCache();
      }
    },
  };
}

/** msal-node asks for `offline_access` whatever it is told; a token that lasts is a right that nobody needs. */
function withoutOfflineAccess(network: INetworkModule): INetworkModule {
  return {
    sendGetRequestAsync: (url, options) => network.sendGetRequestAsync(url, options),
    sendPostRequestAsync: (url, options) => {
      const form = new URLSearchParams(options?.body ?? '');
      if (form.has('scope')) {
        form.set('scope', SCOPES);
      }
      return network.sendPostRequestAsync(url, { ...options, body: form.toString() });
    },
  };
}
