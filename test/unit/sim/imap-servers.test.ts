import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { afterEach, describe, expect, it } from 'vitest';
import { startExchangeServer } from '../../sim/imap/exchange.ts';
import { startIcloudServer } from '../../sim/imap/icloud.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import { createTestAuthority } from '../../sim/tls.ts';

const USER = 'ada@icloud.example';
const MAILBOX = 'ada@contoso.example';
const MESSAGE = Buffer.from('Subject: hello\r\nMessage-ID: <1@example>\r\n\r\nhi\r\n');

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) {
    await close();
  }
});

async function startIcloud(): Promise<ImapServer> {
  const server = await startIcloudServer();
  closers.push(() => server.close());
  server.store.addAccount(USER, { password: 'abcd-efgh-ijkl-mnop' });
  return server;
}

async function connect(
  server: ImapServer,
  auth: { user: string; pass: string },
): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: server.host,
    port: server.port,
    secure: false,
    doSTARTTLS: false,
    auth,
    logger: false,
    disableAutoIdle: true,
  });
  client.on('error', () => undefined);
  closers.push(async () => client.close());
  await client.connect();
  return client;
}

describe('with imapflow as the client', () => {
  it('lists, selects and fetches from iCloud without a violation', async () => {
    const server = await startIcloud();
    const date = new Date('2015-03-04T05:06:07Z');
    server.store.addMessage(USER, 'INBOX', {
      bytes: MESSAGE,
      flags: ['\\Seen'],
      internalDate: date,
    });
    const client = await connect(server, { user: USER, pass: 'abcd-efgh-ijkl-mnop' });
    const names = (await client.list()).map((folder) => folder.path);
    expect(names).toContain('Sent Messages');
    await client.mailboxOpen('INBOX', { readOnly: true });
    const rows = await client.fetchAll(
      '1:*',
      { uid: true, flags: true, internalDate: true, size: true, source: true },
      { uid: true },
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.source?.equals(MESSAGE)).toBe(true);
    expect(rows[0]?.internalDate).toEqual(date);
    expect([...(rows[0]?.flags ?? [])]).toEqual(['\\Seen']);
    expect(server.violations).toEqual([]);
  });

  it('appends to Exchange Online over TLS with a token', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sim-tls-'));
    closers.push(() => rm(dir, { recursive: true }));
    const tls = await createTestAuthority(dir);
    const server = await startExchangeServer({
      tls,
      verifyToken: (_user, token) => (token === 'good' ? 'ok' : 'refused'),
    });
    closers.push(() => server.close());
    server.store.addAccount(MAILBOX);
    const client = new ImapFlow({
      host: server.host,
      port: server.port,
      secure: true,
      tls: { ca: tls.ca },
      logger: false,
      auth: { user: MAILBOX, accessToken: 'good' },
      disableAutoIdle: true,
    });
    closers.push(async () => client.close());
    await client.connect();
    const result = await client.append(
      'Sent Items',
      MESSAGE,
      ['\\Seen'],
      new Date('2015-03-04T05:06:07Z'),
    );
    expect(result).toMatchObject({ uid: 1 });
    expect(server.violations).toEqual([]);
  });

  it('sees a wrong password as what it is, and a token without rights', async () => {
    const server = await startIcloud();
    const refused = connect(server, { user: USER, pass: 'wrong' });
    await expect(refused).rejects.toMatchObject({ authenticationFailed: true });
    const exchange = await startExchangeServer({ verifyToken: () => 'not-connected' });
    closers.push(() => exchange.close());
    const unconnected = new ImapFlow({
      host: exchange.host,
      port: exchange.port,
      secure: false,
      doSTARTTLS: false,
      auth: { user: MAILBOX, accessToken: 'any' },
      logger: false,
    });
    unconnected.on('error', () => undefined);
    closers.push(async () => unconnected.close());
    await expect(unconnected.connect()).rejects.toMatchObject({
      authenticationFailed: true,
      response: 'User is authenticated but not connected.',
    });
    expect([...server.violations, ...exchange.violations]).toEqual([]);
  });

  it('appends what is larger than its synchronising limit, and makes folders of any name', async () => {
    const server = await startIcloud();
    const client = await connect(server, { user: USER, pass: 'abcd-efgh-ijkl-mnop' });
    await client.mailboxCreate('Größe & Söhne/🎉 "quoted"');
    const large = Buffer.concat([MESSAGE, Buffer.from('line\r\n'.repeat(20_000))]);
    await client.append('Größe & Söhne/🎉 "quoted"', large, ['\\Seen', 'Blue']);
    const [stored] = server.store.folder(USER, 'Größe & Söhne/🎉 "quoted"')?.messages ?? [];
    expect(stored?.bytes.equals(large)).toBe(true);
    expect(stored?.flags).toEqual(['\\Seen', 'Blue']);
    expect(server.violations).toEqual([]);
  });
});

it('makes an authority that vouches for localhost and 127.0.0.1', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sim-tls-'));
  closers.push(() => rm(dir, { recursive: true }));
  const { caFile, cert, keyFile } = await createTestAuthority(dir);
  const ca = new X509Certificate(await readFile(caFile));
  const leaf = new X509Certificate(cert);
  expect(leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.checkHost('localhost')).toBe('localhost');
  expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
});
