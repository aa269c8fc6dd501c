/** Where files are fetched from, and how much; every server here is a real one. */

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFileFetch, isTenantFile } from '../../../src/bot/teams-files.ts';

const OWN = ['contoso.example', 'contoso.onmicrosoft.com', 'fabrikam.onmicrosoft.com'];
const HOSTS = { suffix: '.sharepoint.com', moreHosts: [] };
const never = new AbortController().signal;

test.for([
  ['https://contoso-my.sharepoint.com/personal/a/download.aspx?tempauth=x', true],
  ['https://contoso.sharepoint.com/f', true],
  ['https://CONTOSO-my.SharePoint.com/f', true],
  ['https://fabrikam-my.sharepoint.com/f', true],
  ['https://contosoeur-my.sharepoint.com/f', true],
  ['http://contoso-my.sharepoint.com/f', false],
  ['https://contoso-my.sharepoint.com:8443/f', false],
  ['https://user:pass@contoso-my.sharepoint.com/f', false],
  ['https://evil-my.sharepoint.com/f', false],
  ['https://contosoevil-my.sharepoint.com/f', false],
  ['https://contoso-my.sharepoint.com.evil.example/f', false],
  ['https://evil.example/contoso-my.sharepoint.com', false],
  ['https://a.contoso-my.sharepoint.com/f', false],
  ['https://sharepoint.com/f', false],
  ['https://127.0.0.1/f', false],
  ['https://169.254.169.254/metadata', false],
  ['file:///etc/passwd', false],
] as const)('%s is the tenant’s own: %s', ([address, own]) => {
  expect(isTenantFile(new URL(address), HOSTS, OWN)).toBe(own);
});

test.for([
  ['.sharepoint.us', 'https://contoso-my.sharepoint.us/f', 'contoso.onmicrosoft.us'],
  ['.sharepoint-mil.us', 'https://contoso.sharepoint-mil.us/f', 'contoso.onmicrosoft.us'],
  ['.sharepoint.cn', 'https://contoso-my.sharepoint.cn/f', 'contoso.partner.onmschina.cn'],
] as const)('another cloud has hosts that end in %s', ([suffix, address, domain]) => {
  expect(isTenantFile(new URL(address), { suffix, moreHosts: [] }, [domain])).toBe(true);
  expect(isTenantFile(new URL(address), HOSTS, [domain])).toBe(false);
});

let server: Server;
let elsewhere: Server;
let base = '';
let foreign = '';
let served = 0;
let sentBytes = 0;
let closed = 0;
const requested: string[] = [];

const urlOf = (one: Server): string => {
  const address = one.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
};

const ANSWERS: Readonly<Record<string, RequestListener>> = {
  '/list': (_request, response) => void response.end('EmailAddress,UserName\n'),
  '/here': (_request, response) => void response.writeHead(302, { location: '/list' }).end(),
  '/away': (_request, response) =>
    void response.writeHead(302, { location: foreign.replace('127.0.0.1', 'localhost') }).end(),
  '/metadata': (_request, response) =>
    void response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end(),
  '/circle': (_request, response) => void response.writeHead(302, { location: '/circle' }).end(),
  '/gone': (_request, response) => void response.writeHead(404).end('gone'),
  '/declared': (_request, response) => {
    response.writeHead(200, { 'content-length': String(10 ** 9) });
    response.write('x');
  },
  '/endless': (_request, response) => {
    const chunk = Buffer.alloc(64 * 1024, 120);
    response.on('close', () => {
      closed += 1;
    });
    const more = (): void => {
      while (!response.destroyed && sentBytes < 10 ** 9) {
        sentBytes += chunk.length;
        if (!response.write(chunk)) {
          response.once('drain', more);
          return;
        }
      }
    };
    more();
  },
  '/silent': () => undefined,
  '/cut': (_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('EmailAddress', () => response.destroy());
  },
};

beforeAll(async () => {
  server = createServer((request, response) => {
    requested.push(`${request.url} ${request.headers['accept-encoding']}`);
    ANSWERS[request.url ?? '']?.(request, response);
  }).listen(0, '127.0.0.1');
  elsewhere = createServer((_request, response) => {
    served += 1;
    response.end('EmailAddress,UserName\n');
  }).listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(elsewhere, 'listening')]);
  base = urlOf(server);
  foreign = urlOf(elsewhere);
});
afterAll(() => {
  for (const one of [server, elsewhere]) {
    one.closeAllConnections();
    one.close();
  }
});

const fetchFile = (path: string, timeLimitMs = 5000): Promise<Uint8Array> =>
  createFileFetch({
    suffix: '.sharepoint.com',
    moreHosts: ['127.0.0.1'],
    ownDomains: async () => OWN,
    timeLimitMs,
  })(path.startsWith('/') ? `${base}${path}` : path, never);

test.for([['/list'], ['/here']])('%s is fetched, uncompressed', async ([path]) => {
  expect(Buffer.from(await fetchFile(path ?? '')).toString()).toBe('EmailAddress,UserName\n');
  expect(requested.at(-1)).toBe('/list identity');
});

test.for([
  ['/away', 'file.foreign-host'],
  ['/metadata', 'file.foreign-host'],
  ['https://evil.example/list', 'file.foreign-host'],
  ['no address at all', 'file.foreign-host'],
  ['/circle', 'file.not-given'],
  ['/gone', 'file.not-given'],
  ['/declared', 'file.too-large'],
  ['/cut', 'file.unreachable'],
] as const)('%s: %s, and no address in the error', async ([path, code]) => {
  const error = await fetchFile(path).catch((one: unknown) => one);
  expect(error).toMatchObject({ code });
  expect(String(Object(error).message)).not.toContain('127.0.0.1');
  expect(served).toBe(0);
});

test('a body without an end is fetched no further than the limit', async () => {
  await expect(fetchFile('/endless')).rejects.toMatchObject({ code: 'file.too-large' });
  await expect.poll(() => closed).toBe(1);
  // What lies in the buffers of both sides comes on top.
  expect(sentBytes).toBeLessThan(40_000_000);
});

test('a server that says nothing is given up in time', async () => {
  await expect(fetchFile('/silent', 100)).rejects.toMatchObject({ code: 'file.unreachable' });
});

test('whoever gives up meanwhile is told so, and not of the server', async () => {
  const leaving = new AbortController();
  const fetching = createFileFetch({
    suffix: '.sharepoint.com',
    moreHosts: ['127.0.0.1'],
    ownDomains: async () => OWN,
  })(`${base}/silent`, leaving.signal);
  leaving.abort(new Error('the bot closes'));
  await expect(fetching).rejects.toThrow('the bot closes');
});
