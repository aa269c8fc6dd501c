import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTenantClients } from '../../../src/app/tenant-clients.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseConfig } from '../../../src/config.ts';
import { chooseCloud } from '../../../src/graph/clouds.ts';
import { credentialExpiry, credentialWarning } from '../../../src/graph/credential.ts';
import { createTokenSource } from '../../../src/graph/tokens.ts';
import { silentLogger } from '../../../src/log.ts';
import { createCertificate } from '../../sim/m365/certificates.ts';
import { createTenantWorld, never, SECRET, type TenantWorld } from './tenant-world.ts';

const TOKEN_ENDPOINT = 'POST /{tenant}/oauth2/v2.0/token';
const UNKNOWN_ID = '00000000-0000-4000-8000-0000000000ff';

let world: TenantWorld;

beforeEach(async () => {
  world = await createTenantWorld();
});

afterEach(() => world.close());

test('one token for each resource, kept until it is forgotten', async () => {
  const { tokens } = world.m365;
  const [graph, exchange, again] = await Promise.all([
    tokens.getToken('graph', never),
    tokens.getToken('exchange', never),
    tokens.getToken('graph', never),
  ]);
  expect(again).toBe(graph);
  expect(exchange).not.toBe(graph);
  expect(await tokens.getToken('graph', never)).toBe(graph);
  expect(world.server.journal.count(TOKEN_ENDPOINT)).toBe(2);

  tokens.forget('graph', graph);
  const fresh = await tokens.getToken('graph', never);
  expect(fresh).not.toBe(graph);
  // A late caller complains of the old token again.
  tokens.forget('graph', graph);
  expect(await tokens.getToken('graph', never)).toBe(fresh);
  expect(world.server.journal.count(TOKEN_ENDPOINT)).toBe(3);
});

test('a certificate signs the assertion that Entra ID checks', async () => {
  const { key, cert } = await createCertificate({ commonName: 'Skybridge' });
  world.application.certificates.push(cert);
  const { tokens } = world.connect({ credential: { kind: 'certificate', pem: `${cert}\n${key}` } });
  await expect(tokens.getToken('graph', never)).resolves.toMatch(/^ey/);
  expect(
    credentialExpiry({ kind: 'certificate', pem: `${key}\n${cert}` })?.getTime(),
  ).toBeGreaterThan(Date.now());
});

test('a certificate that the application does not have is refused', async () => {
  const { key, cert } = await createCertificate({ commonName: 'Somebody else' });
  const { tokens } = world.connect({ credential: { kind: 'certificate', pem: cert + key } });
  await expect(tokens.getToken('graph', never)).rejects.toMatchObject({
    code: 'graph.credential-refused',
    serverCode: 'AADSTS700027',
  });
});

test('a certificate without its key, with another key or unreadable is unusable', async () => {
  const { key, cert } = await createCertificate({ commonName: 'Skybridge' });
  const other = await createCertificate({ commonName: 'Other' });
  for (const pem of [cert, key, cert + other.key, 'not PEM at all']) {
    expect(() => world.connect({ credential: { kind: 'certificate', pem } })).toThrow(
      expect.objectContaining({ code: 'graph.credential-unusable', disposition: 'ask' }),
    );
  }
});

test.each([
  [
    'a wrong secret',
    { credential: { kind: 'secret', secret: 'wrong' } },
    'graph.credential-refused',
  ],
  ['an unknown application', { clientId: UNKNOWN_ID }, 'graph.application-unknown'],
  ['an unknown tenant', { tenantId: UNKNOWN_ID }, 'graph.tenant-unknown'],
] as const)('%s is named', async (_name, input, code) => {
  const { tokens } = world.connect(input);
  const failure = await tokens.getToken('graph', never).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code, disposition: 'ask' });
  expect(JSON.stringify(failure)).not.toContain('wrong');
});

test('an expired secret is told from a wrong one', async () => {
  world.application.secretExpired = true;
  await expect(world.m365.tokens.getToken('graph', never)).rejects.toMatchObject({
    code: 'graph.credential-expired',
    serverCode: 'AADSTS7000222',
  });
});

test('Conditional Access and unknown refusals keep the server’s code', async () => {
  const refuse = (code: number): void =>
    world.server.faults.push({
      operation: TOKEN_ENDPOINT,
      action: {
        kind: 'answer',
        status: 400,
        body: {
          error: 'access_denied',
          error_description: `AADSTS${code}: Refused.`,
          error_codes: [code],
        },
      },
    });
  refuse(53003);
  await expect(world.m365.tokens.getToken('graph', never)).rejects.toMatchObject({
    code: 'graph.sign-in-blocked',
  });
  refuse(90099);
  await expect(world.m365.tokens.getToken('graph', never)).rejects.toMatchObject({
    code: 'graph.token-refused',
    serverCode: 'AADSTS90099',
  });
});

test('a throttled or dropped token request is repeated', async () => {
  const { server, m365 } = world;
  server.faults.push({ operation: TOKEN_ENDPOINT, action: { kind: 'throttle', retryAfter: '0' } });
  server.faults.push({ operation: TOKEN_ENDPOINT, action: { kind: 'drop' } });
  await expect(m365.tokens.getToken('graph', never)).resolves.toMatch(/^ey/);
  expect(server.journal.count(TOKEN_ENDPOINT)).toBe(3);
});

test('a long Retry-After of the token endpoint is handed on, not sat out', async () => {
  world.server.faults.push({
    operation: TOKEN_ENDPOINT,
    action: { kind: 'throttle', retryAfter: '300' },
  });
  const failure = await world.m365.tokens.getToken('graph', never).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'graph.throttled', disposition: 'wait', status: 429 });
});

test('a page in HTML is no token', async () => {
  world.server.faults.push({
    operation: 'GET /{tenant}/v2.0/.well-known/openid-configuration',
    times: 9,
    action: { kind: 'answer', status: 200, body: '<html>Sign in to the hotel’s network</html>' },
  });
  await expect(world.m365.tokens.getToken('graph', never)).rejects.toMatchObject({
    disposition: expect.stringMatching(/ask|stop/),
  });
});

test('who gives up waiting does not stop the others', async () => {
  const { server, m365 } = world;
  server.faults.push({ operation: TOKEN_ENDPOINT, action: { kind: 'delay', ms: 150 } });
  const impatient = new AbortController();
  const gone = m365.tokens.getToken('graph', impatient.signal);
  const stays = m365.tokens.getToken('graph', never);
  impatient.abort(new Error('went home'));
  await expect(gone).rejects.toThrow('went home');
  await expect(stays).resolves.toMatch(/^ey/);
  expect(server.journal.count(TOKEN_ENDPOINT)).toBe(1);
});

test('credentials are never sent in clear', () => {
  const { resources } = chooseCloud('global');
  expect(() =>
    createTokenSource({
      tenantId: world.directory.tenantId,
      clientId: world.application.clientId,
      credential: { kind: 'secret', secret: SECRET },
      loginUrl: world.server.loginUrl.replace('https:', 'http:'),
      resources,
      clock: systemClock,
      log: silentLogger,
    }),
  ).toThrow(expect.objectContaining({ code: 'graph.login-url-insecure' }));
});

test('a secret is warned of, and a certificate a month before it ends', async () => {
  const now = new Date();
  expect(credentialWarning({ kind: 'secret', secret: SECRET }, now)).toEqual({ kind: 'secret' });
  expect(credentialWarning({ kind: 'managed-identity', clientId: UNKNOWN_ID }, now)).toBeNull();
  const { key, cert } = await createCertificate({ commonName: 'Skybridge' });
  const credential = { kind: 'certificate', pem: key + cert } as const;
  const expiresAt = credentialExpiry(credential);
  const daysBefore = (days: number): Date =>
    new Date((expiresAt?.getTime() ?? 0) - days * 24 * 3_600_000);
  expect(credentialWarning(credential, daysBefore(31))).toBeNull();
  expect(credentialWarning(credential, daysBefore(29))).toEqual({ kind: 'ends-soon', expiresAt });
});

test('a client that signs in with a secret says so in the log', async () => {
  const warnings: unknown[] = [];
  const logger = { ...silentLogger, warn: (...line: unknown[]) => void warnings.push(line) };
  const config = {
    ...parseConfig({ CLIENT_SECRET: SECRET }),
    TENANT_ID: UNKNOWN_ID,
    CLIENT_ID: UNKNOWN_ID,
  };
  await createTenantClients(config, { clock: systemClock, logger });
  expect(warnings).toHaveLength(1);
  expect(JSON.stringify(warnings)).not.toContain(SECRET);
  await createTenantClients(
    { ...config, MANAGED_IDENTITY_CLIENT_ID: UNKNOWN_ID },
    {
      clock: systemClock,
      logger,
    },
  );
  expect(warnings).toHaveLength(1);
});
