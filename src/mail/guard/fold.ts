/** Over-long lines where a line break plus a blank does no harm: header fields and MIME preambles. */

import { trimBlanks } from '../headers.ts';

/** RFC 5322 section 2.1.1 wants 998 at most; one limit keeps folded output stable for any target. */
const FOLDED_LINE = 900;

/** Folds every over-long line of one field (with or without its CRLF); other lines stay as they are. */
export function foldField(raw: string, maxBytes: number): string {
  return raw
    .split('\r\n')
    .map((line) => (line.length + 2 > maxBytes ? foldLine(line, maxBytes) : line))
    .join('\r\n');
}

/** Longer runs of blanks become one; shorter ones survive, since a quoted string may hold them. */
const KEPT_BLANKS = 40;

/** Breaks before blanks, and inside a word only where it alone is over the limit. */
function foldLine(line: string, maxBytes: number): string {
  const room = Math.min(FOLDED_LINE, maxBytes) - 2 - KEPT_BLANKS;
  const text = /^[ \t]/.test(line) ? ` ${trimBlanks(line)}` : trimBlanks(line);
  const lines: string[] = [];
  let current = '';
  for (const [, blanks = '', word = ''] of text.matchAll(/([ \t]*)([^ \t]+)/g)) {
    const lead = blanks.length > KEPT_BLANKS ? ' ' : blanks;
    if (current !== '' && current.length + lead.length + word.length > room) {
      lines.push(current);
      current = '';
    }
    const [first = '', ...rest] = cut(word, room);
    current += lead + first;
    for (const piece of rest) {
      lines.push(current);
      current = ` ${piece}`;
    }
  }
  return [...lines, current].join('\r\n');
}

function cut(text: string, room: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += room) {
    pieces.push(text.slice(at, at + room));
  }
  return pieces;
}

/**
 * Breaks over-long lines of text that no reader shows (preamble, epilogue, the blanks behind a
 * boundary). Every new line begins with a blank, so none can pass for a boundary.
 */
export function foldUnseen(raw: string, maxBytes: number): string {
  return raw
    .split('\r\n')
    .map((line) =>
      line.length + 2 > maxBytes ? cut(trimBlanks(line), maxBytes - 3).join('\r\n ') : line,
    )
    .join('\r\n');
}
