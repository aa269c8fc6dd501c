/** Generates messages together with what must be found in them, in the encodings that mailers use. */
import fc from 'fast-check';
import {
  type Entity,
  encodeWord,
  filePart,
  formatEntity,
  type Header,
  multipart,
} from '../../../sim/sample/compose.ts';

export interface KnownPerson {
  readonly name: string;
  readonly address: string;
}

export interface KnownFile {
  readonly name: string;
  readonly content: Buffer;
}

/** A message, and what whoever reads it must find. */
export interface KnownMessage {
  readonly bytes: Buffer;
  readonly subject: string;
  readonly from: KnownPerson;
  readonly to: readonly KnownPerson[];
  readonly cc: readonly KnownPerson[];
  readonly sentAt: Date;
  readonly messageId: string;
  readonly text: string;
  readonly html: string | null;
  readonly files: readonly KnownFile[];
  readonly inside: KnownMessage | null;
  /** Every header line, as text. */
  readonly headerLines: readonly string[];
}

const word = fc.constantFrom(
  'minutes',
  'Grüße',
  'Ærø',
  '会議',
  'Kosten (3 €)',
  'ümlaut,comma',
  '"quoted"',
  'a_b',
  '🎉',
  'RE:',
);
const phrase = fc
  .array(word, { minLength: 1, maxLength: 5 })
  .map((words) => words.join(' '))
  .filter((text) => !text.startsWith('RE:'));

const person: fc.Arbitrary<KnownPerson> = fc.record(
  {
    name: phrase,
    address: fc.nat(999).map((n) => `person.${n}@example.com`),
  },
  { noNullPrototype: true },
);

/** How a header says what is not ASCII. */
type Wording = (text: string) => string;

const isLatin = (text: string): boolean => /^[\x20-\x7e\xa0-\xff]*$/.test(text);

const quotedWord = (charset: string, octets: Buffer): string => {
  const safe = [...octets]
    .map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
  return `=?${charset}?q?${safe}?=`;
};

const wording: fc.Arbitrary<Wording> = fc.constantFrom<Wording[]>(
  encodeWord,
  (text) => quotedWord('UTF-8', Buffer.from(text)),
  (text) =>
    isLatin(text) ? quotedWord('iso-8859-1', Buffer.from(text, 'latin1')) : encodeWord(text),
  // Raw octets of UTF-8, as many programs send them.
  (text) => (/["(),:]/.test(text) ? encodeWord(text) : text),
);

const line = fc
  .array(fc.oneof(word, fc.constantFrom('=', '.', 'From me', '--')), { maxLength: 6 })
  .map((words) => words.join(' ').trimEnd());
const text = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\r\n'));

function quotedPrintable(octets: Buffer): string {
  return octets
    .toString('latin1')
    .replace(
      /[^\r\n!-<>-~]/g,
      (octet) => `=${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
}

/** Text in one of the charsets and encodings in which it can be said. */
function textEntity(type: string, content: string, choice: number): Entity {
  const asLatin = choice % 2 === 0 && isLatin(content.replace(/\r\n/g, ''));
  const charset = asLatin ? 'iso-8859-1' : 'utf-8';
  const octets = Buffer.from(content, asLatin ? 'latin1' : 'utf8');
  const [encoding, body] = (
    [
      ['8bit', octets.toString('latin1')],
      ['base64', octets.toString('base64').replace(/.{60}/g, '$&\r\n')],
      ['quoted-printable', quotedPrintable(octets)],
    ] as const
  )[choice % 3] ?? ['8bit', ''];
  return {
    headers: [
      ['Content-Type', `text/${type}; charset="${charset}"`],
      ['Content-Transfer-Encoding', encoding],
    ],
    body: Buffer.from(body, 'latin1'),
  };
}

const file: fc.Arbitrary<KnownFile> = fc.record(
  {
    name: phrase.map((name) => `${name.replaceAll(/["]/g, '')}.pdf`),
    content: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((octets) => Buffer.from(octets)),
  },
  { noNullPrototype: true },
);

interface Parts {
  readonly subject: string;
  readonly from: KnownPerson;
  readonly to: readonly KnownPerson[];
  readonly cc: readonly KnownPerson[];
  readonly seconds: number;
  readonly number: number;
  readonly text: string;
  readonly withHtml: boolean;
  readonly files: readonly KnownFile[];
  readonly inside: KnownMessage | null;
  readonly say: Wording;
  readonly choice: number;
}

let boundaries = 0;

function compose(parts: Parts): KnownMessage {
  const { from, to, cc, say, choice } = parts;
  const said = ({ name, address }: KnownPerson): string => `${say(name)} <${address}>`;
  const sentAt = new Date(parts.seconds * 1000);
  const messageId = `<${parts.number}@example.com>`;
  const html = parts.withHtml
    ? `<p>${parts.text.replace(/[<>&]/g, '').replaceAll('\r\n', '<br>')}</p>`
    : null;
  const plain = textEntity('plain', parts.text, choice);
  const body =
    html === null
      ? plain
      : multipart('alternative', boundary(), [plain, textEntity('html', html, choice + 1)]);
  const attached = [
    ...parts.files.map((one) =>
      filePart({ ...one, type: 'application/pdf' }, { kind: 'attachment' }),
    ),
    ...(parts.inside === null
      ? []
      : [{ headers: [['Content-Type', 'message/rfc822']], body: parts.inside.bytes } as const]),
  ];
  const whole = attached.length === 0 ? body : multipart('mixed', boundary(), [body, ...attached]);
  const headers: Header[] = [
    ['Received', 'from a.example by b.example; Mon, 1 Jan 2024 00:00:00 +0000'],
    ['Subject', say(parts.subject)],
    ['From', said(from)],
    ['To', to.map(said).join(',\r\n\t')],
    ...(cc.length === 0 ? [] : [['Cc', cc.map(said).join(', ')] as const]),
    ['Date', sentAt.toUTCString().replace('GMT', '+0000')],
    ['Message-ID', messageId],
    ['X-Mailer', 'Ürgh 1.0'],
    ['MIME-Version', '1.0'],
    ...whole.headers,
  ];
  return {
    bytes: formatEntity({ headers, body: whole.body }),
    subject: parts.subject,
    from,
    to,
    cc,
    sentAt,
    messageId,
    text: parts.text,
    html,
    files: parts.files,
    inside: parts.inside,
    headerLines: headers.map(([name, value]) => `${name}: ${value}`),
  };
}

function boundary(): string {
  boundaries += 1;
  return `=_part_${boundaries}`;
}

/** Sound messages, some with others inside. */
export const { knownMessage } = fc.letrec<{ knownMessage: KnownMessage }>((tie) => ({
  knownMessage: fc
    .record({
      subject: phrase,
      from: person,
      to: fc.array(person, { minLength: 1, maxLength: 3 }),
      cc: fc.array(person, { maxLength: 2 }),
      seconds: fc.integer({ min: 86_400, max: 1_790_000_000 }),
      number: fc.nat(),
      text,
      withHtml: fc.boolean(),
      files: fc.array(file, { maxLength: 2 }),
      inside: fc.option(tie('knownMessage'), { maxDepth: 3, depthSize: 'small' }),
      say: wording,
      choice: fc.nat(5),
    })
    .map((parts) => compose(parts)),
}));
