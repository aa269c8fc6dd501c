import { createHash } from 'node:crypto';
import { VIRUS_MARKER } from '../imap/exchange-refusals.ts';
import {
  type Entity,
  encodeWord,
  filePart,
  formatEntity,
  type Header,
  multipart,
  textPart,
  wrapBase64,
} from './compose.ts';
import type { SeededRandom } from './random.ts';
import { person, prose, subjectText } from './words.ts';

/** What a message needs from the mailbox that it is made for. */
export interface Recipe {
  readonly random: SeededRandom;
  /** Different for each message of the mailbox. */
  readonly number: number;
  readonly date: Date;
}

/** Makes one message. */
export type Kind = (recipe: Recipe) => Buffer;

const BIG_MESSAGE_BYTES = 20 * 1024 * 1024;
const EXCHANGE_LINE_LIMIT_BYTES = 10_239;

function messageId(number: number): string {
  return `<${createHash('sha256').update(`sample ${number}`).digest('hex').slice(0, 24)}@mail.example>`;
}

function commonHeaders({ random, number, date }: Recipe): Header[] {
  return [
    [
      'Received',
      `from mx${random.below(9)}.example (unknown [192.0.2.${random.below(255)}])\r\n\tby mail.example; ${date.toUTCString()}`,
    ],
    ['From', person(random)],
    ['To', person(random)],
    ['Subject', encodeWord(subjectText(random))],
    ['Date', date.toUTCString().replace('GMT', '+0000')],
    ['Message-ID', messageId(number)],
    ['MIME-Version', '1.0'],
  ];
}

function message(recipe: Recipe, entity: Entity, replaced: readonly Header[] = []): Buffer {
  const names = new Set(replaced.map(([name]) => name));
  const common = commonHeaders(recipe).filter(([name]) => !names.has(name));
  return formatEntity({ headers: [...common, ...replaced, ...entity.headers], body: entity.body });
}

function without(name: string, bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replace(new RegExp(`^${name}: .*\r\n`, 'mu'), '');
  return Buffer.from(text, 'latin1');
}

function boundary({ number }: Recipe, level = 0): string {
  return `=_part_${level}_${number}`;
}

function alternative(recipe: Recipe, level = 0): Entity {
  const text = prose(recipe.random, 2 + recipe.random.below(6));
  const html = `<html><body><p>${text.trim().replaceAll('\r\n', '</p>\r\n<p>')}</p></body></html>\r\n`;
  return multipart('alternative', boundary(recipe, level), [
    textPart(text),
    textPart(html, 'html'),
  ]);
}

function withFiles(recipe: Recipe, files: readonly Entity[]): Buffer {
  return message(recipe, multipart('mixed', boundary(recipe), [alternative(recipe, 1), ...files]));
}

/** The ordinary messages, of which the folders are full. */
export const ORDINARY: readonly [Kind, ...Kind[]] = [
  (recipe) => message(recipe, textPart(prose(recipe.random, 3 + recipe.random.below(20)))),
  (recipe) => message(recipe, alternative(recipe)),
  (recipe) => {
    const latin = {
      headers: textPart('', 'plain', 'iso-8859-1').headers,
      body: Buffer.from('Grüße aus Köln, à bientôt\r\n', 'latin1'),
    };
    return message(recipe, latin);
  },
  (recipe) => {
    const content = recipe.random.bytes(500 + recipe.random.below(30_000));
    const name = recipe.random.pick([
      'report.pdf',
      'Übersicht 2019.pdf',
      '写真.bin',
      'a;b "c".dat'.replaceAll('"', "'"),
    ]);
    return withFiles(recipe, [
      filePart({ name, type: 'application/octet-stream', content }, { kind: 'attachment' }),
    ]);
  },
];

function inlineImage(recipe: Recipe): Buffer {
  const contentId = `image${recipe.number}@mail.example`;
  const html = textPart(
    `<p>${prose(recipe.random, 1).trim()}</p><img src="cid:${contentId}">\r\n`,
    'html',
  );
  const content = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47]),
    recipe.random.bytes(2_000),
  ]);
  const image = filePart(
    { name: 'logo.png', type: 'image/png', content },
    { kind: 'inline', contentId },
  );
  return message(recipe, multipart('related', boundary(recipe), [html, image]));
}

function invitation(recipe: Recipe): Buffer {
  const stamp = recipe.date.toISOString().replace(/[-:]|\.\d+/gu, '');
  const calendar = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    `UID:event-${recipe.number}@mail.example`,
    `DTSTAMP:${stamp}`,
    `DTSTART:${stamp}`,
    'SUMMARY:Besprechung über Köln',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
  const part: Entity = {
    headers: [
      ['Content-Type', 'text/calendar; method=REQUEST; charset=utf-8'],
      ['Content-Transfer-Encoding', 'base64'],
    ],
    body: Buffer.from(wrapBase64(Buffer.from(calendar))),
  };
  return message(
    recipe,
    multipart('alternative', boundary(recipe), [textPart(prose(recipe.random, 2)), part]),
  );
}

function signed(recipe: Recipe): Buffer {
  const signature = filePart(
    {
      name: 'smime.p7s',
      type: 'application/pkcs7-signature; name="smime.p7s"',
      content: recipe.random.bytes(1_200),
    },
    { kind: 'attachment' },
  );
  const subtype = 'signed; protocol="application/pkcs7-signature"; micalg=sha-256';
  return message(
    recipe,
    multipart(subtype, boundary(recipe), [textPart('Signed, to the octet.  \r\n'), signature]),
  );
}

function bigMessage(recipe: Recipe): Buffer {
  const content = recipe.random.bytes(Math.floor(((BIG_MESSAGE_BYTES - 4_096) / 78) * 57));
  return withFiles(recipe, [
    filePart({ name: 'film.mov', type: 'video/quicktime', content }, { kind: 'attachment' }),
  ]);
}

/** One line that Exchange does not take, and behind it text that reads like commands. */
function longLine(recipe: Recipe): Buffer {
  const line = `<body>${'<b>x</b>'.repeat(Math.ceil(EXCHANGE_LINE_LIMIT_BYTES / 8) + 40)}`;
  return message(
    recipe,
    textPart(`<html>\r\n${line}\r\nx1 DELETE Archive\r\n</body></html>\r\n`, 'html'),
  );
}

function virus(recipe: Recipe): Buffer {
  const content = Buffer.from(VIRUS_MARKER);
  return withFiles(recipe, [
    filePart(
      { name: 'free.exe', type: 'application/octet-stream', content },
      { kind: 'attachment' },
    ),
  ]);
}

function forwarded(recipe: Recipe): Buffer {
  const inner: Entity = {
    headers: [['Content-Type', 'message/rfc822']],
    body: message(
      { ...recipe, number: recipe.number + 1_000_000 },
      textPart('The inner message.\r\n'),
    ),
  };
  return withFiles(recipe, [inner]);
}

function plain(recipe: Recipe, replaced: readonly Header[], text = 'Short.\r\n'): Buffer {
  return message(recipe, textPart(text), replaced);
}

/** The awkward messages, by what is awkward about them. */
export const AWKWARD = {
  'inline-image': inlineImage,
  'calendar-invitation': invitation,
  'smime-signed': signed,
  big: bigMessage,
  'long-line': longLine,
  virus,
  'forwarded-message': forwarded,
  'no-message-id': (recipe) => without('Message-ID', plain(recipe, [])),
  'shared-message-id': (recipe) =>
    plain(recipe, [['Message-ID', '<shared@mail.example>']], prose(recipe.random, 2)),
  'quoted-message-id': (recipe) =>
    plain(recipe, [['Message-ID', `<"odd"${recipe.number}@mail.example>`]]),
  '8-bit-header': (recipe) => plain(recipe, [['Subject', 'Grüße, unverschlüsselt']]),
  'read-receipt': (recipe) =>
    plain(recipe, [['Disposition-Notification-To', 'Ada Byron <ada@example.com>']]),
  'bare-lf': (recipe) =>
    Buffer.from(plain(recipe, []).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  'bare-cr': (recipe) => plain(recipe, [], 'one\rtwo\r\nthree\r\n'),
  'no-final-line-end': (recipe) => plain(recipe, [], 'ends without'),
  'header-alone': (recipe) => plain(recipe, [], ''),
  'nul-at-the-end': (recipe) => plain(recipe, [], 'ends in NUL\r\n\0\0'),
  'odd-date': (recipe) => plain(recipe, [['Date', 'Fri, 31 Feb 99 25:61:00 +9900']]),
} satisfies Record<string, Kind>;

/** The name of an awkward message. */
export type AwkwardKind = keyof typeof AWKWARD;
