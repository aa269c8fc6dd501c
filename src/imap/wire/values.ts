/** The value grammar of data responses: atoms, strings, literals, NIL and lists. RFC 9051 section 9. */
import { ProtocolViolationError } from '../errors.ts';
import type { Frame } from './frame-reader.ts';

/** Atoms and quoted strings are text, literals are bytes, NIL is null. */
export type ImapValue = null | string | Buffer | readonly ImapValue[];

const MAX_DEPTH = 16;
const MAX_VALUES = 100_000;
/** An atom as servers write it; BODY[…]<…> keeps its brackets with the blanks inside. */
const ATOM = /(?:(?:BODY|BINARY)(?:\.[A-Z]+)?\[[^\]]*\](?:<\d+>)?|[^\s()"]+)/iy;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;

function fail(): never {
  throw new ProtocolViolationError('malformed-response');
}

interface Cursor {
  readonly frame: Frame;
  segment: number;
  at: number;
  count: number;
}

function matchHere(pattern: RegExp, cursor: Cursor, text: string): RegExpExecArray {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(text) ?? fail();
  cursor.at = pattern.lastIndex;
  return match;
}

function readScalar(cursor: Cursor, text: string): ImapValue {
  if (text[cursor.at] === '"') {
    return (matchHere(QUOTED, cursor, text)[1] ?? '').replaceAll(/\\(.)/g, '$1');
  }
  const atom = matchHere(ATOM, cursor, text)[0];
  return atom.toUpperCase() === 'NIL' ? null : atom;
}

/** Counts a value against the bounds, and moves into the next segment where a literal stands. */
function takeLiteral(cursor: Cursor, depth: number): Buffer | null {
  cursor.count += 1;
  if (depth > MAX_DEPTH || cursor.count > MAX_VALUES) {
    fail();
  }
  const literal = cursor.frame.literals[cursor.segment];
  const atEnd = cursor.at >= (cursor.frame.segments[cursor.segment] ?? '').length;
  if (!literal || !atEnd) {
    return null;
  }
  cursor.segment += 1;
  cursor.at = 0;
  return literal;
}

/** Reads values up to the closing parenthesis, or at depth 0 to the end of the response. */
function readSequence(cursor: Cursor, depth: number): ImapValue[] {
  const values: ImapValue[] = [];
  for (;;) {
    const literal = takeLiteral(cursor, depth);
    const text = cursor.frame.segments[cursor.segment] ?? '';
    const char = text[cursor.at];
    if (literal) {
      values.push(literal);
    } else if (char === undefined || char === ')') {
      const ends = (char === undefined) === (depth === 0);
      return ends ? values : fail();
    } else if (char === ' ') {
      cursor.at += 1;
    } else if (char === '(') {
      cursor.at += 1;
      values.push(readSequence(cursor, depth + 1));
      cursor.at += 1;
    } else {
      values.push(readScalar(cursor, text));
    }
  }
}

/** Parses what follows the name of a data response, from `at` in its first segment. */
export function parseValues(frame: Frame, at: number): readonly ImapValue[] {
  return readSequence({ frame, segment: 0, at, count: 0 }, 0);
}

/** Text of an atom, string or literal; null for NIL and lists. */
export function textOf(value: ImapValue | undefined): string | null {
  if (typeof value === 'string') {
    return value;
  }
  return Buffer.isBuffer(value) ? value.toString('latin1') : null;
}

/** A list's members; null for anything else. */
export function listOf(value: ImapValue | undefined): readonly ImapValue[] | null {
  return Array.isArray(value) ? (value as readonly ImapValue[]) : null;
}

/** A number up to 2^53; null for anything else. */
export function numberOf(value: ImapValue | undefined): number | null {
  const text = textOf(value);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
