/** Modified UTF-7 of mailbox names, RFC 3501 section 5.1.3. */

/** Turns a Unicode mailbox name into what stands on the wire. */
export function encodeMailboxName(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/gu, (run) => {
    if (run === '&') {
      return '&-';
    }
    const utf16 = Buffer.from(run, 'utf16le').swap16();
    return `&${utf16.toString('base64').replace(/=+$/u, '').replaceAll('/', ',')}-`;
  });
}

/** Turns a wire name into Unicode; null where it is not the one right encoding of a name. */
export function decodeMailboxName(wire: string): string | null {
  if (!/^[\x20-\x7e]*$/u.test(wire)) {
    return null;
  }
  const name = wire.replace(/&([^-]*)-/gu, (_all, encoded: string) => {
    if (encoded === '') {
      return '&';
    }
    const bytes = Buffer.from(encoded.replaceAll(',', '/'), 'base64');
    return bytes
      .subarray(0, bytes.length - (bytes.length % 2))
      .swap16()
      .toString('utf16le');
  });
  return encodeMailboxName(name) === wire ? name : null;
}

/** Quotes a wire name for an untagged answer. */
export function quoteString(text: string): string {
  return `"${text.replace(/["\\]/gu, (char) => `\\${char}`)}"`;
}
