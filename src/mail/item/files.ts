/** Attachments as a mailbox item carries them: MS-OXCMSG section 2.2.2, MS-OXOSMIME for what is signed. */
import { makeBinary, makeBoolean, makeInt, makeText } from '../fast-transfer/make-property.ts';
import type {
  EmbeddedMessage,
  PropertyList,
  StreamAttachment,
} from '../fast-transfer/properties.ts';
import type { MessageFile, SealedEntity } from './read-message.ts';

const BY_VALUE = 1;
const EMBEDDED_MESSAGE = 5;

/** Shown inside the text, through its Content-ID. */
const RENDERED_IN_BODY = 4;

/** Not shown at a place in the text. */
const NO_POSITION = -1;

function nameProperties(name: string): PropertyList {
  const extension = /\.[^.\s]{1,16}$/.exec(name)?.[0] ?? '';
  return [
    makeText(0x3707, name),
    makeText(0x3704, shortName(name, extension)),
    ...(extension === '' ? [] : [makeText(0x3703, extension)]),
    makeText(0x3001, name),
  ];
}

/** PidTagAttachFilename: eight characters and three. */
function shortName(name: string, extension: string): string {
  const stem = name.slice(0, name.length - extension.length).replace(/[^\w-]/g, '_');
  return `${stem.slice(0, 8)}${extension.slice(0, 4)}`;
}

function dataProperties(mimeType: string, bytes: Buffer): PropertyList {
  return [makeText(0x370e, mimeType), makeBinary(0x3701, bytes), makeInt(0x370b, NO_POSITION)];
}

/** Endings by which a person's computer knows what to open. */
const NAMES_BY_TYPE: Readonly<Record<string, string>> = {
  'message/rfc822': 'message.eml',
  'text/calendar': 'invite.ics',
  'text/plain': 'text.txt',
  'text/html': 'text.html',
  'text/vcard': 'contact.vcf',
  'image/png': 'image.png',
  'image/jpeg': 'image.jpg',
  'image/gif': 'image.gif',
  'image/heic': 'image.heic',
  'application/pdf': 'document.pdf',
};

/** What a part without a name is called: a person must be able to open it. */
function nameOf({ name, mimeType, message }: MessageFile): string {
  if (name !== '') {
    return name;
  }
  const subject = message?.subject ?? '';
  return subject === '' ? (NAMES_BY_TYPE[mimeType] ?? 'attachment.dat') : subject;
}

/** A file, or a message that opens as a message where `embedded` is given. */
export function fileAttachment(
  file: MessageFile,
  number: number,
  embedded: EmbeddedMessage | null,
): StreamAttachment {
  const name = nameOf(file);
  if (embedded !== null) {
    const properties = [
      makeInt(0x3705, EMBEDDED_MESSAGE),
      makeText(0x3001, name),
      makeText(0x370e, file.mimeType),
      makeInt(0x370b, NO_POSITION),
    ];
    return { number, properties, embedded };
  }
  const inline = [makeInt(0x3714, RENDERED_IN_BODY), makeBoolean(0x7ffe, true)];
  const properties = [
    makeInt(0x3705, BY_VALUE),
    ...nameProperties(name),
    ...(file.contentId === null ? [] : [makeText(0x3712, file.contentId)]),
    ...(file.isInline ? inline : []),
    ...dataProperties(file.mimeType, file.bytes),
  ];
  return { number, properties, embedded };
}

/** The one attachment of a signed or encrypted message. */
export function sealedAttachment({ mimeType, bytes }: SealedEntity): StreamAttachment {
  const properties = [
    makeInt(0x3705, BY_VALUE),
    ...nameProperties('smime.p7m'),
    ...dataProperties(mimeType, bytes),
  ];
  return { number: 0, properties, embedded: null };
}
