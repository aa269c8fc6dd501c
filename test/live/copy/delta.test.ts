/** Later passes of `node src/main.ts copy`, where people work on both sides meanwhile. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadMailbox } from '../../support/compare/load-mailbox.ts';
import {
  type MailboxSnapshot,
  readFolder,
  snapshotOverImap,
} from '../../support/compare/mailbox-snapshot.ts';
import {
  connectRawImap,
  type RawImapClient,
  type RawImapLogin,
} from '../../support/compare/raw-imap-client.ts';
import { type CountingRelay, startCountingRelay } from '../../support/counting-relay.ts';
import { startDovecot } from '../../support/dovecot/start-dovecot.ts';
import { startImapWorld } from '../../support/imap-world.ts';
import { describeWith } from '../../support/witness.ts';
import { runMain } from './run-main.ts';

interface Servers {
  readonly source: RawImapLogin;
  readonly target: RawImapLogin;
  /** Of `copy`. */
  readonly words: readonly string[];
  /** Round trips since the last call; null where they are not counted. */
  readonly turns: (() => number) | null;
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

function numbered(folder: string, count: number): MailboxSnapshot['folders'][0] {
  return {
    name: folder,
    messages: Array.from({ length: count }, (_, at) => {
      const name = `${folder}-${at + 1}`;
      const header = `Message-ID: <${name}@example.com>\r\nSubject: ${name}\r\n`;
      return {
        bytes: Buffer.from(`${header}From: a@example.com\r\n\r\nText of ${name}\r\n`),
        flags: at % 2 === 0 ? ['\\Seen'] : [],
        internalDate: new Date(1_600_000_000_000 + at * 1000),
      };
    }),
  };
}

const MAILBOX: MailboxSnapshot = {
  folders: [numbered('INBOX', 6), numbered('Projects', 3), numbered('Work', 2)],
};

async function dovecotServers(): Promise<Servers> {
  const dovecot = await startDovecot({ fsync: false });
  const { host, port, password } = dovecot;
  const relays = [await startCountingRelay(port), await startCountingRelay(port)] as const;
  const url = (user: string, relay: CountingRelay): string =>
    `imap://${user}@${host}:${relay.port}`;
  return {
    source: { host, port, password, user: 'from' },
    target: { host, port, password, user: 'to' },
    words: [`--source=${url('from', relays[0])}`, `--target=${url('to', relays[1])}`],
    turns: () => relays[0].turns() + relays[1].turns(),
    environment: { SOURCE_PASSWORD: password, TARGET_PASSWORD: password },
    stop: async () => {
      relays.forEach((relay) => relay.close());
      await dovecot.stop();
    },
  };
}

async function simulatedServers(): Promise<Servers> {
  const world = await startImapWorld();
  const { facts } = world;
  const tls = { ca: await readFile(facts.caFile, 'utf8') };
  await world.addAccount({ name: 'delta', seed: 1, messages: 0 });
  const { sourcePort, targetPort, password, accessToken } = facts;
  const [from, to] = ['delta@icloud.example', 'delta@contoso.example'];
  const url = (user: string, port: number): string =>
    `imaps://${encodeURIComponent(user)}@127.0.0.1:${port}`;
  return {
    source: { host: '127.0.0.1', port: sourcePort, tls, user: from, password },
    target: { host: '127.0.0.1', port: targetPort, tls, user: to, accessToken },
    turns: null,
    words: [
      `--source=${url(from, sourcePort)}`,
      `--target=${url(to, targetPort)}`,
      '--source-profile=icloud',
      '--target-profile=exchange-online',
    ],
    environment: {
      SOURCE_PASSWORD: password,
      TARGET_ACCESS_TOKEN: accessToken,
      NODE_EXTRA_CA_CERTS: facts.caFile,
    },
    stop: () => world.stop(),
  };
}

async function as<T>(login: RawImapLogin, work: (client: RawImapClient) => Promise<T>): Promise<T> {
  const client = await connectRawImap(login);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

async function play(login: RawImapLogin, ...commands: readonly string[]): Promise<void> {
  await as(login, async (client) => {
    for (const command of commands) {
      await client.must(command);
    }
  });
}

/** `folder: subject flags`, sorted; only of our three folders. */
async function contents(login: RawImapLogin): Promise<readonly string[]> {
  const { folders } = await as(login, snapshotOverImap);
  return folders
    .filter(({ name }) => MAILBOX.folders.some((folder) => folder.name === name))
    .flatMap(({ name, messages }) =>
      messages.map(({ bytes, flags }) => {
        const subject = /^Subject: (.*)\r$/mu.exec(bytes.toString('latin1'))?.[1];
        const marks = flags.filter((flag) => flag !== '\\Recent').toSorted();
        return `${name}: ${subject} ${marks.join(' ')}`.trim();
      }),
    )
    .toSorted();
}

/** Sequence numbers in the inbox: several connections wrote it, in no order that anybody promised. */
async function placesOf(
  login: RawImapLogin,
  ...subjects: readonly string[]
): Promise<readonly number[]> {
  const inbox = await as(login, (client) => readFolder(client, 'INBOX'));
  const places = subjects.map((subject) =>
    (inbox?.messages ?? []).findIndex(({ bytes }) => bytes.includes(`Subject: ${subject}\r\n`)),
  );
  expect(places).not.toContain(-1);
  return places.map((place) => place + 1);
}

function scenario(start: () => Promise<Servers>): void {
  const stops: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const stop of stops.toReversed()) {
      await stop();
    }
  });

  test('new mail, marks and moves reach the target; what the person did there stands', async () => {
    const servers = await start();
    stops.push(() => servers.stop());
    const dataDir = await mkdtemp(path.join(tmpdir(), 'skybridge-delta-'));
    stops.push(() => rm(dataDir, { recursive: true, force: true }));
    const { source, target } = servers;
    const copy = async (): Promise<{ readonly flags: number; readonly moved: number }> => {
      const result = await runMain([...servers.words, '--json'], {
        DATA_DIR: dataDir,
        ...servers.environment,
      });
      expect({ code: result.exitCode, errors: result.errors }).toEqual({ code: 0, errors: '' });
      const updated = result.events().filter(({ event }) => event === 'updated');
      const sum = (what: 'flags' | 'moved'): number =>
        updated.reduce((total, event) => total + Number(event[what]), 0);
      return { flags: sum('flags'), moved: sum('moved') };
    };
    await as(source, (client) => loadMailbox(client, MAILBOX));
    await copy();
    expect(await contents(target)).toEqual(await contents(source));

    await play(
      source,
      'SELECT INBOX',
      'STORE 1 +FLAGS (\\Flagged)',
      'STORE 2 +FLAGS (\\Seen)',
      'COPY 3 Projects',
      'STORE 5:6 +FLAGS (\\Flagged)',
      'STORE 3:4 +FLAGS (\\Deleted)',
      'EXPUNGE',
    );
    await as(source, (client) =>
      loadMailbox(client, {
        folders: [numbered('Work', 3)].map((folder) => ({
          ...folder,
          messages: folder.messages.slice(2),
        })),
      }),
    );
    const [answered, deleted] = await placesOf(target, 'INBOX-5', 'INBOX-6');
    await play(
      target,
      'SELECT INBOX',
      `STORE ${answered} +FLAGS (\\Answered)`,
      `STORE ${deleted} +FLAGS (\\Deleted)`,
      'EXPUNGE',
    );
    expect(await copy()).toEqual({ flags: 2, moved: 1 });
    const settled = [
      'INBOX: INBOX-1 \\Flagged \\Seen',
      'INBOX: INBOX-2 \\Seen',
      // Deleted at the source: it stays.
      'INBOX: INBOX-4',
      // The person marked it; the mark at the source does not undo that.
      'INBOX: INBOX-5 \\Answered \\Seen',
      // INBOX-6 was deleted by the person.
      'Projects: INBOX-3 \\Seen',
      'Projects: Projects-1 \\Seen',
      'Projects: Projects-2',
      'Projects: Projects-3 \\Seen',
      'Work: Work-1 \\Seen',
      'Work: Work-2',
      'Work: Work-3 \\Seen',
    ];
    expect(await contents(target)).toEqual(settled);

    // The same messages under new numbers.
    await play(
      source,
      'CREATE Aside',
      'SELECT Projects',
      'COPY 1:* Aside',
      'SELECT INBOX',
      'DELETE Projects',
      'CREATE Projects',
      'SELECT Aside',
      'COPY 1:* Projects',
      'SELECT INBOX',
      'DELETE Aside',
    );
    await copy();
    expect(await contents(target)).toEqual(settled);

    servers.turns?.();
    await copy();
    expect(servers.turns?.() ?? 0).toBeLessThanOrEqual(12 + MAILBOX.folders.length);
    expect(await contents(target)).toEqual(settled);
  });
}

describeWith('dovecot', 'later passes between real servers', () => {
  scenario(dovecotServers);
});
describe('later passes on the simulated servers', () => {
  scenario(simulatedServers);
});
