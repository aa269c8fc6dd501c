/** What a person would find in a message, apart from how it is encoded: compared by the verification. */
import { createHash } from 'node:crypto';
import type { Attachment } from 'postal-mime';
import { decodeHeaderText } from './encoded-word.ts';
import { firstValue, splitMessage } from './headers.ts';
import { describeInvitation, type Invitation } from './invitation.ts';
import { attachmentBytes, parseMime } from './parse-mime.ts';

export interface ContentAttachment {
  /** Decoded, NFC; empty for a part without a name. */
  readonly name: string;
  /** Decoded size; of a nested message, that of its text and attachments. */
  readonly sizeBytes: number;
  /** Hex, of the decoded octets; of a nested message, of its own description. */
  readonly sha256: string;
}

export interface MessageContent {
  readonly subject: string;
  /** The readable text with blanks collapsed; of the HTML where there is no plain text. */
  readonly text: string;
  /** Sorted, so that two descriptions compare as multisets. */
  readonly attachments: readonly ContentAttachment[];
  /** Its text/calendar parts, sorted; null stands for one that does not open. */
  readonly invitations: readonly (Invitation | null)[];
}

/** Nested messages below this depth are compared as raw octets. */
const MAX_NESTED_MESSAGES = 10;

/** Describes the decoded content of a message so that servers that rebuild MIME describe it alike. */
export function describeContent(bytes: Buffer): Promise<MessageContent> {
  return describe(bytes, 0);
}

async function describe(bytes: Buffer, depth: number): Promise<MessageContent> {
  const email = await parseMime(bytes);
  const attachments: ContentAttachment[] = [];
  const invitations: (Invitation | null)[] = [];
  for (const attachment of email.attachments) {
    // Exchange makes an item of it, and writes the part anew from the item.
    if (attachment.mimeType === 'text/calendar') {
      invitations.push(describeInvitation(attachmentBytes(attachment).toString('utf8')));
    } else {
      attachments.push(await describeAttachment(attachment, depth));
    }
  }
  invitations.sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)));
  attachments.sort((a, b) => compareText(`${a.name} ${a.sha256}`, `${b.name} ${b.sha256}`));
  return {
    subject: collapse(readSubject(bytes)),
    text: collapse(email.text ?? htmlText(email.html ?? '')),
    attachments,
    invitations,
  };
}

/** Our own reading: the parser's takes raw 8-bit for UTF-8 whether it is or not. */
function readSubject(bytes: Buffer): string {
  return decodeHeaderText(firstValue(splitMessage(bytes).header, 'subject') ?? '');
}

async function describeAttachment(part: Attachment, depth: number): Promise<ContentAttachment> {
  const name = (part.filename ?? '').normalize('NFC');
  const bytes = attachmentBytes(part);
  if (part.mimeType !== 'message/rfc822' || depth >= MAX_NESTED_MESSAGES) {
    const octets = canonicalOctets(bytes);
    return { name, sizeBytes: octets.length, sha256: sha256(octets) };
  }
  // A rebuilt nested message has other boundaries, encodings and, on Exchange, another file name.
  const nested = await describe(bytes, depth + 1);
  const sizeBytes = nested.attachments.reduce(
    (sum, attachment) => sum + attachment.sizeBytes,
    Buffer.byteLength(nested.text),
  );
  return { name: '', sizeBytes, sha256: sha256(Buffer.from(JSON.stringify(nested))) };
}

/**
 * Octets without NUL are lines of text to the servers on the way: line ends, and those at the very
 * end, depend on the transfer encoding. Everything else counts octet for octet.
 */
function canonicalOctets(bytes: Buffer): Buffer {
  if (bytes.includes(0)) {
    return bytes;
  }
  const text = bytes.toString('latin1').replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  let end = text.length;
  while (end > 0 && text[end - 1] === '\n') {
    end -= 1;
  }
  return Buffer.from(text.slice(0, end), 'latin1');
}

function htmlText(html: string): string {
  return html.replace(/<[^<>]*>/g, ' ');
}

/** NUL is taken out on the way, since no mail may hold it, and no program shows it. */
function collapse(text: string): string {
  return text.replaceAll('\0', '').normalize('NFC').split(/\s+/).join(' ').trim();
}

function compareText(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  return a < b ? -1 : 1;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
