import type { Config } from '../config.ts';
import { MOVE_PATH, SIGN_IN_PATH } from '../web/paths.ts';
import { credentialOf } from './tenant-clients.ts';

/** Where Entra ID sends people back to; null where PUBLIC_URL is none that it would send anybody to. */
export function redirectUriOf(publicUrl: string | undefined): string | null {
  if (publicUrl === undefined) {
    return null;
  }
  const { protocol, hostname } = new URL(publicUrl);
  const isAllowed = protocol === 'https:' || hostname === 'localhost';
  return isAllowed ? `${publicUrl.replace(/\/+$/, '')}${SIGN_IN_PATH}` : null;
}

/** The page that a person is sent to; null where there is none, for want of an address or of a registration. */
export async function pageUrlOf(config: Config): Promise<string | null> {
  const { PUBLIC_URL: publicUrl } = config;
  const canSignIn = (await credentialOf(config)).kind !== 'managed-identity';
  return publicUrl === undefined || redirectUriOf(publicUrl) === null || !canSignIn
    ? null
    : `${publicUrl.replace(/\/+$/, '')}${MOVE_PATH}`;
}
