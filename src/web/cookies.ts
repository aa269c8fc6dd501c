import type { Request, Response } from 'express';

/** `__Host-`: the browser sets it over TLS alone, for this host alone, and no neighbour can overwrite it. */
const PREFIX = '__Host-skybridge-';

/** What the browser keeps for us. */
export type CookieName = 'sign-in' | 'session' | 'language';

const PATTERN = /^[\w-]{1,100}$/;

/** The value of a cookie of ours; null where there is none, or one that is not as we write them. */
export function readCookie(request: Request, name: CookieName): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.filter((pair) => pair.startsWith(`${PREFIX}${name}=`));
  const value = found[0]?.slice(PREFIX.length + name.length + 1) ?? '';
  return found.length === 1 && PATTERN.test(value) ? value : null;
}

/** `maxAgeSeconds` null: until the browser is closed · 0: gone. Lax, since the way back from Entra ID is a link. */
export function writeCookie(
  response: Response,
  name: CookieName,
  value: string,
  maxAgeSeconds: number | null,
): void {
  const age = maxAgeSeconds === null ? '' : `; Max-Age=${maxAgeSeconds}`;
  response.append(
    'Set-Cookie',
    `${PREFIX}${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax${age}`,
  );
}
