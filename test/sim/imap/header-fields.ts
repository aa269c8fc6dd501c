/** Header and body of a message, as octets; lines may end in LF alone. */

/** Where the header ends: behind its empty line, or at the end where there is none. */
export function headerEnd(bytes: Buffer): number {
  let from = 0;
  for (;;) {
    const lf = bytes.indexOf(0x0a, from);
    if (lf < 0) {
      return bytes.length;
    }
    const isEmpty = lf === from || (lf === from + 1 && bytes[from] === 0x0d);
    from = lf + 1;
    if (isEmpty) {
      return from;
    }
  }
}

/** The fields of a header block, each with its folded lines and line ends, in order. */
export function splitFields(header: string): { name: string; text: string }[] {
  const fields: { name: string; text: string }[] = [];
  for (const line of header.match(/[^\n]*\n|[^\n]+$/gu) ?? []) {
    const last = fields.at(-1);
    if (/^[ \t]/u.test(line) && last !== undefined) {
      last.text += line;
    } else if (!/^\r?\n?$/u.test(line)) {
      fields.push({ name: (line.split(':')[0] ?? '').trim().toLowerCase(), text: line });
    }
  }
  return fields;
}

/** The unfolded value of the first field of that name, or null. */
export function headerValue(bytes: Buffer, name: string): string | null {
  const header = bytes.subarray(0, headerEnd(bytes)).toString('latin1');
  const field = splitFields(header).find((candidate) => candidate.name === name.toLowerCase());
  return field === undefined
    ? null
    : field.text
        .slice(field.text.indexOf(':') + 1)
        .replace(/\r?\n/gu, '')
        .trim();
}
