import type { CryptoKey, JWK } from 'jose';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const ISSUER = 'https://api.botframework.com';

/** What a test may change about a token, to make a bad one. */
export interface TokenChanges {
  readonly audience?: string;
  readonly issuer?: string;
  readonly serviceUrl?: string;
  readonly kid?: string;
  readonly expiresInSeconds?: number;
  readonly key?: CryptoKey;
}

/** The keys of the Bot Framework, as far as its tokens to bots go. */
export interface Signing {
  readonly jwks: { readonly keys: readonly JWK[] };
  token(botId: string, serviceUrl: string, changes?: TokenChanges): Promise<string>;
}

/** One for all of a process: a new one takes longer than most tests. */
let keyPair: ReturnType<typeof generateKeyPair> | null = null;

/** RS256, one key, named k1, endorsed for msteams. */
export async function createSigning(): Promise<Signing> {
  keyPair ??= generateKeyPair('RS256');
  const { publicKey, privateKey } = await keyPair;
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig', endorsements: ['msteams'] };
  return {
    jwks: { keys: [jwk] },
    async token(botId, serviceUrl, changes = {}) {
      const now = Math.floor(Date.now() / 1000);
      return await new SignJWT({ serviceurl: changes.serviceUrl ?? serviceUrl })
        .setProtectedHeader({ alg: 'RS256', kid: changes.kid ?? 'k1' })
        .setIssuer(changes.issuer ?? ISSUER)
        .setAudience(changes.audience ?? botId)
        .setNotBefore(now - 3600)
        .setExpirationTime(now + (changes.expiresInSeconds ?? 3600))
        .sign(changes.key ?? privateKey);
    },
  };
}
