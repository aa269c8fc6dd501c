/** Makes the top header block one that Exchange takes: "Message contains invalid header" is its answer else. */
import { has8Bit } from '../encoded-word.ts';
import { headerFields, trimBlanks } from '../headers.ts';
import { foldField } from './fold.ts';
import { encodeFieldValue } from './structured.ts';
import type { RepairCode } from './types.ts';

/** A field in plain ASCII with its CRLF, or a continuation line that is not blank. */
const SOUND_LINE = /[!-9;-~]{1,128}:[\t -~]*\r\n|[ \t]+[!-~][\t -~]*\r\n/y;

/** Real blocks stay under 100 kB; rewriting millions of hostile fields would stop everybody else's mail. */
export const MAX_REPAIRED_HEADER_BYTES = 2 * 1024 * 1024;

const BROKEN_LINE_FIELD = 'X-Broken-Header';

/** True where the block needs no repair of syntax or octets; it ends with its blank line. */
export function isSoundHeader(header: string): boolean {
  let at = 0;
  let isFirst = true;
  while (at < header.length && !header.startsWith('\r\n', at)) {
    SOUND_LINE.lastIndex = at;
    const blankFirst = isFirst && /[ \t]/.test(header[at] ?? '');
    if (blankFirst || !SOUND_LINE.test(header)) {
      return false;
    }
    at = SOUND_LINE.lastIndex;
    isFirst = false;
  }
  return at === header.length - 2;
}

/** Rewrites the fields that break the rules and leaves all others octet for octet. */
export function repairHeader(header: Buffer, repairs: Set<RepairCode>): Buffer {
  const pieces: string[] = [];
  for (const field of headerFields(header)) {
    pieces.push(
      repairField(header.toString('latin1', field.start, field.end), field.name, repairs),
    );
  }
  pieces.push('\r\n');
  if (!header.subarray(-4).equals(Buffer.from('\r\n\r\n')) && header.length !== 2) {
    repairs.add('header-syntax');
  }
  return Buffer.from(pieces.join(''), 'latin1');
}

function repairField(raw: string, name: string, repairs: Set<RepairCode>): string {
  if (isSoundHeader(`${raw}\r\n`)) {
    return raw;
  }
  const isBroken = name === '' || name.length > 128;
  const unfolded = raw.replace(/[\r\n]+/g, '');
  const rawValue = isBroken ? unfolded : unfolded.slice(unfolded.indexOf(':') + 1);
  const value = trimBlanks(rawValue.replace(/[^\t -~\x80-\xff]/g, '?'));
  if (isBroken && value === '') {
    repairs.add('header-syntax');
    return '';
  }
  const finalName = isBroken ? BROKEN_LINE_FIELD : name;
  if (has8Bit(value)) {
    repairs.add('header-8bit');
  }
  if (isBroken || !isSoundHeader(`${raw.replace(/[\x80-\xff]/g, 'x')}\r\n`)) {
    repairs.add('header-syntax');
  }
  const text = trimBlanks(encodeFieldValue(finalName, value));
  return `${finalName}: ${text}\r\n`;
}

/** Renames every request for a read receipt. */
export function disarmReceipts(header: Buffer, repairs: Set<RepairCode>): Buffer {
  const text = header.toString('latin1');
  if (!/^disposition-notification-to[ \t]*:/im.test(text)) {
    return header;
  }
  repairs.add('receipt-disarmed');
  return Buffer.from(text.replace(/^(disposition-notification-to[ \t]*:)/gim, 'X-$1'), 'latin1');
}

/** Folds the over-long fields of a block, top or nested. */
export function foldHeader(header: Buffer, maxLineBytes: number): Buffer {
  return Buffer.from(foldField(header.toString('latin1'), maxLineBytes), 'latin1');
}
