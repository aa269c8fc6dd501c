import { createHash } from 'node:crypto';
import { decodeBody, encodeBase64, encodeQuotedPrintable } from './encodings.ts';
import { isOpaque, type MimeEntity, parseMime } from './parse.ts';

const FOLD_AT = 76;
const ADDED_FIELD = 'X-MS-Exchange-Organization-AuthSource: SIMULATED.PROD.OUTLOOK.EXAMPLE\r\n';

/** Folds a field anew at its own white space; the unfolded value stays what it was. */
function refold(text: string): string {
  const words = text
    .replace(/\r?\n/gu, '')
    .trimEnd()
    .split(/(?=[ \t]+)/u);
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const isNameAlone = /^[^\s:]*:?$/u.test(line);
    const fits = line.length + word.length <= FOLD_AT;
    if (fits || isNameAlone || word.trim() === '') {
      line += word;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return `${[...lines, line].join('\r\n')}\r\n`;
}

function isMimeField(name: string): boolean {
  return name.startsWith('content-') || name === 'mime-version';
}

/** Received lines first, then the rest in its order, the MIME fields last and rewritten. */
function orderedFields(entity: MimeEntity): string[] {
  const own = entity.fields.filter(({ name }) => !isMimeField(name));
  const received = own.filter(({ name }) => name === 'received');
  const others = own.filter(({ name }) => name !== 'received');
  return [...received, ...others].map(({ text }) => refold(text));
}

interface RewrittenBody {
  readonly contentType: string;
  readonly encoding: string;
  readonly body: string;
}

function newBoundary(entity: MimeEntity): string {
  const digest = createHash('sha256').update(entity.body, 'latin1').digest('hex');
  return `_000_${digest.slice(0, 32).toUpperCase()}_`;
}

function rewriteMultipart(entity: MimeEntity, parts: readonly MimeEntity[]): RewrittenBody {
  const boundary = newBoundary(entity);
  const withoutOld = entity.contentTypeLine.replace(/;\s*boundary\s*=\s*(?:"[^"]*"|[^\s;]+)/iu, '');
  const bodies = parts.map((part) => `--${boundary}\r\n${rebuildEntity(part)}\r\n`).join('');
  return {
    contentType: `${withoutOld}; boundary="${boundary}"`,
    encoding: '',
    body: `${bodies}--${boundary}--\r\n`,
  };
}

/** Text that is not attached: quoted-printable, or base64 where most of it would be escaped. */
function rewriteText(entity: MimeEntity, decoded: Buffer): RewrittenBody {
  const eightBit =
    decoded
      .toString('latin1')
      .match(/[\x80-\xff]+/gu)
      ?.join('').length ?? 0;
  const contentType = entity.contentTypeLine || 'text/plain; charset="us-ascii"';
  if (eightBit * 3 > decoded.length) {
    const withCrLf = Buffer.from(decoded.toString('latin1').replace(/\r?\n/gu, '\r\n'), 'latin1');
    return { contentType, encoding: 'base64', body: encodeBase64(withCrLf) };
  }
  return { contentType, encoding: 'quoted-printable', body: encodeQuotedPrintable(decoded) };
}

function rewriteBody(entity: MimeEntity): RewrittenBody | null {
  if (isOpaque(entity) || (entity.contentType.startsWith('multipart/') && entity.parts === null)) {
    return null;
  }
  if (entity.parts !== null) {
    return rewriteMultipart(entity, entity.parts);
  }
  const decoded = decodeBody(entity.body, entity.encoding);
  if (decoded === null) {
    return null;
  }
  if (entity.contentType.startsWith('text/') && !entity.isAttachment && isPortable(entity)) {
    return rewriteText(entity, decoded);
  }
  return {
    contentType: entity.contentTypeLine || 'text/plain; charset="us-ascii"',
    encoding: 'base64',
    body: encodeBase64(decoded),
  };
}

/** False for charsets whose octets are no superset of ASCII: those go as base64, untouched. */
function isPortable({ contentTypeLine }: MimeEntity): boolean {
  return !/charset\s*=\s*"?(?:utf-16|utf-32|iso-2022)/iu.test(contentTypeLine);
}

function rebuildEntity(entity: MimeEntity): string {
  const rewritten = rewriteBody(entity);
  const fields = orderedFields(entity);
  const mime = entity.fields.filter(({ name }) => isMimeField(name));
  if (rewritten === null) {
    return `${fields.join('')}${mime.map(({ text }) => text).join('')}\r\n${entity.body}`;
  }
  const kept = mime.filter(
    ({ name }) => name !== 'content-type' && name !== 'content-transfer-encoding',
  );
  const encoding =
    rewritten.encoding === '' ? '' : `Content-Transfer-Encoding: ${rewritten.encoding}\r\n`;
  const type = refold(`Content-Type: ${rewritten.contentType}`);
  return `${fields.join('')}${kept.map(({ text }) => refold(text)).join('')}${type}${encoding}\r\n${rewritten.body}`;
}

/**
 * What Exchange Online gives back for a message: the same content in MIME of its own making.
 * Decoded texts and attachments, and the header fields, stay; boundaries, folding, encodings and sizes do not.
 */
export function rebuildMime(bytes: Buffer, lostFields: ReadonlySet<string> = new Set()): Buffer {
  const entity = parseMime(bytes);
  const fields = entity.fields.filter(({ name }) => !lostFields.has(name));
  return Buffer.from(ADDED_FIELD + rebuildEntity({ ...entity, fields }), 'latin1');
}
