import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { isM365Error } from '../../../src/graph/errors.ts';
import { createHttpClient } from '../../../src/graph/http-client.ts';
import { silentLogger } from '../../../src/log.ts';
import { addUser, type SimUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { createTenantWorld, never, type TenantWorld } from './tenant-world.ts';

const TOKEN_ENDPOINT = 'POST /{tenant}/oauth2/v2.0/token';

let nowMs = 0;
let world: TenantWorld;
let anna: SimUser;

beforeEach(async () => {
  nowMs = Date.now();
  world = await createTenantWorld({ now: () => nowMs });
  anna = addUser(world.directory, { alias: 'anna', displayName: 'Anna Berg' });
});

afterEach(() => world.close(/needs one of|Exchange.ManageAsApp|Get-CASMailbox|no Exchange role/));

test('throttling with a short Retry-After is sat out', async () => {
  const { server, m365 } = world;
  server.faults.push({
    operation: 'GET /users/{id}',
    times: 2,
    action: { kind: 'throttle', retryAfter: '0' },
  });
  await expect(m365.users.get(anna.id, never)).resolves.toMatchObject({ id: anna.id });
  expect(server.journal.count('GET /users/{id}')).toBe(3);
});

test.each([
  ['seconds', '300'],
  ['a date', new Date(Date.now() + 300_000).toUTCString()],
])(
  'Retry-After in %s beyond the budget becomes a wait for a job, at once',
  async (_name, header) => {
    const { server, m365 } = world;
    const action = { kind: 'throttle', retryAfter: header } as const;
    server.faults.push({ operation: 'GET /users/{id}', action });
    server.faults.push({ operation: 'Get-CASMailbox', action: { ...action, status: 503 } });
    const startedMs = performance.now();
    const calls = [m365.users.get(anna.id, never), m365.imapSwitch.isEnabled(anna.id, never)];
    const failures = await Promise.all(calls.map((call) => call.catch((error: unknown) => error)));
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(failures).toMatchObject([
      { code: 'graph.throttled', disposition: 'wait' },
      { code: 'exchange-admin.throttled', disposition: 'wait' },
    ]);
    const waits = failures.map((error) => (isM365Error(error) ? error.retryAfter : null));
    for (const until of waits) {
      expect(until?.getTime()).toBeGreaterThan(Date.now() + 295_000);
    }
  },
);

test('a licence whose answer was lost is assigned once', async () => {
  const { server, m365 } = world;
  server.faults.push({
    operation: 'POST /users/{id}/assignLicense',
    action: { kind: 'drop-after' },
  });
  await m365.licences.assign(anna.id, { skuId: PRODUCTS.businessBasic.skuId }, never);
  expect(server.changes).toHaveLength(1);
  expect(server.journal.count('POST /users/{id}/assignLicense')).toBe(2);
  expect(anna.licences).toHaveLength(1);
});

test('an access whose answer was lost is granted once', async () => {
  const { server, m365, directory } = world;
  const ben = addUser(directory, {
    alias: 'ben',
    displayName: 'Ben',
    product: PRODUCTS.businessBasic,
  });
  server.faults.push({ operation: 'Add-MailboxPermission', action: { kind: 'drop-after' } });
  await m365.mailboxAccess.grant(ben.id, never);
  expect(ben.mailbox?.permissions).toHaveLength(1);
});

test('a service that stays away is unreachable, and the budget holds', async () => {
  const { server } = world;
  const m365 = world.connect({ budgetMs: 600 });
  await m365.tokens.getToken('graph', never);
  server.faults.push({ operation: 'GET /organization', times: 99, action: { kind: 'drop' } });
  const startedMs = performance.now();
  await expect(m365.organization.read(never)).rejects.toMatchObject({
    code: 'graph.unreachable',
    disposition: 'wait',
  });
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

test('a token that expires under way is replaced, once for all callers', async () => {
  const { server, m365 } = world;
  await m365.users.get(anna.id, never);
  expect(server.journal.count(TOKEN_ENDPOINT)).toBe(1);
  nowMs += 3_700_000;
  const found = await Promise.all(Array.from({ length: 5 }, () => m365.users.get(anna.id, never)));
  expect(found.every((user) => user?.id === anna.id)).toBe(true);
  expect(server.journal.count(TOKEN_ENDPOINT)).toBe(2);
});

test('a token that is rejected again is reported, not asked for in a loop', async () => {
  const { server, m365 } = world;
  const body = { error: { code: 'InvalidAuthenticationToken', message: 'Access token is empty.' } };
  server.faults.push({
    operation: '*',
    skip: 2,
    times: 99,
    action: { kind: 'answer', status: 401, body },
  });
  await m365.tokens.getToken('graph', never);
  server.faults.clear();
  server.faults.push({
    operation: 'GET /users/{id}',
    times: 99,
    action: { kind: 'answer', status: 401, body },
  });
  await expect(m365.users.get(anna.id, never)).rejects.toMatchObject({
    code: 'graph.token-rejected',
  });
  expect(server.journal.count('GET /users/{id}')).toBe(2);
});

test('a consent withdrawn in mid-run is a missing right', async () => {
  const { server, m365, application } = world;
  await m365.users.get(anna.id, never);
  application.graphRoles.length = 0;
  application.exchangeRoles.length = 0;
  m365.tokens.forget('graph');
  await expect(m365.users.get(anna.id, never)).rejects.toMatchObject({
    code: 'graph.right-missing',
    disposition: 'ask',
    serverCode: 'Authorization_RequestDenied',
  });
  await expect(m365.imapSwitch.isEnabled(anna.id, never)).rejects.toMatchObject({
    code: 'exchange-admin.right-missing',
  });
  expect(server.violations).toHaveLength(2);
});

test('a cmdlet outside of the Exchange role is named as such', async () => {
  world.application.allowedCmdlets = ['Get-Mailbox'];
  await expect(world.m365.imapSwitch.isEnabled(anna.id, never)).rejects.toMatchObject({
    code: 'exchange-admin.cmdlet-unknown',
    disposition: 'ask',
  });
});

test('no Exchange role at all is a missing right', async () => {
  world.application.allowedCmdlets = [];
  const right = { code: 'exchange-admin.right-missing', disposition: 'ask' };
  await expect(world.m365.imapSwitch.isEnabled(anna.id, never)).rejects.toMatchObject(right);
  await expect(world.m365.rights.missingCmdlets(never)).rejects.toMatchObject(right);
});

test('answers of another shape are not taken', async () => {
  const { server, m365 } = world;
  const odd = (operation: string, body: unknown): void =>
    server.faults.push({ operation, action: { kind: 'answer', status: 200, body } });
  odd('GET /users/{id}', { id: 7 });
  await expect(m365.users.get(anna.id, never)).rejects.toMatchObject({
    code: 'graph.unexpected-answer',
  });
  odd('Get-CASMailbox', { value: [{ ImapEnabled: 'perhaps' }] });
  await expect(m365.imapSwitch.isEnabled(anna.id, never)).rejects.toMatchObject({
    code: 'exchange-admin.unexpected-answer',
  });
  odd('Get-CASMailbox', { value: [] });
  await expect(m365.imapSwitch.isEnabled(anna.id, never)).rejects.toMatchObject({
    code: 'exchange-admin.object-not-found',
  });
});

test('our token does not follow a link to another host', async () => {
  const seen: string[] = [];
  const stranger = createServer((request, response) => {
    seen.push(request.headers.authorization ?? 'none');
    response.end('{"value":[]}');
  });
  await new Promise<void>((resolve) => {
    stranger.listen(0, '127.0.0.1', resolve);
  });
  const address = stranger.address();
  const link = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/next`;
  const body = { value: [], '@odata.nextLink': link };
  world.server.faults.push({
    operation: 'GET /subscribedSkus',
    action: { kind: 'answer', status: 200, body },
  });
  world.server.faults.push({
    operation: 'Get-ServicePrincipal',
    action: { kind: 'answer', status: 200, body },
  });
  const { clientId, objectId } = world.application;
  await expect(world.m365.licences.list(never)).rejects.toMatchObject({
    code: 'graph.unexpected-answer',
  });
  await expect(
    world.m365.servicePrincipal.check({ clientId, objectId }, never),
  ).rejects.toMatchObject({ code: 'exchange-admin.unexpected-answer' });
  expect(seen).toEqual([]);
  await new Promise((resolve) => {
    stranger.close(resolve);
  });
});

test('a next link that names Microsoft’s host is followed through the host we were given', async () => {
  const { server, m365, directory } = world;
  const page = (link: string): unknown => ({ value: [], '@odata.nextLink': link });
  const answer = (operation: string, link: string): void =>
    server.faults.push({ operation, action: { kind: 'answer', status: 200, body: page(link) } });
  answer('GET /subscribedSkus', 'https://graph.microsoft.com/v1.0/subscribedSkus');
  expect(await m365.licences.list(never)).toHaveLength(directory.skus.length);
  const { clientId, objectId } = world.application;
  const link = `https://outlook.office365.com/adminapi/beta/${directory.tenantId}/InvokeCommand`;
  answer('Get-ServicePrincipal', link);
  expect(await m365.servicePrincipal.check({ clientId, objectId }, never)).toBe('registered');
});

test.each([
  ['a pause', { kind: 'throttle', retryAfter: '60' }],
  ['a hanging request', { kind: 'delay', ms: 60_000 }],
] as const)('an abort ends %s with the caller’s reason', async (_name, action) => {
  const m365 = world.connect({ budgetMs: 120_000 });
  await m365.tokens.getToken('graph', never);
  world.server.faults.push({ operation: 'GET /organization', action });
  const controller = new AbortController();
  const call = m365.organization.read(controller.signal);
  setTimeout(() => controller.abort(new Error('shutting down')), 50);
  await expect(call).rejects.toThrow('shutting down');
});

test('a request that hangs is given up after its time-out', async () => {
  const http = createHttpClient({
    peer: 'graph',
    clock: systemClock,
    log: silentLogger,
    budgetMs: 400,
    attemptTimeoutMs: 100,
  });
  world.server.faults.push({ operation: '*', times: 9, action: { kind: 'delay', ms: 600 } });
  const request = {
    url: `${world.server.graphUrl}/v1.0/organization`,
    method: 'GET',
    headers: {},
  } as const;
  await expect(http.send(request, never)).rejects.toMatchObject({ code: 'graph.unreachable' });
});
