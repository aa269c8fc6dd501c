/**
 * The parser of MIME gives lines of text back with LF, and one more at the end. What is stored must be what
 * was sent: every leaf that is not base64 becomes base64 of its decoded octets before the parser sees it.
 */
import { randomUUID } from 'node:crypto';
import { parseContentType } from '../guard/content-type.ts';
import { splitMultipart } from '../guard/multipart.ts';
import { encodeBase64 } from '../guard/transfer-encoding.ts';
import { firstValue, headerFields, splitMessage } from '../headers.ts';
import { decodeBase64 } from './decode-base64.ts';

/** Deeper parts stay as they are; the parser has a limit of its own. */
const MAX_DEPTH = 60;

export interface ExactParts {
  /** The message, its leaves in base64, and tokens in place of its large files. */
  readonly bytes: Buffer;
  /** The octets that a token stands for, decoded; null for what is no token. */
  readonly large: (token: Buffer) => Buffer | null;
}

/** Files from here on go past the parser, which would hold them several times. */
const LARGE_BYTES = 64 * 1024;

/** Nothing in a message can be one: it is made anew in each process. */
const TOKEN = `large part of ${randomUUID()} number `;

export function withExactParts(bytes: Buffer): ExactParts {
  const large: Buffer[] = [];
  const whole = Buffer.concat(rewrite(bytes, { fallbackType: 'text/plain', depth: 0, large }));
  return {
    bytes: whole,
    large(token) {
      const text = token.length > 100 ? '' : token.toString('latin1');
      const body = text.startsWith(TOKEN) ? large[Number(text.slice(TOKEN.length))] : undefined;
      return body === undefined ? null : decodeBase64(body);
    },
  };
}

interface Place {
  readonly fallbackType: string;
  readonly depth: number;
  readonly large: Buffer[];
}

function rewrite(bytes: Buffer, { fallbackType, depth, large }: Place): readonly Buffer[] {
  const { header, body } = splitMessage(bytes);
  const { type, boundary } = parseContentType(firstValue(header, 'content-type'), fallbackType);
  if (type.startsWith('multipart/')) {
    const stretches =
      boundary === null || depth > MAX_DEPTH ? null : splitMultipart(body, boundary);
    const inside = {
      fallbackType: type === 'multipart/digest' ? 'message/rfc822' : 'text/plain',
      depth: depth + 1,
      large,
    };
    return stretches === null
      ? [bytes]
      : [
          header,
          ...stretches.flatMap(({ kind, start, end }) => {
            const stretch = body.subarray(start, end);
            return kind === 'part' ? rewrite(stretch, inside) : [stretch];
          }),
        ];
  }
  const encoding = encodingOf(header);
  if (encoding === 'base64') {
    const isFile = body.length >= LARGE_BYTES && !/^(?:text|message)\//.test(type);
    return isFile ? [header, encodeBase64(tokenOf(large, body))] : [bytes];
  }
  const octets = encoding === 'quoted-printable' ? decodeQuotedPrintable(body) : body;
  return [...withoutEncoding(header), BASE64_FIELD, Buffer.from('\r\n'), encodeBase64(octets)];
}

function tokenOf(large: Buffer[], body: Buffer): Buffer {
  large.push(body);
  return Buffer.from(`${TOKEN}${large.length - 1}`);
}

const BASE64_FIELD = Buffer.from('Content-Transfer-Encoding: base64\r\n');

/** The first word of the field; one that nobody knows is none. */
function encodingOf(header: Buffer): string {
  const value = firstValue(header, 'content-transfer-encoding') ?? '';
  return /[\w-]+/.exec(value.replace(/\([^()]*\)/g, ''))?.[0]?.toLowerCase() ?? '';
}

/** The fields of the block without Content-Transfer-Encoding, and without the blank line. */
function withoutEncoding(header: Buffer): readonly Buffer[] {
  const kept: Buffer[] = [];
  for (const { name, start, end } of headerFields(header)) {
    if (name.toLowerCase() !== 'content-transfer-encoding') {
      kept.push(header.subarray(start, end));
    }
  }
  const last = kept.at(-1);
  return last === undefined || last.at(-1) === LF ? kept : [...kept, Buffer.from('\r\n')];
}

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const EQUALS = 61;

/** RFC 2045 section 6.7, with line ends as they stand; what is no escape stays. */
function decodeQuotedPrintable(body: Buffer): Buffer {
  const out = Buffer.allocUnsafe(body.length);
  let size = 0;
  for (let start = 0; start < body.length; ) {
    const at = body.indexOf(LF, start);
    const next = at < 0 ? body.length : at + 1;
    let end = at < 0 ? body.length : at;
    end -= at > start && body[at - 1] === CR ? 1 : 0;
    const lineEndAt = end;
    // Blanks at the end of a line are those of a gateway.
    while (end > start && (body[end - 1] === SPACE || body[end - 1] === TAB)) {
      end -= 1;
    }
    const isSoft = end > start && body[end - 1] === EQUALS;
    size = decodeLine(body.subarray(start, isSoft ? end - 1 : end), out, size);
    if (!isSoft) {
      size += body.copy(out, size, lineEndAt, next);
    }
    start = next;
  }
  return out.subarray(0, size);
}

function decodeLine(line: Buffer, out: Buffer, from: number): number {
  let size = from;
  for (let at = 0; at < line.length; at += 1) {
    const octet = line[at] ?? 0;
    const escaped = octet === EQUALS ? hexAt(line, at + 1) : -1;
    out[size] = escaped < 0 ? octet : escaped;
    at += escaped < 0 ? 0 : 2;
    size += 1;
  }
  return size;
}

/** The octet that two hexadecimal digits name; -1 where there are none. */
function hexAt(line: Buffer, at: number): number {
  const high = digit(line[at]);
  const low = digit(line[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function digit(octet = 0): number {
  if (octet >= 48 && octet <= 57) {
    return octet - 48;
  }
  const upper = octet & ~32;
  return upper >= 65 && upper <= 70 ? upper - 55 : -1;
}
