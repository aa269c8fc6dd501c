import { createHash } from 'node:crypto';
import { type AddressObject, type Attachment, simpleParser } from 'mailparser';
import type { SnapshotMessage } from './mailbox-snapshot.ts';

/**
 * `exact`: to the octet, for generic servers · `semantic`: what Exchange keeps when it rebuilds MIME ·
 * `one-body`: the same, for items, which have one body: beside HTML the plain text does not count.
 */
export type CompareMode = 'exact' | 'semantic' | 'one-body';

/** What two messages are held against each other by. */
export interface Fingerprint {
  readonly message: SnapshotMessage;
  /** Everything that must survive of the content. */
  readonly content: string;
  /** Which message it is, if its content is another; null: nothing tells. */
  readonly identity: string | null;
  readonly date: string;
  readonly flags: string;
  /** For a person; without any subject or address. */
  readonly description: string;
}

const KEPT_FLAGS = new Set(['\\seen', '\\answered', '\\flagged', '\\draft']);

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function collapse(text: string | undefined): string {
  return (text ?? '').replaceAll('\0', '').replace(/\s+/gu, ' ').trim();
}

function flagsOf(message: SnapshotMessage, mode: CompareMode): string {
  const lower = message.flags.map((flag) => flag.toLowerCase());
  const kept = lower.filter((flag) =>
    mode === 'exact' ? flag !== '\\recent' : KEPT_FLAGS.has(flag),
  );
  return [...new Set(kept)].toSorted().join(' ');
}

function addressList(field: AddressObject | readonly AddressObject[] | undefined): string[] {
  return [field ?? []]
    .flat()
    .flatMap(({ value }) => value)
    .map(({ name, address }) => `${collapse(name)} <${collapse(address)}>`);
}

function attachmentDigest({ filename, contentType, content }: Attachment): string {
  // A text may come back with other line ends: it counts by its words.
  const isText = contentType.startsWith('text/') || contentType === 'message/rfc822';
  const digest = sha256(isText ? collapse(content.toString('utf8')) : content);
  return `${(filename ?? '').normalize('NFC')} ${digest}`;
}

interface Content {
  readonly content: string;
  readonly identity: string | null;
}

async function semanticContent(bytes: Buffer, mode: CompareMode): Promise<Content> {
  // Another parser than the product's: what one reads wrongly, the other does not.
  const email = await simpleParser(bytes, {
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipImageLinks: true,
  });
  const html = collapse(email.html === false ? '' : email.html);
  const body = {
    text: mode === 'one-body' && html !== '' ? '' : collapse(email.text),
    html,
    attachments: email.attachments.map(attachmentDigest).toSorted(),
  };
  const header = {
    messageId: collapse(email.messageId),
    subject: collapse(email.subject),
    // As it stands there: the parser would make the present moment of an impossible date.
    date: collapse(email.headerLines.find(({ key }) => key === 'date')?.line),
    from: addressList(email.from),
    to: addressList(email.to),
  };
  const identity = header.messageId === '' ? sha256(JSON.stringify(body)) : header.messageId;
  return { content: sha256(JSON.stringify([header, body])), identity };
}

function exactContent(bytes: Buffer): Content {
  const head =
    bytes
      .subarray(0, 64 * 1024)
      .toString('latin1')
      .split(/\r?\n\r?\n/u)[0] ?? '';
  const messageId = /^message-id:\s*(<[^\r\n]*>)/imu.exec(head)?.[1] ?? null;
  return { content: sha256(bytes), identity: messageId };
}

/** Computes what a message is compared by. */
export async function fingerprint(
  message: SnapshotMessage,
  mode: CompareMode,
): Promise<Fingerprint> {
  const { content, identity } =
    mode === 'exact' ? exactContent(message.bytes) : await semanticContent(message.bytes, mode);
  const date = new Date(Math.floor(message.internalDate.getTime() / 1000) * 1000).toISOString();
  const flags = flagsOf(message, mode);
  const described = `${content.slice(0, 12)} of ${date}, ${message.bytes.length} bytes`;
  return { message, content, identity, date, flags, description: described };
}
