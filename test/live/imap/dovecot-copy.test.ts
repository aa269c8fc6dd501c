import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { connectImap, type ImapLink } from '../../../src/imap/connect.ts';
import type { ControlSessionDeps } from '../../../src/imap/control-session.ts';
import { createGovernor } from '../../../src/imap/governor.ts';
import { genericProfile } from '../../../src/imap/profiles/generic.ts';
import { createImapSource, type ImapSource } from '../../../src/imap/source.ts';
import { createImapTarget, type ImapTarget } from '../../../src/imap/target.ts';
import type { ImapAppendOutcome, ImapCredential } from '../../../src/imap/types.ts';
import { silentLogger } from '../../../src/log.ts';
import {
  type DovecotServer,
  EXCHANGE_CAPABILITIES,
  startDovecot,
} from '../../support/dovecot/start-dovecot.ts';
import { testSpool } from '../../support/spool.ts';
import { describeWith } from '../../support/witness.ts';

const signal = (): AbortSignal => AbortSignal.timeout(60_000);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A message with text, 8-bit octets and a body of about `sizeBytes`. */
function message(n: number, sizeBytes: number): Buffer {
  const head = `Message-ID: <m${n}@example.org>\r\nDate: Wed, 01 Jan 2020 00:00:00 +0000\r\nSubject: n\u00famero ${n}\r\n\r\n`;
  return Buffer.concat([
    Buffer.from(head, 'latin1'),
    Buffer.from(`line of ${n} \u00e9\r\n`.repeat(Math.ceil(sizeBytes / 16)), 'latin1'),
  ]);
}

async function collect(
  source: ImapSource,
  path: string,
  uids: readonly number[],
): Promise<Map<number, string>> {
  const folder = { path, ...(await source.openFolder(path, signal())) };
  const hashes = new Map<number, string>();
  for await (const { uid, bytes } of source.readMessages(folder, uids, signal())) {
    hashes.set(uid, sha256(bytes));
  }
  return hashes;
}

describeWith('dovecot', 'IMAP engine on Dovecot', () => {
  let dovecot: DovecotServer;
  const open: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    dovecot = await startDovecot({
      xoauth2: true,
      capabilities: `${EXCHANGE_CAPABILITIES} SPECIAL-USE`,
      folders: { 'Sent Messages': '\\Sent', Archive: null },
    });
  });
  afterAll(async () => {
    await Promise.all(open.map((one) => one.close()));
    await dovecot.stop();
  });

  function connector(user: string, credential?: ImapCredential): ControlSessionDeps['connect'] {
    return (abort: AbortSignal): Promise<ImapLink> =>
      connectImap(
        {
          host: dovecot.host,
          port: dovecot.tlsPort,
          secure: true,
          user,
          credential: credential ?? { kind: 'password', password: dovecot.password },
          profile: genericProfile,
          logger: silentLogger,
          clock: systemClock,
          ca: dovecot.ca,
        },
        abort,
      );
  }
  const deps = (user: string): ControlSessionDeps => ({
    connect: connector(user),
    governor: createGovernor(systemClock),
    clock: systemClock,
    logger: silentLogger,
  });
  function target(user: string, maxConnections = 4): ImapTarget {
    const made = createImapTarget({ ...deps(user), maxConnections });
    open.push(made);
    return made;
  }
  function source(user: string): ImapSource {
    const made = createImapSource({ ...deps(user), spool: testSpool });
    open.push(made);
    return made;
  }

  test('500 messages, pipelined over four connections, come back exactly', async () => {
    const to = target('exact');
    await to.ensureFolders(['Reisen/Zürich & Übermut/"quoted" 😀'], signal());
    const folderPath = 'Reisen/Zürich & Übermut/"quoted" 😀';
    const sent = Array.from({ length: 500 }, (_, n) => ({
      folderPath,
      bytes: message(n, n === 7 ? 3_000_000 : (n * 37) % 9000),
      flags: n % 3 === 0 ? ['\\Seen', '$Forwarded'] : [],
      receivedAt: new Date(Date.UTC(2010, n % 12, 1 + (n % 28), 3, 4, n % 60)),
    }));
    const outcomes = await Promise.all(sent.map((one) => to.append(one, signal())));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['stored']));
    const byUid = new Map(
      outcomes.map((outcome, i) => [outcome.kind === 'stored' ? outcome.uid : null, sent[i]]),
    );
    const from = source('exact');
    const folders = await from.listFolders(signal());
    expect(folders.map(({ path }) => path).toSorted()).toEqual(
      [
        'Archive',
        'INBOX',
        'Reisen',
        'Reisen/Zürich & Übermut',
        folderPath,
        'Sent Messages',
      ].toSorted(),
    );
    expect(folders.find(({ specialUse }) => specialUse === 'sent')?.path).toBe('Sent Messages');
    const state = await from.openFolder(folderPath, signal());
    expect(state).toEqual(await to.folderState(folderPath, signal()));
    expect(state.exists).toBe(500);
    const listed = await from.listMessages({ path: folderPath, ...state }, signal());
    expect(listed).toEqual(
      listed.map(({ uid, flags }) => {
        const one = byUid.get(uid);
        const sameFlags = flags.toSorted().join() === one?.flags.toSorted().join();
        const { receivedAt, bytes } = one ?? {};
        return { uid, flags: sameFlags ? flags : one?.flags, receivedAt, sizeBytes: bytes?.length };
      }),
    );
    const expected = new Map([...byUid].map(([uid, one]) => [uid, one && sha256(one.bytes)]));
    const uids = listed.map(({ uid }) => uid);
    expect(await collect(from, folderPath, uids)).toEqual(expected);
    expect(await to.hashBodies(folderPath, uids, signal())).toEqual(expected);
    const last = uids.at(-1) ?? 0;
    expect((await to.look(folderPath, last - 2, signal())).map(({ uid }) => uid)).toEqual([
      last - 2,
      last - 1,
      last,
    ]);
    expect(await to.look(folderPath, last + 1, signal())).toEqual([]);
  });

  test('a UID that was never there yields nothing, and the others arrive', async () => {
    const to = target('gone');
    const bytes = message(1, 100);
    const outcome = await to.append(
      { folderPath: 'INBOX', bytes, flags: [], receivedAt: null },
      signal(),
    );
    expect(outcome).toMatchObject({ kind: 'stored', uid: 1 });
    const from = source('gone');
    expect(await collect(from, 'INBOX', [1, 2, 99])).toEqual(new Map([[1, sha256(bytes)]]));
  });

  test('killed sessions leave outcomes that the mailbox agrees with', async () => {
    const to = target('killed', 2);
    const folderPath = 'INBOX';
    const messages = Array.from({ length: 400 }, (_, n) => message(n, 4000));
    const pending = messages.map((bytes) =>
      to.append({ folderPath, bytes, flags: [], receivedAt: null }, signal()),
    );
    await Promise.race(pending);
    expect(await dovecot.killSessions()).toBeGreaterThan(0);
    const outcomes = await Promise.all(pending);
    const from = source('killed');
    const state = await from.openFolder(folderPath, signal());
    const listed = await from.listMessages({ path: folderPath, ...state }, signal());
    const stored = await collect(
      from,
      folderPath,
      listed.map(({ uid }) => uid),
    );
    const has = new Set(stored.values());
    const hashesOf = (kind: ImapAppendOutcome['kind']): string[] =>
      messages.filter((_, i) => outcomes[i]?.kind === kind).map(sha256);
    // A session that takes over from a killed one may find the index locked, and says so.
    const refusals = outcomes.flatMap((one) => (one.kind === 'refused' ? [one.error.code] : []));
    expect(refusals.filter((code) => code !== 'imap.server-unavailable')).toEqual([]);
    expect(hashesOf('refused').filter((hash) => has.has(hash))).toEqual([]);
    expect(hashesOf('stored').filter((hash) => !has.has(hash))).toEqual([]);
    expect(hashesOf('unsent').filter((hash) => has.has(hash))).toEqual([]);
    expect(hashesOf('unknown').length).toBeGreaterThan(0);
    expect(listed.length).toBe(has.size);
    const resent = await Promise.all(
      messages
        .filter((bytes) => !has.has(sha256(bytes)))
        .map((bytes) => to.append({ folderPath, bytes, flags: [], receivedAt: null }, signal())),
    );
    expect(resent.every(({ kind }) => kind === 'stored')).toBe(true);
    expect((await to.folderState(folderPath, signal())).exists).toBe(messages.length);
  });

  test('to a server with a certificate that nobody vouches for goes no password', async () => {
    const base = {
      port: dovecot.tlsPort,
      secure: true,
      user: 'tls',
      credential: { kind: 'password', password: dovecot.password },
      profile: genericProfile,
      logger: silentLogger,
      clock: systemClock,
    } as const;
    await expect(connectImap({ ...base, host: '127.0.0.1' }, signal())).rejects.toMatchObject({
      code: 'imap.tls-untrusted',
      disposition: 'ask',
    });
    expect(await dovecot.readLog()).not.toContain('user=<tls>');
  });

  test('XOAUTH2: a good token logs in, a bad one and a wrong password are refused as such', async () => {
    dovecot.tokens?.allow('good-token', 'token-user');
    const connectWith = (credential: ImapCredential): Promise<ImapLink> =>
      connector('token-user', credential)(signal());
    const link = await connectWith({ kind: 'access-token', token: 'good-token' });
    link.sockets.readSocket.destroy();
    await expect(connectWith({ kind: 'access-token', token: 'bad-token' })).rejects.toMatchObject({
      code: 'imap.login-refused',
      disposition: 'ask',
    });
    await expect(connectWith({ kind: 'password', password: 'wrong' })).rejects.toMatchObject({
      code: 'imap.login-refused',
    });
  });
});
