import { createServer, type Server, type ServerResponse } from 'node:http';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addManagedIdentity } from '../../../sim/m365/registrations.ts';
import { never } from '../tenant-world.ts';
import { createSetupWorld, type SetupWorld } from './setup-world.ts';

let world: SetupWorld;
let metadata: Server;
let identity: ReturnType<typeof addManagedIdentity>;

/** The identity endpoint of Azure App Service, as msal-node finds it by two variables. */
beforeAll(async () => {
  world = await createSetupWorld();
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  identity = addManagedIdentity(world.directory, 'skybridge-host', await exportSPKI(publicKey));
  const vouch = (audience: string): Promise<string> =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(`https://login.microsoftonline.com/${world.directory.tenantId}/v2.0`)
      .setSubject(identity.id)
      .setAudience(audience)
      .setExpirationTime('1h')
      .sign(privateKey);
  const answer = async (resource: string, response: ServerResponse): Promise<void> => {
    const body = {
      access_token: await vouch(resource),
      expires_on: Math.floor(Date.now() / 1000) + 3600,
      token_type: 'Bearer',
      client_id: identity.clientId,
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  };
  metadata = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    void answer(searchParams.get('resource') ?? '', response);
  });
  await new Promise<void>((resolve) => {
    metadata.listen(0, '127.0.0.1', resolve);
  });
  const address = metadata.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${port}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', 'a header');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  metadata.closeAllConnections();
  await new Promise((resolve) => {
    metadata.close(resolve);
  });
  await world.close();
});

test('with a managed identity the service signs in without any secret', async () => {
  const words = ['--group', world.group, '--managed-identity', identity.id];
  const { exitCode, output } = await world.setup(words);
  expect(exitCode).toBe(0);
  expect(output).toContain(`MANAGED_IDENTITY_CLIENT_ID=${identity.clientId}\n`);
  expect(output).not.toContain('CLIENT_CERTIFICATE_PATH');
  const m365 = await world.connect(output, {
    kind: 'federated',
    managedIdentityClientId: identity.clientId,
  });
  expect(await m365.organization.read(never)).toMatchObject({ displayName: 'Contoso' });
  await m365.imapSwitch.setEnabled(world.anna.id, true, never);
  expect((await world.setup([])).output).toContain('nothing was changed');
});
