/** The longest piece of a service's words that is shown. */
const MAX_CHARS = 300;

/** JSON web tokens, bearer headers, tokens in URLs and XOAUTH2 responses, whole or cut off. */
const SECRETS: readonly RegExp[] = [
  /\bey[\w-]{8,}(?:\.[\w-]*){0,2}/g,
  /\bbearer\s+\S+/gi,
  /\b(?:authtoken|access_token|client_secret|client_assertion|password|sig)=[^&\s"]+/gi,
  /\b[\w+/-]{64,}={0,2}/g,
];

const ADDRESS = /([\w.+'-])[\w.+'-]*@([\w-]+(?:\.[\w-]+)+)/g;

/** A service's own words made fit to be shown: no token, no whole address, one short printable line. */
export function sanitiseAnswer(text: string): string {
  const bare = SECRETS.reduce((left, pattern) => left.replaceAll(pattern, '[removed]'), text);
  const line = bare
    .replaceAll(ADDRESS, '$1…@$2')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return line.length > MAX_CHARS ? `${line.slice(0, MAX_CHARS)}…` : line;
}
