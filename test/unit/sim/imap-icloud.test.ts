import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IcloudServerOptions, startIcloudServer } from '../../sim/imap/icloud.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import {
  connectRawImap,
  openRawImap,
  type RawImapClient,
} from '../../support/compare/raw-imap-client.ts';

const USER = 'ada@icloud.example';
const PASSWORD = 'abcd-efgh-ijkl-mnop';
const AUTHENTICATE = Buffer.from(`\0${USER}\0${PASSWORD}`).toString('base64');

let server: ImapServer;
const clients: RawImapClient[] = [];

async function start(options: IcloudServerOptions = {}): Promise<void> {
  server = await startIcloudServer(options);
  server.store.addAccount(USER, { password: PASSWORD });
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
    password: PASSWORD,
  });
  clients.push(client);
  return client;
}

/** One line per answer: the untagged texts, then the tagged one. */
async function transcript(client: RawImapClient, command: string): Promise<string[]> {
  const { status, text, untagged } = await client.command(command);
  return [...untagged.map((response) => response.text), `${status} ${text}`];
}

function add(text: string, flags: readonly string[] = []): number {
  const bytes = Buffer.from(text.replaceAll('\n', '\r\n'));
  return server.store.addMessage(USER, 'INBOX', {
    bytes,
    flags,
    internalDate: new Date('2015-03-04T05:06:07Z'),
  });
}

beforeEach(() => start());

afterEach(async () => {
  clients.splice(0).forEach((client) => client.close());
  await server.close();
});

describe('login', () => {
  const refused = 'NO [AUTHENTICATIONFAILED] Authentication failed';

  it('tells its capabilities before and after, with a space at the end', async () => {
    const client = await open();
    const [before] = await transcript(client, 'CAPABILITY');
    expect(before).toBe(
      '* CAPABILITY XAPPLEPUSHSERVICE IMAP4 IMAP4rev1 SASL-IR AUTH=ATOKEN AUTH=PLAIN AUTH=ATOKEN2 AUTH=XOAUTH2 ',
    );
    await client.must(`LOGIN ${USER} ${PASSWORD}`);
    const [after] = await transcript(client, 'CAPABILITY');
    expect(after).toMatch(/ CONDSTORE ENABLE QRESYNC .* LIST-STATUS $/u);
    expect(after).not.toMatch(/LITERAL[+-]| MOVE| SPECIAL-USE/u);
  });

  it('takes PLAIN with an initial response and without', async () => {
    expect(await transcript(await open(), `AUTHENTICATE PLAIN ${AUTHENTICATE}`)).toEqual([
      'OK AUTHENTICATE completed (took 2 ms)',
    ]);
    const client = await open();
    client.write('a1 AUTHENTICATE PLAIN\r\n');
    expect((await client.next())?.text).toBe('+ ');
    client.write(`${AUTHENTICATE}\r\n`);
    expect((await client.next())?.text).toBe('a1 OK AUTHENTICATE completed (took 2 ms)');
  });

  it('has one text for a wrong password, an unknown user and a revoked password', async () => {
    expect(await transcript(await open(), `LOGIN ${USER} wrong`)).toEqual([refused]);
    expect(await transcript(await open(), `LOGIN nobody@icloud.example ${PASSWORD}`)).toEqual([
      refused,
    ]);
    const account = server.store.account(USER);
    if (account !== undefined) {
      account.password = null;
    }
    expect(await transcript(await open(), `LOGIN ${USER} ${PASSWORD}`)).toEqual([refused]);
    expect(server.violations).toEqual([]);
  });

  it('takes the full address, the local part, or one of them alone', async () => {
    expect(await transcript(await open(), `LOGIN ada ${PASSWORD}`)).toEqual([
      'OK LOGIN completed (took 2 ms)',
    ]);
    await server.close();
    await start({ acceptedUsers: 'local-part' });
    expect(await transcript(await open(), `LOGIN ${USER} ${PASSWORD}`)).toEqual([refused]);
    expect(await transcript(await open(), `LOGIN ada ${PASSWORD}`)).toEqual([
      'OK LOGIN completed (took 2 ms)',
    ]);
  });

  it('drops a LOGIN behind a refused AUTHENTICATE', async () => {
    const client = await open();
    await client.command('AUTHENTICATE PLAIN AGFkYQB3cm9uZw==');
    await expect(client.command(`LOGIN ${USER} ${PASSWORD}`)).rejects.toThrow('connection ended');
  });

  it('counts the open connections of an account', async () => {
    const [first] = [await login(), await login()];
    first?.close();
    await expect.poll(() => server.connections.open(USER)).toBe(1);
    expect(server.connections.maxSeen(USER)).toBe(2);
  });
});

describe('folders', () => {
  it('lists its own with two special uses, and refuses RETURN', async () => {
    const client = await login();
    expect(await transcript(client, 'LIST "" "*"')).toEqual([
      '* LIST (\\Noinferiors) "/" "INBOX"',
      '* LIST () "/" "Drafts"',
      '* LIST (\\Sent) "/" "Sent Messages"',
      '* LIST (\\Trash) "/" "Deleted Messages"',
      '* LIST () "/" "Junk"',
      '* LIST () "/" "Archive"',
      '* LIST () "/" "Notes"',
      'OK LIST completed (took 2 ms)',
    ]);
    expect(await transcript(client, 'LIST "" "*" RETURN (SPECIAL-USE)')).toEqual([
      'BAD Parse Error (took 0 ms)',
    ]);
    expect(server.violations).toEqual(['icloud: LIST: LIST with RETURN']);
  });

  it('lists Notes and does not open it', async () => {
    const client = await login();
    expect(await transcript(client, 'EXAMINE Notes')).toEqual([
      'NO [NONEXISTENT] Mailbox does not exist (took 1 ms)',
    ]);
  });

  it('enables CONDSTORE silently and shows it in SELECT alone', async () => {
    add('Subject: a\n\n');
    const client = await login();
    expect(await transcript(client, 'ENABLE CONDSTORE')).toEqual([
      'OK ENABLE completed (took 2 ms)',
    ]);
    expect(await transcript(client, 'EXAMINE INBOX')).toEqual([
      '* 1 EXISTS',
      '* 0 RECENT',
      '* FLAGS (\\Answered \\Flagged \\Draft \\Deleted \\Seen)',
      '* OK [PERMANENTFLAGS ()] Permanent flags',
      '* OK [UNSEEN 1] Is the first unseen message',
      expect.stringMatching(/^\* OK \[UIDVALIDITY \d+\]/u),
      '* OK [UIDNEXT 2] The next unique identifier value',
      '* OK [HIGHESTMODSEQ 2] Highest',
      'OK [READ-ONLY] EXAMINE completed (took 2 ms)',
    ]);
  });

  it('keeps names in modified UTF-7 and takes no other encoding of them', async () => {
    const client = await login();
    await client.must('CREATE "Gr&APYA3w-e &- S&APY-hne/&ZeVnLIqe-"');
    expect(server.store.folder(USER, 'Größe & Söhne/日本語')).toBeDefined();
    expect(
      await transcript(client, 'STATUS "Gr&APYA3w-e &- S&APY-hne" (MESSAGES UIDNEXT)'),
    ).toEqual([
      '* STATUS "Gr&APYA3w-e &- S&APY-hne" (MESSAGES 0 UIDNEXT 1)',
      'OK STATUS completed (took 2 ms)',
    ]);
    await client.command('CREATE "a & b"');
    expect(server.violations).toEqual(['icloud: CREATE: a mailbox name is not in modified UTF-7']);
  });
});

describe('FETCH and SEARCH', () => {
  it('gives what the reader asks for', async () => {
    add('Subject: a\nMessage-ID: <1@example>\n\nbody\n', ['\\Seen', 'Blue']);
    const client = await login();
    await client.must('EXAMINE INBOX');
    const { untagged } = await client.must(
      'UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ BODY.PEEK[]<2.5> BODY.PEEK[HEADER] BODY.PEEK[HEADER.FIELDS (Message-ID)])',
    );
    expect(untagged.map(({ text }) => text)).toEqual([
      '* 1 FETCH (UID 1 FLAGS (\\Seen Blue) INTERNALDATE " 4-Mar-2015 05:06:07 +0000" RFC822.SIZE 45 MODSEQ (2) BODY[]<2> {5} BODY[HEADER] {39} BODY[HEADER.FIELDS (Message-ID)] {27})',
    ]);
    expect(untagged[0]?.literals.map(String)).toEqual([
      'bject',
      'Subject: a\r\nMessage-ID: <1@example>\r\n\r\n',
      'Message-ID: <1@example>\r\n\r\n',
    ]);
  });

  it('gives only what changed since', async () => {
    const client = await login();
    const uids = [add('Subject: a\n\n'), add('Subject: b\n\n')];
    await client.must('EXAMINE INBOX');
    expect(await transcript(client, 'UID FETCH 1:* (FLAGS) (CHANGEDSINCE 2)')).toEqual([
      `* 2 FETCH (UID ${uids[1]} FLAGS ())`,
      'OK UID FETCH completed (took 2 ms)',
    ]);
  });

  it('answers RFC822 without a body, and counts it as a mistake', async () => {
    add('Subject: a\n\nbody\n');
    const client = await login();
    await client.must('EXAMINE INBOX');
    expect(await transcript(client, 'FETCH 1 (RFC822 UID)')).toEqual([
      '* 1 FETCH (UID 1)',
      'OK FETCH completed (took 2 ms)',
    ]);
    expect(server.violations).toEqual(['icloud: FETCH RFC822 must not be used here']);
  });

  it('breaks ENVELOPE on a Message-ID with quotes', async () => {
    add('Subject: a\nMessage-ID: <"odd"1@example>\n\n');
    const client = await login();
    await client.must('EXAMINE INBOX');
    const [row] = await transcript(client, 'UID FETCH 1 (ENVELOPE)');
    expect(row).toBe(
      '* 1 FETCH (UID 1 ENVELOPE (NIL "a" NIL NIL NIL NIL NIL NIL NIL "<"odd"1@example>"))',
    );
    expect(server.violations).toEqual(['icloud: FETCH ENVELOPE must not be used here']);
  });

  it('names expunged messages in SEARCH, unsorted, and says nothing where nothing is found', async () => {
    const gone = add('Subject: a\n\n');
    add('Subject: b\n\n', ['\\Seen']);
    add('Subject: c\n\n', ['\\Seen']);
    server.store.deleteMessage(USER, 'INBOX', gone);
    const client = await login();
    await client.must('EXAMINE INBOX');
    expect(await transcript(client, 'UID SEARCH ALL')).toEqual([
      '* SEARCH 1 3 2',
      'OK UID SEARCH completed (took 2 ms)',
    ]);
    expect(await transcript(client, 'UID FETCH 1 (FLAGS)')).toEqual([
      'OK UID FETCH completed (took 2 ms)',
    ]);
    expect(await transcript(client, 'SEARCH UNSEEN')).toEqual(['OK SEARCH completed (took 2 ms)']);
    expect(server.violations).toHaveLength(2);
  });

  it('lets the dangerous ones pass where it is told to', async () => {
    await server.close();
    await start({ forbidUnsafe: false });
    const client = await login();
    await client.must('EXAMINE INBOX');
    await client.must('UID SEARCH SINCE 1-Feb-2015 NOT SEEN');
    expect(server.violations).toEqual([]);
  });

  it('tells a selected connection what came and went', async () => {
    add('Subject: a\n\n');
    const client = await login();
    await client.must('SELECT INBOX');
    server.store.deleteMessage(USER, 'INBOX', 1);
    add('Subject: b\n\n');
    expect(await transcript(client, 'NOOP')).toEqual([
      '* 1 EXPUNGE',
      '* 1 EXISTS',
      'OK NOOP completed (took 2 ms)',
    ]);
  });
});

describe('strictness', () => {
  it.each([
    ['STORE 1 +FLAGS \\Seen', 'STORE: expected an opening parenthesis'],
    ['UID FETCH 1:*  (FLAGS)', 'UID FETCH: expected a fetch item'],
    ['UID FETCH 1:* (FLAGS', 'UID FETCH: expected one space'],
    ['UID FETCH 1:* (BODY.PEEK[1.2])', 'UID FETCH: section 1.2'],
    ['SELECT INBOX NOW', 'SELECT: unexpected text after the last argument'],
    ['UID MOVE 1', 'UID MOVE: expected one space'],
    ['MOVE 1 Archive', 'unknown command MOVE'],
    ['COMPRESS DEFLATE', 'unknown command COMPRESS'],
    ['STATUS INBOX (SIZE)', 'STATUS: STATUS item SIZE'],
  ])('%s is BAD and recorded', async (command, violation) => {
    const client = await login();
    await client.must('SELECT INBOX');
    expect(await transcript(client, command)).toEqual(['BAD Parse Error (took 0 ms)']);
    expect(server.violations).toEqual([`icloud: ${violation}`]);
  });

  it('records commands out of their state', async () => {
    expect((await (await open()).command('SELECT INBOX')).status).toBe('BAD');
    expect(await transcript(await login(), 'UID FETCH 1 (FLAGS)')).toEqual([
      'BAD Please select a mailbox first',
    ]);
    expect(server.violations).toEqual([
      'icloud: SELECT before the login',
      'icloud: UID FETCH without a selected folder',
    ]);
  });

  it('blames nobody for the one command that was sent behind a SELECT before its refusal came', async () => {
    const client = await login();
    client.write('a1 EXAMINE Gone\r\na2 UID FETCH 1 (FLAGS)\r\na3 UID FETCH 1 (FLAGS)\r\n');
    const answers = [await client.next(), await client.next(), await client.next()];
    expect(answers.map((answer) => answer?.text)).toEqual([
      'a1 NO [NONEXISTENT] Mailbox does not exist (took 1 ms)',
      'a2 BAD Please select a mailbox first',
      'a3 BAD Please select a mailbox first',
    ]);
    expect(server.violations).toEqual(['icloud: UID FETCH without a selected folder']);
  });

  it('takes no LITERAL+, and never reads the literal as commands', async () => {
    const client = await login();
    client.write('a1 APPEND INBOX {20+}\r\na2 DELETE Archive\r\n\r\n');
    expect((await client.next())?.text).toBe('a1 BAD Parse Error (took 0 ms)');
    expect(await client.next()).toBeNull();
    expect(server.store.folder(USER, 'Archive')).toBeDefined();
    expect(server.violations).toEqual(['icloud: malformed: LITERAL+ is not offered']);
  });

  it('answers pipelined commands in their order', async () => {
    const client = await login();
    client.write('a1 NOOP\r\na2 EXAMINE INBOX\r\na3 LOGOUT\r\n');
    const answers: string[] = [];
    for (let answer = await client.next(); answer !== null; answer = await client.next()) {
      answers.push(answer.text);
    }
    expect(answers.filter((line) => line.startsWith('a')).map((line) => line.slice(0, 5))).toEqual([
      'a1 OK',
      'a2 OK',
      'a3 OK',
    ]);
  });
});
