/** What a mailbox shows of an item that was imported: the same message over IMAP, rebuilt from properties. */
import {
  type Entity,
  filePart,
  formatEntity,
  type Header,
  multipart,
  textPart,
  wrapBase64,
} from '../../sample/compose.ts';
import { find, numberOf, textOf, timeOf } from './item-rules.ts';
import type { SimAttachment, SimItem } from './read-stream.ts';

export interface ImportedMessage {
  readonly bytes: Buffer;
  readonly flags: readonly string[];
  readonly internalDate: Date;
}

/** An item that `checkItem` let pass, as a message. */
export function messageOfItem(item: SimItem): ImportedMessage {
  const flags = numberOf(item.properties, 0x0e07) ?? 0;
  const verb = numberOf(item.properties, 0x1081);
  return {
    bytes: bytesOf(item),
    flags: [
      ...((flags & 1) === 0 ? [] : ['\\Seen']),
      ...((flags & 8) === 0 ? [] : ['\\Draft']),
      ...(numberOf(item.properties, 0x1090) === 2 ? ['\\Flagged'] : []),
      ...(verb === 102 || verb === 103 ? ['\\Answered'] : []),
    ],
    internalDate: timeOf(item.properties, 0x0e06) ?? new Date(0),
  };
}

let boundaries = 0;

function boundary(): string {
  boundaries += 1;
  return `_${String(boundaries).padStart(3, '0')}_IMPORTED_`;
}

function bytesOf(item: SimItem): Buffer {
  const content = contentOf(item);
  const version: Header = ['MIME-Version', '1.0'];
  return formatEntity({
    headers: [...headersOf(item), version, ...content.headers],
    body: content.body,
  });
}

/** The transport headers without those of the content, which is written anew. */
function headersOf({ properties }: SimItem): readonly Header[] {
  const fields = (textOf(properties, 0x007d) ?? '').match(/[^\n]*\n(?:[ \t][^\n]*\n)*/gu) ?? [];
  return fields.flatMap((field): Header[] => {
    const colon = field.indexOf(':');
    const name = field.slice(0, colon);
    return colon < 1 || /^(?:content-.*|mime-version)$/iu.test(name)
      ? []
      : [[name, field.slice(colon + 1).trim()]];
  });
}

function contentOf(item: SimItem): Entity {
  const sealed = sealedOf(item);
  if (sealed !== null) {
    return sealed;
  }
  const html = find(item.properties, 0x1013);
  const body =
    html === null
      ? textPart(textOf(item.properties, 0x1000) ?? '')
      : textPart(html.toString('utf8'), 'html');
  const parts = item.attachments.map(partOf);
  return parts.length === 0 ? body : multipart('mixed', boundary(), [body, ...parts]);
}

/** MS-OXOSMIME: the one attachment is the message. */
function sealedOf({ properties, attachments }: SimItem): Entity | null {
  const messageClass = textOf(properties, 0x001a);
  const data = find(attachments[0]?.properties ?? [], 0x3701);
  if (data === null || messageClass === 'IPM.Note') {
    return null;
  }
  if (messageClass === 'IPM.Note.SMIME.MultipartSigned') {
    const end = data.indexOf('\r\n\r\n');
    const fields = data
      .subarray(0, end)
      .toString('latin1')
      .split(/\r\n(?![ \t])/u);
    return {
      headers: fields.map((field): Header => {
        const colon = field.indexOf(':');
        return [field.slice(0, colon), field.slice(colon + 1).trim()];
      }),
      body: data.subarray(end + 4),
    };
  }
  return {
    headers: [
      ['Content-Type', 'application/pkcs7-mime; name="smime.p7m"'],
      ['Content-Transfer-Encoding', 'base64'],
    ],
    body: Buffer.from(wrapBase64(data)),
  };
}

function partOf({ properties, item }: SimAttachment): Entity {
  if (item !== null) {
    return { headers: [['Content-Type', 'message/rfc822']], body: bytesOf(item) };
  }
  const contentId = textOf(properties, 0x3712);
  return filePart(
    {
      name: textOf(properties, 0x3707) ?? '',
      type: textOf(properties, 0x370e) ?? 'application/octet-stream',
      content: find(properties, 0x3701) ?? Buffer.alloc(0),
    },
    contentId === null ? { kind: 'attachment' } : { kind: 'inline', contentId },
  );
}
