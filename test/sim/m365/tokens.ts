import { randomUUID } from 'node:crypto';
import {
  type CryptoKey,
  errors,
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { Directory, SimApplication } from './directory.ts';

export type Audience = 'https://graph.microsoft.com' | 'https://outlook.office365.com';

/** Claims of an app-only access token, as the endpoints read them. */
export interface TokenClaims {
  readonly audience: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly objectId: string;
  readonly roles: readonly string[];
}

export type TokenCheck =
  | { readonly kind: 'ok'; readonly claims: TokenClaims }
  | { readonly kind: 'refused'; readonly reason: string };

export interface TokenAuthority {
  readonly jwks: { readonly keys: readonly unknown[] };
  issue(application: SimApplication, audience: Audience): Promise<string>;
  check(token: string, audience: Audience): Promise<TokenCheck>;
}

export interface TokenSettings {
  /** Lifetime of a new token; the real one gives 3599 s. */
  lifetimeSeconds: number;
}

let madeKeys: Promise<GenerateKeyPairResult> | null = null;

/** One pair for all tenants of a process: a pair takes a while to make, and the issuer tells tenants apart. */
function signingKeys(): Promise<GenerateKeyPairResult> {
  madeKeys ??= generateKeyPair('RS256');
  return madeKeys;
}

/** Signs and checks access tokens. The services check with this key alone. */
export async function createTokenAuthority(
  directory: Directory,
  settings: TokenSettings,
): Promise<TokenAuthority> {
  const { publicKey, privateKey } = await signingKeys();
  const keyId = randomUUID();
  const jwk = { ...(await exportJWK(publicKey)), kid: keyId, use: 'sig', alg: 'RS256' };
  const issuer = `https://sts.windows.net/${directory.tenantId}/`;

  return {
    jwks: { keys: [jwk] },
    issue: (application, audience) => {
      const issuedAt = Math.floor(directory.now() / 1000);
      const roles =
        audience === 'https://graph.microsoft.com'
          ? application.graphRoles
          : application.exchangeRoles;
      return new SignJWT({
        appid: application.clientId,
        app_displayname: application.displayName,
        appidacr: application.secret === null ? '2' : '1',
        idtyp: 'app',
        oid: application.objectId,
        sub: application.objectId,
        tid: directory.tenantId,
        ver: '1.0',
        // An application that is granted nothing gets a token without the claim.
        ...(roles.length === 0 ? {} : { roles: [...roles] }),
      })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: keyId })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt)
        .setExpirationTime(issuedAt + settings.lifetimeSeconds)
        .setJti(randomUUID())
        .sign(privateKey);
    },
    check: (token, audience) =>
      checkToken(token, { publicKey, issuer, audience, now: directory.now }),
  };
}

interface CheckInput {
  readonly publicKey: CryptoKey;
  readonly issuer: string;
  readonly audience: string;
  readonly now: () => number;
}

async function checkToken(token: string, input: CheckInput): Promise<TokenCheck> {
  try {
    const { payload } = await jwtVerify(token, input.publicKey, {
      issuer: input.issuer,
      algorithms: ['RS256'],
      currentDate: new Date(input.now()),
    });
    if (payload.aud !== input.audience) {
      return { kind: 'refused', reason: 'Access token validation failure. Invalid audience.' };
    }
    return {
      kind: 'ok',
      claims: {
        audience: payload.aud,
        tenantId: text(payload['tid']),
        clientId: text(payload['appid']),
        objectId: text(payload['oid']),
        roles: Array.isArray(payload['roles']) ? payload['roles'].map(text) : [],
      },
    };
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      return {
        kind: 'refused',
        reason: 'Lifetime validation failed, the token is expired.',
      };
    }
    return { kind: 'refused', reason: 'Access token validation failure.' };
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
