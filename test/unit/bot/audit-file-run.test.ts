/** The audit as a file, offered in the chat and put where Teams says; never elsewhere. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BotWorld, startBotWorld } from './support/bot-world.ts';

let world: BotWorld;
let server: Server;
let status = 201;
let put: { method: string; range: string; body: string }[] = [];

beforeEach(async () => {
  world = await startBotWorld();
  put = [];
  status = 201;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const range = String(request.headers['content-range']);
      put.push({ method: request.method ?? '', range, body: Buffer.concat(chunks).toString() });
      response.writeHead(status, status === 307 ? { location: 'http://127.0.0.1:9/' } : {}).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await world.close();
});

const uploadUrl = (): string => {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/up?tempauth=secret`;
};

/** The newest offer, as Teams shows it. */
async function offered(): Promise<{ description: string; sizeInBytes: number }> {
  const { transcript } = world.teams;
  const entry = await transcript.until(
    () => transcript.entries.findLast(({ file }) => file !== null),
    'an offer',
  );
  return Object(entry.file?.['content']);
}

test('offered with its size, put in one piece, shown, and audited', async () => {
  const { admin, api } = world;
  await admin.say('audit 90');
  const offer = await offered();
  expect(offer.description).toBe('1 row of the audit, of the last 90 days: who did or tried what.');
  expect(await admin.consent('accept', uploadUrl())).toBe(200);
  await admin.see('The audit is in your OneDrive: 1 row.');
  expect(put).toEqual([{ method: 'PUT', range: 'bytes 0-15/16', body: '\uFEFFPosition\r\n1\r\n' }]);
  expect(offer.sizeInBytes).toBe(Buffer.byteLength(put[0]?.body ?? ''));
  // The span of the offer, to the moment: what was offered is what is sent.
  expect(api.exported[1]).toEqual(api.exported[0]);
  expect(api.audits).toMatchObject([{ action: 'audit.export', outcome: 'done', after: '1 rows' }]);
  expect(world.logged.join()).not.toContain('tempauth');
});

test('declined: nothing is sent, and that is said', async () => {
  const { admin } = world;
  await admin.say('audit all');
  await offered();
  await admin.consent('decline');
  await admin.see('Nothing was sent.');
  expect(put).toEqual([]);
});

test.for([
  ['another host', 'https://evil-my.sharepoint.com/upload', 201, 'file.foreign-host'],
  ['no address', 'upload', 201, 'file.foreign-host'],
  ['a server that refuses', '', 403, 'file.not-taken'],
  ['a server that points elsewhere', '', 307, 'file.not-taken'],
] as const)(
  '%s: said in words, audited, and the file goes nowhere',
  async ([, url, answer, code]) => {
    const { admin, api } = world;
    status = answer;
    await admin.say('audit');
    await offered();
    await admin.consent('accept', url === '' ? uploadUrl() : url);
    await world.teams.transcript.until(
      () => (api.audits.length > 0 ? true : undefined),
      'the audit row',
    );
    expect(api.audits).toMatchObject([{ action: 'audit.export', outcome: 'refused', after: code }]);
    expect(put.length).toBe(url === '' ? 1 : 0);
  },
);

test('whoever has lost the role since, and a forged consent, get nothing', async () => {
  const { admin, api, teams } = world;
  await admin.say('audit');
  await offered();
  const forged = {
    type: 'invoke',
    name: 'fileConsent/invoke',
    channelId: 'msteams',
    serviceUrl: teams.serviceUrl,
    from: { id: '29:x', aadObjectId: '00000000-0000-4000-8000-0000000000ff' },
    recipient: { id: '28:bot' },
    conversation: {
      id: 'a:x',
      tenantId: '00000000-0000-4000-8000-000000000001',
      conversationType: 'personal',
    },
    value: {
      action: 'accept',
      context: { what: 'audit', since: null, until: '2099-01-01T00:00:00Z' },
    },
  };
  expect((await teams.post(forged)).status).toBe(200);
  api.admins.clear();
  await admin.consent('accept', uploadUrl());
  await admin.see('takes the role Exchange Administrator');
  expect(api.exported).toHaveLength(1);
  expect(put).toEqual([]);
  expect(api.audits.map(({ outcome, after }) => [outcome, after])).toEqual([
    ['refused', 'no-role'],
    ['refused', 'no-role'],
  ]);
});

test('whoever is no admin is offered nothing', async () => {
  const { alex, api } = world;
  await alex.say('audit');
  await alex.see('app-specific password');
  expect(api.exported).toEqual([]);
});
