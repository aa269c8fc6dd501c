/** Tokens that nobody may get in with, each wrong in one thing. */
import { exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import type { Signing, TokenChanges } from './signing.ts';

const ISSUER = 'https://api.botframework.com';
const OTHER_BOT = '11111111-1111-4111-8111-111111111111';

/** What `TeamsClient.post` takes; an empty `authorization` sends no header. */
type Changes = TokenChanges & { readonly authorization?: string };

interface Party {
  readonly botId: string;
  readonly signing: Signing;
}

/** The published key taken for a shared secret: what a lax validator would accept. */
async function hmacToken({ botId, signing }: Party): Promise<string> {
  const [jwk] = signing.jwks.keys;
  const key = await importJWK({ ...jwk, ext: true }, 'RS256', { extractable: true });
  const secret = key instanceof Uint8Array ? key : new TextEncoder().encode(await exportSPKI(key));
  return await new SignJWT({ serviceurl: 'http://127.0.0.1' })
    .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
    .setIssuer(ISSUER)
    .setAudience(botId)
    .setExpirationTime('1h')
    .sign(secret);
}

export const BAD_TOKENS: readonly (readonly [
  name: string,
  change: (party: Party) => Promise<Changes>,
])[] = [
  ['no header', async () => ({ authorization: '' })],
  ['another audience', async () => ({ audience: OTHER_BOT })],
  ['another issuer', async () => ({ issuer: 'https://elsewhere.example' })],
  ['ten minutes late', async () => ({ expiresInSeconds: -600 })],
  ['an unknown key id', async () => ({ kid: 'k2' })],
  [
    'a service URL that is not the activity’s',
    async () => ({ serviceUrl: 'https://smba.trafficmanager.net/teams/' }),
  ],
  [
    'another key under the same id',
    async () => ({ key: (await generateKeyPair('RS256')).privateKey }),
  ],
  ['algorithm HS256', async (party) => ({ authorization: `Bearer ${await hmacToken(party)}` })],
  [
    'algorithm none',
    async ({ botId }) => ({
      authorization: `Bearer ${new UnsecuredJWT({ aud: botId }).setIssuer(ISSUER).encode()}`,
    }),
  ],
  ['no token at all', async () => ({ authorization: 'Bearer nonsense' })],
];
