import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startExchangeServer } from '../../sim/imap/exchange.ts';
import type { FaultAction } from '../../sim/imap/faults.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import {
  connectRawImap,
  openRawImap,
  type RawImapClient,
} from '../../support/compare/raw-imap-client.ts';

const USER = 'ada@contoso.example';
const MESSAGE = 'Subject: a\r\n\r\nsome text\r\n';

let server: ImapServer;
let client: RawImapClient;

beforeEach(async () => {
  server = await startExchangeServer({ verifyToken: () => 'ok' });
  server.store.addAccount(USER);
  client = await connectRawImap({
    host: server.host,
    port: server.port,
    user: USER,
    accessToken: 'any',
  });
});

afterEach(async () => {
  client.close();
  await server.close();
});

const stored = (): number => server.store.folder(USER, 'INBOX')?.messages.length ?? 0;

function appendPipelined(count: number): void {
  for (let index = 1; index <= count; index += 1) {
    client.write(`a${index} APPEND INBOX {${MESSAGE.length}+}\r\n${MESSAGE}\r\n`);
  }
}

async function answers(): Promise<string[]> {
  const lines: string[] = [];
  for (let answer = await client.next(); answer !== null; answer = await client.next()) {
    lines.push(answer.text);
  }
  return lines;
}

describe('the second of three APPENDs', () => {
  const strike = (action: FaultAction): void =>
    server.faults.push({ command: 'APPEND', when: 2, action });

  it.each<[FaultAction, number, number]>([
    [{ kind: 'drop-before' }, 1, 1],
    [{ kind: 'drop-after-stored' }, 1, 2],
    [{ kind: 'drop-mid-literal', afterBytes: 5 }, 1, 1],
    [{ kind: 'bye', text: 'Connection closed. 14' }, 2, 1],
    [{ kind: 'throttle', ms: 299_961, thenBye: true }, 3, 1],
  ])('%o', async (action, lines, messages) => {
    strike(action);
    appendPipelined(3);
    const seen = await answers();
    expect(seen).toHaveLength(lines);
    expect(seen[0]).toMatch(/^a1 OK \[APPENDUID /u);
    expect(stored()).toBe(messages);
  });

  it('gets the text that the test wants, and nothing is stored', async () => {
    strike({ kind: 'reply', text: 'NO Server Unavailable. 15' });
    appendPipelined(3);
    await client.next();
    expect((await client.next())?.text).toBe('a2 NO Server Unavailable. 15');
    expect((await client.next())?.text).toMatch(/^a3 OK/u);
    expect(stored()).toBe(2);
  });

  it('is throttled with the words that Exchange has for it', async () => {
    strike({ kind: 'throttle', ms: 92_415 });
    appendPipelined(2);
    await client.next();
    expect((await client.next())?.text).toBe(
      'a2 BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds',
    );
  });

  it('may be stored after the connection died', async () => {
    strike({ kind: 'drop-then-store', afterMs: 20 });
    appendPipelined(2);
    expect(await answers()).toHaveLength(1);
    expect(stored()).toBe(1);
    await expect.poll(stored).toBe(2);
  });
});

describe('other faults', () => {
  it('cuts a FETCH inside its literal', async () => {
    server.store.addMessage(USER, 'INBOX', { bytes: Buffer.from(MESSAGE) });
    server.faults.push({
      command: 'UID FETCH',
      action: { kind: 'drop-mid-literal', afterBytes: 7 },
    });
    const size = server.store.folder(USER, 'INBOX')?.messages[0]?.served.length;
    const socket = connect(server.port, server.host);
    const sasl = Buffer.from(`user=${USER}\u0001auth=Bearer any\u0001\u0001`).toString('base64');
    socket.write(
      `a1 AUTHENTICATE XOAUTH2 ${sasl}\r\na2 EXAMINE INBOX\r\na3 UID FETCH 1 (BODY.PEEK[])\r\n`,
    );
    const seen = (await buffer(socket)).toString();
    expect(seen.slice(seen.indexOf('* 1 FETCH'))).toBe(
      `* 1 FETCH (UID 1 BODY[] {${size}}\r\nX-MS-Ex`,
    );
  });

  it('strikes as often as it is told to, where its test says so', async () => {
    const when = ({ line }: { line: string }): boolean => line.includes('Archive');
    server.faults.push({
      command: 'EXAMINE',
      when,
      times: 1,
      action: { kind: 'reply', text: 'NO not now' },
    });
    expect((await client.command('EXAMINE INBOX')).status).toBe('OK');
    expect((await client.command('EXAMINE Archive')).text).toBe('not now');
    expect((await client.command('EXAMINE Archive')).status).toBe('OK');
    expect(server.faults.seen('EXAMINE')).toBe(3);
  });

  it('sends untagged lines of the test first', async () => {
    server.faults.push({
      command: 'NOOP',
      action: { kind: 'untagged', lines: ['* 1 FETCH (UID 1 FLAGS (\\Seen))'] },
    });
    const { untagged } = await client.must('NOOP');
    expect(untagged.map(({ text }) => text)).toEqual(['* 1 FETCH (UID 1 FLAGS (\\Seen))']);
  });

  it('takes its time', async () => {
    server.faults.push({ command: 'NOOP', action: { kind: 'delay', ms: 40 } });
    server.serviceMs.append = 30;
    const startMs = performance.now();
    await client.must('NOOP');
    appendPipelined(2);
    await client.next();
    await client.next();
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(95);
  });

  it('turns a connection away at the greeting', async () => {
    server.faults.push({ command: 'CONNECT', action: { kind: 'bye', text: 'Server too busy' } });
    const login = { host: server.host, port: server.port, user: USER };
    await expect(openRawImap(login)).rejects.toThrow('* BYE Server too busy');
  });

  it('never answers where it hangs', async () => {
    server.faults.push({ command: 'NOOP', action: { kind: 'hang' } });
    client.write('n1 NOOP\r\nn2 CAPABILITY\r\n');
    expect((await client.next())?.text).toMatch(/^\* CAPABILITY/u);
  });
});
