import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeContent } from '../../../src/mail/content.ts';
import { type GuardLimits, guardMessage } from '../../../src/mail/guard.ts';
import { splitMessage } from '../../../src/mail/headers.ts';
import { messageKey } from '../../../src/mail/message-key.ts';
import { hostileMail, soundMail } from './arbitrary-mail.ts';

const exchange: GuardLimits = {
  maxLineBytes: 1000,
  maxMessageBytes: 50_000_000,
  strictHeaders: true,
  disarmReceipts: true,
};
const narrow: GuardLimits = { ...exchange, maxLineBytes: 256 };
const nothing: GuardLimits = {
  maxLineBytes: null,
  maxMessageBytes: null,
  strictHeaders: false,
  disarmReceipts: false,
};

function message(...lines: string[]): Buffer {
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

function guarded(bytes: Buffer, limits = exchange, flags: string[] = []): [string, string[]] {
  const result = guardMessage(bytes, flags, limits);
  if (result.kind === 'refused') {
    throw new Error(`refused: ${result.reason}`);
  }
  return [result.bytes.toString('latin1'), result.repairs];
}

function keyOf(bytes: Buffer): ReturnType<typeof messageKey> {
  return messageKey(splitMessage(bytes).header);
}

function longestLine(text: string): number {
  return `${text}\r\n`.split('\n').reduce((longest, line) => Math.max(longest, line.length + 1), 0);
}

/** What no octet that leaves may break; written without the code under test. */
function expectSafe(text: string, maxLineBytes: number): void {
  expect(text).not.toContain('\0');
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(longestLine(text)).toBeLessThanOrEqual(maxLineBytes);
  const header = text.startsWith('\r\n') ? '' : text.split('\r\n\r\n')[0];
  expect(header).not.toMatch(/[\x80-\xff]/);
}

test('mail that needs nothing comes back as the same Buffer', () => {
  const clean = message('Subject: x', 'X-Empty:', 'To: a,', '\tb', '', 'Gr\xfc\xdfe', '');
  expect(guardMessage(clean, ['\\Seen'], exchange)).toEqual({
    kind: 'ok',
    bytes: clean,
    repairs: [],
  });
  const result = guardMessage(clean, ['\\Seen'], exchange);
  expect(result.kind === 'ok' && result.bytes).toBe(clean);
});

test('without limits nothing is touched, whatever it is', () => {
  fc.assert(
    fc.property(hostileMail, (bytes) => {
      const result = guardMessage(bytes, ['\\Seen'], nothing);
      expect(result.kind === 'ok' && result.bytes).toBe(bytes);
    }),
  );
});

test.for([
  ['NUL', 'A: 1\r\n\r\na\0b\0\r\n', 'A: 1\r\n\r\nab\r\n', ['nul']],
  ['NUL between CR and LF', 'A: 1\r\0\n\r\nb', 'A: 1\r\n\r\nb', ['nul', 'line-endings']],
  ['LF alone', 'A: 1\n\nb\nc', 'A: 1\r\n\r\nb\r\nc', ['line-endings']],
  ['CR alone in the body', 'A: 1\r\n\r\nb\rc\r', 'A: 1\r\n\r\nb\r\nc\r\n', ['line-endings']],
  ['CR as the only line end', 'A: 1\rB: 2\r\rc', 'A: 1\r\nB: 2\r\n\r\nc', ['line-endings']],
  ['doubled CR', 'A: 1\r\r\n\r\r\nb\r\r\nc', 'A: 1\r\n\r\nb\r\nc', ['line-endings']],
  [
    'CR in a field makes no second field',
    'A: 1\rBcc: x\r\n\r\nb',
    'A: 1 Bcc: x\r\n\r\nb',
    ['line-endings'],
  ],
  ['no blank line', 'A: 1\r\nB: 2', 'A: 1\r\nB: 2\r\n\r\n', ['header-syntax']],
  [
    'an mbox line',
    'From a@b Mon 10:00\r\nA: 1\r\n\r\n',
    'X-Broken-Header: From a@b Mon 10:00\r\nA: 1\r\n\r\n',
    ['header-syntax'],
  ],
  [
    'a line without a colon',
    'A: 1\r\nnonsense\r\n\r\n',
    'A: 1\r\nX-Broken-Header: nonsense\r\n\r\n',
    ['header-syntax'],
  ],
  ['a blank before the colon', 'Subject : x\r\n\r\n', 'Subject: x\r\n\r\n', ['header-syntax']],
  ['a blank continuation', 'A: 1\r\n \r\n 2\r\n\r\n', 'A: 1  2\r\n\r\n', ['header-syntax']],
  [
    'a leading continuation',
    ' x\r\nA: 1\r\n\r\n',
    'X-Broken-Header: x\r\nA: 1\r\n\r\n',
    ['header-syntax'],
  ],
  ['a control character', 'A: 1\x07\r\n\r\n', 'A: 1?\r\n\r\n', ['header-syntax']],
  [
    'UTF-8 subject',
    'Subject: \xc3\xbc\r\n\r\n',
    'Subject: =?utf-8?B?w7w=?=\r\n\r\n',
    ['header-8bit'],
  ],
  [
    'windows-1252 subject',
    'Subject: \x80 \xfc\r\n\r\n',
    'Subject: =?utf-8?B?4oKsIMO8?=\r\n\r\n',
    ['header-8bit'],
  ],
  [
    '8-bit display name',
    'To: J\xc3\xb6 K <a@b>, c@d\r\n\r\n',
    'To: =?utf-8?B?SsO2IEs=?= <a@b>, c@d\r\n\r\n',
    ['header-8bit'],
  ],
  [
    '8-bit quoted name',
    'To: "J\xc3\xb6, K" <a@b>\r\n\r\n',
    'To: =?utf-8?B?SsO2LCBL?= <a@b>\r\n\r\n',
    ['header-8bit'],
  ],
  [
    '8-bit comment',
    'To: a@b (J\xc3\xb6)\r\n\r\n',
    'To: a@b (=?utf-8?B?SsO2?=)\r\n\r\n',
    ['header-8bit'],
  ],
  [
    '8-bit in a quote without end',
    'To: "J\xc3\xb6 <a@b>\r\n\r\n',
    'To: "J? <a@b>\r\n\r\n',
    ['header-8bit'],
  ],
  [
    '8-bit inside an address',
    'To: j\xc3\xb6@b, <x\xfc@y>\r\n\r\n',
    'To: j?@b, <x?@y>\r\n\r\n',
    ['header-8bit'],
  ],
  [
    '8-bit in a Message-ID',
    'Message-ID: <\xfc\xfc@b>\r\n\r\n',
    'Message-ID: <?@b>\r\n\r\n',
    ['header-8bit'],
  ],
  [
    '8-bit file name',
    'Content-Type: image/png; name="\xc3\xbc.png"\r\n\r\n',
    "Content-Type: image/png; name*=utf-8''%C3%BC.png\r\n\r\n",
    ['header-8bit'],
  ],
] as const)('repairs %s', ([, before, after, repairs]) => {
  expect(guarded(Buffer.from(before, 'latin1'))).toEqual([after, [...repairs]]);
});

test('a read-receipt request is disarmed on seen mail alone', () => {
  const asking = message(
    'disposition-notification-to: a@b',
    'A: 1',
    '',
    'Disposition-Notification-To: text',
  );
  expect(guarded(asking, exchange, ['\\SEEN'])).toEqual([
    message(
      'X-disposition-notification-to: a@b',
      'A: 1',
      '',
      'Disposition-Notification-To: text',
    ).toString(),
    ['receipt-disarmed'],
  ]);
  expect(guarded(asking)[1]).toEqual([]);
});

test('over-long header fields are folded at blanks and read the same', async () => {
  const references = Array.from({ length: 100 }, (_, i) => `<${i}.long.id@example.com>`).join(' ');
  const before = message(`References: ${references}`, 'Subject: x', '', 'body');
  const [text, repairs] = guarded(before);
  expect(repairs).toEqual(['header-folded']);
  expect(longestLine(text)).toBeLessThanOrEqual(1000);
  expect(text.replaceAll('\r\n ', ' ')).toBe(before.toString());
});

test('over-long text becomes quoted-printable, other types base64, each in its own part', () => {
  const long = 'x'.repeat(3000);
  const [text, repairs] = guarded(
    message(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      'Content-Transfer-Encoding: 7bit',
      '',
      long,
      'short -- line',
      '--b',
      'Content-Type: text/plain',
      '',
      'untouched',
      '--b',
      'Content-Type: application/json',
      '',
      long,
      '--b--',
      '',
    ),
  );
  expect(repairs).toEqual(['line-reencoded']);
  const parts = text.split('--b');
  expect(parts[1]).toMatch(
    /^\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: text\/plain\r\n\r\nx+=\r\n/,
  );
  expect(parts[1]).not.toContain('7bit');
  expect(parts[2]).toBe('\r\nContent-Type: text/plain\r\n\r\nuntouched\r\n');
  expect(parts[3]).toMatch(
    /^\r\nContent-Transfer-Encoding: base64\r\nContent-Type: application\/json\r\n/,
  );
  expect(Buffer.from(parts[3]?.split('\r\n\r\n')[1] ?? '', 'base64').toString()).toBe(long);
});

test('a re-encoded line never begins like a boundary', () => {
  const evil = `${'y'.repeat(72)}--b--\r\n`.repeat(1) + '-'.repeat(4000);
  const before = message(
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    evil,
    '--b--',
    '',
  );
  const [text] = guarded(before, narrow);
  expect(text.match(/^--b/gm)).toHaveLength(2);
});

test.for([
  ['a long line in the signed part', ['--b', '', 'x'.repeat(2000), '--b--', '']],
  ['a long line in the signature', ['--b', '', 'x', '--b', '', 'x'.repeat(2000), '--b--', '']],
] as const)('signed mail with %s is refused, not altered', ([, body]) => {
  const type = 'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b';
  expect(guardMessage(message(type, '', ...body), [], exchange)).toEqual({
    kind: 'refused',
    reason: 'signed-line-too-long',
  });
  const nested = [
    'Content-Type: multipart/mixed; boundary=c',
    '',
    '--c',
    type,
    '',
    ...body,
    '--c--',
    '',
  ];
  expect(guardMessage(message(...nested), [], exchange)).toEqual({
    kind: 'refused',
    reason: 'signed-line-too-long',
  });
});

test('signed mail keeps every octet of its body, while a part beside it is repaired', () => {
  const signed = [
    'Content-Type: multipart/signed; boundary=b',
    '',
    '--b',
    '',
    'text',
    '--b',
    '',
    'sig',
    '--b--',
    '',
  ];
  const mixed = [
    'Content-Type: multipart/mixed; boundary=c',
    '',
    '--c',
    ...signed,
    '--c',
    '',
    'x'.repeat(2000),
    '--c--',
  ];
  const [text, repairs] = guarded(message(...mixed));
  expect(text).toContain(signed.join('\r\n'));
  expect(repairs).toEqual(['line-reencoded']);
});

test('size is judged after the repair', () => {
  const bytes = message('A: 1', '', `${'\0'.repeat(100)}b`);
  const limit = { ...exchange, maxMessageBytes: 20 };
  expect(guardMessage(bytes, [], limit).kind).toBe('ok');
  expect(guardMessage(message('A: 1', '', 'b'.repeat(100)), [], limit)).toEqual({
    kind: 'refused',
    reason: 'too-large',
  });
});

test.for([
  ['a multipart without its boundary parameter', 'Content-Type: multipart/mixed'],
  ['a boundary that never comes', 'Content-Type: multipart/mixed; boundary=never'],
  ['a boundary over every limit', `Content-Type: multipart/mixed; boundary=${'b'.repeat(2000)}`],
] as const)('an over-long line under %s is refused', ([, type]) => {
  expect(guardMessage(message(type, '', 'x'.repeat(2000)), [], exchange)).toEqual({
    kind: 'refused',
    reason: 'line-too-long',
  });
});

test('nesting beyond the bound is refused only where a line needs repair', () => {
  const deep = (text: string): Buffer =>
    message(
      ...Array.from({ length: 5000 }, () => ['Content-Type: message/rfc822', '']).flat(),
      '',
      text,
    );
  expect(guardMessage(deep('x'.repeat(2000)), [], exchange)).toEqual({
    kind: 'refused',
    reason: 'nesting-too-deep',
  });
  expect(guardMessage(deep('x'), [], exchange).kind).toBe('ok');
});

test.for([
  ['an over-long line that is all header', 'x'.repeat(3_000_000), 'header-too-large'],
  ['a million broken header lines', '\xfc\r\n'.repeat(1_000_000), 'header-too-large'],
  [
    'a million parts beside an over-long line',
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n'.repeat(1_000_000)}${'x'.repeat(2000)}`,
    'too-many-parts',
  ],
] as const)('%s is refused without much work', ([, text, reason]) => {
  const started = performance.now();
  expect(guardMessage(Buffer.from(text, 'latin1'), [], exchange)).toEqual({
    kind: 'refused',
    reason,
  });
  expect(performance.now() - started).toBeLessThan(5000);
});

test('100,000 odd headers, 90,000 parts and false boundaries cost linear time', () => {
  const started = performance.now();
  const headers = `J\xfc nk\r\n${'X-\xfc: y \r\n'.repeat(100_000)}\r\n`;
  const parts = '--b\r\n\r\nx\r\n'.repeat(90_000);
  const lies = '--b--x\r\n--bb\r\n'.repeat(100_000);
  const long = 'x'.repeat(3000);
  const bytes = Buffer.from(
    `Content-Type: multipart/mixed; boundary=b\r\n${headers}${lies}${parts}\r\n--b\r\n\r\n${long}`,
    'latin1',
  );
  expectSafe(guarded(bytes)[0], 1000);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('whatever comes in, what goes out is safe, and a second look finds nothing to do', () => {
  fc.assert(
    fc.property(hostileMail, fc.boolean(), (bytes, seen) => {
      const flags = seen ? ['\\Seen'] : [];
      const result = guardMessage(bytes, flags, narrow);
      const sent = result.kind === 'ok' ? result.bytes : Buffer.alloc(0);
      expectSafe(sent.toString('latin1'), 256);
      const again = result.kind === 'ok' ? guardMessage(sent, flags, narrow) : null;
      expect(again?.kind === 'ok' ? again.repairs : []).toEqual([]);
      expect(again?.kind ?? 'ok').toBe('ok');
    }),
    { numRuns: 1500 },
  );
});

test('sound mail is never refused, and keeps its content and key', async () => {
  await fc.assert(
    fc.asyncProperty(soundMail, async (bytes) => {
      const [text] = guarded(bytes, narrow);
      expectSafe(text, 256);
      const after = await describeContent(Buffer.from(text, 'latin1'));
      expect(after).toEqual(await describeContent(bytes));
      expect(keyOf(Buffer.from(text, 'latin1'))).toEqual(keyOf(bytes));
    }),
    { numRuns: 300 },
  );
});

test('the generator of sound mail makes what the guard has to repair', () => {
  const codes = fc.sample(soundMail, 200).flatMap((bytes) => guarded(bytes, narrow)[1]);
  expect(new Set(codes)).toEqual(
    new Set(['line-reencoded', 'header-8bit', 'header-folded', 'header-syntax']),
  );
});
