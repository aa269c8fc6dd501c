import { afterEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { type Appender, createAppender } from '../../../src/imap/appender.ts';
import { formatAppendArguments } from '../../../src/imap/format-append.ts';
import { createGovernor, type Governor } from '../../../src/imap/governor.ts';
import { exchangeOnlineProfile } from '../../../src/imap/profiles/exchange-online.ts';
import { genericProfile } from '../../../src/imap/profiles/generic.ts';
import type { ImapProfile } from '../../../src/imap/profiles/profile.ts';
import type { ImapOutgoingMessage } from '../../../src/imap/types.ts';
import { silentLogger } from '../../../src/log.ts';
import { type LoginScript, startScripted } from './support/scripted-login.ts';
import { closeAll, type ScriptedPeer } from './support/scripted-peer.ts';

const signal = (): AbortSignal => AbortSignal.timeout(10_000);

const message = (n: number): ImapOutgoingMessage => ({
  folderPath: 'INBOX',
  bytes: Buffer.from(`Subject: ${n}\r\n\r\n`),
  flags: [],
  receivedAt: null,
});

interface Options extends LoginScript {
  readonly profile?: ImapProfile;
  readonly maxConnections?: number;
  readonly graceMs?: number;
  readonly drainMs?: number;
  readonly clock?: Clock;
  readonly governor?: Governor;
}

/** Pauses between reconnections pass fifty times as fast. */
const hastyClock: Clock = {
  ...systemClock,
  sleep: (ms, abort) => systemClock.sleep(ms / 50, abort),
};

async function appenderOn(
  onSession: (peer: ScriptedPeer, connection: number) => Promise<unknown>,
  {
    maxConnections = 1,
    graceMs,
    drainMs = 50,
    clock = systemClock,
    governor = createGovernor(clock),
    profile = exchangeOnlineProfile,
    ...script
  }: Options = {},
): Promise<Appender> {
  const { connect } = await startScripted(onSession, { ...script, profile });
  return createAppender({
    connect,
    mailboxOf: (path) => path,
    governor,
    clock,
    logger: silentLogger,
    maxConnections,
    drainMs,
    ...(graceMs === undefined ? {} : { graceMs }),
  });
}

/** Stores everything, with the connection's number as UIDVALIDITY, until the client is gone. */
async function storeAll(peer: ScriptedPeer, connection: number, serviceMs = 0): Promise<void> {
  for (;;) {
    const { tag } = await peer.expectAppend();
    if (serviceMs > 0) {
      await systemClock.sleep(serviceMs);
    }
    peer.say(`${tag} OK [APPENDUID ${connection} 1] done`);
  }
}

const kinds = (outcomes: readonly { readonly kind: string }[]): readonly string[] =>
  outcomes.map(({ kind }) => kind);

afterEach(closeAll);

describe('connections', () => {
  test('as many as are allowed, all used', async () => {
    const opened = new Set<number>();
    const appender = await appenderOn(
      async (peer, connection) => {
        opened.add(connection);
        await storeAll(peer, connection, 5).catch(() => undefined);
      },
      { maxConnections: 3 },
    );
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, n) => appender.append(message(n), signal())),
    );
    expect(
      new Set(outcomes.map((one) => (one.kind === 'stored' ? one.uidValidity : one.kind))),
    ).toEqual(new Set([1, 2, 3]));
    expect(opened.size).toBe(3);
    await appender.close();
  });

  test('opened ahead where appends are expected, and no more of them than appends', async () => {
    const opened: number[] = [];
    let whenTwo: () => void = () => undefined;
    const two = new Promise<void>((resolve) => {
      whenTwo = resolve;
    });
    const appender = await appenderOn(
      async (peer, connection) => {
        opened.push(connection);
        if (opened.length === 2) {
          whenTwo();
        }
        await storeAll(peer, connection, 5).catch(() => undefined);
      },
      { maxConnections: 3 },
    );
    appender.expect(0);
    appender.expect(2);
    appender.expect(2);
    await two;
    await Promise.all([1, 2].map((n) => appender.append(message(n), signal())));
    expect(opened).toEqual([1, 2]);
    await appender.close();
  });

  test('what waits goes out on a new connection after a loss', async () => {
    const appender = await appenderOn(async (peer, connection) => {
      if (connection === 1) {
        const { tag } = await peer.expectAppend();
        await peer.expectAppend();
        peer.say(`${tag} OK [APPENDUID 1 1] done`);
        peer.socket.end('* BYE Connection closed. 14\r\n');
        return;
      }
      await storeAll(peer, connection).catch(() => undefined);
    });
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, n) => appender.append(message(n), signal())),
    );
    expect(outcomes[0]).toEqual({ kind: 'stored', uidValidity: 1, uid: 1 });
    expect(outcomes[1]?.kind).toBe('unknown');
    expect(outcomes.at(-1)).toEqual({ kind: 'stored', uidValidity: 2, uid: 1 });
    expect(kinds(outcomes)).not.toContain('refused');
    await appender.close();
  });

  test('a login that a person must mend gives everything back', async () => {
    const appender = await appenderOn(() => Promise.resolve(), {
      onLogin: () => 'NO LOGIN failed.',
      maxConnections: 2,
    });
    const outcomes = await Promise.all([1, 2, 3].map((n) => appender.append(message(n), signal())));
    expect(outcomes).toEqual(
      [1, 2, 3].map(() => ({
        kind: 'unsent',
        error: expect.objectContaining({ code: 'imap.login-refused' }),
      })),
    );
    await appender.close();
  });

  test('a server that takes one connection alone is not asked for more with every message', async () => {
    let logins = 0;
    const onLogin = (_: string, connection: number): string | null => {
      logins += 1;
      return connection === 1 ? null : 'NO [UNAVAILABLE] Too many simultaneous connections';
    };
    const appender = await appenderOn((peer) => storeAll(peer, 1, 1).catch(() => undefined), {
      onLogin,
      maxConnections: 4,
    });
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, n) => appender.append(message(n), signal())),
    );
    expect(new Set(kinds(outcomes))).toEqual(new Set(['stored']));
    expect(logins).toBeLessThanOrEqual(4);
    await appender.close();
  });

  test('a server that drops every connection is given up after a few', async () => {
    let connections = 0;
    const appender = await appenderOn(
      (peer) => {
        connections += 1;
        peer.socket.destroy();
        return Promise.resolve();
      },
      { clock: hastyClock },
    );
    // The first ones may be on a link that breaks under them; what waited is given back.
    const outcomes = await Promise.all(
      Array.from({ length: 400 }, (_, n) => appender.append(message(n), signal())),
    );
    expect(kinds(outcomes)).not.toContain('stored');
    expect(outcomes.at(-1)).toMatchObject({
      kind: 'unsent',
      error: { code: 'imap.connection-lost' },
    });
    expect(connections).toBeLessThanOrEqual(8);
    await appender.close();
  });
});

describe('patience', () => {
  test('after a throttle half the connections go on, the others hang up, and the pace outlives them', async () => {
    const governor = createGovernor(systemClock);
    let isThrottling = false;
    const open = new Set<number>();
    const onSession = async (peer: ScriptedPeer, connection: number): Promise<void> => {
      open.add(connection);
      peer.socket.once('close', () => open.delete(connection));
      for (;;) {
        const { tag } = await peer.expectAppend();
        await systemClock.sleep(5);
        peer.say(isThrottling ? `${tag} NO Request is throttled.` : `${tag} OK done`);
        isThrottling = false;
      }
    };
    const many = (appender: Appender): Promise<unknown> =>
      Promise.all(Array.from({ length: 200 }, (_, n) => appender.append(message(n), signal())));
    const script = { maxConnections: 4, governor };
    const appender = await appenderOn(
      (...peer) => onSession(...peer).catch(() => undefined),
      script,
    );
    await many(appender);
    expect(open.size).toBe(4);
    isThrottling = true;
    await many(appender);
    await many(appender);
    await expect.poll(() => open.size).toBe(2);
    await appender.close();
    const next = await appenderOn((...peer) => onSession(...peer).catch(() => undefined), script);
    open.clear();
    await many(next);
    expect(open.size).toBe(2);
    await next.close();
  });

  test('a throttle gives back what waits, and holds the next one back until the server may be asked', async () => {
    const appender = await appenderOn(async (peer) => {
      const { tag } = await peer.expectAppend();
      peer.say(`${tag} NO Request is throttled. Suggested Backoff Time: 400 milliseconds`);
      await storeAll(peer, 1).catch(() => undefined);
    });
    expect(await appender.append(message(1), signal())).toMatchObject({
      kind: 'refused',
      error: { code: 'imap.throttled' },
    });
    expect(await appender.append(message(2), signal())).toMatchObject({
      kind: 'unsent',
      error: { code: 'imap.throttled' },
    });
    await systemClock.sleep(450);
    expect((await appender.append(message(3), signal())).kind).toBe('stored');
    await appender.close();
  });
});

describe('cancellation', () => {
  test('what waits is withdrawn, what was sent may still be answered', async () => {
    let answer: () => void = () => undefined;
    const reached = Promise.withResolvers<void>();
    const appender = await appenderOn(async (peer) => {
      const { tag } = await peer.expectAppend();
      answer = () => peer.say(`${tag} OK [APPENDUID 1 1] done`);
      reached.resolve();
    });
    const abort = new AbortController();
    const sent = Array.from({ length: 30 }, (_, n) => appender.append(message(n), abort.signal));
    await reached.promise;
    abort.abort();
    answer();
    expect(await sent[0]).toMatchObject({ kind: 'stored' });
    expect(await sent.at(-1)).toMatchObject({ kind: 'unsent', error: { code: 'imap.cancelled' } });
    await appender.close();
    expect((await sent[1])?.kind).toBe('unknown');
  });

  test('an answer that does not come in time leaves the outcome unknown', async () => {
    const reached = Promise.withResolvers<void>();
    const appender = await appenderOn(
      async (peer) => {
        await peer.expectAppend();
        reached.resolve();
      },
      { graceMs: 50 },
    );
    const abort = new AbortController();
    const outcome = appender.append(message(1), abort.signal);
    await reached.promise;
    abort.abort();
    expect(await outcome).toMatchObject({ kind: 'unknown', error: { code: 'imap.cancelled' } });
    await appender.close();
  });

  test('close takes nothing more, and waits for the answers to what was sent', async () => {
    let answer: () => void = () => undefined;
    const reached = Promise.withResolvers<void>();
    const appender = await appenderOn(
      async (peer) => {
        const { tag } = await peer.expectAppend();
        answer = () => peer.say(`${tag} OK [APPENDUID 1 1] done`);
        reached.resolve();
      },
      { drainMs: 5000 },
    );
    const sent = appender.append(message(1), signal());
    await reached.promise;
    const closing = appender.close();
    expect((await appender.append(message(2), signal())).kind).toBe('unsent');
    answer();
    await closing;
    expect(await sent).toMatchObject({ kind: 'stored', uid: 1 });
  });

  test('after close nothing is taken', async () => {
    const appender = await appenderOn((peer) => storeAll(peer, 1).catch(() => undefined));
    expect((await appender.append(message(1), signal())).kind).toBe('stored');
    await appender.close();
    expect((await appender.append(message(2), signal())).kind).toBe('unsent');
  });
});

describe('what is sent', () => {
  test('flags and date', () => {
    const full = {
      ...message(1),
      flags: ['\\Seen', '$Forwarded'],
      receivedAt: new Date('2020-02-03T04:05:06Z'),
    };
    expect(formatAppendArguments('a "b"', full)).toBe(
      '"a \\"b\\"" (\\Seen $Forwarded) " 3-Feb-2020 04:05:06 +0000"',
    );
    expect(formatAppendArguments('INBOX', message(1))).toBe('"INBOX"');
  });

  test('a name with a line end in it would be a command of its own', () => {
    expect(() => formatAppendArguments('x"\r\nA1 DELETE "y', message(1))).toThrow(
      expect.objectContaining({ code: 'imap.folder-missing' }),
    );
  });

  test.for(['\\Seen) {3}\r\nx', 'a b', '(', '', 'a"b', 'ü'])(
    'the flag %j would change the command',
    (flag) => {
      expect(() => formatAppendArguments('INBOX', { ...message(1), flags: [flag] })).toThrow(
        expect.objectContaining({ reason: 'invalid-flag' }),
      );
    },
  );

  test('a flag that is none refuses its message, and the next one goes out', async () => {
    const appender = await appenderOn((peer) => storeAll(peer, 1).catch(() => undefined));
    expect(await appender.append({ ...message(1), flags: ['a b'] }, signal())).toMatchObject({
      kind: 'refused',
      error: { reason: 'invalid-flag' },
    });
    expect((await appender.append(message(2), signal())).kind).toBe('stored');
    await appender.close();
  });

  test('a message above APPENDLIMIT is not even sent', async () => {
    const appender = await appenderOn((peer) => storeAll(peer, 1).catch(() => undefined), {
      profile: genericProfile,
      capabilities: 'IMAP4rev1 NAMESPACE UIDPLUS LITERAL+ APPENDLIMIT=100',
    });
    const bytes = Buffer.alloc(101, 'a');
    expect(await appender.append({ ...message(1), bytes }, signal())).toMatchObject({
      kind: 'refused',
      error: { code: 'imap.message-too-large' },
    });
    const fits = { ...message(1), bytes: bytes.subarray(1) };
    expect((await appender.append(fits, signal())).kind).toBe('stored');
    await appender.close();
  });

  test('a message with NUL is refused before anything is sent', async () => {
    const appender = await appenderOn(() => Promise.resolve());
    const bytes = Buffer.from('a\0b');
    expect(await appender.append({ ...message(1), bytes }, signal())).toMatchObject({
      kind: 'refused',
      error: { code: 'imap.message-refused', reason: 'nul' },
    });
    await appender.close();
  });
});
