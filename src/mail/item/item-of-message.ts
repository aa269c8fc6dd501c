/** A message as a mailbox item of Exchange, ready to be written as a fast transfer stream. */
import {
  makeBinary,
  makeInt,
  makeNamedTexts,
  makeText,
  makeTime,
} from '../fast-transfer/make-property.ts';
import type {
  EmbeddedMessage,
  Property,
  PropertyList,
  StreamAttachment,
  StreamItem,
} from '../fast-transfer/properties.ts';
import { STAMP_HEADER } from '../stamp.ts';
import { fileAttachment, sealedAttachment } from './files.ts';
import { authorProperties, recipientProperties } from './people.ts';
import type { MessageFile, ReadMessage } from './read-message.ts';
import { flagProperties, weightProperties } from './state.ts';

/** What IMAP says of a message beside its octets. */
export interface ItemState {
  readonly flags: readonly string[];
  readonly receivedAt: Date;
}

/** TellPartnerVersion is that of the tenant's own exports. */
export function itemOfMessage(message: ReadMessage, state: ItemState, version: Buffer): StreamItem {
  return {
    version,
    properties: messageProperties(message, state),
    groups: [
      { kind: 'recipients', recipients: message.recipients.map(recipientProperties) },
      { kind: 'attachments', attachments: attachmentsOf(message, state, counter()) },
    ],
  };
}

const CODE_PAGE_UTF8 = 65_001;

/** PidTagNativeBody. */
const PLAIN = 1;
const HTML = 3;

const LOCALE_ENGLISH = 1033;

function messageProperties(message: ReadMessage, state: ItemState): PropertyList {
  const { receivedAt } = state;
  return [
    makeText(0x001a, classOf(message)),
    ...flagProperties(state.flags, receivedAt),
    ...weightProperties(message),
    makeTime(0x0e06, receivedAt),
    makeTime(0x0039, message.sentAt ?? receivedAt),
    makeTime(0x3007, receivedAt),
    makeTime(0x3008, receivedAt),
    ...subjectProperties(message),
    ...authorProperties(message),
    ...bodyProperties(message),
    ...internetProperties(message),
    ...namedProperties(message),
  ];
}

/** MS-OXOSMIME section 2.1.1. */
function classOf({ sealed }: ReadMessage): string {
  if (sealed === null) {
    return 'IPM.Note';
  }
  return sealed.kind === 'signed' ? 'IPM.Note.SMIME.MultipartSigned' : 'IPM.Note.SMIME';
}

/** MS-OXCMSG section 2.2.1.9: up to three characters, a colon and a blank are a prefix. */
const PREFIX = /^[^\s:\d]{1,3}: /;

function subjectProperties({ subject, field }: ReadMessage): PropertyList {
  const prefix = PREFIX.exec(subject)?.[0] ?? '';
  const rest = subject.slice(prefix.length);
  const index = Buffer.from(field('thread-index') ?? '', 'base64');
  return [
    makeText(0x0037, subject),
    makeText(0x003d, prefix),
    makeText(0x0e1d, rest),
    makeText(0x0070, field('thread-topic') ?? rest),
    // A shorter one is none: MS-OXOMSG section 2.2.1.3.
    ...(index.length < 22 ? [] : [makeBinary(0x0071, index)]),
  ];
}

/** One body only: Exchange makes the others of it. */
function bodyProperties({ body }: ReadMessage): PropertyList {
  return body.kind === 'html'
    ? [
        makeBinary(0x1013, Buffer.from(body.text, 'utf8')),
        makeInt(0x3fde, CODE_PAGE_UTF8),
        makeInt(0x1016, HTML),
      ]
    : [makeText(0x1000, body.text.replace(/\r?\n/g, '\r\n')), makeInt(0x1016, PLAIN)];
}

function internetProperties({ field, headers }: ReadMessage): PropertyList {
  const texts = [
    [0x1035, field('message-id')],
    [0x1039, field('references')],
    [0x1042, field('in-reply-to')],
  ] as const;
  return [
    ...texts.flatMap(([id, text]) => (text === null ? [] : [makeText(id, text)])),
    makeText(0x007d, headers),
    makeInt(0x3ff1, LOCALE_ENGLISH),
  ];
}

/** PS_PUBLIC_STRINGS. */
const PUBLIC_STRINGS = Buffer.from('2903020000000000c000000000000046', 'hex');

/** PS_INTERNET_HEADERS: Exchange keeps header fields of other programs there, under their names. */
const INTERNET_HEADERS = Buffer.from('8603020000000000c000000000000046', 'hex');

function namedProperties({ field }: ReadMessage): PropertyList {
  const words = (field('keywords') ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const stamp = field(STAMP_HEADER);
  const named: Property[] = [];
  if (words.length > 0) {
    named.push(makeNamedTexts(0x8001, { set: PUBLIC_STRINGS, key: 'Keywords' }, words));
  }
  if (stamp !== null) {
    const name = { set: INTERNET_HEADERS, key: STAMP_HEADER.toLowerCase() };
    named.push({ ...makeText(0x8002, stamp), name });
  }
  return named;
}

/** Numbers embedded messages of one item: each needs a PidTagMid of its own. */
function counter(): () => Buffer {
  let count = 0;
  return () => {
    count += 1;
    const mid = Buffer.alloc(8);
    // Replica 1, then a counter of six octets, its highest first (MS-OXCDATA section 2.2.1.2).
    mid.writeUInt16LE(1, 0);
    mid.writeUIntBE(count, 2, 6);
    return mid;
  };
}

function attachmentsOf(
  { sealed, files }: ReadMessage,
  state: ItemState,
  nextMid: () => Buffer,
): readonly StreamAttachment[] {
  if (sealed !== null) {
    return [sealedAttachment(sealed)];
  }
  return files.map((file, number) =>
    fileAttachment(file, number, embeddedOf(file, state, nextMid)),
  );
}

/** What lies inside was read once, and received with what it lies in. */
function embeddedOf(
  { message }: MessageFile,
  { receivedAt }: ItemState,
  nextMid: () => Buffer,
): EmbeddedMessage | null {
  if (message === null) {
    return null;
  }
  const state = { flags: ['\\Seen'], receivedAt: message.sentAt ?? receivedAt };
  return {
    mid: nextMid(),
    properties: messageProperties(message, state),
    recipients: message.recipients.map(recipientProperties),
    attachments: attachmentsOf(message, state, nextMid),
  };
}
