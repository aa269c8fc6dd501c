/** Generators of mail: sound mail with over-long lines and odd headers, and hostile octets. */
import fc from 'fast-check';

/** One entity: its header lines and its body, both as latin1 text. */
export interface Entity {
  readonly headers: readonly string[];
  readonly body: string;
}

const filler = fc.constantFrom('word ', 'Grüße ', '= ', '- ', '\t', '-- ', '.', 'From ', '日本');

/** Text with lines of any length up to some thousand octets, as UTF-8 octets. */
const longText = fc
  .array(fc.tuple(fc.array(filler, { maxLength: 12 }), fc.integer({ min: 0, max: 120 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((lines) => lines.map(([words, times]) => `a${words.join('').repeat(times)}z`).join('\r\n'))
  .map((text) => Buffer.from(text, 'utf8').toString('latin1'));

const binary = fc
  .uint8Array({ minLength: 1, maxLength: 3000 })
  .map((octets) => Buffer.from(octets));

function base64Text(bytes: Buffer, lineCharacters: number): string {
  return bytes.toString('base64').replace(new RegExp(`.{${lineCharacters}}`, 'g'), '$&\r\n');
}

function quoted(text: string): string {
  const safe = text.replace(
    /[^ -<>-~\r\n]/g,
    (octet) => `=${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return safe.replace(/[ \t]$/gm, '=20');
}

const leaf: fc.Arbitrary<Entity> = fc.oneof(
  fc.tuple(fc.constantFrom('plain', 'html', 'csv', 'x-unknown'), longText).map(([type, body]) => ({
    headers: [`Content-Type: text/${type}; charset=utf-8`, 'Content-Transfer-Encoding: 8bit'],
    body,
  })),
  longText.map((body) => ({ headers: [], body: body.replace(/[\x80-\xff]/g, 'x') })),
  longText.map((body) => ({
    headers: [
      'Content-Type: text/plain; charset="utf-8"',
      'Content-Transfer-Encoding: QUOTED-printable',
    ],
    body: quoted(body),
  })),
  fc.tuple(binary, fc.constantFrom(60, 76, 300, 9000)).map(([bytes, lineCharacters]) => ({
    headers: [
      'Content-Type: image/png; name="=?utf-8?Q?Gr=C3=BC=C3=9Fe.png?="',
      'Content-Disposition: attachment',
      'Content-Transfer-Encoding: base64',
    ],
    body: base64Text(bytes, lineCharacters),
  })),
  longText.map((body) => ({
    headers: [
      'Content-Type: application/x-thing; name=thing.txt',
      'Content-Transfer-Encoding: 7bit',
    ],
    body,
  })),
);

let boundaries = 0;

function multipart(subtype: string, parts: readonly Entity[], preamble: string): Entity {
  boundaries += 1;
  const boundary = `=_b ${boundaries}`;
  const inner = parts.map((part) => `--${boundary}\r\n${formatEntity(part)}\r\n`).join('');
  return {
    headers: [`Content-Type: multipart/${subtype};\r\n\tboundary="${boundary}"`],
    body: `${preamble}\r\n${inner}--${boundary}--\r\n`,
  };
}

const { entity } = fc.letrec<{ entity: Entity }>((tie) => ({
  entity: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc
      .tuple(
        fc.constantFrom('mixed', 'alternative', 'related', 'report'),
        fc.array(tie('entity'), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('', 'This is MIME.', 'preamble '.repeat(90)),
      )
      .map(([subtype, parts, preamble]) => multipart(subtype, parts, preamble)),
    tie('entity').map((inner) => ({
      headers: ['Content-Type: message/rfc822'],
      body: formatEntity({ ...inner, headers: ['Subject: nested', ...inner.headers] }),
    })),
  ),
}));

function formatEntity(value: Entity): string {
  return `${value.headers.map((line) => `${line}\r\n`).join('')}\r\n${value.body}`;
}

const oddHeader = fc.constantFrom(
  'Subject: Gr\xc3\xbc\xc3\x9fe aus K\xc3\xb6ln',
  'Subject: =?utf-8?Q?a=C3=BC?= caf\xe9',
  'From: J\xc3\xb6rg "der Gro\xc3\x9fe" <joerg@example.com>',
  `References: ${'<reference.number@example.com> '.repeat(30)}`,
  `X-Long: ${'x'.repeat(1500)}`,
  'X-Raw:\x01 control',
  'To: a@b.example',
);

/** A sound MIME tree whose lines may be of any length, under headers that may be raw 8-bit. */
export const soundMail: fc.Arbitrary<Buffer> = fc
  .tuple(fc.array(oddHeader, { maxLength: 4 }), entity)
  .map(([headers, inner]) => formatEntity({ ...inner, headers: [...headers, ...inner.headers] }))
  .map((text) => Buffer.from(text, 'latin1'));

const piece = fc.oneof(
  fc.constantFrom(
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\0',
    ' ',
    '\t',
    ':',
    '--b',
    '--b--',
    '--c',
    '=',
    '\xe9',
    '\x1b',
    'Content-Type: multipart/mixed; boundary=b\r\n',
    'Content-Type: multipart/mixed; boundary="c"\r\n',
    'Content-Type: message/rfc822\r\n',
    'Content-Type: multipart/signed; boundary=b\r\n',
    'Content-Transfer-Encoding: base64\r\n',
    'Content-Transfer-Encoding: quoted-printable\r\n',
    'Content-Type: multipart/digest\r\n',
    'Disposition-Notification-To: a@b\r\n',
    'Subject: x\xc3\xbc',
    'X-Skybridge-Id: 1\r\n',
    'x1 DELETE Archive\r\n',
    'From: "\xfc',
    '=?utf-8?B?',
    '?=',
  ),
  fc
    .tuple(
      fc.constantFrom('a', ' ', '-', '=', '\xfc', '=\r', '"', '<'),
      fc.integer({ min: 1, max: 900 }),
    )
    .map(([text, times]) => text.repeat(times)),
);

/** Octets that look like mail often enough to reach every branch. */
export const hostileMail: fc.Arbitrary<Buffer> = fc
  .array(piece, { maxLength: 40 })
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'));
