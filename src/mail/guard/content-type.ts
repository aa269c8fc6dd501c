/** As much of Content-Type as the guard needs: RFC 2045 section 5.1. */
export interface ContentType {
  /** Lower case, such as `text/plain`. */
  readonly type: string;
  readonly boundary: string | null;
}

/** Values beyond this are read only so far; no honest boundary lies behind it. */
const READ_CHARACTERS = 16 * 1024;

/** Parses a field value; null (no field) and nonsense give `fallback`. */
export function parseContentType(value: string | null, fallback: string): ContentType {
  const text = (value ?? '').slice(0, READ_CHARACTERS);
  const type = /^\s*([\w!#$&.+^-]+\/[\w!#$&.+^-]+)/.exec(text)?.[1]?.toLowerCase();
  if (type === undefined) {
    return { type: fallback, boundary: null };
  }
  const match = /;\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(text);
  const quoted = match?.[1]?.replace(/\\(.)/g, '$1');
  const boundary = quoted ?? match?.[2] ?? '';
  return { type, boundary: boundary === '' ? null : boundary };
}
