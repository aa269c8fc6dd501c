/** Faults planted in a finished copy: each is found and named, and nothing else is; a faithful copy raises none. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import type { Verification } from '../../../src/jobs/verify/verify-mailbox.ts';
import { silentLogger } from '../../../src/log.ts';
import { readFolder, type SnapshotMessage } from '../../support/compare/mailbox-snapshot.ts';
import { quoteName, type RawImapClient } from '../../support/compare/raw-imap-client.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { describeWith } from '../../support/witness.ts';
import {
  createVerifyWorld,
  type Servers,
  startReal,
  startSimulated,
  type VerifyWorld,
} from './verify-world.ts';

const PDF = Buffer.from(`%PDF-1.4 ${'0123456789'.repeat(40)}`).toString('base64');
const CALENDAR = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'METHOD:REQUEST',
  'BEGIN:VEVENT',
  'UID:lunch@example.org',
  'DTSTART:20260102T110000Z',
  'SUMMARY:Lunch',
  'END:VEVENT',
  'END:VCALENDAR',
];

function message(n: number, contentType: string, body: readonly string[]): Buffer {
  const head = [
    `Message-ID: <v${n}@example.org>`,
    'From: Ada <ada@example.org>',
    'To: Bert <bert@example.org>',
    `Date: Fri, ${n} Jan 2021 10:00:00 +0000`,
    `Subject: number ${n}`,
    'MIME-Version: 1.0',
    `Content-Type: ${contentType}`,
  ];
  return Buffer.from([...head, '', ...body, ''].join('\r\n'));
}

const plain = (n: number): Buffer => message(n, 'text/plain', [`Text of ${n}.`, 'Second line.']);

function withAttachment(n: number, part: string = PDF, name = 'offer.pdf'): Buffer {
  return message(n, 'multipart/mixed; boundary=b', [
    '--b',
    'Content-Type: text/plain',
    '',
    'See the offer.',
    '--b',
    `Content-Type: application/pdf; name=${name}`,
    `Content-Disposition: attachment; filename=${name}`,
    'Content-Transfer-Encoding: base64',
    '',
    ...(part.match(/.{1,76}/g) ?? []),
    '--b--',
  ]);
}

function invitation(n: number, calendar: readonly string[] = CALENDAR): Buffer {
  return message(n, 'multipart/alternative; boundary=b', [
    '--b',
    'Content-Type: text/plain',
    '',
    'Lunch?',
    '--b',
    'Content-Type: text/calendar; method=REQUEST; charset=utf-8',
    '',
    ...calendar,
    '--b--',
  ]);
}

interface Mail {
  readonly bytes: Buffer;
  readonly flags: readonly string[];
  readonly internalDate: Date;
}
/** Three of a year at most, so that each of them is opened. */
const at = (n: number): Date => new Date(Date.UTC(2010 + Math.floor(n / 3), 4, 1 + n, 8, 30, n));
const mail = (n: number, bytes: Buffer, ...flags: string[]): Mail => ({
  bytes,
  flags,
  internalDate: at(n),
});

const INBOX = [
  mail(1, plain(1), '\\Seen', '\\Answered'),
  mail(2, plain(2)),
  mail(3, withAttachment(3), '\\Seen', '\\Flagged'),
  mail(4, withAttachment(4)),
];
const SENT = [mail(6, invitation(6), '\\Seen'), mail(7, plain(7), '\\Seen')];
const ARCHIVE = [mail(8, plain(8), '\\Seen'), mail(9, withAttachment(9), '\\Seen')];

/** What is done to one message of the target; the changes of a fault are taken back before the next. */
interface Fault {
  readonly name: string;
  readonly folder: 'INBOX' | 'Sent' | 'Archive';
  readonly n: number;
  /** What stands there instead; none: it is gone. */
  readonly instead: readonly Partial<Mail>[];
  /** Where it stands instead. */
  readonly to?: 'Archive' | 'INBOX';
  readonly found: readonly string[];
}

const bitten = (bytes: Buffer, from: string, to: string): Buffer => {
  const text = bytes.toString('latin1');
  expect(text).toContain(from);
  return Buffer.from(text.replace(from, to), 'latin1');
};
const later = (n: number, ms: number): Date => new Date(at(n).getTime() + ms);

const FAULTS: readonly Fault[] = [
  { name: 'one is gone', folder: 'INBOX', n: 2, instead: [], found: ['missing'] },
  { name: 'a sent one is gone', folder: 'Sent', n: 7, instead: [], found: ['missing'] },
  { name: 'the last is gone', folder: 'Archive', n: 9, instead: [], found: ['missing'] },
  { name: 'one is there twice', folder: 'INBOX', n: 1, instead: [{}, {}], found: ['twice'] },
  { name: 'a sent one twice', folder: 'Sent', n: 7, instead: [{}, {}], found: ['twice'] },
  {
    name: 'one is there three times',
    folder: 'Archive',
    n: 8,
    instead: [{}, {}, {}],
    found: ['twice', 'twice'],
  },
  {
    name: 'filed wrongly',
    folder: 'INBOX',
    n: 2,
    instead: [{}],
    to: 'Archive',
    found: ['elsewhere'],
  },
  { name: 'unfiled', folder: 'Archive', n: 8, instead: [{}], to: 'INBOX', found: ['elsewhere'] },
  {
    name: 'sent mail astray',
    folder: 'Sent',
    n: 7,
    instead: [{}],
    to: 'INBOX',
    found: ['elsewhere'],
  },
  {
    name: 'a second late',
    folder: 'INBOX',
    n: 1,
    instead: [{ internalDate: later(1, 1000) }],
    found: ['date'],
  },
  {
    name: 'an hour off',
    folder: 'Sent',
    n: 7,
    instead: [{ internalDate: later(7, -3_600_000) }],
    found: ['date'],
  },
  {
    name: 'years off',
    folder: 'Archive',
    n: 8,
    instead: [{ internalDate: later(8, 400_000_000_000) }],
    found: ['date'],
  },
  {
    name: 'unread again',
    folder: 'INBOX',
    n: 1,
    instead: [{ flags: ['\\Answered'] }],
    found: ['flags'],
  },
  {
    name: 'no longer answered',
    folder: 'INBOX',
    n: 1,
    instead: [{ flags: ['\\Seen'] }],
    found: ['flags'],
  },
  {
    name: 'a draft',
    folder: 'Sent',
    n: 7,
    instead: [{ flags: ['\\Seen', '\\Draft'] }],
    found: ['flags'],
  },
  {
    name: 'flagged',
    folder: 'Archive',
    n: 8,
    instead: [{ flags: ['\\Seen', '\\Flagged'] }],
    found: ['flags'],
  },
  {
    name: 'a letter',
    folder: 'INBOX',
    n: 2,
    instead: [{ bytes: bitten(plain(2), 'Text', 'Test') }],
    found: ['text'],
  },
  {
    name: 'a line lost',
    folder: 'Archive',
    n: 8,
    instead: [{ bytes: bitten(plain(8), 'Second line.', '') }],
    found: ['text'],
  },
  {
    name: 'an empty body',
    folder: 'Sent',
    n: 7,
    instead: [{ bytes: message(7, 'text/plain', []) }],
    found: ['text'],
  },
  {
    name: 'another subject makes it another message',
    folder: 'INBOX',
    n: 2,
    instead: [{ bytes: bitten(plain(2), 'Subject: number', 'Subject: Number') }],
    found: ['missing'],
  },
  {
    name: 'a cut attachment',
    folder: 'INBOX',
    n: 4,
    instead: [{ bytes: withAttachment(4, PDF.slice(0, 200)) }],
    found: ['attachments'],
  },
  {
    name: 'an altered octet',
    folder: 'INBOX',
    n: 3,
    instead: [{ bytes: withAttachment(3, PDF.replace('MDEy', 'MDEz')) }],
    found: ['attachments'],
  },
  {
    name: 'another name',
    folder: 'Archive',
    n: 9,
    instead: [{ bytes: withAttachment(9, PDF, 'other.pdf') }],
    found: ['attachments'],
  },
  {
    name: 'cut in its middle',
    folder: 'Sent',
    n: 6,
    instead: [{ bytes: invitation(6, CALENDAR.slice(0, 6)) }],
    found: ['invitation'],
  },
  {
    name: 'nothing to answer',
    folder: 'Sent',
    n: 6,
    instead: [
      {
        bytes: invitation(
          6,
          CALENDAR.filter((line) => !line.startsWith('METHOD')),
        ),
      },
    ],
    found: ['invitation'],
  },
  {
    name: 'of another event',
    folder: 'Sent',
    n: 6,
    instead: [
      {
        bytes: invitation(
          6,
          CALENDAR.map((line) => line.replace('lunch', 'dinner')),
        ),
      },
    ],
    found: ['invitation'],
  },
];

type Names = Readonly<Record<Fault['folder'], string>>;

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

async function load(client: RawImapClient, folder: string, mails: readonly Mail[]): Promise<void> {
  const isThere = (await client.folderNames()).some(({ name }) => name === folder);
  if (!isThere) {
    await client.must(`CREATE ${quoteName(folder)}`);
  }
  const results = await client.append(mails.map((one) => ({ folder, ...one })));
  expect(results.map(({ status }) => status)).toEqual(mails.map(() => 'OK'));
}

/** Takes every copy of a message out of a folder, and gives what it was. */
async function takeOut(client: RawImapClient, folder: string, n: number): Promise<SnapshotMessage> {
  const before = await readFolder(client, folder);
  const id = `<v${n}@example.org>`;
  const places = (before?.messages ?? []).flatMap(({ bytes }, i) =>
    bytes.includes(id) ? [i] : [],
  );
  const [first] = places;
  const was = first === undefined ? undefined : before?.messages[first];
  if (was === undefined) {
    throw new Error(`${folder} has no message ${n}`);
  }
  await client.must(`SELECT ${quoteName(folder)}`);
  await client.must(`STORE ${places.map((i) => i + 1).join(',')} +FLAGS.SILENT (\\Deleted)`);
  await client.must('EXPUNGE');
  // No client may give it.
  return { ...was, flags: was.flags.filter((flag) => flag !== '\\Recent') };
}

const kindsOf = ({ differences }: Verification): readonly string[] =>
  differences.map(({ kind }) => kind).toSorted();

function plantFaults(start: () => Promise<Servers>, names: Names): void {
  let world: VerifyWorld;
  beforeAll(async () => {
    world = await createVerifyWorld(database, `verify ${names.Sent}`, await start());
    await load(world.source, 'INBOX', INBOX);
    await load(world.source, 'Sent Messages', SENT);
    await load(world.source, 'Archive', ARCHIVE);
    await world.copy();
  });
  afterAll(async () => {
    await world.stop();
  });

  async function expectFaithful(): Promise<void> {
    const { differences, source, content, folders } = await world.verify();
    expect(differences).toEqual([]);
    expect(source.map((one) => one.arrivedLater + one.unexplained + one.deletedSince)).toEqual(
      source.map(() => 0),
    );
    expect(folders.reduce((sum, one) => sum + one.comparison.messages.found, 0)).toBe(8);
    expect(content).toMatchObject({
      compared: 8,
      attachments: { compared: 3, different: 0 },
      invitations: { compared: 1, different: 0 },
    });
  }

  test('a faithful copy raises nothing', expectFaithful);

  test.each(FAULTS)('$found: $name', async ({ folder, n, instead, to, found }) => {
    const place = names[folder];
    const was = await takeOut(world.target, place, n);
    const planted = instead.map((change) => ({ ...was, ...change }));
    await load(world.target, to === undefined ? place : names[to], planted);
    try {
      const result = await world.verify();
      expect(kindsOf(result)).toEqual(found);
      for (const one of result.differences) {
        expect(one).toMatchObject({
          folder: folder === 'Sent' ? 'Sent Messages' : folder,
          receivedAt: at(n),
          foundIn: to === undefined ? null : names[to],
        });
      }
    } finally {
      if (planted.length > 0) {
        await takeOut(world.target, to === undefined ? place : names[to], n);
      }
      await load(world.target, place, [was]);
    }
  });

  test('what was repaired again raises nothing', expectFaithful);

  test('mail that came after the last pass, and a folder that did, are counted until a pass brings them', async () => {
    await load(world.source, 'INBOX', [mail(10, plain(10)), mail(11, plain(11))]);
    await load(world.source, 'New', [mail(12, plain(12))]);
    const { source, differences } = await world.verify();
    const grown = source.filter(({ arrivedLater }) => arrivedLater > 0);
    expect(grown.map(({ sourcePath, arrivedLater }) => [sourcePath, arrivedLater])).toEqual(
      expect.arrayContaining([
        ['INBOX', 2],
        ['New', 1],
      ]),
    );
    expect(differences).toEqual([]);
    await world.copy();
    const after = await world.verify();
    expect(after.source.every(({ arrivedLater }) => arrivedLater === 0)).toBe(true);
    expect(after.differences).toEqual([]);
  });

  test('what the ledger lost is unexplained, in its folder', async () => {
    await database.pool.query(
      `delete from messages where id = (
           select m.id from messages m join folders f on f.id = m.folder_id
            where f.migration_id = $1 and f.source_path = 'Archive' limit 1)`,
      [world.migrationId],
    );
    const { source } = await world.verify();
    expect(source.filter(({ unexplained }) => unexplained > 0)).toMatchObject([
      { sourcePath: 'Archive', unexplained: 1, arrivedLater: 0 },
    ]);
  });

  test('what was deleted at the source since is counted, and no fault', async () => {
    await takeOut(world.source, 'Sent Messages', 7);
    const { source, differences } = await world.verify();
    expect(source.filter(({ deletedSince }) => deletedSince > 0)).toMatchObject([
      { sourcePath: 'Sent Messages', deletedSince: 1, unexplained: 0 },
    ]);
    expect(differences).toEqual([]);
  });

  test('a folder that was renamed at the target is found again under its name', async () => {
    await world.target.must(`RENAME ${quoteName('New')} ${quoteName('Kept')}`);
    const { differences } = await world.verify();
    expect(differences).toMatchObject([{ kind: 'elsewhere', folder: 'New', foundIn: 'Kept' }]);
    await world.target.must(`RENAME ${quoteName('Kept')} ${quoteName('New')}`);
  });

  test('a folder that is gone at the source is compared by its listing; gone at the target, all of it is missing', async () => {
    await world.source.must(`DELETE ${quoteName('New')}`);
    const { source, differences } = await world.verify();
    expect(source.find(({ sourcePath }) => sourcePath === 'New')).toMatchObject({ showsNow: null });
    expect(differences).toEqual([]);
    await world.target.must(`DELETE ${quoteName('New')}`);
    expect((await world.verify()).differences).toMatchObject([{ kind: 'missing', folder: 'New' }]);
  });
}

const INBOX_NAMES = { INBOX: 'INBOX', Archive: 'Archive' };

describe('the verification of a copy, on the simulated servers', () => {
  plantFaults(startSimulated, { ...INBOX_NAMES, Sent: 'Sent Items' });
});

describeWith('dovecot', 'the verification of a copy, on Dovecot', () => {
  plantFaults(startReal, { ...INBOX_NAMES, Sent: 'Sent Messages' });
});
