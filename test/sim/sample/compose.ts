/** Builds messages as octets, without any MIME library: what stands here is what is stored. */

export type Header = readonly [name: string, value: string];

export interface Entity {
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

const CRLF = '\r\n';

/** A header block, an empty line and a body; header values go out as UTF-8. */
export function formatEntity({ headers, body }: Entity): Buffer {
  const block = headers.map(([name, value]) => `${name}: ${value}${CRLF}`).join('');
  return Buffer.concat([Buffer.from(block + CRLF), body]);
}

/** An encoded word, RFC 2047. */
export function encodeWord(text: string): string {
  return `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
}

/** Base64 in lines of 76. */
export function wrapBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{76}(?=.)/gu, `$&${CRLF}`);
}

export function textPart(text: string, type = 'plain', charset = 'utf-8'): Entity {
  return {
    headers: [
      ['Content-Type', `text/${type}; charset=${charset}`],
      ['Content-Transfer-Encoding', '8bit'],
    ],
    body: Buffer.from(text, charset === 'iso-8859-1' ? 'latin1' : 'utf8'),
  };
}

export function filePart(
  file: { readonly name: string; readonly type: string; readonly content: Buffer },
  disposition: { readonly kind: 'attachment' | 'inline'; readonly contentId?: string },
): Entity {
  const name = /^[\x20-\x7e]*$/u.test(file.name)
    ? `filename="${file.name}"`
    : `filename*=utf-8''${encodeURIComponent(file.name)}`;
  const id: Header[] =
    disposition.contentId === undefined ? [] : [['Content-ID', `<${disposition.contentId}>`]];
  return {
    headers: [
      ['Content-Type', file.type],
      ['Content-Disposition', `${disposition.kind}; ${name}`],
      ['Content-Transfer-Encoding', 'base64'],
      ...id,
    ],
    body: Buffer.from(wrapBase64(file.content)),
  };
}

/** A multipart of these parts. `subtype` may carry parameters. */
export function multipart(subtype: string, boundary: string, parts: readonly Entity[]): Entity {
  const pieces = parts.flatMap((part) => [
    Buffer.from(`--${boundary}${CRLF}`),
    formatEntity(part),
    Buffer.from(CRLF),
  ]);
  return {
    headers: [['Content-Type', `multipart/${subtype}; boundary="${boundary}"`]],
    body: Buffer.concat([
      Buffer.from(`This is a message in MIME format.${CRLF}`),
      ...pieces,
      Buffer.from(`--${boundary}--${CRLF}`),
    ]),
  };
}
