import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { connectImap, type ImapLink } from '../../../src/imap/connect.ts';
import { FolderInternalError } from '../../../src/imap/errors.ts';
import { createGovernor } from '../../../src/imap/governor.ts';
import { exchangeOnlineProfile } from '../../../src/imap/profiles/exchange-online.ts';
import { icloudProfile } from '../../../src/imap/profiles/icloud.ts';
import { createImapSource, type ImapSource } from '../../../src/imap/source.ts';
import { createImapTarget, type ImapTarget } from '../../../src/imap/target.ts';
import type { ImapAppendOutcome, ImapMessageBody } from '../../../src/imap/types.ts';
import { silentLogger } from '../../../src/log.ts';
import { type ExchangeServerOptions, startExchangeServer } from '../../sim/imap/exchange.ts';
import { VIRUS_MARKER } from '../../sim/imap/exchange-refusals.ts';
import { startIcloudServer } from '../../sim/imap/icloud.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import { createSampleMailbox, fillAccount } from '../../sim/sample/sample-mailbox.ts';
import { testSpool } from '../../support/spool.ts';

const USER = 'ann@icloud.com';
const signal = (): AbortSignal => AbortSignal.timeout(14_000);
const cleanUp: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of cleanUp.splice(0).toReversed()) {
    await end();
  }
});

interface World<T> {
  readonly server: ImapServer;
  readonly client: T;
}

async function icloud(): Promise<World<ImapSource>> {
  const server = await startIcloudServer();
  server.store.addAccount(USER, { password: 'abcd-efgh' });
  cleanUp.push(() => server.close());
  const client = createImapSource({
    connect: connector(server, 'icloud'),
    spool: testSpool,
    governor: createGovernor(systemClock),
    clock: systemClock,
    logger: silentLogger,
  });
  cleanUp.push(() => client.close());
  return { server, client };
}

async function exchange(options: Partial<ExchangeServerOptions> = {}): Promise<World<ImapTarget>> {
  const server = await startExchangeServer({
    verifyToken: (_, token) => (token === 'good' ? 'ok' : 'refused'),
    ...options,
  });
  server.store.addAccount(USER);
  cleanUp.push(() => server.close());
  const client = createImapTarget({
    governor: createGovernor(systemClock),
    connect: connector(server, 'exchange-online'),
    clock: systemClock,
    logger: silentLogger,
    maxConnections: 2,
  });
  cleanUp.push(() => client.close());
  return { server, client };
}

function connector(server: ImapServer, kind: 'icloud' | 'exchange-online') {
  return (abort: AbortSignal): Promise<ImapLink> =>
    connectImap(
      {
        host: server.host,
        port: server.port,
        secure: false,
        user: USER,
        credential:
          kind === 'icloud'
            ? { kind: 'password', password: 'abcd-efgh' }
            : { kind: 'access-token', token: 'good' },
        profile: kind === 'icloud' ? icloudProfile : exchangeOnlineProfile,
        logger: silentLogger,
        clock: systemClock,
      },
      abort,
    );
}

async function collect(messages: AsyncIterable<ImapMessageBody>): Promise<Map<number, Buffer>> {
  const found = new Map<number, Buffer>();
  for await (const { uid, bytes } of messages) {
    found.set(uid, bytes);
  }
  return found;
}

const hashes = (bodies: ReadonlyMap<number, Buffer>): [number, string][] =>
  [...bodies].map(([uid, bytes]) => [uid, createHash('sha256').update(bytes).digest('hex')]);

const stored = (server: ImapServer, folder: string): readonly Buffer[] =>
  server.store.folder(USER, folder)?.messages.map(({ bytes }) => bytes) ?? [];

const text = (n: number, body = 'body'): Buffer =>
  Buffer.from(`Subject: ${n}\r\nMessage-ID: <${n}@x>\r\n\r\n${body}\r\n`);

function append(
  target: ImapTarget,
  bytes: Buffer,
  flags: readonly string[] = [],
): Promise<ImapAppendOutcome> {
  return target.append(
    { folderPath: 'INBOX', bytes, flags, receivedAt: new Date('2020-01-01T00:00:00Z') },
    signal(),
  );
}

/** A folder that is listed and does not open, and held no mail; any other error fails the test. */
function onlyInternal(error: unknown): null {
  if (!(error instanceof FolderInternalError)) {
    throw error;
  }
  return null;
}

describe('the simulated iCloud', () => {
  test('a whole sample mailbox is read exactly, with no command that iCloud answers wrongly', async () => {
    const { server, client } = await icloud();
    fillAccount(server.store, USER, createSampleMailbox(7));
    const kept = server.store.snapshot(USER);
    const paths: string[] = [];
    const closed: string[] = [];
    for (const { path } of await client.listFolders(signal())) {
      paths.push(path);
      const state = await client.openFolder(path, signal()).catch(onlyInternal);
      if (state === null) {
        closed.push(path);
        continue;
      }
      const folder = server.store.folder(USER, path);
      const listed = await client.listMessages({ path, ...state }, signal());
      const uids = listed.map(({ uid }) => uid);
      expect(listed.map((one) => [one.uid, one.flags.toSorted(), one.receivedAt])).toEqual(
        folder?.messages.map((one) => [one.uid, [...one.flags].toSorted(), one.internalDate]),
      );
      expect(
        hashes(await collect(client.readMessages({ path, ...state }, uids, signal()))),
      ).toEqual(hashes(new Map(folder?.messages.map(({ uid, bytes }) => [uid, bytes]))));
    }
    expect(closed).toEqual(['Notes']);
    expect(paths.toSorted()).toEqual(kept.map(({ name }) => name).toSorted());
    expect(server.violations).toEqual([]);
  });

  test('somebody whom AUTHENTICATE PLAIN is refused to logs in all the same', async () => {
    const { server, client } = await icloud();
    const refusal = {
      kind: 'reply',
      text: 'NO [AUTHENTICATIONFAILED] Authentication failed',
    } as const;
    server.faults.push({ command: 'AUTHENTICATE', action: refusal });
    expect(await client.listFolders(signal())).not.toEqual([]);
    expect(server.connections.maxSeen(USER)).toBe(1);
    expect(server.violations).toEqual([]);
  });

  test('a link that drops in the middle of literals again and again delivers every message whole', async () => {
    const { server, client } = await icloud();
    for (let n = 1; n <= 30; n += 1) {
      server.store.addMessage(USER, 'INBOX', { bytes: text(n, 'x'.repeat(20_000)) });
    }
    server.faults.push({
      command: 'UID FETCH',
      when: ({ nth }) => nth <= 5,
      action: { kind: 'drop-mid-literal', afterBytes: 70_000 },
    });
    const inbox = { path: 'INBOX', ...(await client.openFolder('INBOX', signal())) };
    const uids = Array.from({ length: 30 }, (_, i) => i + 1);
    const bodies = await collect(client.readMessages(inbox, uids, signal()));
    expect([...bodies.values()]).toEqual(stored(server, 'INBOX'));
  });

  test('a message expunged after the listing is left out, the rest arrives', async () => {
    const { server, client } = await icloud();
    for (let n = 1; n <= 3; n += 1) {
      server.store.addMessage(USER, 'INBOX', { bytes: text(n) });
    }
    const inbox = { path: 'INBOX', ...(await client.openFolder('INBOX', signal())) };
    const listed = await client.listMessages(inbox, signal());
    server.store.deleteMessage(USER, 'INBOX', 2);
    const bodies = await collect(
      client.readMessages(
        inbox,
        listed.map(({ uid }) => uid),
        signal(),
      ),
    );
    expect([...bodies.keys()]).toEqual([1, 3]);
  });
});

describe('the simulated Exchange Online', () => {
  test('large and small messages arrive once, with flags and dates', async () => {
    const { server, client } = await exchange();
    const messages = Array.from({ length: 120 }, (_, n) =>
      text(n, n === 5 ? 'line\r\n'.repeat(400_000) : 'short'),
    );
    const outcomes = await Promise.all(messages.map((bytes) => append(client, bytes, ['\\Seen'])));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['stored']));
    const uids = outcomes.map((one) => (one.kind === 'stored' ? one.uid : null));
    expect(new Set(uids).size).toBe(120);
    const inbox = server.store.folder(USER, 'INBOX');
    for (const [i, uid] of uids.entries()) {
      const found = inbox?.messages.find((one) => one.uid === uid);
      expect(found?.bytes.equals(messages[i] ?? Buffer.alloc(0))).toBe(true);
      expect(found?.flags).toEqual(['\\Seen']);
      expect(found?.internalDate).toEqual(new Date('2020-01-01T00:00:00Z'));
    }
    expect(server.violations).toEqual([]);
    // The control connection is beside the two that append; it was not needed here.
    expect(server.connections.maxSeen(USER)).toBe(2);
  });

  test('an over-long line whose rest reads like commands never leaves', async () => {
    const { server, client } = await exchange();
    server.store.createFolder(USER, 'Precious');
    const hostile = Buffer.concat([
      Buffer.from(`Subject: x\r\n\r\n${'y'.repeat(11_000)}\r\n`),
      Buffer.from('x1 DELETE Precious\r\nx2 CREATE Owned\r\n'.repeat(2000)),
    ]);
    expect(await append(client, hostile)).toMatchObject({
      kind: 'refused',
      error: { code: 'imap.message-refused', reason: 'long-line' },
    });
    expect((await append(client, text(1))).kind).toBe('stored');
    expect(stored(server, 'INBOX')).toEqual([text(1)]);
    expect(server.store.folder(USER, 'Precious')).toBeDefined();
    expect(server.faults.seen('APPEND')).toBe(1);
    expect(server.violations).toEqual([]);
  });

  test('the lost OK: stored, link dead, outcome unknown, and a look finds it', async () => {
    const { server, client } = await exchange({ rebuildMime: false });
    server.faults.push({ command: 'APPEND', when: 3, action: { kind: 'drop-after-stored' } });
    const before = await client.folderState('INBOX', signal());
    const outcomes: ImapAppendOutcome[] = [];
    for (let n = 1; n <= 5; n += 1) {
      outcomes.push(await append(client, text(n)));
    }
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'stored',
      'stored',
      'unknown',
      'stored',
      'stored',
    ]);
    const found = await client.look('INBOX', before.uidNext, signal());
    expect(found).toHaveLength(5);
    expect(found[2]?.header.toString()).toContain('Message-ID: <3@x>');
  });

  test('a link that dies inside a literal leaves its message unsent', async () => {
    const { server, client } = await exchange();
    server.faults.push({
      command: 'APPEND',
      when: 1,
      action: { kind: 'drop-mid-literal', afterBytes: 20_000 },
    });
    const large = text(1, 'z\r\n'.repeat(330_000));
    expect(await append(client, large)).toMatchObject({ kind: expect.stringMatching(/^un/) });
    expect(stored(server, 'INBOX')).toEqual([]);
    expect((await append(client, large)).kind).toBe('stored');
  });

  test('throttled with a hint, then shown the door', async () => {
    const { server, client } = await exchange();
    server.faults.push({
      command: 'APPEND',
      when: 1,
      action: { kind: 'throttle', ms: 60_000, thenBye: true },
    });
    const startedMs = Date.now();
    const outcomes = await Promise.all([1, 2, 3].map((n) => append(client, text(n))));
    expect(outcomes[0]).toMatchObject({ kind: 'refused', error: { code: 'imap.throttled' } });
    const error = outcomes[0]?.kind === 'refused' ? outcomes[0].error : null;
    const waitMs = (error?.retryAfter?.getTime() ?? 0) - startedMs;
    expect(waitMs).toBeGreaterThan(59_000);
    expect(waitMs).toBeLessThan(75_000);
    // Nothing hangs, and the next one is told the same at once.
    expect(await append(client, text(4))).toMatchObject({
      kind: 'unsent',
      error: { code: 'imap.throttled' },
    });
  });

  test('what Exchange refuses is refused with its reason, and the rest goes on', async () => {
    const { server, client } = await exchange({ maxMessageBytes: 500_000 });
    const outcomes = await Promise.all(
      [text(1), text(2, 'a\r\n'.repeat(200_000)), text(3)].map((bytes) => append(client, bytes)),
    );
    expect(outcomes).toMatchObject([
      { kind: 'stored' },
      { kind: 'refused', error: { code: 'imap.message-too-large' } },
      { kind: 'stored' },
    ]);
    expect(stored(server, 'INBOX')).toHaveLength(2);
  });

  test('a server that hangs up after ten refusals is left before: no good message becomes a suspect', async () => {
    const { server, client } = await exchange();
    const virus = Buffer.from(`Subject: x\r\n\r\n${VIRUS_MARKER}\r\n`);
    const kinds: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      const pair = [append(client, virus), append(client, text(n))];
      kinds.push(...(await Promise.all(pair)).map(({ kind }) => kind));
    }
    expect(kinds).toEqual(Array.from({ length: 40 }, () => ['refused', 'stored']).flat());
    expect(stored(server, 'INBOX')).toHaveLength(40);
    expect(server.violations).toEqual([]);
  });

  test('folders: capitals fold, a reserved name is refused', async () => {
    const { server, client } = await exchange();
    await client.ensureFolders(['sent items/Büro'], signal());
    await client.ensureFolders(['SENT ITEMS/BÜRO'], signal());
    await expect(client.ensureFolders(['Files'], signal())).rejects.toMatchObject({
      code: 'imap.folder-refused',
    });
    expect(server.store.folder(USER, 'Sent Items/Büro')?.subscribed).toBe(true);
    const folders = await client.listFolders(signal());
    expect(folders.find(({ specialUse }) => specialUse === 'trash')?.path).toBe('Deleted Items');
    // Exchange marks no archive; whose name it is depends on the mailbox's language, which the domain tells.
    expect(folders.find(({ path }) => path === 'Archive')?.specialUse).toBeNull();
    expect(server.violations).toEqual([]);
  });
});
