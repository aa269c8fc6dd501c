import { formatClock } from './format.ts';
import { explain, reasonText, wordsFor } from './words.ts';

/** Servers that ask for less work, in whatever words. */
const THROTTLES: readonly string[] = [
  'imap.throttled',
  'imap.server-unavailable',
  'imap.login-unavailable',
];

/** Why nothing moves, and until when. */
export function waitingText(code: string, until: Date, now: Date): string {
  const clock = formatClock(until, now);
  if (THROTTLES.includes(code)) {
    return `The server asks for a pause: throttled until ${clock}.`;
  }
  return Object.hasOwn(wordsFor('en').problems, code)
    ? `${explain({ code, facts: {} }).what} I try again at ${clock}.`
    : `Waiting until ${clock}: ${reasonText(code)}.`;
}
