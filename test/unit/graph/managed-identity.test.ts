import { randomUUID } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTenantWorld, never, type TenantWorld } from './tenant-world.ts';

const CLIENT_ID = '00000000-0000-4000-8000-0000000000aa';
const ISSUER = 'https://login.example/tenant/v2.0';
const SUBJECT = randomUUID();

let world: TenantWorld;
let metadata: Server;
const asked: string[] = [];
let answer: (resource: string) => Promise<{ status: number; body: object }>;

async function reply(resource: string, response: ServerResponse): Promise<void> {
  const { status, body } = await answer(resource);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** The identity endpoint of Azure App Service, as msal-node finds it by two variables. */
beforeAll(async () => {
  world = await createTenantWorld();
  metadata = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const resource = url.searchParams.get('resource') ?? '';
    asked.push(`${resource} for ${url.searchParams.get('client_id')}`);
    void reply(resource, response);
  });
  await new Promise<void>((resolve) => {
    metadata.listen(0, '127.0.0.1', resolve);
  });
  const address = metadata.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${port}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', randomUUID());
});

afterAll(async () => {
  vi.unstubAllEnvs();
  metadata.closeAllConnections();
  await new Promise((resolve) => {
    metadata.close(resolve);
  });
  await world.close();
});

const issued = (token: string): { status: number; body: object } => ({
  status: 200,
  body: {
    access_token: token,
    expires_on: Math.floor(Date.now() / 1000) + 3600,
    token_type: 'Bearer',
    client_id: CLIENT_ID,
  },
});

test('the machine’s identity is asked for each resource by its plain name', async () => {
  answer = async (resource) => issued(`token of ${resource}`);
  const { tokens } = world.connect({
    credential: { kind: 'managed-identity', clientId: CLIENT_ID },
  });
  expect(await tokens.getToken('graph', never)).toBe('token of https://graph.microsoft.com');
  expect(await tokens.getToken('exchange', never)).toBe('token of https://outlook.office365.com');
  expect(asked).toEqual([
    `https://graph.microsoft.com for ${CLIENT_ID}`,
    `https://outlook.office365.com for ${CLIENT_ID}`,
  ]);
});

test('the machine’s identity vouches for the application', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  world.application.federatedCredentials.push({
    issuer: ISSUER,
    subject: SUBJECT,
    publicKey: await exportSPKI(publicKey),
  });
  answer = async (resource) =>
    issued(
      await new SignJWT({})
        .setProtectedHeader({ alg: 'RS256' })
        .setIssuer(ISSUER)
        .setSubject(SUBJECT)
        .setAudience(resource)
        .setExpirationTime('1h')
        .sign(privateKey),
    );
  const m365 = world.connect({
    credential: { kind: 'federated', managedIdentityClientId: CLIENT_ID },
  });
  expect(await m365.organization.read(never)).toMatchObject({ displayName: 'Contoso' });
  world.application.federatedCredentials.length = 0;
  m365.tokens.forget('graph');
  await expect(m365.organization.read(never)).rejects.toMatchObject({
    code: 'graph.credential-refused',
  });
});

test('a refused identity is a refused token', async () => {
  answer = async () => ({
    status: 400,
    body: { error: 'invalid_request', message: 'No such identity.' },
  });
  const { tokens } = world.connect({
    credential: { kind: 'managed-identity', clientId: randomUUID() },
  });
  await expect(tokens.getToken('graph', never)).rejects.toMatchObject({
    code: 'graph.token-refused',
    disposition: 'ask',
  });
});
