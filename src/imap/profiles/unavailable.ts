import { type ImapError, LoginUnavailableError, ServerUnavailableError } from '../errors.ts';
import type { ServerAnswer } from './profile.ts';

/** The server cannot serve now; at a login that says nothing about the password. */
export function toUnavailable({ moment, text: serverText }: ServerAnswer): ImapError {
  return moment === 'login'
    ? new LoginUnavailableError({ serverText })
    : new ServerUnavailableError({ serverText });
}
