import { afterEach, beforeEach, expect, it } from 'vitest';
import { type GenericServerOptions, startGenericServer } from '../../sim/imap/generic.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import { readFolder } from '../../support/compare/mailbox-snapshot.ts';
import {
  connectRawImap,
  openRawImap,
  type RawImapClient,
} from '../../support/compare/raw-imap-client.ts';

const USER = 'ada';
const PASSWORD = 'open sesame';
const MESSAGE = {
  folder: 'INBOX',
  bytes: Buffer.from('Subject: 1\r\n\r\nno line end at the end'),
  flags: ['\\Seen', '\\Deleted', '$Forwarded', '$Junk'],
  internalDate: new Date('2015-03-04T05:06:07Z'),
};

let server: ImapServer;
const clients: RawImapClient[] = [];

async function start(options: GenericServerOptions = {}): Promise<void> {
  server = await startGenericServer(options);
  server.store.addAccount(USER, { password: PASSWORD });
}

async function login(): Promise<RawImapClient> {
  const { host, port } = server;
  const client = await connectRawImap({ host, port, user: USER, password: PASSWORD });
  clients.push(client);
  return client;
}

async function transcript(client: RawImapClient, command: string): Promise<string[]> {
  const { status, text, untagged } = await client.command(command);
  return [...untagged.map((response) => response.text), `${status} ${text}`];
}

beforeEach(() => start());
afterEach(async () => {
  clients.splice(0).forEach((client) => client.close());
  await server.close();
});

it('gives back what it stored: octets, date, flags and keywords', async () => {
  const client = await login();
  expect(await client.append([MESSAGE])).toMatchObject([{ status: 'OK' }]);
  const { folder: _folder, ...stored } = MESSAGE;
  expect(await readFolder(client, 'INBOX')).toEqual({ name: 'INBOX', messages: [stored] });
  await client.must('SELECT INBOX');
  expect(await transcript(client, 'STORE 1 +FLAGS (Work)')).toEqual([
    '* 1 FETCH (FLAGS (\\Seen \\Deleted $Forwarded $Junk Work))',
    'OK STORE completed.',
  ]);
  expect(server.violations).toEqual([]);
});

it('lets in who has the password, and nobody with a token', async () => {
  const client = await openRawImap({ host: server.host, port: server.port, user: USER });
  clients.push(client);
  const refused = 'NO [AUTHENTICATIONFAILED] Authentication failed.';
  expect(await transcript(client, `LOGIN ${USER} guessed`)).toEqual([refused]);
  const sasl = Buffer.from(`user=${USER}\u0001auth=Bearer ${PASSWORD}\u0001\u0001`);
  const xoauth2 = `AUTHENTICATE XOAUTH2 ${sasl.toString('base64')}`;
  expect(await transcript(client, xoauth2)).toEqual([refused]);
  expect(await transcript(client, `LOGIN ${USER} "${PASSWORD}"`)).toEqual(['OK LOGIN completed.']);
});

it('tells names by their case, and has special folders by attribute', async () => {
  const client = await login();
  await client.must('CREATE junk');
  expect(await transcript(client, 'LIST "" "?unk"')).toEqual(['OK LIST completed.']);
  expect(await transcript(client, 'LIST "" "Junk"')).toEqual([
    '* LIST (\\Junk \\HasNoChildren) "/" "Junk"',
    'OK LIST completed.',
  ]);
  expect(await transcript(client, 'LIST "" "junk"')).toEqual([
    '* LIST (\\HasNoChildren) "/" "junk"',
    'OK LIST completed.',
  ]);
});

it('lacks what it is told to lack', async () => {
  await server.close();
  await start({ without: ['UIDPLUS', 'LITERAL+'] });
  const client = await login();
  const [offered = ''] = await transcript(client, 'CAPABILITY');
  expect(offered).not.toMatch(/UIDPLUS|LITERAL/);
  expect(await client.append([MESSAGE])).toMatchObject([{ text: 'APPEND completed.' }]);
});

it('takes no NUL, and no command that it does not know', async () => {
  const client = await login();
  const nul = { ...MESSAGE, bytes: Buffer.from('Subject: 1\r\n\r\n\0') };
  expect(await client.append([nul])).toMatchObject([{ status: 'NO' }]);
  expect(await transcript(client, 'ENABLE CONDSTORE')).toEqual([
    'BAD Error in IMAP command received by server.',
  ]);
  expect(server.violations).toEqual(['generic: unknown command ENABLE']);
});
