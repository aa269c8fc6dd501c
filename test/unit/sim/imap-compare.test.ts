import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExchangeServerOptions, startExchangeServer } from '../../sim/imap/exchange.ts';
import { startIcloudServer } from '../../sim/imap/icloud.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import { createSampleMailbox, fillAccount } from '../../sim/sample/sample-mailbox.ts';
import {
  type CompareResult,
  compareMailboxes,
  type Finding,
  formatCompareResult,
} from '../../support/compare/compare-mailboxes.ts';
import { dropAll, loadMailbox } from '../../support/compare/load-mailbox.ts';
import {
  type MailboxSnapshot,
  type SnapshotMessage,
  snapshotOfStore,
  snapshotOverImap,
} from '../../support/compare/mailbox-snapshot.ts';
import { connectRawImap, quoteName } from '../../support/compare/raw-imap-client.ts';

const USER = 'ada@icloud.example';
const PASSWORD = 'abcd-efgh-ijkl-mnop';
const full = createSampleMailbox(7);
/** Without the one message of 20 MB, which would be most of the time. */
const sample = {
  folders: full.folders.map((folder) => ({
    ...folder,
    messages: folder.messages.filter(({ kind }) => kind !== 'big'),
  })),
};
const opened: MailboxSnapshot = { folders: sample.folders.filter(({ opens }) => opens) };

const servers: ImapServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function startExchange(options: Partial<ExchangeServerOptions> = {}): Promise<ImapServer> {
  const server = await startExchangeServer({ verifyToken: () => 'ok', ...options });
  servers.push(server);
  server.store.addAccount(USER);
  return server;
}

describe('a mailbox read over IMAP from the simulated iCloud', () => {
  it('is the sample, to the octet', async () => {
    const server = await startIcloudServer();
    servers.push(server);
    server.store.addAccount(USER, { password: PASSWORD });
    fillAccount(server.store, USER, sample);
    const client = await connectRawImap({
      host: server.host,
      port: server.port,
      user: USER,
      password: PASSWORD,
    });
    const read = await snapshotOverImap(client);
    client.close();
    const result = await compareMailboxes({ source: opened, target: read, mode: 'exact' });
    expect(formatCompareResult(result)).toMatch(
      /^\d+ messages in the source, \d+ in the target, \d+ matched$/u,
    );
    expect(result.matched).toBeGreaterThan(300);
    expect(server.violations).toEqual([]);
  });

  it('can be loaded and dropped over IMAP, too', async () => {
    const server = await startIcloudServer();
    servers.push(server);
    server.store.addAccount(USER, { password: PASSWORD });
    const client = await connectRawImap({
      host: server.host,
      port: server.port,
      user: USER,
      password: PASSWORD,
    });
    await loadMailbox(client, sample);
    const loaded = snapshotOfStore(server.store, USER);
    const target = { folders: loaded.folders.filter(({ name }) => name !== 'Notes') };
    expect((await compareMailboxes({ source: opened, target, mode: 'exact' })).agrees).toBe(true);
    await dropAll(client);
    client.close();
    expect(server.store.snapshot(USER).flatMap(({ messages }) => messages)).toEqual([]);
  });
});

describe('the semantic mode', () => {
  it('sees the same mailbox in what Exchange rebuilt, where the exact mode sees none', async () => {
    const server = await startExchange();
    const folderNames = { projects: 'projects (2)' };
    for (const folder of opened.folders) {
      const name = folder.name === 'projects' ? folderNames.projects : folder.name;
      if (server.store.folder(USER, name) === undefined) {
        server.store.createFolder(USER, name);
      }
      folder.messages.forEach((message) => server.store.addMessage(USER, name, message));
    }
    const target = snapshotOfStore(server.store, USER);
    const semantic = await compareMailboxes({
      source: opened,
      target,
      mode: 'semantic',
      folderNames,
    });
    expect(formatCompareResult(semantic)).toMatch(
      /^\d+ messages in the source, \d+ in the target, \d+ matched$/u,
    );
    const exact = await compareMailboxes({ source: opened, target, mode: 'exact', folderNames });
    expect(exact.matched - exact.altered.length).toBe(0);
  });
});

describe('the whole sample, written to the simulated Exchange over IMAP', () => {
  it('agrees but for the messages that Exchange refuses', async () => {
    const server = await startExchange({
      longLineDesync: false,
      maxErrors: 100,
      forbidUnsafe: false,
    });
    const client = await connectRawImap({
      host: server.host,
      port: server.port,
      user: USER,
      accessToken: 'any',
    });
    const folderNames = { projects: 'projects (2)', Files: 'Files (mail)' };
    const source = { folders: full.folders.filter(({ opens }) => opens) };
    const refusals: string[] = [];
    for (const { name, messages } of source.folders) {
      const folder = name === 'projects' || name === 'Files' ? folderNames[name] : name;
      await client.command(`CREATE ${quoteName(folder)}`);
      const results = await client.append(messages.map((message) => ({ folder, ...message })));
      refusals.push(...results.flatMap(({ status, text }) => (status === 'OK' ? [] : [text])));
    }
    const target = await snapshotOverImap(client);
    client.close();
    const kinds = new Map(
      source.folders.flatMap(({ messages }) =>
        messages.map((message) => [message.bytes, message.kind]),
      ),
    );
    const expected = ['8-bit-header', 'nul-at-the-end', 'virus'].map((kind) => ({
      list: 'missing' as const,
      why: kind,
      matches: (finding: Finding) => kinds.get(finding.message.bytes) === kind,
    }));
    const result = await compareMailboxes({
      source,
      target,
      mode: 'semantic',
      folderNames,
      expected,
    });
    expect(formatCompareResult(result)).toMatch(/^[^\n]+$/u);
    expect(result.agrees).toBe(true);
    expect(result.excused).toHaveLength(4);
    expect(refusals).toHaveLength(4);
    expect(server.violations).toEqual([]);
  });
});

describe.each(['exact', 'semantic'] as const)('what is wrong, seen by the %s mode', (mode) => {
  const message = (id: number, extra: Partial<SnapshotMessage> = {}): SnapshotMessage => ({
    bytes: Buffer.from(`Message-ID: <${id}@example>\r\nSubject: s${id}\r\n\r\nbody ${id}\r\n`),
    flags: ['\\Seen'],
    internalDate: new Date('2015-03-04T05:06:07Z'),
    ...extra,
  });
  let source: SnapshotMessage[];
  beforeEach(() => {
    source = [message(1), message(2), message(2), message(3)];
  });
  const box = (inbox: SnapshotMessage[], other: SnapshotMessage[] = []): MailboxSnapshot => ({
    folders: [
      { name: 'INBOX', messages: inbox },
      { name: 'Other', messages: other },
    ],
  });
  const compare = (
    inbox: SnapshotMessage[],
    other: SnapshotMessage[] = [],
  ): Promise<CompareResult> =>
    compareMailboxes({ source: box(source), target: box(inbox, other), mode });
  const counts = (result: CompareResult): object =>
    Object.fromEntries(
      (['missing', 'extra', 'altered', 'dateWrong', 'flagsWrong', 'misfiled'] as const)
        .map((list) => [list, result[list].length])
        .filter(([, length]) => length !== 0),
    );

  it('nothing, in any order', async () => {
    const result = await compare(source.toReversed());
    expect(counts(result)).toEqual({});
    expect(result.agrees).toBe(true);
  });

  it.each<[string, (all: SnapshotMessage[]) => [SnapshotMessage[], SnapshotMessage[]?], object]>([
    ['a lost twin', (all) => [all.toSpliced(1, 1)], { missing: 1 }],
    ['a third twin', (all) => [[...all, message(2)]], { extra: 1 }],
    ['a strange message', (all) => [[...all, message(9)]], { extra: 1 }],
    ['a message in another folder', (all) => [all.slice(1), all.slice(0, 1)], { misfiled: 1 }],
    [
      'another date',
      (all) => [all.with(0, message(1, { internalDate: new Date('2015-03-04T05:06:08Z') }))],
      { dateWrong: 1 },
    ],
    ['a lost flag', (all) => [all.with(0, message(1, { flags: [] }))], { flagsWrong: 1 }],
    [
      'another body',
      (all) => [
        all.with(
          0,
          message(1, {
            bytes: Buffer.from('Message-ID: <1@example>\r\nSubject: s1\r\n\r\nbody\r\n'),
          }),
        ),
      ],
      { altered: 1 },
    ],
  ])('%s', async (_what, change, expected) => {
    const [inbox, other] = change(source);
    const result = await compare(inbox, other);
    expect(counts(result)).toEqual(expected);
    expect(result.agrees).toBe(false);
  });

  it('an exception excuses its finding, and is named where nothing needed it', async () => {
    const expected = [{ list: 'missing' as const, why: 'refused', matches: () => true }];
    const lost = { source: box(source), target: box(source.slice(1)), mode, expected };
    expect(await compareMailboxes(lost)).toMatchObject({
      agrees: true,
      excused: [{ why: 'refused' }],
    });
    const none = await compareMailboxes({ ...lost, target: box(source) });
    expect(none).toMatchObject({ agrees: false, unusedExceptions: ['refused'] });
  });

  it('a folder that is not there', async () => {
    const result = await compareMailboxes({
      source: box(source),
      target: { folders: [{ name: 'Inbox', messages: source }] },
      mode,
    });
    expect(result).toMatchObject({ agrees: false, foldersMissing: ['Other'], missing: [] });
  });
});
