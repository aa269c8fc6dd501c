/** Mailbox names on the wire: modified UTF-7 (RFC 3501 section 5.1.3) and the server's own separator. */

/** Runs that must be encoded: everything but printable ASCII. */
const ENCODED_RUN = /[^\x20-\x7e]+/g;

/** Stands for a `/` inside a level of a server that separates levels otherwise. */
const SLASH_IN_LEVEL = '\u2215';

function encodeRun(run: string): string {
  const utf16 = Buffer.from(run, 'utf16le').swap16();
  return `&${utf16.toString('base64').replaceAll('/', ',').replace(/=+$/, '')}-`;
}

/** Encodes text for the wire; `&` becomes `&-`. */
export function encodeMailboxName(text: string): string {
  return text.replaceAll('&', '&-').replaceAll(ENCODED_RUN, encodeRun);
}

function decodeRun(encoded: string): string {
  const bytes = Buffer.from(encoded.replaceAll(',', '/'), 'base64');
  return bytes
    .subarray(0, bytes.length & ~1)
    .swap16()
    .toString('utf16le');
}

/**
 * Decodes a name from the wire. A name that encodes back to something else (8-bit or broken modified
 * UTF-7) stays as it is, so that two names of one server never fall together.
 */
export function decodeMailboxName(wire: string): string {
  const text = wire.replaceAll(/&([A-Za-z0-9+,]*)-/g, (_, run: string) =>
    run === '' ? '&' : decodeRun(run),
  );
  return encodeMailboxName(text) === wire ? text : wire;
}

/** Where an account's folders live. */
export interface MailboxNaming {
  /** Prefix of the personal namespace (`INBOX.` on some servers), otherwise empty. */
  readonly prefix: string;
  /** Null on a server without levels. */
  readonly separator: string | null;
}

/** The path that a caller sees for a wire name: prefix removed, `/` between levels, INBOX in capitals. */
export function pathOfMailbox(wire: string, naming: MailboxNaming): string {
  const { prefix, separator } = naming;
  const inner = prefix !== '' && wire.startsWith(prefix) ? wire.slice(prefix.length) : wire;
  const levels = separator === null ? [inner] : inner.split(separator);
  const decoded = levels.map((level) => decodeMailboxName(level).replaceAll('/', SLASH_IN_LEVEL));
  if (wire.length === 5 && wire.toUpperCase() === 'INBOX') {
    return 'INBOX';
  }
  const [first = '', ...rest] = decoded;
  // INBOX is the one name without regard to capitals (RFC 3501 section 5.1), also above others.
  const root =
    rest.length > 0 && first.toUpperCase() === 'INBOX' && prefix === '' ? 'INBOX' : first;
  return [root, ...rest].join('/');
}

/** The wire name for a path; null where the server's separator stands inside a level. */
export function mailboxOfPath(path: string, naming: MailboxNaming): string | null {
  if (path.toUpperCase() === 'INBOX') {
    return 'INBOX';
  }
  const { prefix, separator } = naming;
  const levels = path.split('/');
  if (separator === null) {
    return levels.length === 1 ? prefix + encodeMailboxName(path) : null;
  }
  const wire = levels.map((level) =>
    encodeMailboxName(separator === '/' ? level : level.replaceAll(SLASH_IN_LEVEL, '/')),
  );
  return wire.some((level) => level === '' || level.includes(separator))
    ? null
    : prefix + wire.join(separator);
}

/** Quotes a wire name as an IMAP string. */
export function quoteString(text: string): string {
  return `"${text.replaceAll(/["\\]/g, (char) => `\\${char}`)}"`;
}
