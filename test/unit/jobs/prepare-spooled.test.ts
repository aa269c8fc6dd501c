/** A message on disk is prepared like the same message in memory. */
import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { type PrepareResult, prepareMessage } from '../../../src/jobs/copy/prepare-message.ts';
import { prepareSpooled } from '../../../src/jobs/copy/prepare-spooled.ts';
import type { OpenRow } from '../../../src/jobs/ledger.ts';
import type { TargetTraits } from '../../../src/jobs/ports.ts';
import { readWhole, type SpooledMessage } from '../../../src/mail/message-bytes.ts';
import { closeSpooled, spooled } from '../../support/spool.ts';

const EXCHANGE: TargetTraits = {
  name: 'exchange-online',
  stamps: true,
  byteExact: false,
  settleMs: 1000,
  allowedFlags: ['\\Seen'],
  lateFlags: [],
  maxLineBytes: 1000,
  maxMessageBytes: null,
};
const GENERIC: TargetTraits = {
  ...EXCHANGE,
  name: 'generic',
  stamps: false,
  byteExact: true,
  allowedFlags: null,
  lateFlags: [],
  maxLineBytes: null,
};
const NOW = new Date('2026-11-23T00:00:00Z');
const BODY = 'A line of text.\r\n'.repeat(20_000);
const row: OpenRow = {
  id: 4711,
  uid: 3,
  flags: ['\\Seen', '$Work'],
  receivedAt: new Date('2020-01-02T03:04:05Z'),
  sizeBytes: 9_000_000,
  attempts: 0,
  withheld: 0,
  stampId: null,
};

const onDiskOf = (text: string): Promise<SpooledMessage> => spooled(Buffer.from(text, 'latin1'));

afterEach(closeSpooled);

/** Everything that matters of a result, its bytes by their hash. */
async function told(result: PrepareResult): Promise<unknown> {
  if (result.kind === 'refused') {
    return result;
  }
  const { outgoing, ...rest } = result.message;
  const { bytes } = outgoing;
  const whole = Buffer.isBuffer(bytes) ? bytes : await readWhole(bytes);
  const sent = createHash('sha256').update(whole).digest('hex');
  return { ...rest, outgoing: { ...outgoing, bytes: sent }, length: bytes.length };
}

test.for([
  ['clean', 'Message-ID: <a@b>\r\nSubject: x\r\n\r\n', BODY],
  ['a header with 8-bit text', 'Message-ID: <a@b>\r\nSubject: Gr\xfc\xdfe\r\n\r\n', BODY],
  ['a receipt is asked for', 'Disposition-Notification-To: a@b\r\nSubject: x\r\n\r\n', BODY],
  ['a stamp of somebody', 'X-Skybridge-Id: 1\r\nSubject: x\r\n\r\n', BODY],
  ['no header', '\r\n', BODY],
  ['no body at all', 'Subject: x\r\n\r\n', ''],
  ['no blank line', 'Subject: x\r\n', ''],
  ['NUL in the body', 'Subject: x\r\n\r\n', `${BODY}\0`],
  ['a bare LF', 'Subject: x\r\n\r\n', `${BODY}a\nb`],
  ['an over-long line', 'Subject: x\r\n\r\n', `${BODY}${'word '.repeat(900)}\r\n`],
] as const)('%s', async ([, header, body]) => {
  const text = header + body;
  for (const traits of [EXCHANGE, GENERIC]) {
    const destination = { folderPath: 'INBOX', traits, now: NOW };
    const inMemory = prepareMessage(row, Buffer.from(text, 'latin1'), destination);
    const onDisk = await prepareSpooled(row, await onDiskOf(text), destination);
    expect(await told(onDisk)).toEqual(await told(inMemory));
  }
});

test.for([
  ['before 1970', '1601-01-01T00:00:00Z', 'Fri, 3 Feb 2012 10:00:00 +0000', '2012-02-03T10:00:00Z'],
  [
    'in the future',
    '2099-01-01T00:00:00Z',
    'Fri, 3 Feb 2012 10:00:00 +0000',
    '2012-02-03T10:00:00Z',
  ],
  [
    'before 1970, like its Date',
    '1601-01-01T00:00:00Z',
    'Mon, 1 Jan 1601 00:00:00 +0000',
    '1970-01-02T00:00:00Z',
  ],
  ['in the future, without a Date', '2099-01-01T00:00:00Z', 'soon', '2026-11-23T00:00:00Z'],
] as const)('a received date %s', async ([, received, header, expected]) => {
  const text = `Date: ${header}\r\n\r\n${BODY}`;
  const odd = { ...row, receivedAt: new Date(received) };
  for (const traits of [EXCHANGE, GENERIC]) {
    const destination = { folderPath: 'INBOX', traits, now: NOW };
    const inMemory = prepareMessage(odd, Buffer.from(text), destination);
    expect(inMemory).toMatchObject({
      message: {
        outgoing: { receivedAt: new Date(traits === GENERIC ? received : expected) },
        repairs: traits === GENERIC ? [] : ['date-impossible'],
      },
    });
    const onDisk = await prepareSpooled(odd, await onDiskOf(text), destination);
    expect(await told(onDisk)).toEqual(await told(inMemory));
  }
});

test('a limit of the target counts what is sent', async () => {
  const text = `Subject: x\r\n\r\n${BODY}`;
  const traits = { ...EXCHANGE, maxMessageBytes: text.length };
  expect(
    await prepareSpooled(row, await onDiskOf(text), { folderPath: 'INBOX', traits, now: NOW }),
  ).toEqual({
    kind: 'refused',
    reason: 'copy.too-large',
  });
});

test.for([
  ['copy.header-too-large', `X-A: ${'a '.repeat(400)}\r\n`.repeat(1400)],
  ['copy.too-large-to-repair', `Subject: x\r\n\r\n${`${BODY}\n`.repeat(100)}`],
] as const)('what cannot be held in memory is refused: %s', async ([reason, text]) => {
  const destination = { folderPath: 'INBOX', traits: EXCHANGE, now: NOW };
  expect(await prepareSpooled(row, await onDiskOf(text), destination)).toEqual({
    kind: 'refused',
    reason,
  });
});
