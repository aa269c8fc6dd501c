import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type ConnectInput, connectImap } from '../../../src/imap/connect.ts';
import { exchangeOnlineProfile } from '../../../src/imap/profiles/exchange-online.ts';
import { genericProfile } from '../../../src/imap/profiles/generic.ts';
import { icloudProfile } from '../../../src/imap/profiles/icloud.ts';
import { type LogFields, type Logger, silentLogger } from '../../../src/log.ts';
import { startScripted } from './support/scripted-login.ts';
import { closeAll, listen } from './support/scripted-peer.ts';

const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const nothing = (): Promise<void> => Promise.resolve();

function input(port: number, more: Partial<ConnectInput> = {}): ConnectInput {
  return {
    host: '127.0.0.1',
    port,
    secure: false,
    user: 'ann@example.org',
    credential: { kind: 'password', password: 'hunter2-hunter2' },
    profile: genericProfile,
    logger: silentLogger,
    clock: systemClock,
    ...more,
  };
}

afterEach(closeAll);

describe('login', () => {
  test('brings capabilities and naming, and a socket that belongs to us', async () => {
    const server = await startScripted(nothing, {
      capabilities: 'IMAP4rev1 NAMESPACE LITERAL+ X-ODD',
    });
    const link = await server.connect(signal());
    expect([...link.capabilities].toSorted()).toEqual([
      'IMAP4REV1',
      'LITERAL+',
      'NAMESPACE',
      'X-ODD',
    ]);
    expect(link.naming).toEqual({ prefix: '', separator: '/' });
    expect(link.sockets.readSocket.destroyed).toBe(false);
  });

  test('a profile trusts only what it names', async () => {
    const script = {
      profile: icloudProfile,
      capabilities: 'IMAP4rev1 NAMESPACE QRESYNC CONDSTORE UIDPLUS LIST-STATUS',
    };
    const server = await startScripted(nothing, script);
    const link = await server.connect(signal());
    expect([...link.capabilities].toSorted()).toEqual(['CONDSTORE', 'NAMESPACE', 'UIDPLUS']);
  });

  test.for([
    {
      profile: icloudProfile,
      answer: 'NO [UNAVAILABLE] Too many simultaneous connections',
      code: 'imap.login-unavailable',
    },
    {
      profile: genericProfile,
      answer: 'NO [AUTHENTICATIONFAILED] Authentication failed',
      code: 'imap.login-refused',
    },
    { profile: genericProfile, answer: 'NO [UNAVAILABLE] later', code: 'imap.login-unavailable' },
    { profile: exchangeOnlineProfile, answer: 'NO LOGIN failed.', code: 'imap.login-refused' },
    {
      profile: exchangeOnlineProfile,
      answer: 'BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds',
      code: 'imap.throttled',
    },
    {
      profile: genericProfile,
      answer: '* BYE [UNAVAILABLE] going down',
      code: 'imap.login-unavailable',
    },
    { profile: genericProfile, answer: '* BYE so long', code: 'imap.login-unavailable' },
  ])('$answer is $code', async ({ profile, answer, code }) => {
    const server = await startScripted(nothing, { onLogin: () => answer, profile });
    await expect(server.connect(signal())).rejects.toMatchObject({ code });
  });

  test('a token that is good for no mailbox is no refused login', async () => {
    const onNamespace = (): string => 'BAD User is authenticated but not connected.';
    const server = await startScripted(nothing, { onNamespace, profile: exchangeOnlineProfile });
    await expect(server.connect(signal())).rejects.toMatchObject({
      code: 'imap.not-connected',
      disposition: 'ask',
    });
  });

  test('iCloud: the full address first, then the local part on a new connection', async () => {
    const seen: string[] = [];
    const onLogin = (user: string, connection: number): string | null => {
      seen.push(`${connection} ${user}`);
      return user.includes('@') ? 'NO [AUTHENTICATIONFAILED] Authentication failed' : null;
    };
    const server = await startScripted(nothing, { onLogin, profile: icloudProfile });
    const link = await server.connect(signal());
    expect(link.loginName).toBe('ann');
    expect(seen).toEqual(['1 ann@example.org', '2 ann']);
  });

  test('iCloud: a name that was taken before is tried alone, so that a revoked password costs one login', async () => {
    const seen: string[] = [];
    const onLogin = (user: string): string => {
      seen.push(user);
      return 'NO [AUTHENTICATIONFAILED] Authentication failed';
    };
    const server = await startScripted(nothing, { onLogin, profile: icloudProfile });
    const again = input(server.port, { profile: icloudProfile, provenName: 'ann@example.org' });
    await expect(connectImap(again, signal())).rejects.toMatchObject({
      code: 'imap.login-refused',
    });
    expect(seen).toEqual(['ann@example.org']);
  });

  test('iCloud: LOGIN, and never behind AUTHENTICATE PLAIN, which is offered', async () => {
    const seen: string[] = [];
    const onLogin = (user: string): string | null => {
      seen.push(user);
      return null;
    };
    // Anything but LOGIN is answered with BAD.
    const script = { onLogin, capabilities: 'IMAP4rev1 SASL-IR AUTH=ATOKEN AUTH=PLAIN NAMESPACE ' };
    const server = await startScripted(nothing, { ...script, profile: icloudProfile });
    await server.connect(signal());
    expect(seen).toEqual(['ann@example.org']);
  });

  test('iCloud: an unavailable server is not asked again with the local part', async () => {
    const seen: string[] = [];
    const onLogin = (user: string): string => {
      seen.push(user);
      return 'NO [UNAVAILABLE] Too many simultaneous connections';
    };
    const server = await startScripted(nothing, { onLogin, profile: icloudProfile });
    await expect(server.connect(signal())).rejects.toMatchObject({
      code: 'imap.login-unavailable',
    });
    expect(seen).toEqual(['ann@example.org']);
  });
});

describe('no login', () => {
  test('a closed port is unreachable', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await new Promise((resolve) => {
      server.close(resolve);
    });
    await expect(connectImap(input(port), signal())).rejects.toMatchObject({
      code: 'imap.unreachable',
      disposition: 'wait',
    });
  });

  test('a name that does not exist is unreachable', async () => {
    const nowhere = input(993, { host: 'imap.invalid', secure: true });
    await expect(connectImap(nowhere, signal())).rejects.toMatchObject({
      code: 'imap.unreachable',
    });
  });

  test('a server that hangs up is a lost connection', async () => {
    const port = await listen((peer) => peer.socket.destroy());
    await expect(connectImap(input(port), signal())).rejects.toMatchObject({
      code: 'imap.connection-lost',
      disposition: 'retry',
    });
  });

  test('plain text where TLS is expected has no encryption', async () => {
    const port = await listen((peer) => peer.say('* OK plain'));
    await expect(connectImap(input(port, { secure: true }), signal())).rejects.toMatchObject({
      code: 'imap.tls-missing',
    });
  });

  test('an abort ends the attempt with its own reason', async () => {
    const port = await listen(() => undefined);
    const abort = new AbortController();
    const connecting = connectImap(input(port), abort.signal);
    abort.abort(new Error('enough'));
    await expect(connecting).rejects.toThrow('enough');
  });
});

test('neither address nor password is logged or part of an error', async () => {
  const lines: string[] = [];
  const note = (fields: LogFields, message: string): void =>
    void lines.push(JSON.stringify({ fields, message }));
  const logger: Logger = { debug: note, info: note, warn: note, error: note, child: () => logger };
  const onLogin = (): string => 'NO [AUTHENTICATIONFAILED] Authentication failed';
  const server = await startScripted(nothing, { onLogin });
  const failure = await connectImap(
    input(server.port, { logger, profile: icloudProfile }),
    signal(),
  ).catch((error: unknown) => error);
  const told = JSON.stringify(failure) + String(failure) + lines.join('');
  expect(lines).toHaveLength(1);
  expect(told).toContain('imap.login-refused');
  expect(told).not.toMatch(/hunter2|ann@|example\.org/);
});
