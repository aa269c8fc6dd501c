import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExchangeServerOptions, startExchangeServer } from '../../sim/imap/exchange.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import {
  connectRawImap,
  openRawImap,
  type RawImapClient,
} from '../../support/compare/raw-imap-client.ts';

const USER = 'ada@contoso.example';
const COMPLETED = 'APPEND completed.';
const DATE = new Date('2015-03-04T05:06:07Z');

let server: ImapServer;
const clients: RawImapClient[] = [];

async function start(options: Partial<ExchangeServerOptions> = {}): Promise<void> {
  server = await startExchangeServer({
    verifyToken: async (_user, token) => (token === 'good' ? 'ok' : 'refused'),
    ...options,
  });
  server.store.addAccount(USER);
}

async function restart(options: Partial<ExchangeServerOptions>): Promise<void> {
  await server.close();
  await start(options);
}

async function open(): Promise<RawImapClient> {
  const client = await openRawImap({ host: server.host, port: server.port, user: USER });
  clients.push(client);
  return client;
}

async function login(): Promise<RawImapClient> {
  const client = await connectRawImap({
    host: server.host,
    port: server.port,
    user: USER,
    accessToken: 'good',
  });
  clients.push(client);
  return client;
}

async function transcript(client: RawImapClient, command: string): Promise<string[]> {
  const { status, text, untagged } = await client.command(command);
  return [...untagged.map((response) => response.text), `${status} ${text}`];
}

async function append(
  client: RawImapClient,
  text: string,
  flags: readonly string[] = [],
): Promise<string> {
  const message = {
    folder: 'INBOX',
    bytes: Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'),
    flags,
    internalDate: DATE,
  };
  const [result] = await client.append([message]);
  return `${result?.status} ${result?.text}`;
}

async function readAll(client: RawImapClient): Promise<string[]> {
  const lines: string[] = [];
  for (let answer = await client.next(); answer !== null; answer = await client.next()) {
    lines.push(answer.text);
  }
  return lines;
}

function sasl(token: string): string {
  return Buffer.from(`user=${USER}\u0001auth=Bearer ${token}\u0001\u0001`).toString('base64');
}

beforeEach(() => start());

afterEach(async () => {
  clients.splice(0).forEach((client) => client.close());
  await server.close();
});

describe('login', () => {
  it('takes XOAUTH2 with an initial response and without', async () => {
    expect(await transcript(await open(), `AUTHENTICATE XOAUTH2 ${sasl('good')}`)).toEqual([
      'OK AUTHENTICATE completed.',
    ]);
    const client = await open();
    client.write('a1 AUTHENTICATE XOAUTH2\r\n');
    expect((await client.next())?.text).toBe('+ ');
    client.write(`${sasl('good')}\r\n`);
    expect((await client.next())?.text).toBe('a1 OK AUTHENTICATE completed.');
  });

  it('refuses a bad token, and every password', async () => {
    expect(await transcript(await open(), `AUTHENTICATE XOAUTH2 ${sasl('bad')}`)).toEqual([
      'NO AUTHENTICATE failed.',
    ]);
    expect(await transcript(await open(), `LOGIN ${USER} secret`)).toEqual(['NO LOGIN failed.']);
    expect(server.violations).toEqual([]);
  });

  it('lets a good token without rights in, and says so on the next command', async () => {
    await restart({ verifyToken: () => 'not-connected' });
    const client = await open();
    await client.must(`AUTHENTICATE XOAUTH2 ${sasl('good')}`);
    await client.must('CAPABILITY');
    client.write('a1 NAMESPACE\r\n');
    expect(await readAll(client)).toEqual([
      'a1 BAD User is authenticated but not connected.',
      '* BYE Connection closed. 14',
    ]);
  });

  it('tells its capabilities, without CONDSTORE and SPECIAL-USE', async () => {
    const [after] = await transcript(await login(), 'CAPABILITY');
    expect(after).toMatch(/ UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES .* LITERAL\+$/u);
    expect(after).not.toMatch(/CONDSTORE|SPECIAL-USE|APPENDLIMIT/u);
  });
});

describe('folders', () => {
  it('lists special uses that it does not advertise, and folders that hold no mail', async () => {
    const lines = await transcript(await login(), 'LIST "" "*"');
    expect(lines).toContain('* LIST (\\Sent \\HasNoChildren) "/" "Sent Items"');
    expect(lines).toContain('* LIST (\\HasNoChildren) "/" "Calendar"');
    expect(lines.join('\n')).toMatch(/Contacts[^]*Journal[^]*Notes[^]*Outbox[^]*Tasks/u);
  });

  it('compares names without case, and reserves some', async () => {
    const client = await login();
    expect(await transcript(client, 'CREATE Projects')).toEqual(['OK CREATE completed.']);
    expect(await transcript(client, 'CREATE projects')).toEqual(['NO Mailbox already exists']);
    expect(await transcript(client, 'CREATE Files')).toEqual(['NO Folder name is reserved']);
    expect(await transcript(client, 'EXAMINE nowhere')).toEqual(["NO nowhere doesn't exist."]);
  });
});

describe('APPEND', () => {
  it('takes both literals, many at once, and tells each UID', async () => {
    const client = await login();
    const messages = Array.from({ length: 50 }, (_, index) => ({
      folder: 'inbox',
      bytes: Buffer.from(`Subject: ${index}\r\n\r\nbody\r\n`),
      flags: ['\\Seen'],
      internalDate: DATE,
    }));
    const results = await client.append(messages);
    const uidValidity = server.store.folder(USER, 'INBOX')?.uidValidity;
    expect(results.map(({ text }) => text)).toEqual(
      messages.map((_, index) => `[APPENDUID ${uidValidity} ${index + 1}] ${COMPLETED}`),
    );
    client.write('s1 APPEND INBOX {15}\r\n');
    expect((await client.next())?.text).toBe('+ Ready for additional command text.');
    client.write('Subject: s\r\n\r\nx\r\n');
    expect((await client.next())?.text).toBe(`s1 OK [APPENDUID ${uidValidity} 51] ${COMPLETED}`);
    expect(server.violations).toEqual([]);
  });

  it('keeps the date and the system flags, and drops keywords', async () => {
    const client = await login();
    await append(client, 'Subject: a\n\n', ['\\Seen', '\\Flagged', '$MailFlagBit0', '$MDNSent']);
    const [stored] = server.store.folder(USER, 'INBOX')?.messages ?? [];
    expect(stored).toMatchObject({ flags: ['\\Seen', '\\Flagged'], internalDate: DATE });
    await client.must('EXAMINE INBOX');
    const [row] = await transcript(client, 'UID FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE)');
    expect(row).toBe(
      `* 1 FETCH (UID 1 FLAGS (\\Seen \\Flagged) INTERNALDATE " 4-Mar-2015 05:06:07 +0000" RFC822.SIZE ${stored?.served.length})`,
    );
    expect(stored?.served.length).not.toBe(stored?.bytes.length);
  });

  it.each([
    ['a NUL', 'Subject: a\n\nb\0', 'NO Message contains NUL characters'],
    ['an 8-bit header', 'Subject: \xe4\n\nb', 'NO Message contains invalid header'],
    ['a broken header', 'Subject: a\nno field\n\nb', 'NO Message contains invalid header'],
    [
      'a charset that it does not know',
      'Subject: =?TELETEX?Q?a?=\n\nb',
      'BAD Command Argument Error. 11',
    ],
    [
      'a virus',
      `Subject: a\n\n${['SKYBRIDGE', 'SIMULATED', 'VIRUS', 'TEST', 'FILE'].join('-')}`,
      'NO Message refused because it contains a virus',
    ],
  ])('refuses %s', async (_what, message, answer) => {
    const client = await login();
    expect(await append(client, message)).toBe(answer);
    expect(await append(client, 'Subject: good\n\n')).toContain(COMPLETED);
  });

  it('refuses an unknown system flag and an unknown folder', async () => {
    const client = await login();
    expect(await append(client, 'Subject: a\n\n', ['\\Forwarded'])).toBe(
      'BAD Invalid system flag \\FORWARDED',
    );
    const [result] = await client.append([
      {
        folder: 'Nowhere',
        bytes: Buffer.from('Subject: a\r\n\r\n'),
        flags: [],
        internalDate: DATE,
      },
    ]);
    expect(result?.text).toMatch(/^\[TRYCREATE\]/u);
  });

  it('refuses what is too large, before or after taking it', async () => {
    await restart({ maxMessageBytes: 20 });
    const client = await login();
    const tooLarge = 'NO Maximum size of appendable message has been exceeded';
    expect(await append(client, 'Subject: larger than twenty octets\n\n')).toBe(tooLarge);
    expect(await transcript(client, 'APPEND INBOX {21}')).toEqual([tooLarge]);
    expect(await append(client, 'Subject: small\n\n')).toContain(COMPLETED);
  });

  it('refuses everything once the mailbox is full', async () => {
    server.store.addAccount(USER, { quotaBytes: 30 });
    const client = await login();
    expect(await append(client, 'Subject: small\n\n')).toContain(COMPLETED);
    expect(await append(client, 'Subject: small\n\n')).toBe('NO Server Unavailable. 15');
  });

  it('closes the session after ten errors', async () => {
    const client = await login();
    client.write(
      Array.from({ length: 12 }, (_, index) => `e${index} EXAMINE nowhere\r\n`).join(''),
    );
    const lines = await readAll(client);
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('* BYE Connection closed. 14');
  });
});

describe('a line of more than 10,239 bytes in a literal', () => {
  const message = (lineBytes: number): string =>
    `Subject: a\r\n\r\n<body ${'x'.repeat(lineBytes - 6)}\r\nx1 DELETE Archive\r\n`;
  const send = (client: RawImapClient, text: string): void =>
    client.write(`a1 APPEND INBOX {${text.length}+}\r\n${text}\r\n`);

  it('is taken up to the limit', async () => {
    const client = await login();
    send(client, message(10_239));
    expect((await client.next())?.text).toMatch(/^a1 OK/u);
    expect(server.store.folder(USER, 'INBOX')?.messages).toHaveLength(1);
  });

  it('makes the server leave the literal, and mail become commands', async () => {
    const client = await login();
    send(client, message(10_240));
    expect((await client.next())?.text).toBe('<body BAD Command Error. 10');
    expect((await client.next())?.text).toBe('x1 OK DELETE completed.');
    expect(server.store.folder(USER, 'Archive')).toBeUndefined();
    expect(server.store.folder(USER, 'INBOX')?.messages).toEqual([]);
    expect(server.violations[0]).toContain('read as a command');
  });

  it('is only long where the switch is off', async () => {
    await restart({ longLineDesync: false });
    const client = await login();
    send(client, message(50_000));
    expect((await client.next())?.text).toMatch(/^a1 OK/u);
  });
});

describe('other commands', () => {
  it('stores, copies, moves and expunges', async () => {
    const client = await login();
    await append(client, 'Subject: a\n\n');
    await append(client, 'Subject: b\n\n');
    await client.must('SELECT INBOX');
    expect(await transcript(client, 'UID STORE 1 +FLAGS (\\Flagged)')).toEqual([
      '* 1 FETCH (UID 1 FLAGS (\\Flagged))',
      'OK STORE completed.',
    ]);
    expect((await transcript(client, 'UID COPY 1 Archive')).at(-1)).toMatch(
      /^OK \[COPYUID \d+ 1 1\]/u,
    );
    expect((await transcript(client, 'UID MOVE 2 Archive')).slice(1)).toEqual([
      '* 2 EXPUNGE',
      'OK MOVE completed.',
    ]);
    await client.must('UID STORE 1 +FLAGS.SILENT (\\Deleted)');
    expect(await transcript(client, 'UID EXPUNGE 1')).toEqual([
      '* 1 EXPUNGE',
      'OK EXPUNGE completed.',
    ]);
    expect(server.store.folder(USER, 'Archive')?.messages).toHaveLength(2);
    expect(server.violations).toEqual([]);
  });

  it('tells of new mail in IDLE', async () => {
    const client = await login();
    await client.must('EXAMINE INBOX');
    client.write('i1 IDLE\r\n');
    expect((await client.next())?.text).toBe('+ idling');
    server.store.addMessage(USER, 'INBOX', { bytes: Buffer.from('Subject: a\r\n\r\n') });
    expect((await client.next())?.text).toBe('* 1 EXISTS');
    client.write('DONE\r\n');
    expect((await client.next())?.text).toBe('i1 OK IDLE completed.');
  });
});

describe('a server that lacks something', () => {
  it('tells no UID without UIDPLUS, and takes synchronising literals alone without LITERAL+', async () => {
    await restart({ without: ['UIDPLUS', 'LITERAL+'] });
    const client = await login();
    const [capabilities] = await transcript(client, 'CAPABILITY');
    expect(capabilities).not.toMatch(/UIDPLUS|LITERAL\+/u);
    expect(await append(client, 'Subject: a\n\n')).toBe(`OK ${COMPLETED}`);
    client.write('a1 APPEND INBOX {14+}\r\n');
    expect((await client.next())?.text).toMatch(/^a1 BAD/u);
  });

  it('gives a field back that it does not lose', async () => {
    await restart({ lostFields: ['x-skybridge-id'] });
    const client = await login();
    await append(client, 'X-Skybridge-Id: 7\nX-Other: 8\n\n');
    const [stored] = server.store.folder(USER, 'INBOX')?.messages ?? [];
    expect(stored?.served.toString()).toMatch(/^X-Other: 8\r$/mu);
    expect(stored?.served.toString()).not.toContain('X-Skybridge-Id');
  });
});
