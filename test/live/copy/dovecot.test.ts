/** `node src/main.ts copy` from Dovecot to Dovecot, over TLS, written to with an access token. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNumberedMailbox } from '../../sim/numbered-mailbox.ts';
import { compareMailboxes } from '../../support/compare/compare-mailboxes.ts';
import { loadMailbox } from '../../support/compare/load-mailbox.ts';
import { type MailboxSnapshot, snapshotOverImap } from '../../support/compare/mailbox-snapshot.ts';
import {
  connectRawImap,
  quoteName,
  type RawImapClient,
} from '../../support/compare/raw-imap-client.ts';
import { type DovecotServer, startDovecot } from '../../support/dovecot/start-dovecot.ts';
import { mustAgree } from '../../support/must-agree.ts';
import { postgresProcesses } from '../../support/postgres-processes.ts';
import { describeWith } from '../../support/witness.ts';
import { type MainResult, runMain } from './run-main.ts';

const TOKEN = 'dovecot.access.token';
const DRY_TOKEN = 'dovecot.other.token';
const MAILBOX = createNumberedMailbox({ seed: 11, messages: 300, keywords: true });

describeWith('dovecot', 'node src/main.ts copy, on Dovecot', () => {
  let dovecot: DovecotServer;
  let dataDir: string;
  const clients: RawImapClient[] = [];
  beforeAll(async () => {
    dovecot = await startDovecot({ xoauth2: true, fsync: false });
    dataDir = await mkdtemp(path.join(tmpdir(), 'skybridge-copy-'));
    dovecot.tokens?.allow(TOKEN, 'to');
    dovecot.tokens?.allow(DRY_TOKEN, 'dry');
    await loadMailbox(await client('from'), MAILBOX);
  });
  afterAll(async () => {
    clients.forEach((one) => one.close());
    await dovecot.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function client(user: string): Promise<RawImapClient> {
    const { host, port, password } = dovecot;
    const made = await connectRawImap({ host, port, user, password });
    clients.push(made);
    return made;
  }
  const snapshot = async (user: string): Promise<MailboxSnapshot> =>
    snapshotOverImap(await client(user));
  const url = (user: string, port = dovecot.tlsPort): string => `imaps://${user}@127.0.0.1:${port}`;

  async function copy(
    { from = url('from'), to }: { from?: string; to: string },
    environment: Readonly<Record<string, string>> = {},
    more: readonly string[] = ['--json'],
  ): Promise<MainResult> {
    const result = await runMain(['--source', from, '--target', to, ...more], {
      DATA_DIR: dataDir,
      SOURCE_PASSWORD: dovecot.password,
      TARGET_ACCESS_TOKEN: TOKEN,
      NODE_EXTRA_CA_CERTS: dovecot.caFile,
      ...environment,
    });
    const said = result.output + result.errors;
    for (const secret of [dovecot.password, TOKEN, DRY_TOKEN]) {
      expect(said).not.toContain(secret);
      expect(said).not.toContain(Buffer.from(secret).toString('base64').replaceAll('=', ''));
    }
    expect(postgresProcesses(dataDir)).toEqual([]);
    return result;
  }

  /** UIDs by folder, with the folder's UIDVALIDITY. */
  async function uidsOf(user: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const reader = await client(user);
    const uids = new Map<string, readonly string[]>();
    for (const { name } of MAILBOX.folders) {
      const opened = await reader.must(`EXAMINE ${quoteName(name)}`);
      const validity = opened.untagged.flatMap(
        ({ text }) => /UIDVALIDITY \d+/u.exec(text)?.[0] ?? [],
      );
      const { untagged } = await reader.must('UID FETCH 1:* (UID)');
      const rows = untagged.flatMap(({ text }) => /UID (\d+)/u.exec(text)?.[1] ?? []);
      uids.set(name, [...validity, ...rows]);
    }
    return uids;
  }
  async function compareWith(user: string): Promise<void> {
    const sides = { source: await snapshot('from'), target: await snapshot(user) };
    const result = await compareMailboxes({ ...sides, mode: 'exact' });
    mustAgree(result);
    // The parent that only groups others was made as a folder: it holds nothing.
    expect(result.foldersExtra).toEqual(['Projects']);
  }

  test('a dry run names every folder, and writes to neither server nor disk', async () => {
    const before = await readdir(dataDir);
    const result = await copy({ to: url('dry') }, { TARGET_ACCESS_TOKEN: DRY_TOKEN }, [
      '--json',
      '--dry-run',
    ]);
    expect(result).toMatchObject({ exitCode: 0, errors: '' });
    const planned = result.events().map(({ event, sourcePath, targetPath, messages }) => {
      expect([event, targetPath]).toEqual(['planned', sourcePath]);
      return [sourcePath, messages] as const;
    });
    // Projects itself only groups others: Dovecot says \Noselect.
    expect(new Map(planned)).toEqual(
      new Map(MAILBOX.folders.map(({ name, messages }) => [name, messages.length])),
    );
    expect((await snapshot('dry')).folders).toEqual([{ name: 'INBOX', messages: [] }]);
    expect(await readdir(dataDir)).toEqual(before);
  });

  test('the first run copies everything to the octet; the second what is new, and touches nothing', async () => {
    const first = await copy({ to: url('to') });
    expect(first).toMatchObject({ exitCode: 0, errors: '' });
    const total = { source: 300, copied: 300, skipped: {}, failed: {}, open: 0 };
    expect(first.events().at(0)).toMatchObject({ event: 'started', pass: 0 });
    expect(first.events().at(-1)).toMatchObject({ event: 'finished', total });
    await compareWith('to');

    const before = await uidsOf('to');
    const more = createNumberedMailbox({ seed: 12, messages: 20, keywords: true });
    await loadMailbox(await client('from'), more);
    const second = await copy({ to: url('to') });
    expect(second).toMatchObject({ exitCode: 0, errors: '' });
    expect(second.events().at(0)).toMatchObject({ event: 'started', pass: 1 });
    expect(second.events().at(-1)).toMatchObject({ total: { source: 320, copied: 320 } });
    await compareWith('to');
    const after = await uidsOf('to');
    for (const [name, uids] of before) {
      expect(after.get(name)?.slice(0, uids.length)).toEqual(uids);
    }

    const third = await copy({ to: url('to') }, {}, []);
    expect(third).toMatchObject({ exitCode: 0, errors: '' });
    expect(third.output).toBe(
      'Copying what is new since the last run.\n320 messages = 320 copied + 0 already there + 0 skipped + 0 failed\n',
    );
    expect(await uidsOf('to')).toEqual(after);
  });

  test.for([
    {
      what: 'a wrong password at the source',
      change: { SOURCE_PASSWORD: 'guessed' },
      says: /does not accept this user with this password/u,
    },
    {
      what: 'a wrong token at the target',
      change: { TARGET_ACCESS_TOKEN: 'forged' },
      says: /does not accept this user with this password or token/u,
    },
    {
      what: 'a certificate that nobody vouches for',
      change: { NODE_EXTRA_CA_CERTS: '' },
      says: /certificate of the mail server does not prove who it is/u,
    },
  ])('$what ends with 1 and one clear sentence', async ({ change, says }) => {
    const result = await copy({ to: url('to') }, change, []);
    expect(result).toMatchObject({ exitCode: 1, output: '' });
    expect(result.errors).toMatch(says);
    expect(result.errors.trim().split('\n')).toHaveLength(1);
  });

  test('a message that cannot be stored is named with its reason, the others arrive, and it ends with 2', async () => {
    const signed = [
      'Subject: signed',
      'MIME-Version: 1.0',
      'Content-Type: multipart/signed; boundary=b; micalg=sha-256; protocol="application/pkcs7-signature"',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'x'.repeat(12_000),
      '--b',
      'Content-Type: application/pkcs7-signature',
      '',
      'MIIB',
      '--b--',
      '',
    ].join('\r\n');
    const plain = 'Message-ID: <plain@example.com>\r\nSubject: plain\r\n\r\nplain\r\n';
    const internalDate = new Date('2020-01-02T03:04:05Z');
    const messages = [signed, plain].map((text) => ({
      bytes: Buffer.from(text),
      flags: [],
      internalDate,
    }));
    await loadMailbox(await client('refused'), { folders: [{ name: 'INBOX', messages }] });
    dovecot.tokens?.allow(TOKEN, 'refused-to');
    // Dovecot would take it: the profile for Exchange does not let it go, since it may not change what is signed.
    const result = await copy({ from: url('refused'), to: url('refused-to') }, {}, [
      '--json',
      '--target-profile=exchange-online',
    ]);
    expect(result.exitCode).toBe(2);
    expect(result.output).toContain('"failed":{"copy.signed-line-too-long":1}');
    const { folders } = await snapshot('refused-to');
    const arrived = folders.flatMap((folder) => folder.messages);
    expect(arrived.map(({ bytes }) => /^Subject: (.*)\r$/m.exec(bytes.toString())?.[1])).toEqual([
      'plain',
    ]);
  });

  test('a host that does not answer ends with 1 and one clear sentence', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    // The port is free again, and nobody listens there.
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const result = await copy({ from: url('from', port), to: url('to') }, {}, []);
    expect(result).toMatchObject({ exitCode: 1, output: '' });
    expect(result.errors).toMatch(/does not answer at its address/u);
    expect(result.errors.trim().split('\n')).toHaveLength(1);
  });

  test.for([
    { words: ['--source', 'imaps://ada@127.0.0.1'], says: /--target must be imap/u },
    {
      words: ['--source', 'imaps://ada:secret@127.0.0.1', '--target', 'imaps://ada@127.0.0.1'],
      says: /--source must not hold a password/u,
    },
    { words: ['--everything'], says: /--everything/u },
  ])('words that make no sense end with 64: $says', async ({ words, says }) => {
    const result = await runMain(words, { DATA_DIR: dataDir, SOURCE_PASSWORD: 'x' });
    expect(result).toMatchObject({ exitCode: 64, output: '' });
    expect(result.errors).toMatch(says);
    expect(result.errors).not.toContain('ada:secret');
  });
});
