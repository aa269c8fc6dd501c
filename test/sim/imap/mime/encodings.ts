/** Decodes a body by its Content-Transfer-Encoding; null where it is not what it says. */
export function decodeBody(body: string, encoding: string): Buffer | null {
  switch (encoding) {
    case 'base64': {
      const packed = body.replace(/\s+/gu, '');
      return /^[A-Za-z0-9+/]*={0,2}$/u.test(packed) ? Buffer.from(packed, 'base64') : null;
    }
    case 'quoted-printable': {
      const joined = body.replace(/[ \t]+(?=\r?\n|$)/gu, '').replace(/=\r?\n/gu, '');
      const text = joined.replace(/=([0-9A-F]{2})/giu, (_all, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      return Buffer.from(text, 'latin1');
    }
    case '':
    case '7bit':
    case '8bit':
    case 'binary':
      return Buffer.from(body, 'latin1');
    default:
      return null;
  }
}

/** Base64 in lines of 76 characters. */
export function encodeBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{76}(?=.)/gu, '$&\r\n');
}

const SOFT_LIMIT = 75;

/** A line that may stand as it is. */
const PLAIN_LINE = /^(?:[\t\x20-\x3c\x3e-\x7e]{0,75}[\x21-\x3c\x3e-\x7e])?$/u;

function encodeLine(line: string): string {
  if (PLAIN_LINE.test(line)) {
    return line;
  }
  const units = line.replace(/[^\t\x20-\x3c\x3e-\x7e]|[ \t]$/gu, (char) => {
    const hex = char.charCodeAt(0).toString(16).toUpperCase();
    return `=${hex.padStart(2, '0')}`;
  });
  const lines: string[] = [];
  let from = 0;
  while (units.length - from > SOFT_LIMIT + 1) {
    let to = from + SOFT_LIMIT;
    const escape = units.lastIndexOf('=', to - 1);
    if (escape > to - 3) {
      to = escape;
    }
    lines.push(`${units.slice(from, to)}=`);
    from = to;
  }
  return [...lines, units.slice(from)].join('\r\n');
}

/** Quoted-printable of a text whose lines may end either way. */
export function encodeQuotedPrintable(bytes: Buffer): string {
  return bytes.toString('latin1').split(/\r?\n/u).map(encodeLine).join('\r\n');
}
