/** A person signs in to a page of ours, held against a simulated Entra ID as strict as the real one. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { chooseCloud } from '../../../src/graph/clouds.ts';
import type { Credential } from '../../../src/graph/credential.ts';
import { createPersonSignIn, type PersonSignIn } from '../../../src/graph/person-sign-in.ts';
import { silentLogger } from '../../../src/log.ts';
import { createCertificate } from '../../sim/m365/certificates.ts';
import { addUser, type SimUser } from '../../sim/m365/directory.ts';
import { createTenantWorld, SECRET, type TenantWorld } from './tenant-world.ts';

const REDIRECT = 'https://skybridge.example/sign-in/done';
const random = (): string => randomBytes(32).toString('base64url');

let world: TenantWorld;
let user: SimUser;

beforeAll(async () => {
  world = await createTenantWorld();
  world.application.redirectUris.push(REDIRECT);
  user = addUser(world.directory, { displayName: 'Alex Wilber', alias: 'alexw' });
});
afterEach(() => {
  world.server.quirks.idTokenClaims = {};
});
afterAll(() => world.close(/without a good|another code verifier/));

function signInWith(
  credential: Exclude<Credential, { kind: 'managed-identity' }> = {
    kind: 'secret',
    secret: SECRET,
  },
  redirectUri = REDIRECT,
): PersonSignIn {
  return createPersonSignIn({
    cloud: chooseCloud('global', { loginUrl: world.server.loginUrl }),
    tenantId: world.directory.tenantId,
    clientId: world.application.clientId,
    credential,
    redirectUri,
    clock: systemClock,
    log: silentLogger,
  });
}

interface Ceremony {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly challenge: string;
}

function newCeremony(): Ceremony {
  const verifier = random();
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return { state: random(), nonce: random(), verifier, challenge };
}

/** What the browser does: opens the page, picks somebody, and is sent back. */
async function pick(url: string, person: string): Promise<URL> {
  const page = await (await fetch(url)).text();
  const [, action = ''] = /action="([^"]+)"/.exec(page) ?? [];
  const [, request = ''] = /name="request" value="([^"]+)"/.exec(page) ?? [];
  const answer = await fetch(action, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ request, user: person }),
  });
  return new URL(answer.headers.get('location') ?? 'https://nowhere.example');
}

async function codeFor(signIn: PersonSignIn, ceremony: Ceremony): Promise<string> {
  const back = await pick(await signIn.authorizeUrl(ceremony), user.id);
  expect(`${back.origin}${back.pathname}`).toBe(REDIRECT);
  expect(back.searchParams.get('state')).toBe(ceremony.state);
  return back.searchParams.get('code') ?? '';
}

test('who signed in is known by object id, asked for no more than openid and profile, with each kind of proof', async () => {
  const { key, cert } = await createCertificate({ commonName: 'Skybridge' });
  world.application.certificates.push(cert);
  const proofs = [
    { kind: 'secret', secret: SECRET },
    { kind: 'certificate', pem: cert + key },
  ] as const;
  for (const proof of proofs) {
    const signIn = signInWith(proof);
    const ceremony = newCeremony();
    const url = new URL(await signIn.authorizeUrl(ceremony));
    expect(url.searchParams.get('scope')).toBe('openid profile');
    expect(url.searchParams.get('prompt')).toBe('select_account');
    expect(url.href).not.toContain(ceremony.verifier);
    const code = await codeFor(signIn, ceremony);
    expect(await signIn.redeem({ ...ceremony, code })).toEqual({
      personId: user.id,
      name: user.userPrincipalName,
    });
  }
});

test('a code is good once, with its own verifier, and for the page it was asked for', async () => {
  const signIn = signInWith();
  const ceremony = newCeremony();
  const code = await codeFor(signIn, ceremony);
  await signIn.redeem({ ...ceremony, code });
  await expect(signIn.redeem({ ...ceremony, code })).rejects.toMatchObject({
    serverCode: 'AADSTS54005',
  });
  const stolen = await codeFor(signIn, ceremony);
  await expect(
    signIn.redeem({ ...ceremony, code: stolen, verifier: random() }),
  ).rejects.toMatchObject({ serverCode: 'AADSTS501481' });
});

test.for([
  ['another tenant', { tid: '00000000-0000-4000-8000-0000000000ff' }, 'graph.sign-in-refused'],
  ['another issuer', { iss: 'https://login.example/common/v2.0' }, 'graph.sign-in-refused'],
  ['another application', { aud: '00000000-0000-4000-8000-0000000000fe' }, 'graph.sign-in-refused'],
  ['another nonce', { nonce: 'of-another-sign-in' }, 'graph.token-refused'],
  ['no nonce', { nonce: undefined }, 'graph.token-refused'],
  ['no object id', { oid: undefined }, 'graph.sign-in-refused'],
  ['one that has ended', { exp: 1_700_000_000 }, 'graph.sign-in-refused'],
] as const)('a token for %s is refused', async ([_name, claims, code]) => {
  const signIn = signInWith();
  const ceremony = newCeremony();
  const given = await codeFor(signIn, ceremony);
  world.server.quirks.idTokenClaims = claims;
  const failure = await signIn
    .redeem({ ...ceremony, code: given })
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'M365Error', code });
  expect(JSON.stringify(failure)).not.toContain('ey');
});

test('a page that is not registered gets no code, and a person who declines none either', async () => {
  const elsewhere = signInWith({ kind: 'secret', secret: SECRET }, 'https://evil.example/done');
  const answer = await fetch(await elsewhere.authorizeUrl(newCeremony()));
  expect([answer.status, await answer.text()]).toEqual([
    400,
    expect.stringContaining('AADSTS50011'),
  ]);
  const back = await pick(await signInWith().authorizeUrl(newCeremony()), '');
  expect(back.searchParams.get('error')).toBe('access_denied');
  expect(back.searchParams.get('code')).toBeNull();
});
