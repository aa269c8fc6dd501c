/** Header blocks as they come off the wire: RFC 5322 section 2.2, and everything that breaks it. */

const LF = 10;
const CR = 13;

export interface SplitMessage {
  /** The header block with the blank line that ends it, where there is one. */
  readonly header: Buffer;
  readonly body: Buffer;
}

export interface HeaderField {
  /** As written; empty for a line that is no field (no colon, a space in the name, an mbox "From "). */
  readonly name: string;
  /** Unfolded and trimmed, one character per octet (latin1); the whole line where `name` is empty. */
  readonly value: string;
  /** Octets of the field in the header block, its line ends included. */
  readonly start: number;
  readonly end: number;
}

/**
 * Splits at the first blank line, ended by LF with any number of CR before it. Without a blank line
 * all is header; a message that begins with a blank line has no fields. Both halves are views.
 */
export function splitMessage(bytes: Buffer): SplitMessage {
  let start = 0;
  while (start < bytes.length) {
    const end = lineEnd(bytes, start);
    if (isBlank(bytes, start, end)) {
      return { header: bytes.subarray(0, end), body: bytes.subarray(end) };
    }
    start = end;
  }
  return { header: bytes, body: bytes.subarray(bytes.length) };
}

/** Every field up to the first blank line, in order; linear in the size of the block. */
export function* headerFields(header: Buffer): Iterable<HeaderField> {
  let start = 0;
  while (start < header.length) {
    let end = lineEnd(header, start);
    if (isBlank(header, start, end)) {
      return;
    }
    while (end < header.length && isWhitespace(header[end])) {
      end = lineEnd(header, end);
    }
    yield parseField(header, start, end);
    start = end;
  }
}

/** The value of the first field of that name (case-insensitive), or null. */
export function firstValue(header: Buffer, name: string): string | null {
  const wanted = name.toLowerCase();
  for (const field of headerFields(header)) {
    if (field.name.toLowerCase() === wanted) {
      return field.value;
    }
  }
  return null;
}

const COLON = 58;

/** The value is read when it is asked for: most fields are only counted past. */
function parseField(header: Buffer, start: number, end: number): HeaderField {
  let nameEnd = start;
  while (nameEnd < end && isNameOctet(header[nameEnd])) {
    nameEnd += 1;
  }
  let colon = nameEnd;
  while (colon < end && isWhitespace(header[colon])) {
    colon += 1;
  }
  const isField = nameEnd > start && header[colon] === COLON && colon < end;
  return {
    name: isField ? header.toString('latin1', start, nameEnd) : '',
    start,
    end,
    get value() {
      const raw = header.toString('latin1', isField ? colon + 1 : start, end);
      return trimBlanks(raw.replace(/[\r\n]+/g, ''));
    },
  };
}

/** Printable ASCII but the colon: RFC 5322 section 2.2. */
function isNameOctet(octet: number | undefined): boolean {
  return octet !== undefined && octet > 32 && octet < 127 && octet !== COLON;
}

/**
 * Text without the blanks and tabs at its ends. Not `trim`: in latin1 text that would take the octet
 * A0, half of a UTF-8 character. Not a regular expression: those are quadratic on long runs.
 */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhitespace(text.charCodeAt(start))) {
    start += 1;
  }
  while (end > start && isWhitespace(text.charCodeAt(end - 1))) {
    end -= 1;
  }
  return text.slice(start, end);
}

/** Offset just behind the line that begins at `start`. */
export function lineEnd(bytes: Buffer, start: number): number {
  const at = bytes.indexOf(LF, start);
  return at < 0 ? bytes.length : at + 1;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) {
    if (bytes[i] !== CR && bytes[i] !== LF) {
      return false;
    }
  }
  return bytes[end - 1] === LF;
}

function isWhitespace(octet: number | undefined): boolean {
  return octet === 32 || octet === 9;
}
