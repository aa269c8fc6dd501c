/** No server asks for more than this in earnest; protects dates from overflowing. */
const LONGEST_MS = 7 * 24 * 3_600_000;

/** Milliseconds that a Retry-After header asks for, seconds or HTTP date; null when it names none. RFC 9110 section 10.2.3. */
export function parseRetryAfter(header: string | null, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) {
    return Math.min(Math.ceil(Number(text) * 1000), LONGEST_MS);
  }
  // Date.parse takes all sorts of text; an HTTP date starts with the day's name.
  const at = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.min(Math.max(at - now.getTime(), 0), LONGEST_MS);
}
