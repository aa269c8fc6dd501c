/** Content-Transfer-Encodings: RFC 2045 section 6. All of it keeps the decoded octets as they are. */

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const DASH = 45;
const EQUALS = 61;
const LINE_CHARACTERS = 76;
const HEX = Buffer.from('0123456789ABCDEF');

/** Octets with CRLF line ends as quoted-printable; no line begins like a MIME boundary. */
export function encodeQuotedPrintable(bytes: Buffer): Buffer {
  const out: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const at = bytes.indexOf(LF, start);
    const end = at < 0 ? bytes.length : at + 1;
    const hasLineEnd = at > start && bytes[at - 1] === CR;
    out.push(encodeQuotedLine(bytes.subarray(start, hasLineEnd ? at - 1 : end), hasLineEnd));
    start = end;
  }
  return Buffer.concat(out);
}

function encodeQuotedLine(line: Buffer, hasLineEnd: boolean): Buffer {
  const out = Buffer.allocUnsafe(line.length * 3 + Math.ceil(line.length / 24) * 3 + 8);
  let size = 0;
  let column = 0;
  for (let i = 0; i < line.length; i += 1) {
    const octet = line[i] ?? 0;
    // One place is kept for the '=' of a soft line break.
    if (column + 3 > LINE_CHARACTERS - 1) {
      size = writeText(out, size, '=\r\n');
      column = 0;
    }
    if (isLiteral(octet, column, i === line.length - 1)) {
      out[size] = octet;
      size += 1;
      column += 1;
    } else {
      out[size] = EQUALS;
      out[size + 1] = HEX[octet >> 4] ?? 0;
      out[size + 2] = HEX[octet & 15] ?? 0;
      size += 3;
      column += 3;
    }
  }
  return out.subarray(0, hasLineEnd ? writeText(out, size, '\r\n') : size);
}

function isLiteral(octet: number, column: number, isLast: boolean): boolean {
  if (octet === SPACE || octet === TAB) {
    return !isLast;
  }
  return octet > SPACE && octet < 127 && octet !== EQUALS && !(octet === DASH && column === 0);
}

function writeText(out: Buffer, size: number, text: string): number {
  return size + out.write(text, size, 'latin1');
}

/** Puts soft line breaks into the over-long lines of quoted-printable text, never inside an escape. */
export function breakQuotedPrintable(text: string, maxBytes: number): string {
  return text
    .split('\r\n')
    .map((line) => (line.length + 2 > maxBytes ? breakQuotedLine(line) : line))
    .join('\r\n');
}

function breakQuotedLine(line: string): string {
  const pieces: string[] = [];
  let at = 0;
  while (line.length - at > LINE_CHARACTERS) {
    let end = at + LINE_CHARACTERS - 3;
    const escapeAt = line.lastIndexOf('=', end - 1);
    end = escapeAt > at && escapeAt > end - 3 ? escapeAt : end;
    pieces.push(`${guardDash(line.slice(at, end), at)}=`);
    at = end;
  }
  pieces.push(guardDash(line.slice(at), at));
  return pieces.join('\r\n');
}

/** A piece that begins with a dash could pass for a boundary where the whole line did not. */
function guardDash(piece: string, at: number): string {
  return at > 0 && piece.startsWith('-') ? `=2D${piece.slice(1)}` : piece;
}

/** Breaks the over-long lines of base64 text; a decoder skips line ends. */
export function breakBase64(text: string, maxBytes: number): string {
  return text
    .split('\r\n')
    .map((line) =>
      line.length + 2 > maxBytes
        ? line.replace(/.{76}(?=.)/gs, '$&\r\n').replace(/^-/gm, ' -')
        : line,
    )
    .join('\r\n');
}

/** Octets as base64 in lines of 76. */
export function encodeBase64(bytes: Buffer): Buffer {
  const text = bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
  return Buffer.from(text.endsWith('\r\n') || text === '' ? text : `${text}\r\n`, 'latin1');
}
