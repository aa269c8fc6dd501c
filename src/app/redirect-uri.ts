import { SIGN_IN_PATH } from '../web/paths.ts';

/** Where Entra ID sends people back to; null where PUBLIC_URL is none that it would send anybody to. */
export function redirectUriOf(publicUrl: string | undefined): string | null {
  if (publicUrl === undefined) {
    return null;
  }
  const { protocol, hostname } = new URL(publicUrl);
  const isAllowed = protocol === 'https:' || hostname === 'localhost';
  return isAllowed ? `${publicUrl.replace(/\/+$/, '')}${SIGN_IN_PATH}` : null;
}
