import { randomUUID } from 'node:crypto';
import {
  type CryptoKey,
  errors,
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { SimAdministrator } from './administrators.ts';
import type { Directory, SimApplication } from './directory.ts';

export type Audience = 'https://graph.microsoft.com' | 'https://outlook.office365.com';

/** Claims of an access token, as the endpoints read them. */
export interface TokenClaims {
  /** Somebody signed in; absent in a token of the application itself. */
  readonly person?: {
    readonly scopes: readonly string[];
    readonly directoryRoles: readonly string[];
  };
  readonly audience: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly objectId: string;
  readonly roles: readonly string[];
}

export type TokenCheck =
  | { readonly kind: 'ok'; readonly claims: TokenClaims }
  | { readonly kind: 'refused'; readonly reason: string };

/** Who signed in where, and for what. */
export interface DelegatedInput {
  readonly clientId: string;
  readonly person: SimAdministrator;
  readonly audience: Audience;
  readonly granted: readonly string[];
}

export interface TokenAuthority {
  readonly jwks: { readonly keys: readonly unknown[] };
  issue(application: SimApplication, audience: Audience): Promise<string>;
  issueDelegated(input: DelegatedInput): Promise<string>;
  issueIdToken(
    input: Pick<DelegatedInput, 'clientId' | 'person'> & { readonly nonce?: string },
  ): Promise<string>;
  check(token: string, audience: Audience): Promise<TokenCheck>;
}

export interface TokenSettings {
  /** Lifetime of a new token; the real one gives 3599 s. */
  lifetimeSeconds: number;
  /** How often a device code may be asked for; the real one says 5 s. */
  deviceIntervalSeconds: number;
  /** Claims of the next ID tokens that are not as they should be. */
  idTokenClaims: Readonly<Record<string, unknown>>;
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

  const sign = (
    claims: JWTPayload,
    from: string,
    audience: string,
    overrides: JWTPayload = {},
  ): Promise<string> => {
    const issuedAt = Math.floor(directory.now() / 1000);
    const whole: JWTPayload = {
      tid: directory.tenantId,
      ver: '1.0',
      ...claims,
      iss: from,
      aud: audience,
      iat: issuedAt,
      nbf: issuedAt,
      exp: issuedAt + settings.lifetimeSeconds,
      jti: randomUUID(),
      ...overrides,
    };
    return new SignJWT(whole)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: keyId })
      .sign(privateKey);
  };

  return {
    jwks: { keys: [jwk] },
    issueDelegated: ({ clientId, person, audience, granted }) =>
      sign(
        {
          appid: clientId,
          idtyp: 'user',
          oid: person.id,
          sub: person.id,
          upn: person.userPrincipalName,
          scp: granted.join(' '),
          wids: [...person.roles],
        },
        issuer,
        audience,
      ),
    issueIdToken: ({ clientId, person, nonce }) =>
      sign(
        {
          ver: '2.0',
          oid: person.id,
          sub: person.id,
          name: person.userPrincipalName,
          preferred_username: person.userPrincipalName,
          ...(nonce === undefined ? {} : { nonce }),
        },
        `https://login.microsoftonline.com/${directory.tenantId}/v2.0`,
        clientId,
        settings.idTokenClaims,
      ),
    issue: (application, audience) => {
      const roles =
        audience === 'https://graph.microsoft.com'
          ? application.graphRoles
          : application.exchangeRoles;
      return sign(
        {
          appid: application.clientId,
          app_displayname: application.displayName,
          appidacr: application.secret === null ? '2' : '1',
          idtyp: 'app',
          oid: application.objectId,
          sub: application.objectId,
          // An application that is granted nothing gets a token without the claim.
          ...(roles.length === 0 ? {} : { roles: [...roles] }),
        },
        issuer,
        audience,
      );
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
        roles: texts(payload['roles']),
        ...(payload['idtyp'] === 'user'
          ? {
              person: {
                scopes: text(payload['scp']).split(' '),
                directoryRoles: texts(payload['wids']),
              },
            }
          : {}),
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

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(text) : []);
