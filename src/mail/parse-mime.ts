import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { AppError } from '../errors.ts';

/** The parser gave up: nesting or headers beyond any honest message. */
export class UnreadableContentError extends AppError {
  override readonly name = 'UnreadableContentError';
  readonly code = 'mail.unreadable-content';
  readonly disposition = 'stop';
}

/** Takes a message apart; nested messages stay whole, as attachments. */
export async function parseMime(bytes: Buffer): Promise<Email> {
  try {
    // Inlined messages would put their headers, in a layout of the parser's own, into our text.
    return await PostalMime.parse(wholeMemory(bytes) ?? bytes, { forceRfc822Attachments: true });
  } catch (cause) {
    throw new UnreadableContentError('The message cannot be taken apart', { cause });
  }
}

/** The parser copies a piece of something larger; what lies alone in its memory it reads where it is. */
function wholeMemory(bytes: Buffer): ArrayBuffer | null {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length ? buffer : null;
}

/** The decoded octets of an attachment: a view. */
export function attachmentBytes({ content }: Pick<Attachment, 'content'>): Buffer {
  if (typeof content === 'string') {
    return Buffer.from(content, 'utf8');
  }
  return content instanceof Uint8Array
    ? Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    : Buffer.from(content);
}
