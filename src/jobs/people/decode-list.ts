/** A file that somebody sent, as text; or what it is instead. */
export type DecodedList =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'other'; readonly is: 'workbook' | 'web-page' | 'no-text' };

/** What files that are no text begin with. */
const BEGINNINGS: readonly (readonly [readonly number[], 'workbook' | 'no-text'])[] = [
  // Workbooks of Excel, before and since 2007; the latter are archives, and so are others.
  [[0xd0, 0xcf, 0x11, 0xe0], 'workbook'],
  [[0x50, 0x4b, 0x03, 0x04], 'workbook'],
  [[0x1f, 0x8b], 'no-text'],
  [[0x25, 0x50, 0x44, 0x46], 'no-text'],
];

const WEB_PAGE = /^\s*<(?:!doctype html|html|head|script)\b/i;

/** Decides by its first octets what a file is, and reads a text in whichever way it was saved. Pure. */
export function decodeList(bytes: Uint8Array): DecodedList {
  const known = BEGINNINGS.find(([octets]) => octets.every((octet, at) => bytes[at] === octet));
  if (known !== undefined) {
    return { kind: 'other', is: known[1] };
  }
  const text = textOf(bytes);
  if (text.includes('\0')) {
    return { kind: 'other', is: 'no-text' };
  }
  return WEB_PAGE.test(text.slice(0, 500))
    ? { kind: 'other', is: 'web-page' }
    : { kind: 'text', text };
}

/** With a byte order mark as it says; else UTF-16 by its zeroes, UTF-8 where it is that, and Windows-1252. */
function textOf(bytes: Uint8Array): string {
  const encoding = markedEncoding(bytes) ?? zeroedEncoding(bytes);
  if (encoding !== null) {
    return new TextDecoder(encoding).decode(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function markedEncoding([first, second, third]: Uint8Array): string | null {
  if (first === 0xff && second === 0xfe) {
    return 'utf-16le';
  }
  if (first === 0xfe && second === 0xff) {
    return 'utf-16be';
  }
  return first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : null;
}

/** The header of such a list is of letters whose other octet is zero. */
function zeroedEncoding(bytes: Uint8Array): string | null {
  const head = bytes.subarray(0, 20);
  const zeroes = (offset: 0 | 1): boolean =>
    head.length >= 4 && head.every((octet, at) => (at % 2 === offset ? octet === 0 : octet !== 0));
  if (zeroes(1)) {
    return 'utf-16le';
  }
  return zeroes(0) ? 'utf-16be' : null;
}
