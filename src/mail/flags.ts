/** RFC 9051 flag-keyword: an atom, so no blank, control, 8-bit, or special. */
const KEYWORD = /^[!#$&'+\-./0-9:;<=>?@A-Z[^_`a-z|}~]+$/;

const SYSTEM = /^\\[A-Za-z]+$/;

/**
 * The flags that may go out with an append. `allowed` null: all of them, keywords too, that IMAP can
 * carry; else only those named, in the spelling given there. \Recent is the server's own and always goes.
 */
export function allowFlags(flags: readonly string[], allowed: readonly string[] | null): string[] {
  const spelling = allowed && new Map(allowed.map((flag) => [flag.toLowerCase(), flag]));
  const kept = new Map<string, string>();
  for (const flag of flags) {
    const known = spelling === null ? flag : spelling.get(flag.toLowerCase());
    if (known !== undefined && isSendable(known) && !kept.has(known.toLowerCase())) {
      kept.set(known.toLowerCase(), known);
    }
  }
  return [...kept.values()];
}

/** What is left of the flags without others, whatever their capitals. */
export function withoutFlags(flags: readonly string[], others: readonly string[]): string[] {
  const lower = new Set(others.map((flag) => flag.toLowerCase()));
  return flags.filter((flag) => !lower.has(flag.toLowerCase()));
}

/** True for mail that its owner has read. */
export function isSeen(flags: readonly string[]): boolean {
  return flags.some((flag) => flag.toLowerCase() === '\\seen');
}

function isSendable(flag: string): boolean {
  return flag.toLowerCase() !== '\\recent' && (SYSTEM.test(flag) || KEYWORD.test(flag));
}

/** True where both hold the same flags, without regard to order, capitals and \Recent. */
export function sameFlags(a: readonly string[], b: readonly string[]): boolean {
  return formatFlags(a) === formatFlags(b);
}

function formatFlags(flags: readonly string[]): string {
  const lower = flags.map((flag) => flag.toLowerCase()).filter((flag) => flag !== '\\recent');
  return [...new Set(lower)].toSorted().join(' ');
}
