import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeStream } from '../../../../src/mail/fast-transfer/decode.ts';
import { encodeStream } from '../../../../src/mail/fast-transfer/encode.ts';
import {
  type PropertyList,
  SAMPLE_VERSION,
  type StreamAttachment,
  type StreamItem,
} from '../../../../src/mail/fast-transfer/properties.ts';
import {
  attachmentsOf,
  findNamed,
  readBinary,
  readBoolean,
  readInt,
  readText,
  readTexts,
  readTime,
  recipientsOf,
} from '../../../../src/mail/fast-transfer/read-property.ts';
import { itemOfMessage } from '../../../../src/mail/item/item-of-message.ts';
import { readMessage } from '../../../../src/mail/item/read-message.ts';
import { type KnownMessage, type KnownPerson, knownMessage } from './arbitrary-message.ts';

const RECEIVED = new Date('2024-03-01T10:00:00Z');

/** The item that the reader of the stream sees. */
async function itemOf(
  bytes: Buffer | string,
  flags: readonly string[] = ['\\Seen'],
): Promise<StreamItem> {
  const message = await readMessage(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes));
  const item = itemOfMessage(message, { flags, receivedAt: RECEIVED }, SAMPLE_VERSION);
  return decodeStream(Buffer.concat(encodeStream(item).pieces));
}

interface Inner {
  readonly properties: PropertyList;
  readonly recipients: readonly PropertyList[];
  readonly attachments: readonly StreamAttachment[];
}

const personOf = (recipient: PropertyList): KnownPerson => ({
  name: readText(recipient, 0x3001) ?? '',
  address: readText(recipient, 0x39fe) ?? '',
});

function expectSame({ properties, recipients, attachments }: Inner, known: KnownMessage): void {
  const kind = (wanted: number): readonly KnownPerson[] =>
    recipients.filter((one) => readInt(one, 0x0c15) === wanted).map(personOf);
  expect(readText(properties, 0x0037)).toBe(known.subject);
  expect(`${readText(properties, 0x003d)}${readText(properties, 0x0e1d)}`).toBe(known.subject);
  expect(readText(properties, 0x0042)).toBe(known.from.name);
  expect(readText(properties, 0x0065)).toBe(known.from.address);
  expect(kind(1)).toEqual(known.to);
  expect(kind(2)).toEqual(known.cc);
  expect(readTime(properties, 0x0039)).toEqual(known.sentAt);
  expect(readText(properties, 0x1035)).toBe(known.messageId);
  const isHtml = known.html !== null;
  const html = readBinary(properties, 0x1013)?.toString('utf8') ?? null;
  expect([readText(properties, 0x1000), html]).toEqual([isHtml ? null : known.text, known.html]);
  const headers = readText(properties, 0x007d) ?? '';
  expect(known.headerLines.filter((line) => !headers.includes(line))).toEqual([]);
  const files = attachments.filter(({ embedded }) => embedded === null);
  expect(
    files.map((file) => ({
      name: readText(file.properties, 0x3707),
      content: readBinary(file.properties, 0x3701),
    })),
  ).toEqual(known.files);
  const [inside] = attachments.flatMap(({ embedded }) => (embedded === null ? [] : [embedded]));
  expect(inside === undefined).toBe(known.inside === null);
  if (inside !== undefined && known.inside !== null) {
    expectSame(inside, known.inside);
  }
}

test('any message comes through: subject, people, dates, bodies, attachments, headers', async () => {
  await fc.assert(
    fc.asyncProperty(knownMessage, async (known) => {
      const item = await itemOf(known.bytes);
      const { properties } = item;
      expectSame(
        { properties, recipients: recipientsOf(item), attachments: attachmentsOf(item) },
        known,
      );
      expect(readTime(properties, 0x0e06)).toEqual(RECEIVED);
      expect(readText(properties, 0x001a)).toBe('IPM.Note');
    }),
    { numRuns: 100 },
  );
});

test('any flags come through, and none makes a message one that waits to be sent', async () => {
  const some = fc.subarray(['\\Seen', '\\Flagged', '\\Answered', '\\Draft', '$Forwarded']);
  await fc.assert(
    fc.asyncProperty(some, async (flags) => {
      const { properties } = await itemOf('Subject: x\r\n\r\ntext', flags);
      const has = (flag: string): boolean => flags.includes(flag);
      expect(readInt(properties, 0x0e07)).toBe((has('\\Seen') ? 1 : 0) + (has('\\Draft') ? 8 : 0));
      expect(readInt(properties, 0x1090)).toBe(has('\\Flagged') ? 2 : null);
      const forwarded = has('$Forwarded') ? 104 : null;
      expect(readInt(properties, 0x1081)).toBe(has('\\Answered') ? 102 : forwarded);
    }),
    { numRuns: 40 },
  );
});

function bytesOf(...rows: readonly string[]): Buffer {
  return Buffer.from(rows.join('\r\n'), 'latin1');
}

describe('what mail may hold', () => {
  test('a picture of the text is hidden, one that the text does not show is not', async () => {
    const related = (html: string): Buffer =>
      bytesOf(
        'Content-Type: multipart/related; boundary=b',
        '',
        '--b',
        'Content-Type: text/html',
        '',
        html,
        '--b',
        'Content-Type: image/png',
        'Content-ID: <logo@x>',
        'Content-Transfer-Encoding: base64',
        '',
        'AAEC',
        '--b--',
      );
    const [shown] = attachmentsOf(await itemOf(related('<img src="cid:logo@x">')));
    expect(readText(shown?.properties ?? [], 0x3712)).toBe('logo@x');
    expect(readInt(shown?.properties ?? [], 0x3714)).toBe(4);
    expect(readBoolean(shown?.properties ?? [], 0x7ffe)).toBe(true);
    expect(readText(shown?.properties ?? [], 0x3707)).toBe('image.png');
    const [loose] = attachmentsOf(await itemOf(related('<p>no picture</p>')));
    expect(readBoolean(loose?.properties ?? [], 0x7ffe)).toBeNull();
  });

  const SIGNED_BODY = [
    '--s',
    'Content-Type: text/plain',
    '',
    'signed text ',
    '--s',
    'Content-Type: application/pkcs7-signature; name=smime.p7s',
    'Content-Transfer-Encoding: base64',
    '',
    'AAEC',
    '--s--',
    '',
  ];
  const SIGNED_TYPE = [
    'Content-Type: multipart/signed; micalg=sha-256;',
    ' protocol="application/pkcs7-signature"; boundary=s',
  ];

  test('a signed message keeps the octets under its signature, as its one attachment', async () => {
    const item = await itemOf(
      bytesOf('Subject: signed', 'From: a@b.example', ...SIGNED_TYPE, '', ...SIGNED_BODY),
    );
    expect(readText(item.properties, 0x001a)).toBe('IPM.Note.SMIME.MultipartSigned');
    const [only, ...more] = attachmentsOf(item);
    expect(more).toEqual([]);
    expect(readText(only?.properties ?? [], 0x370e)).toBe('multipart/signed');
    expect(readBinary(only?.properties ?? [], 0x3701)).toEqual(
      bytesOf(...SIGNED_TYPE, '', ...SIGNED_BODY),
    );
    expect(readText(item.properties, 0x1000)).toContain('signed text');
  });

  test('an encrypted message is one attachment with its decoded octets', async () => {
    const item = await itemOf(
      bytesOf(
        'Content-Type: application/x-pkcs7-mime; smime-type=enveloped-data; name=smime.p7m',
        'Content-Transfer-Encoding: base64',
        '',
        'MIIBAg==',
      ),
    );
    expect(readText(item.properties, 0x001a)).toBe('IPM.Note.SMIME');
    const [only] = attachmentsOf(item);
    expect(readBinary(only?.properties ?? [], 0x3701)).toEqual(Buffer.from('MIIBAg==', 'base64'));
  });

  test('a signed message inside another opens as a signed message', async () => {
    const item = await itemOf(
      bytesOf(
        'Content-Type: message/rfc822',
        '',
        'Subject: in',
        ...SIGNED_TYPE,
        '',
        ...SIGNED_BODY,
      ),
    );
    const [only] = attachmentsOf(item);
    expect(readText(only?.embedded?.properties ?? [], 0x001a)).toBe(
      'IPM.Note.SMIME.MultipartSigned',
    );
  });

  test('TNEF stays an attachment, and so does what lies too deep or is no message', async () => {
    const tnef = await itemOf(
      bytesOf(
        'Content-Type: application/ms-tnef; name=winmail.dat',
        'Content-Transfer-Encoding: base64',
        '',
        'eJ8+Ig==',
      ),
    );
    const [file] = attachmentsOf(tnef);
    expect(readText(file?.properties ?? [], 0x3707)).toBe('winmail.dat');
    const nest = (depth: number): string =>
      depth === 0
        ? 'Subject: core\r\n\r\n'
        : `Content-Type: message/rfc822\r\n\r\n${nest(depth - 1)}`;
    let level: readonly StreamAttachment[] = attachmentsOf(await itemOf(nest(14)));
    let depth = 0;
    while (level[0]?.embedded) {
      depth += 1;
      level = level[0].embedded.attachments;
    }
    expect(depth).toBe(10);
    expect(readBinary(level[0]?.properties ?? [], 0x3701)?.toString()).toBe(nest(3));
  });

  test.for([
    ['7bit', 'a,b\r\nc,d\r\n'],
    ['8bit', 'one line, no end'],
    ['quoted-printable', 'bare\nline\r\nends\r\n\r\n'],
    ['base64', 'LF\nalone'],
  ] as const)('a file of text in %s keeps its octets', async ([encoding, content]) => {
    const body =
      encoding === 'base64'
        ? Buffer.from(content).toString('base64')
        : content.replaceAll('line', encoding.startsWith('q') ? 'l=\r\ni=6Ee' : 'line');
    const part = [
      '--b',
      'Content-Type: text/csv; name=a.csv',
      `Content-Transfer-Encoding: ${encoding}`,
    ];
    const item = await itemOf(
      bytesOf('Content-Type: multipart/mixed; boundary=b', '', ...part, '', body, '--b--', ''),
    );
    const [file] = attachmentsOf(item);
    expect(readBinary(file?.properties ?? [], 0x3701)?.toString()).toBe(content);
  });

  test('charsets, raw octets and broken words are read as people see them', async () => {
    const item = await itemOf(
      bytesOf(
        'Subject: =?iso-8859-1?Q?Gr=FC=DFe?= =?iso-8859-1?Q?_aus?= caf\xe9',
        'From: J\xf6rg <joerg@example.com>',
        'Content-Type: text/plain; charset=windows-1252',
        'Content-Transfer-Encoding: 8bit',
        '',
        'f\xfcnf \x80',
      ),
    );
    expect(readText(item.properties, 0x0037)).toBe('Grüße aus café');
    expect(readText(item.properties, 0x0042)).toBe('Jörg');
    expect(readText(item.properties, 0x1000)).toBe('fünf €');
  });

  test('groups, nobody, Reply-To and another sender are named', async () => {
    const item = await itemOf(
      bytesOf(
        'From: Boss <boss@example.com>',
        'Sender: Desk <desk@example.com>',
        'Reply-To: A <a@example.com>, b@example.com',
        'To: Team: One <one@example.com>, two@example.com;, undisclosed-recipients:;',
        'Bcc: three@example.com',
        '',
        '',
      ),
    );
    expect(recipientsOf(item).map((one) => [readInt(one, 0x0c15), personOf(one).address])).toEqual([
      [1, 'one@example.com'],
      [1, 'two@example.com'],
      [3, 'three@example.com'],
    ]);
    expect(readText(item.properties, 0x5d02)).toBe('boss@example.com');
    expect(readText(item.properties, 0x5d01)).toBe('desk@example.com');
    expect(readBinary(item.properties, 0x003b)?.toString('latin1')).toBe('SMTP:BOSS@EXAMPLE.COM\0');
    expect(readText(item.properties, 0x0050)).toBe('A;b@example.com');
    expect(readBinary(item.properties, 0x004f)?.readUInt32LE(0)).toBe(2);
    expect(readBinary(item.properties, 0x0041)?.toString('hex')).toBe(
      `00000000812b1fa4bea310199d6e00dd010f540200000190${Buffer.from('Boss\0SMTP\0boss@example.com\0', 'utf16le').toString('hex')}`,
    );
  });

  test('importance, sensitivity, threads, words and the stamp come through', async () => {
    const index = Buffer.alloc(22, 1).toString('base64');
    const item = await itemOf(
      bytesOf(
        'X-Skybridge-Id: 4711',
        'Subject: AW: Plan',
        'X-Priority: 1 (Highest)',
        'Sensitivity: Private',
        `Thread-Index: ${index}`,
        'Keywords: Blue, Green',
        'References: <1@x> <2@x>',
        'In-Reply-To: <2@x>',
        '',
        '',
      ),
    );
    const { properties } = item;
    const named = (set: string, key: string): PropertyList => {
      const found = findNamed(properties, { set: Buffer.from(set, 'hex'), key });
      return found === null ? [] : [found];
    };
    expect([0x0017, 0x0026, 0x0036].map((id) => readInt(properties, id))).toEqual([2, 1, 2]);
    expect(readText(properties, 0x003d)).toBe('AW: ');
    expect(readText(properties, 0x0070)).toBe('Plan');
    expect(readBinary(properties, 0x0071)).toEqual(Buffer.alloc(22, 1));
    expect(readText(properties, 0x1039)).toBe('<1@x> <2@x>');
    expect(readText(properties, 0x1042)).toBe('<2@x>');
    const [words] = named('2903020000000000c000000000000046', 'Keywords');
    expect(readTexts(words ?? null)).toEqual(['Blue', 'Green']);
    const [stamp] = named('8603020000000000c000000000000046', 'x-skybridge-id');
    expect(stamp?.value.toString('utf16le')).toBe('4711\0');
  });

  test('what is computed by Exchange is not written', async () => {
    const { properties } = await itemOf('Subject: x\r\nTo: a@b.example\r\n\r\n');
    const forbidden = [0x0e02, 0x0e03, 0x0e04, 0x0e08, 0x0e1b, 0x0e20, 0x0fff, 0x674a, 0x64f0];
    expect(properties.map(({ tag }) => tag >>> 16).filter((id) => forbidden.includes(id))).toEqual(
      [],
    );
  });
});
