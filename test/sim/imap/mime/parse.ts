import { headerEnd, splitFields } from '../header-fields.ts';

/** One entity of a message, its octets as latin1 text. */
export interface MimeEntity {
  readonly fields: readonly { readonly name: string; readonly text: string }[];
  /** Lower case; `text/plain` where there is none. */
  readonly contentType: string;
  /** The unfolded Content-Type with its parameters, or an empty text. */
  readonly contentTypeLine: string;
  readonly encoding: string;
  readonly isAttachment: boolean;
  readonly body: string;
  /** Null: not a multipart, or one whose boundary never comes. */
  readonly parts: readonly MimeEntity[] | null;
}

const MAX_DEPTH = 30;

/** Exchange keeps what is signed or encrypted as it came, else the signature would break. */
export function isOpaque({ contentType }: MimeEntity): boolean {
  return /^(?:multipart\/(?:signed|encrypted)|application\/(?:x-)?pkcs7-mime|message\/.*)$/u.test(
    contentType,
  );
}

function parameter(line: string, name: string): string | null {
  const match = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;]+))`, 'iu').exec(line);
  return match === null ? null : (match[1] ?? match[2] ?? null);
}

function findDelimiter(body: string, delimiter: string, from: number): number {
  if (from === 0 && body.startsWith(delimiter)) {
    return 0;
  }
  const lf = body.indexOf(`\n${delimiter}`, Math.max(0, from - 1));
  return lf < 0 ? -1 : lf + 1;
}

/** Cuts the body of a multipart at its delimiter lines; null where there are none. */
function splitAtBoundary(body: string, boundary: string): string[] | null {
  const delimiter = `--${boundary}`;
  const parts: string[] = [];
  let partStart = -1;
  let at = findDelimiter(body, delimiter, 0);
  while (at >= 0) {
    const lf = body.indexOf('\n', at);
    const lineEnd = lf < 0 ? body.length : lf;
    const tail = body.slice(at + delimiter.length, lineEnd).trim();
    if (tail === '' || tail === '--') {
      if (partStart >= 0) {
        parts.push(body.slice(partStart, at).replace(/\r?\n$/u, ''));
      }
      partStart = lineEnd + 1;
    }
    if (tail === '--') {
      return parts;
    }
    at = findDelimiter(body, delimiter, lineEnd + 1);
  }
  if (partStart < 0) {
    return null;
  }
  parts.push(body.slice(partStart));
  return parts;
}

/** Parses an entity; never throws: what it cannot read stays a body. */
export function parseMime(bytes: Buffer, depth = 0): MimeEntity {
  const end = headerEnd(bytes);
  const fields = splitFields(bytes.subarray(0, end).toString('latin1'));
  const body = bytes.subarray(end).toString('latin1');
  const value = (name: string): string =>
    (fields.find((field) => field.name === name)?.text ?? '')
      .replace(/^[^:]*:/u, '')
      .replace(/\r?\n/gu, '')
      .trim();
  const contentTypeLine = value('content-type');
  const contentType = (/^[^;\s]+/u.exec(contentTypeLine)?.[0] ?? 'text/plain').toLowerCase();
  const boundary = parameter(contentTypeLine, 'boundary');
  const isMultipart =
    contentType.startsWith('multipart/') && boundary !== null && depth < MAX_DEPTH;
  const parts = isMultipart ? splitAtBoundary(body, boundary) : null;
  return {
    fields,
    contentType,
    contentTypeLine,
    encoding: value('content-transfer-encoding').toLowerCase(),
    isAttachment: /^attachment/iu.test(value('content-disposition')),
    body,
    parts: parts?.map((part) => parseMime(Buffer.from(part, 'latin1'), depth + 1)) ?? null,
  };
}
