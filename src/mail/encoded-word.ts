/** Encoded words in header text: RFC 2047. */
import { isUtf8 } from 'node:buffer';
import { trimBlanks } from './headers.ts';

/** 45 octets are 60 of base64: with the frame a word stays under the 75 characters of section 2. */
const OCTETS_PER_WORD = 45;

const WORD = /=\?([!->@-~]{1,64})\?([bq])\?([!->@-~]*)\?=/gi;

/**
 * Decodes header text (latin1, one character per octet) as people see it: words decoded, the blanks
 * between two words dropped (section 6.2), raw 8-bit read as UTF-8 where it is, else windows-1252.
 */
export function decodeHeaderText(value: string): string {
  return decodeStretches(value)
    .map((stretch) =>
      stretch.charset === null
        ? decodeRaw(stretch.raw)
        : decodeCharset(Buffer.concat(stretch.octets), stretch.charset),
    )
    .join('');
}

type Stretch =
  | { readonly charset: null; readonly raw: string }
  | { readonly charset: string; readonly octets: Buffer[] };

function decodeStretches(value: string): Stretch[] {
  const stretches: Stretch[] = [];
  let at = 0;
  for (const match of value.matchAll(WORD)) {
    const [word, label = '', encoding = '', payload = ''] = match;
    const charset = (label.split('*')[0] ?? '').toLowerCase();
    const octets =
      encoding.toLowerCase() === 'b' ? Buffer.from(payload, 'base64') : decodeQ(payload);
    const between = value.slice(at, match.index);
    const last = trimBlanks(between) === '' ? stretches.at(-1) : undefined;
    if (last === undefined && between !== '') {
      stretches.push({ charset: null, raw: between });
    }
    // Many mailers cut a character in two at a word's end: words of one charset are joined first.
    if (last !== undefined && last.charset === charset) {
      last.octets.push(octets);
    } else {
      stretches.push({ charset, octets: [octets] });
    }
    at = match.index + word.length;
  }
  stretches.push({ charset: null, raw: value.slice(at) });
  return stretches;
}

/** Raw header octets (latin1 text) as UTF-8 where they are valid UTF-8, else as windows-1252; words stay encoded. */
export function decodeRaw(value: string): string {
  if (!has8Bit(value)) {
    return value;
  }
  const octets = Buffer.from(value, 'latin1');
  return isUtf8(octets) ? octets.toString('utf8') : WINDOWS_1252.decode(octets);
}

const WINDOWS_1252 = new TextDecoder('windows-1252');

/** Text as one or more encoded words, folded; every blank in `text` survives. */
export function encodeWords(text: string): string {
  const words: string[] = [];
  let start = 0;
  let at = 0;
  let octets = 0;
  for (const character of text) {
    const size = utf8Size(character.codePointAt(0) ?? 0);
    if (octets + size > OCTETS_PER_WORD) {
      words.push(encodeWord(text.slice(start, at)));
      start = at;
      octets = 0;
    }
    octets += size;
    at += character.length;
  }
  words.push(encodeWord(text.slice(start)));
  return words.join('\r\n ');
}

function encodeWord(text: string): string {
  return text === '' ? '' : `=?utf-8?B?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}

/** A lone surrogate becomes U+FFFD, of three octets like itself. */
function utf8Size(codePoint: number): number {
  if (codePoint < 0x80) {
    return 1;
  }
  if (codePoint < 0x800) {
    return 2;
  }
  return codePoint < 0x10000 ? 3 : 4;
}

/**
 * Unstructured header text without raw 8-bit: encoded words that are there stay as they are, the
 * stretches between them that hold 8-bit octets become words of their own.
 */
export function encodeUnstructured(value: string): string {
  const pieces: string[] = [];
  let at = 0;
  for (const match of [...value.matchAll(WORD), null]) {
    const between = value.slice(at, match?.index ?? value.length);
    pieces.push(encodeStretch(between, at > 0, match !== null));
    pieces.push(match?.[0] ?? '');
    at = (match?.index ?? 0) + (match?.[0].length ?? 0);
  }
  return pieces.join('');
}

/** Next to another word the outer blanks go inside, since readers drop those between two words. */
function encodeStretch(stretch: string, afterWord: boolean, beforeWord: boolean): string {
  if (!has8Bit(stretch)) {
    return stretch;
  }
  const words = trimBlanks(stretch);
  const start = stretch.indexOf(words);
  const lead = afterWord ? '' : stretch.slice(0, start);
  const tail = beforeWord ? '' : stretch.slice(start + words.length);
  const inner = stretch.slice(lead.length, stretch.length - tail.length);
  const encoded = encodeWords(decodeRaw(inner));
  return `${afterWord ? '\r\n ' : lead}${encoded}${beforeWord ? '\r\n ' : tail}`;
}

/** True where latin1 text holds an octet over 127. */
export function has8Bit(text: string): boolean {
  return /[\x80-\xff]/.test(text);
}

function decodeQ(payload: string): Buffer {
  const text = payload
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

/** Creating a decoder costs more than using it; charset names are few, and only known ones are kept. */
const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

function decodeCharset(octets: Buffer, charset: string): string {
  const known = decoders.get(charset);
  if (known !== undefined) {
    return known.decode(octets);
  }
  try {
    const decoder = new TextDecoder(charset, { ignoreBOM: true });
    decoders.set(charset, decoder);
    return decoder.decode(octets);
  } catch {
    return octets.toString('latin1');
  }
}
