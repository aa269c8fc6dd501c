/** The simulated import endpoint, spoken to with streams written octet by octet: what it takes, and what it refuses. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMailStore, type MailStore } from '../../sim/imap/store.ts';
import { mailFoldersOf } from '../../sim/join-mail.ts';
import { addUser, type SimUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { readSimStream, StreamRefusal } from '../../sim/m365/stream/read-stream.ts';
import { BROKEN_STREAMS } from '../../support/fast-transfer/broken-streams.ts';
import {
  attachment,
  DELETE_ATTACHMENTS,
  DELETE_RECIPIENTS,
  embedded,
  MESSAGE,
  NUMBER,
  RECIPIENT,
  SOUND,
  streamOf,
  text,
  variable,
  words,
} from '../../support/fast-transfer/raw-stream.ts';
import { type RawAnswer, type RawTenant, startRawTenant } from './m365-raw.ts';

let tenant: RawTenant;
let anna: SimUser;
let store: MailStore;

beforeEach(async () => {
  tenant = await startRawTenant();
  tenant.application.graphRoles.push('Mail.ReadWrite', 'MailboxItem.ImportExport.All');
  anna = addUser(tenant.directory, {
    alias: 'anna',
    displayName: 'Anna Berg',
    product: PRODUCTS.businessBasic,
  });
  store = createMailStore({ caseInsensitiveNames: true, defaultFolders: [{ name: 'INBOX' }] });
  store.addAccount(anna.mail ?? '');
  tenant.directory.mailFolders = mailFoldersOf(store);
});
afterEach(() => tenant.server.close());

const field = (answer: RawAnswer, name: string): string => {
  const value: unknown = Object(answer.body)[name];
  return typeof value === 'string' ? value : '';
};

const mailboxId = async (): Promise<string> =>
  field(await tenant.graph(`GET /users/${anna.id}/settings/exchange`), 'primaryMailboxId');

async function importUrl(): Promise<string> {
  const path = `/admin/exchange/mailboxes/${await mailboxId()}/createImportSession`;
  const answer = await tenant.graph(`POST ${path}`);
  expect(answer.status).toBe(201);
  return field(answer, 'importUrl');
}

const inbox = async (): Promise<string> =>
  field(await tenant.graph(`GET /users/${anna.id}/mailFolders/inbox`), 'id');

async function post(url: string, body: object, headers = {}): Promise<RawAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

async function importOne(stream: Buffer, more: object = {}, headers = {}): Promise<RawAnswer> {
  const body = {
    FolderId: await inbox(),
    Mode: 'create',
    Data: stream.toString('base64'),
    ...more,
  };
  return post(await importUrl(), body, headers);
}

/** 100 ns steps since 1601 of 2024-03-01T10:00:00Z. */
const MARCH = Buffer.alloc(8);
MARCH.writeBigInt64LE(133_537_608_000_000_000n);

/** All that a message must have, and `more`. */
const itemOf = (...more: readonly Buffer[]): Buffer =>
  streamOf(
    MESSAGE,
    Buffer.concat([words(0x0e060040), MARCH, words(0x00390040), MARCH]),
    text(0x007d84b0, 'Subject: minutes\r\nMessage-ID: <1@x>\r\n\r\n'),
    ...more,
  );
const BODY = text(0x100084b0, 'text');
const WHOLE_RECIPIENT = Buffer.concat([
  RECIPIENT.subarray(0, -4),
  text(0x300284b0, 'SMTP'),
  text(0x300384b0, 'a@b.example'),
  variable(0x0fff0102, Buffer.alloc(30)),
  RECIPIENT.subarray(-4),
]);

test('an item becomes a message with its flags and date, and comes out again as a stream', async () => {
  const answer = await importOne(itemOf(BODY, DELETE_RECIPIENTS, WHOLE_RECIPIENT));
  expect(answer.status).toBe(200);
  const [message] = store.folder(anna.mail ?? '', 'INBOX')?.messages ?? [];
  expect(message?.internalDate).toEqual(new Date('2024-03-01T10:00:00Z'));
  expect(message?.flags).toEqual(['\\Seen']);
  expect(message?.bytes.toString()).toContain('Subject: minutes\r\n');
  const listed = await tenant.graph(
    `GET /users/${anna.id}/mailFolders/inbox/messages?$select=id,isRead,internetMessageId`,
  );
  const id = field(answer, 'itemId');
  expect(listed.body).toEqual({ value: [{ id, isRead: true, internetMessageId: '<1@x>' }] });
  const exported = await tenant.graph(
    `POST /admin/exchange/mailboxes/${await mailboxId()}/exportItems`,
    { body: { itemIds: [id, 'none'] } },
  );
  expect(exported.body).toMatchObject({
    value: [
      { itemId: id, data: expect.stringMatching(/^AQAAAAgAAAAAAAAAAQAAAAMA/) },
      { itemId: 'none', error: { code: 'ErrorItemNotFound' } },
    ],
  });
  expect(tenant.server.violations).toEqual([]);
});

test('a sound stream with all that there is can be read', () => {
  expect(readSimStream(SOUND).attachments).toHaveLength(2);
});

/** The endpoint reads the grammar by itself: it shares nothing with the project's decoder. */
test.for(BROKEN_STREAMS)('%s is refused', async ([, , stream]) => {
  expect(() => readSimStream(stream)).toThrow(StreamRefusal);
  const answer = await importOne(stream);
  expect(answer.status).toBe(400);
  expect(store.folder(anna.mail ?? '', 'INBOX')?.messages).toEqual([]);
});

describe('an item that is no faithful message', () => {
  const dates = Buffer.concat([words(0x0e060040), MARCH, words(0x00390040), MARCH]);
  test.for([
    ['no class', /no class/, streamOf(words(0x0e070003, 1), dates, BODY)],
    ['no flags', /PidTagMessageFlags/, streamOf(text(0x001a84b0, 'IPM.Note'), dates, BODY)],
    ['no dates', /no dates/, streamOf(MESSAGE, BODY)],
    [
      'flags of a message that waits to be sent',
      /more than read and draft/,
      streamOf(text(0x001a84b0, 'IPM.Note'), words(0x0e070003, 5), dates, BODY),
    ],
    ['two bodies', /exactly one body/, itemOf(BODY, variable(0x10130102, Buffer.from('<p>')))],
    ['an EntryID', /Exchange computes/, itemOf(BODY, variable(0x0fff0102, Buffer.alloc(4)))],
    ['a calendar entry', /not that of mail/, streamOf(text(0x001a84b0, 'IPM.Appointment'))],
    ['half a recipient', /a recipient lacks/, itemOf(BODY, DELETE_RECIPIENTS, RECIPIENT)],
    [
      'a message inside that says it is a file',
      /does not fit/,
      itemOf(BODY, DELETE_ATTACHMENTS, attachment(NUMBER, words(0x37050003, 1), embedded())),
    ],
  ] as const)('%s', async ([, why, stream]) => {
    expect((await importOne(stream)).status).toBe(400);
    expect(tenant.server.violations).toEqual([expect.stringMatching(why)]);
  });
});

describe('the endpoint refuses', () => {
  const sound = itemOf(BODY);

  test('tokens without the right, and another mailbox', async () => {
    tenant.application.graphRoles.splice(0);
    tenant.application.graphRoles.push('MailboxSettings.Read', 'MailboxItem.Export.All');
    const id = await mailboxId();
    const session = `POST /admin/exchange/mailboxes/${id}/createImportSession`;
    expect((await tenant.graph(session)).status).toBe(403);
    tenant.application.graphRoles.push('MailboxItem.ImportExport.All');
    const other = session.replace('MBX:', 'MBX:1');
    expect((await tenant.graph(other)).status).toBe(404);
    expect((await tenant.graph(session)).status).toBe(201);
  });

  test('an Authorization header, a changed URL, another mode, a foreign folder, data that is none', async () => {
    const url = await importUrl();
    const FolderId = await inbox();
    const body = { FolderId, Mode: 'create', Data: sound.toString('base64') };
    const statuses = [
      await post(url, body, { authorization: 'Bearer x' }),
      await post(url.replace('MBX:', 'MBX:1'), body),
      await post(url.replace(/authtoken=.*/, 'authtoken=guessed'), body),
      await post(url, { ...body, Mode: 'update' }),
      await post(url, { ...body, ItemId: 'x' }),
      await post(url, { ...body, FolderId: 'x' }),
      await post(url, { ...body, Data: 'no base64!' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([400, 400, 401, 400, 400, 404, 400]);
  });

  test('what is too large, too much at once, and too much in a while', async () => {
    const { quirks } = tenant.server;
    quirks.importMaxBytes = 200;
    expect((await importOne(sound)).status).toBe(413);
    quirks.importMaxBytes = 1_000_000;
    quirks.importRequests = 3;
    quirks.importLatencyMs = 30;
    quirks.importAtOnce = 1;
    const both = await Promise.all([importOne(sound), importOne(sound)]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 429]));
    expect((await importOne(sound)).status).toBe(200);
    expect((await importOne(sound)).status).toBe(429);
    quirks.importRequests = 100;
    quirks.importBytes = 1000;
    expect((await importOne(sound)).status).toBe(429);
  });
});
