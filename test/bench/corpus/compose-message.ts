import type { SeededRandom } from '../../sim/sample/random.ts';
import type { Filling } from './filling.ts';

export interface ComposeInput {
  readonly random: SeededRandom;
  readonly filling: Filling;
  readonly folder: string;
  readonly index: number;
  readonly sizeBytes: number;
  readonly sentAt: Date;
  /** Nothing about it is odd. */
  readonly isClean: boolean;
}

const NAMES: readonly [string, ...string[]] = [
  'Anna Müller',
  'John Smith',
  'Jörg Weiß',
  '山田太郎',
  'Ольга Иванова',
  'Marie-Claire Lefèvre',
  'Bob "Bobby" Jones',
  'newsletter',
  'Ali, Baba',
];
const DOMAINS: readonly [string, ...string[]] = [
  'example.com',
  'example.org',
  'mail.example.net',
  'lists.example.edu',
];
const ATTACHMENTS: readonly [string, ...string[]] = [
  'image/jpeg',
  'application/pdf',
  'application/octet-stream',
  'image/heic',
];

function encodeWord(text: string): string {
  return /^[ -~]*$/u.test(text) ? text : `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
}

function hex(random: SeededRandom, sizeBytes: number): string {
  return random.bytes(sizeBytes).toString('hex');
}

/** The odd tenth of real mail: each entry holds below its bound, and above the one before. */
const ODDITIES = [
  { below: 0.02, kind: 'no-message-id' },
  { below: 0.03, kind: 'shared-message-id' },
  { below: 0.035, kind: 'empty-message-id' },
  { below: 0.04, kind: 'spaces-in-message-id' },
  { below: 0.05, kind: 'no-date' },
  { below: 0.06, kind: 'long-line' },
  { below: 0.07, kind: 'raw-8-bit' },
  { below: 0.08, kind: 'many-references' },
  { below: 0.085, kind: 'broken-header' },
  { below: 0.095, kind: 'no-final-newline' },
  { below: 1, kind: 'none' },
] as const;

type Oddity = (typeof ODDITIES)[number]['kind'];

const MESSAGE_IDS: Partial<Record<Oddity, string | null>> = {
  'no-message-id': null,
  'shared-message-id': '<fixed-id-collision@example.com>',
  'empty-message-id': '<>',
  'spaces-in-message-id': '  <spaces in id @x y>',
};

/** The header line that an oddity adds. */
const ODD_LINES: Partial<Record<Oddity, (random: SeededRandom, domain: string) => string>> = {
  'long-line': (random) => `X-Long: ${'x'.repeat(900 + random.below(7000))}`,
  'raw-8-bit': () => 'X-Raw-8bit: grüße aus köln',
  'many-references': (random, domain) =>
    `References: ${Array.from({ length: 60 }, () => `<${hex(random, 8)}@${domain}>`).join('\r\n ')}`,
  'broken-header': () => 'From_: broken header without value\r\nX-Empty:',
};

function headerLines(input: ComposeInput, oddity: Oddity): string[] {
  const { random, filling, folder, index, sentAt } = input;
  const domain = random.pick(DOMAINS);
  const date = sentAt.toUTCString().replace('GMT', '+0000');
  const received = Array.from(
    { length: 1 + random.below(6) },
    (_, hop) =>
      `Received: from mx${hop}.${domain} (mx${hop}.${domain} [192.0.2.${1 + random.below(250)}])\r\n\tby mail${hop}.example.net (Postfix) with ESMTPS id ${hex(random, 5)}\r\n\tfor <user@icloud.example>; ${date}`,
  );
  const recipients = Array.from(
    { length: random.pick([1, 1, 1, 2, 5, 40]) },
    (_, number) => `user${number}@icloud.example`,
  );
  const ordinary = `<${hex(random, 8)}.${index}@${domain}>`;
  const messageId = MESSAGE_IDS[oddity] === undefined ? ordinary : MESSAGE_IDS[oddity];
  const oddLine = ODD_LINES[oddity]?.(random, domain);
  const subject = filling.words(random, 1 + random.below(9)) + random.pick(['', '', ' ü', ' 日本']);
  return [
    ...received,
    `From: ${encodeWord(random.pick(NAMES))} <u${random.below(400)}@${domain}>`,
    `To: ${recipients.join(',\r\n ')}`,
    `Subject: ${encodeWord(subject)}`,
    ...(messageId === null ? [] : [`Message-ID: ${messageId}`]),
    ...(oddity === 'no-date' ? [] : [`Date: ${date}`]),
    ...(oddLine === undefined ? [] : [oddLine]),
    ...(folder === 'Notes' ? ['X-Uniform-Type-Identifier: com.apple.mail-note'] : []),
    'MIME-Version: 1.0',
  ];
}

interface Body {
  readonly type: string;
  readonly bytes: Buffer;
}

function textBody({ random, filling }: ComposeInput, sizeBytes: number): Body {
  const text = filling.text(random, sizeBytes);
  if (random.next() < 0.4) {
    const type = 'text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit';
    return { type, bytes: Buffer.concat([Buffer.from('<html>Grüße €</html>\r\n'), text]) };
  }
  return { type: 'text/plain; charset=us-ascii', bytes: text };
}

function multipartBody({ random, filling, index }: ComposeInput, sizeBytes: number): Body {
  const boundary = `----=_Part_${index}_${hex(random, 6)}`;
  const textBytes = Math.min(Math.floor(sizeBytes / 3), 300 + random.below(11_700));
  const count = random.pick([1, 1, 1, 2, 3]);
  const part = (head: string, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), content]);
  const attachments = Array.from({ length: count }, (_, number) => {
    const type = `Content-Type: ${random.pick(ATTACHMENTS)}; name="${encodeWord(`Anhang ü${number}.bin`)}"`;
    const head = `${type}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment`;
    return part(head, filling.base64(random, (sizeBytes - textBytes) / count));
  });
  const bytes = Buffer.concat([
    Buffer.from('This is a multi-part message in MIME format.\r\n'),
    part(
      'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit',
      filling.text(random, textBytes),
    ),
    ...attachments,
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  return { type: `multipart/mixed;\r\n boundary="${boundary}"`, bytes };
}

/** Writes one message of about `sizeBytes`. */
export function composeMessage(input: ComposeInput): Buffer {
  const { random, sizeBytes, isClean } = input;
  const draw = isClean ? 1 : random.next();
  const oddity = ODDITIES.find(({ below }) => draw < below)?.kind ?? 'none';
  const header = headerLines(input, oddity);
  const headerBytes = header.reduce((sum, line) => sum + line.length, 0);
  const bodyBytes = Math.max(40, sizeBytes - headerBytes - 200);
  const isText = bodyBytes < 6000 || (random.next() < 0.25 && sizeBytes < 200_000);
  const { type, bytes } = (isText ? textBody : multipartBody)(input, bodyBytes);
  const head = Buffer.from(`${[...header, `Content-Type: ${type}`].join('\r\n')}\r\n\r\n`);
  const isCut = oddity === 'no-final-newline' && sizeBytes < 100_000;
  return Buffer.concat([head, isCut ? bytes.subarray(0, -2) : bytes]);
}
