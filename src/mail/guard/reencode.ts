/**
 * Over-long body lines: the leaf part that holds one gets another transfer encoding, so that nothing
 * is cut. Only the branches of the MIME tree that hold such a line are walked, to a bounded depth.
 */
import { firstValue, headerFields, splitMessage } from '../headers.ts';
import { type ContentType, parseContentType } from './content-type.ts';
import { foldUnseen } from './fold.ts';
import { foldHeader, MAX_REPAIRED_HEADER_BYTES } from './header-repair.ts';
import { MAX_PARTS, type Stretch, splitMultipart } from './multipart.ts';
import { findLongLine } from './scan.ts';
import {
  breakBase64,
  breakQuotedPrintable,
  encodeBase64,
  encodeQuotedPrintable,
} from './transfer-encoding.ts';
import type { RefusalCode, RepairCode } from './types.ts';

/** Real mail stays under ten; Exchange's own parser gives up somewhere above. */
const MAX_DEPTH = 30;

/** One walk over a message: what it may do, and what it did. */
export interface Reencoding {
  readonly maxLineBytes: number;
  readonly repairs: Set<RepairCode>;
  refusal: RefusalCode | null;
}

interface Entity {
  readonly bytes: Buffer;
  readonly fallbackType: string;
  readonly depth: number;
}

/** A message with CRLF line ends whose lines all keep the limit, unless `walk.refusal` says why not. */
export function reencodeLongLines(bytes: Buffer, walk: Reencoding): Buffer {
  return Buffer.concat(repairEntity({ bytes, fallbackType: 'text/plain', depth: 0 }, walk));
}

function repairEntity(entity: Entity, walk: Reencoding): Buffer[] {
  const { bytes, depth } = entity;
  if (walk.refusal !== null || !isLong(bytes, walk)) {
    return [bytes];
  }
  if (depth > MAX_DEPTH) {
    walk.refusal = 'nesting-too-deep';
    return [];
  }
  const split = splitMessage(bytes);
  const header = repairHeaderLines(split.header, walk);
  if (!isLong(split.body, walk)) {
    return [header, split.body];
  }
  const type = parseContentType(firstValue(split.header, 'content-type'), entity.fallbackType);
  if (type.type.startsWith('multipart/')) {
    return [header, ...repairMultipart(split.body, type, depth, walk)];
  }
  return repairLeaf({ header, body: split.body, type: type.type }, depth, walk);
}

function repairHeaderLines(header: Buffer, walk: Reencoding): Buffer {
  if (!isLong(header, walk)) {
    return header;
  }
  if (header.length > MAX_REPAIRED_HEADER_BYTES) {
    walk.refusal = 'header-too-large';
    return header;
  }
  walk.repairs.add('header-folded');
  return foldHeader(header, walk.maxLineBytes);
}

function repairMultipart(
  body: Buffer,
  type: ContentType,
  depth: number,
  walk: Reencoding,
): Buffer[] {
  if (type.type === 'multipart/signed') {
    walk.refusal = 'signed-line-too-long';
    return [];
  }
  const stretches = splitAtBoundary(body, type.boundary);
  if (stretches === null) {
    // Without parts a reader may show the whole body as text: folding would change what is read.
    walk.refusal = 'line-too-long';
    return [];
  }
  if (stretches.length > 2 * MAX_PARTS) {
    walk.refusal = 'too-many-parts';
    return [];
  }
  const fallbackType = type.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  return stretches.flatMap((stretch) => {
    const bytes = body.subarray(stretch.start, stretch.end);
    return stretch.kind === 'part'
      ? repairEntity({ bytes, fallbackType, depth: depth + 1 }, walk)
      : repairFrame(bytes, walk);
  });
}

/** RFC 2046 allows a boundary 70 characters; a much longer one would be broken by folding. */
function splitAtBoundary(body: Buffer, boundary: string | null): Stretch[] | null {
  return boundary === null || boundary.length > 200 ? null : splitMultipart(body, boundary);
}

function repairFrame(bytes: Buffer, walk: Reencoding): Buffer[] {
  if (!isLong(bytes, walk)) {
    return [bytes];
  }
  walk.repairs.add('line-reencoded');
  return [Buffer.from(foldUnseen(bytes.toString('latin1'), walk.maxLineBytes), 'latin1')];
}

interface Leaf {
  readonly header: Buffer;
  readonly body: Buffer;
  readonly type: string;
}

function repairLeaf(leaf: Leaf, depth: number, walk: Reencoding): Buffer[] {
  const encoding = transferEncoding(leaf.header);
  if (encoding === 'quoted-printable') {
    walk.repairs.add('line-reencoded');
    return [
      leaf.header,
      latin1(breakQuotedPrintable(leaf.body.toString('latin1'), walk.maxLineBytes)),
    ];
  }
  if (encoding === 'base64') {
    walk.repairs.add('line-reencoded');
    return [leaf.header, latin1(breakBase64(leaf.body.toString('latin1'), walk.maxLineBytes))];
  }
  if (leaf.type === 'message/rfc822' || leaf.type === 'message/global') {
    const inner = { bytes: leaf.body, fallbackType: 'text/plain', depth: depth + 1 };
    return [leaf.header, ...repairEntity(inner, walk)];
  }
  walk.repairs.add('line-reencoded');
  const isText = /^(?:text|message)\//.test(leaf.type);
  return isText
    ? [withEncoding(leaf.header, 'quoted-printable'), encodeQuotedPrintable(leaf.body)]
    : [withEncoding(leaf.header, 'base64'), encodeBase64(leaf.body)];
}

/** The first word of the field, as parsers read it; unknown encodings are identity. */
function transferEncoding(header: Buffer): string {
  const value = firstValue(header, 'content-transfer-encoding') ?? '';
  return /[\w-]+/.exec(value.replace(/\([^()]*\)/g, ''))?.[0]?.toLowerCase() ?? '';
}

/** The header block with one Content-Transfer-Encoding, which is put first. */
function withEncoding(header: Buffer, encoding: string): Buffer {
  const pieces: Buffer[] = [Buffer.from(`Content-Transfer-Encoding: ${encoding}\r\n`)];
  let at = 0;
  for (const field of headerFields(header)) {
    if (field.name.toLowerCase() === 'content-transfer-encoding') {
      pieces.push(header.subarray(at, field.start));
      at = field.end;
    }
  }
  pieces.push(header.subarray(at));
  return Buffer.concat(pieces);
}

function isLong(bytes: Buffer, walk: Reencoding): boolean {
  return findLongLine(bytes, 0, walk.maxLineBytes) >= 0;
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
