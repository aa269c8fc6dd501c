import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { exchangeOnlineProfile } from '../../../src/imap/profiles/exchange-online.ts';
import { genericProfile } from '../../../src/imap/profiles/generic.ts';
import type { ImapProfile } from '../../../src/imap/profiles/profile.ts';
import { AppendWire, type EagerLiterals } from '../../../src/imap/wire/append-wire.ts';
import { type MessageBytes, withBeginning } from '../../../src/mail/message-bytes.ts';
import { closeSpooled, spooled } from '../../support/spool.ts';
import { closeAll, createWirePair, type ScriptedPeer } from './support/scripted-peer.ts';

const SMALL = Buffer.from('Subject: a\r\n\r\nb\r\n');

interface Setup {
  readonly wire: AppendWire;
  readonly peer: ScriptedPeer;
  readonly ended: readonly string[];
}

interface SetupOptions {
  readonly profile?: ImapProfile;
  readonly eagerLiterals?: EagerLiterals;
  readonly silenceMs?: number;
}

async function setUp({
  profile = genericProfile,
  eagerLiterals = 'all',
  silenceMs,
}: SetupOptions = {}): Promise<Setup> {
  const { sockets, peer } = await createWirePair();
  const ended: string[] = [];
  const wire = new AppendWire({
    sockets,
    profile,
    eagerLiterals,
    clock: systemClock,
    ...(silenceMs === undefined ? {} : { silenceMs }),
    onEnd: (error) => ended.push(error.code),
  });
  return { wire, peer, ended };
}

const append = (wire: AppendWire, bytes: MessageBytes = SMALL): ReturnType<AppendWire['append']> =>
  wire.append({ arguments: '"INBOX" (\\Seen)', bytes });

afterEach(closeAll);
afterEach(closeSpooled);

describe('pipelined APPEND', () => {
  test('many go out before the first is answered, and answers may carry APPENDUID or not', async () => {
    const { wire, peer } = await setUp();
    const outcomes = [append(wire), append(wire), append(wire)];
    const sent = [await peer.expectAppend(), await peer.expectAppend(), await peer.expectAppend()];
    expect(sent.map(({ bytes }) => bytes)).toEqual([SMALL, SMALL, SMALL]);
    expect(sent[0]?.line).toMatch(/^[A-Z]{6}1 APPEND "INBOX" \(\\Seen\) \{17\+\}$/);
    peer.say(
      '* 5 EXISTS',
      '* OK [ALERT] hello',
      `${sent[0]?.tag} OK [APPENDUID 38505 3955] done`,
      `${sent[1]?.tag} OK done`,
      `${sent[2]?.tag} NO [OVERQUOTA] full`,
    );
    expect(await Promise.all(outcomes)).toEqual([
      { kind: 'stored', uidValidity: 38505, uid: 3955 },
      { kind: 'stored', uidValidity: null, uid: null },
      { kind: 'refused', error: expect.objectContaining({ code: 'imap.quota-full' }) },
    ]);
  });

  test('a synchronising literal waits for its invitation, and nothing overtakes it', async () => {
    const { wire, peer } = await setUp({ eagerLiterals: 'none' });
    const outcomes = [append(wire), append(wire)];
    const first = await peer.expect('APPEND "INBOX" (\\Seen) {17}');
    expect(peer.unread).toHaveLength(0);
    peer.say('+ go on');
    expect(await peer.octets(19)).toEqual(Buffer.concat([SMALL, Buffer.from('\r\n')]));
    const second = await peer.expect('APPEND "INBOX" (\\Seen) {17}');
    peer.say(`${first} OK x`, `${second} NO [TOOBIG] no`);
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(['stored', 'refused']);
    const third = append(wire);
    const tag = await peer.expect(/^APPEND/);
    peer.say('+ ', `* 1 EXISTS`);
    await peer.octets(19);
    peer.say(`${tag} OK x`);
    expect((await third).kind).toBe('stored');
  });

  test.for([
    { eagerLiterals: 'small', profile: genericProfile, sizeBytes: 4096, mark: '{4096+}' },
    { eagerLiterals: 'small', profile: genericProfile, sizeBytes: 4097, mark: '{4097}' },
    { eagerLiterals: 'all', profile: genericProfile, sizeBytes: 2_000_000, mark: '{2000000+}' },
    {
      eagerLiterals: 'all',
      profile: exchangeOnlineProfile,
      sizeBytes: 1_048_576,
      mark: '{1048576+}',
    },
    {
      eagerLiterals: 'all',
      profile: exchangeOnlineProfile,
      sizeBytes: 1_048_577,
      mark: '{1048577}',
    },
  ] as const)('$profile.name with $eagerLiterals literals sends $mark', async (row) => {
    const { wire, peer } = await setUp(row);
    const outcome = append(wire, Buffer.alloc(row.sizeBytes, 'a'));
    expect((await peer.line())?.endsWith(` ${row.mark}`)).toBe(true);
    wire.close();
    expect((await outcome).kind).not.toBe('stored');
  });
});

describe('a link that ends', () => {
  test('what was handed over is unknown, what was not is unsent', async () => {
    const { wire, peer, ended } = await setUp();
    peer.socket.pause();
    const small = append(wire);
    const large = append(wire, Buffer.alloc(32 * 1024 * 1024, 'a'));
    const behind = append(wire);
    await systemClock.sleep(100);
    peer.socket.resetAndDestroy();
    expect((await Promise.all([small, large, behind])).map(({ kind }) => kind)).toEqual([
      'unknown',
      'unsent',
      'unsent',
    ]);
    expect(ended).toEqual(['imap.connection-lost']);
    expect((await append(wire)).kind).toBe('unsent');
  });

  test('an invitation that never came leaves its message unsent', async () => {
    const { wire, peer } = await setUp({ eagerLiterals: 'none' });
    const outcomes = [append(wire), append(wire)];
    await peer.expect(/^APPEND/);
    peer.say('* BYE [UNAVAILABLE] going down');
    expect(await Promise.all(outcomes)).toEqual([
      { kind: 'unsent', error: expect.objectContaining({ code: 'imap.server-unavailable' }) },
      { kind: 'unsent', error: expect.objectContaining({ code: 'imap.server-unavailable' }) },
    ]);
  });

  test('a throttle answer, then BYE: the answered one is refused, the rest is unknown', async () => {
    const { wire, peer } = await setUp({ profile: exchangeOnlineProfile });
    const outcomes = [append(wire), append(wire)];
    const { tag } = await peer.expectAppend();
    await peer.expectAppend();
    peer.say(
      `${tag} BAD Request is throttled. Suggested Backoff Time: 3000 milliseconds`,
      '* BYE Connection closed. 14',
    );
    expect(await Promise.all(outcomes)).toEqual([
      { kind: 'refused', error: expect.objectContaining({ code: 'imap.throttled' }) },
      { kind: 'unknown', error: expect.objectContaining({ code: 'imap.connection-lost' }) },
    ]);
    await peer.closed();
  });

  test('a server that says nothing is given up', async () => {
    const { wire, peer, ended } = await setUp({ silenceMs: 50 });
    const outcome = append(wire);
    await peer.expectAppend();
    expect(await outcome).toMatchObject({ kind: 'unknown', error: { code: 'imap.timeout' } });
    expect(ended).toEqual(['imap.timeout']);
  });
});

describe('a message on disk', () => {
  const LARGE = Buffer.alloc(3 * 1024 * 1024 + 7, 'Grüße, and so on\r\n');

  test('goes out between others, octet for octet', async () => {
    const { wire, peer } = await setUp();
    const outcomes = [append(wire), append(wire, await spooled(LARGE)), append(wire)];
    const sent = [await peer.expectAppend(), await peer.expectAppend(), await peer.expectAppend()];
    expect(sent[1]?.bytes.equals(LARGE)).toBe(true);
    expect([sent[0]?.bytes, sent[2]?.bytes]).toEqual([SMALL, SMALL]);
    peer.say(...sent.map(({ tag }) => `${tag} OK done`));
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(
      Array.from({ length: 3 }, () => 'stored'),
    );
  });

  test('with another beginning keeps its rest', async () => {
    const { wire, peer } = await setUp();
    const content = withBeginning(await spooled(LARGE), Buffer.from('X-A: b\r\n'), 1000);
    const outcome = append(wire, content);
    const { tag, bytes } = await peer.expectAppend();
    peer.say(`${tag} OK done`);
    expect((await outcome).kind).toBe('stored');
    expect(bytes.equals(Buffer.concat([Buffer.from('X-A: b\r\n'), LARGE.subarray(1000)]))).toBe(
      true,
    );
  });

  test('refused before it is out, and closed at once: its literal is sent to the end', async () => {
    const { wire, peer } = await setUp();
    const content = await spooled(Buffer.alloc(10 * 1024 * 1024, 'a'));
    const first = append(wire, content);
    const second = append(wire);
    const line = await peer.line();
    peer.socket.pause();
    peer.say(`${line?.split(' ')[0]} NO [TOOBIG] no`);
    expect((await first).kind).toBe('refused');
    await content.close();
    peer.socket.resume();
    await peer.octets(content.length + 2);
    const { tag } = await peer.expectAppend();
    peer.say(`${tag} OK done`);
    expect((await second).kind).toBe('stored');
  });

  test.for([
    { name: 'cannot be read', read: () => failing() },
    { name: 'is shorter than it said', read: () => pieces('short') },
    { name: 'is longer than it said', read: () => pieces('a'.repeat(101)) },
  ])('$name: the link ends, and nothing of it is a message', async ({ read }) => {
    const { wire, peer, ended } = await setUp();
    const broken = { ...(await spooled(Buffer.alloc(100, 'a'))), read };
    const outcomes = [append(wire, broken), append(wire)];
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(['unsent', 'unsent']);
    expect(ended).toEqual(['imap.connection-lost']);
    await peer.closed();
    expect(peer.unread.length).toBeLessThan(200);
  });

  test('the link dies in its middle: unsent', async () => {
    const { wire, peer } = await setUp();
    peer.socket.pause();
    const outcome = append(wire, await spooled(Buffer.alloc(32 * 1024 * 1024, 'a')));
    await systemClock.sleep(100);
    peer.socket.resetAndDestroy();
    expect((await outcome).kind).toBe('unsent');
  });
});

async function* failing(): AsyncGenerator<Buffer, void, void> {
  yield Buffer.from('abc');
  throw new Error('the disk is gone');
}

async function* pieces(text: string): AsyncGenerator<Buffer, void, void> {
  yield Buffer.from(text);
}

describe('mail never becomes commands', () => {
  test.for([
    ['message text that came back', '<body BAD Command Error. 10'],
    ['an unknown tag', 'x1 OK DELETE completed.'],
    ['an uninvited invitation', '+ '],
    ['data that nobody asked for', '* LIST () "/" "INBOX"'],
    ['an untagged BAD', '* BAD Command Error. 12'],
    ['a line that is no response', 'DELETE Archive'],
  ])('%s ends the link', async ([, line = '']) => {
    const { wire, peer, ended } = await setUp({ profile: exchangeOnlineProfile });
    const outcome = append(wire);
    await peer.expectAppend();
    peer.say(line);
    expect(await outcome).toMatchObject({
      kind: 'unknown',
      error: { code: 'imap.protocol-violation' },
    });
    await peer.closed();
    expect(ended).toEqual(['imap.protocol-violation']);
  });

  test('an early refusal on exchange-online ends the link before the rest is read as commands', async () => {
    const { wire, peer } = await setUp({
      profile: { ...exchangeOnlineProfile, maxEagerLiteralBytes: null },
    });
    const outcomes = [
      append(wire, Buffer.alloc(64 * 1024 * 1024, 'x1 DELETE Archive\r\n')),
      append(wire),
    ];
    const line = await peer.line();
    peer.socket.pause();
    peer.say(`${line?.split(' ')[0]} BAD Command Error. 12`);
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(['refused', 'unsent']);
    peer.socket.resume();
    await peer.closed();
    expect(peer.unread.length).toBeLessThan(64 * 1024 * 1024);
  });

  test.for([
    ['Command Error. 10', 'long-line'],
    ['Command Error. 11', 'unparsable'],
    ['Command Error. 12', 'unparsable'],
  ])('%s ends the link although it bears our tag', async ([text, reason]) => {
    const { wire, peer, ended } = await setUp({ profile: exchangeOnlineProfile });
    const outcome = append(wire);
    const { tag } = await peer.expectAppend();
    peer.say(`${tag} BAD ${text}`);
    expect(await outcome).toMatchObject({ kind: 'refused', error: { reason } });
    await peer.closed();
    expect(ended).toEqual(['imap.protocol-violation']);
  });

  test('"Command Argument Error" is about the message: the link stays up', async () => {
    const { wire, peer, ended } = await setUp({ profile: exchangeOnlineProfile });
    const outcomes = [append(wire), append(wire)];
    const sent = [await peer.expectAppend(), await peer.expectAppend()];
    peer.say(`${sent[0]?.tag} BAD Command Argument Error. 11`, `${sent[1]?.tag} OK done`);
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(['refused', 'stored']);
    expect(ended).toEqual([]);
  });

  test.for(['* NO Server Unavailable. 15', '* NO [ALERT] look here'])(
    '%s without a tag answers nothing: the append waits for its own',
    async (line) => {
      const { wire, peer } = await setUp({ profile: exchangeOnlineProfile });
      const outcome = append(wire);
      const { tag } = await peer.expectAppend();
      peer.say(line, `${tag} OK [APPENDUID 7 8] done`);
      expect(await outcome).toEqual({ kind: 'stored', uidValidity: 7, uid: 8 });
    },
  );

  test('"Server Unavailable. 15" as a bare line says nothing of any append: all are unknown', async () => {
    const { wire, peer } = await setUp({ profile: exchangeOnlineProfile });
    const outcome = append(wire);
    await peer.expectAppend();
    peer.say('Server Unavailable. 15');
    expect((await outcome).kind).toBe('unknown');
  });

  test('an OK before the message is out is a lie', async () => {
    const { wire, peer } = await setUp();
    const outcome = append(wire, Buffer.alloc(64 * 1024 * 1024, 'a'));
    const line = await peer.line();
    peer.socket.pause();
    peer.say(`${line?.split(' ')[0]} OK [APPENDUID 1 1] done`);
    expect(await outcome).toMatchObject({
      kind: 'unsent',
      error: { violation: 'stored-before-sent' },
    });
  });

  test('on a generic server an early refusal leaves the link up: it reads the literal to its end', async () => {
    const { wire, peer } = await setUp();
    const outcomes = [append(wire, Buffer.alloc(3 * 1024 * 1024, 'a')), append(wire)];
    const line = await peer.line();
    peer.say(`${line?.split(' ')[0]} NO [TOOBIG] no`);
    await peer.octets(3 * 1024 * 1024 + 2);
    const { tag } = await peer.expectAppend();
    peer.say(`${tag} OK done`);
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(['refused', 'stored']);
  });
});
