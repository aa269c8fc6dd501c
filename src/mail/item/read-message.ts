/** A message as a mailbox item needs it: what MIME says, before it is said in Exchange's properties. */
import { type Address, type Attachment, addressParser } from 'postal-mime';
import { parseDateHeader } from '../date.ts';
import { decodeHeaderText, decodeRaw } from '../encoded-word.ts';
import { headerFields, splitMessage } from '../headers.ts';
import { freeBytes } from '../message-bytes.ts';
import { attachmentBytes, parseMime, UnreadableContentError } from '../parse-mime.ts';
import { type ExactParts, withExactParts } from './exact-parts.ts';

export interface Person {
  /** Empty where the message names none. */
  readonly name: string;
  readonly address: string;
}

export interface Recipient extends Person {
  readonly kind: 'to' | 'cc' | 'bcc';
}

export interface MessageFile {
  readonly name: string;
  /** In lower case. */
  readonly mimeType: string;
  /** Without brackets; null where there is none. */
  readonly contentId: string | null;
  /** The HTML shows it: it is no attachment to whoever reads. */
  readonly isInline: boolean;
  readonly bytes: Buffer;
  /** A message inside, taken apart; null for anything else, and for what lies too deep. */
  readonly message: ReadMessage | null;
}

/** What must stay as it came: the signature covers its octets, or only its reader can open it. */
export interface SealedEntity {
  readonly kind: 'signed' | 'opaque';
  readonly mimeType: string;
  /** Signed: the whole entity with the headers of its content. Opaque: the decoded octets. */
  readonly bytes: Buffer;
}

export interface ReadMessage {
  readonly subject: string;
  readonly from: Person | null;
  /** Who handed it in, where that is somebody else; else the same as `from`. */
  readonly sender: Person | null;
  readonly replyTo: readonly Person[];
  readonly recipients: readonly Recipient[];
  /** Of the Date header. */
  readonly sentAt: Date | null;
  readonly body: { readonly kind: 'html' | 'text'; readonly text: string };
  readonly files: readonly MessageFile[];
  readonly sealed: SealedEntity | null;
  /** The header block; encoded words stay as they are. */
  readonly headers: string;
  /** The first value of a header field, decoded; null where there is none. */
  readonly field: (name: string) => string | null;
}

/** Messages inside messages below this depth stay whole, as files. */
const MAX_DEPTH = 10;

/** Gives the memory of its files back at once; nothing of them may be in use any more. */
export function freeFiles({ files, sealed }: ReadMessage): void {
  files.forEach(({ bytes }) => freeBytes(bytes));
  if (sealed !== null) {
    freeBytes(sealed.bytes);
  }
}

/** Takes a message apart; holds no view of `bytes`. Throws UnreadableContentError. */
export function readMessage(bytes: Buffer): Promise<ReadMessage> {
  return read(bytes, 0);
}

async function read(bytes: Buffer, depth: number): Promise<ReadMessage> {
  const { header, body } = splitMessage(bytes);
  const fields = readFields(header);
  const first = (name: string): string | null => fields.get(name.toLowerCase())?.[0] ?? null;
  const people = (name: string): readonly Person[] =>
    (fields.get(name) ?? []).flatMap((value) => parsePeople(value));
  const exact = withExactParts(bytes);
  const { html, text, attachments } = await parseMime(exact.bytes);
  const files: MessageFile[] = [];
  for (const attachment of attachments) {
    files.push(await readFile(attachment, { html: html ?? '', depth, large: exact.large }));
  }
  const from = people('from')[0] ?? null;
  const sentSeconds = parseDateHeader(first('date') ?? '');
  return {
    subject: decodeHeaderText(first('subject') ?? ''),
    from,
    sender: people('sender')[0] ?? from,
    replyTo: people('reply-to'),
    recipients: (['to', 'cc', 'bcc'] as const).flatMap((kind) =>
      people(kind).map((person) => ({ kind, ...person })),
    ),
    sentAt: sentSeconds === null ? null : new Date(sentSeconds * 1000),
    body: html === undefined ? { kind: 'text', text: text ?? '' } : { kind: 'html', text: html },
    files,
    sealed: sealedOf(first('content-type') ?? '', { header, body, files }),
    headers: decodeRaw(header.toString('latin1')),
    field: (name) => {
      const value = first(name);
      return value === null ? null : decodeHeaderText(value);
    },
  };
}

/** Values by name in lower case, one character an octet. */
function readFields(header: Buffer): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (const { name, value } of headerFields(header)) {
    const key = name.toLowerCase();
    fields.set(key, [...(fields.get(key) ?? []), value]);
  }
  return fields;
}

/** The people of a field, those of groups one by one; a name without an address is nobody who can be written to. */
function parsePeople(value: string): readonly Person[] {
  return addressParser(decodeRaw(value)).flatMap(membersOf);
}

function membersOf(entry: Address): readonly Person[] {
  if (entry.group !== undefined) {
    return entry.group.flatMap(membersOf);
  }
  const { name, address } = entry;
  return name === '' && address === '' ? [] : [{ name, address }];
}

async function readFile(
  attachment: Attachment,
  {
    html,
    depth,
    large,
  }: { readonly html: string; readonly depth: number } & Pick<ExactParts, 'large'>,
): Promise<MessageFile> {
  const parsed = exactBytes(attachment);
  const bytes = large(parsed) ?? parsed;
  const contentId = attachment.contentId?.replace(/^\s*<|>\s*$/g, '') ?? null;
  const isMessage = attachment.mimeType === 'message/rfc822' && depth < MAX_DEPTH;
  const message = isMessage ? await readInside(bytes, depth + 1) : null;
  return {
    name: attachment.filename ?? '',
    mimeType: attachment.mimeType,
    contentId,
    // One that the text does not show must not be hidden from whoever reads.
    isInline: contentId !== null && contentId !== '' && html.includes(`cid:${contentId}`),
    bytes,
    message,
  };
}

/** The parser rewrites the lines of calendars, whatever they came in; RFC 5545 wants CRLF. */
function exactBytes(attachment: Attachment): Buffer {
  const bytes = attachmentBytes(attachment);
  return /^(?:text\/calendar|application\/ics)$/.test(attachment.mimeType)
    ? Buffer.from(bytes.toString('utf8').replaceAll('\n', '\r\n'))
    : bytes;
}

/** Null for what cannot be taken apart: it stays a file, octet for octet. */
async function readInside(bytes: Buffer, depth: number): Promise<ReadMessage | null> {
  try {
    return await read(bytes, depth);
  } catch (error) {
    if (error instanceof UnreadableContentError) {
      return null;
    }
    throw error;
  }
}

const SIGNED = /^multipart\/signed\b/i;
const OPAQUE = /^(application\/(?:x-)?pkcs7-mime)\b/i;
const OF_CONTENT = /^(?:mime-version|content-.*)$/i;

function sealedOf(
  contentType: string,
  message: {
    readonly header: Buffer;
    readonly body: Buffer;
    readonly files: readonly MessageFile[];
  },
): SealedEntity | null {
  if (SIGNED.test(contentType)) {
    const kept = [...headerFields(message.header)]
      .filter(({ name }) => OF_CONTENT.test(name))
      .map(({ start, end }) => message.header.subarray(start, end));
    const bytes = Buffer.concat([...kept, Buffer.from('\r\n'), message.body]);
    return { kind: 'signed', mimeType: 'multipart/signed', bytes };
  }
  const [, mimeType = ''] = OPAQUE.exec(contentType) ?? [];
  const [only] = message.files;
  return mimeType === '' || only === undefined
    ? null
    : { kind: 'opaque', mimeType: mimeType.toLowerCase(), bytes: only.bytes };
}
