/** Where the parts of a multipart body lie: RFC 2046 section 5.1.1. */
import { lineEnd } from '../headers.ts';

const LF = 10;
const CR = 13;

/** A stretch of the body; all stretches together are the body. `frame`: preamble, delimiters, epilogue. */
export interface Stretch {
  readonly kind: 'frame' | 'part';
  readonly start: number;
  readonly end: number;
}

/** Exchange takes 250 attachments; the bound only keeps hostile mail cheap. */
export const MAX_PARTS = 100_000;

/** Cuts a body at its delimiter lines; null where no delimiter is found. Stops at MAX_PARTS. */
export function splitMultipart(body: Buffer, boundary: string): Stretch[] | null {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const stretches: Stretch[] = [];
  let frameStart = 0;
  let partStart = -1;
  for (
    let at = body.indexOf(delimiter);
    at >= 0;
    at = body.indexOf(delimiter, at + delimiter.length)
  ) {
    const kind = delimiterKind(body, at, delimiter.length);
    if (kind === null) {
      continue;
    }
    if (partStart >= 0) {
      const partEnd = Math.max(partStart, withoutLineEnd(body, at));
      stretches.push({ kind: 'frame', start: frameStart, end: partStart });
      stretches.push({ kind: 'part', start: partStart, end: partEnd });
      frameStart = partEnd;
    }
    partStart = kind === 'close' ? -1 : lineEnd(body, at);
    if (kind === 'close' || stretches.length > 2 * MAX_PARTS) {
      break;
    }
  }
  if (frameStart === 0 && partStart < 0) {
    return null;
  }
  if (partStart >= 0) {
    // The closing delimiter is missing: the last part runs to the end.
    stretches.push({ kind: 'frame', start: frameStart, end: partStart });
    stretches.push({ kind: 'part', start: partStart, end: body.length });
  } else {
    stretches.push({ kind: 'frame', start: frameStart, end: body.length });
  }
  return stretches;
}

/** A delimiter stands alone on its line, with nothing but blanks behind it. */
function delimiterKind(body: Buffer, at: number, delimiterBytes: number): 'open' | 'close' | null {
  if (at > 0 && body[at - 1] !== LF) {
    return null;
  }
  const rest = body.toString('latin1', at + delimiterBytes, lineEnd(body, at));
  if (/^[ \t]*\r?\n?$/.test(rest)) {
    return 'open';
  }
  return /^--[ \t]*\r?\n?$/.test(rest) ? 'close' : null;
}

/** The line end before a delimiter belongs to the delimiter. */
function withoutLineEnd(body: Buffer, at: number): number {
  return at >= 2 && body[at - 2] === CR ? at - 2 : at - 1;
}
