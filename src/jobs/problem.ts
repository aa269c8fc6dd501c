import { errorCodeOf, isAppError } from '../errors.ts';
import type { Problem } from './migration/state.ts';

/** Own fields of every error that are no facts. */
const NOT_FACTS = new Set([
  'name',
  'code',
  'disposition',
  'retryAfter',
  'cause',
  'stack',
  'message',
  // What a server said may quote the mail.
  'serverText',
]);

/** An error as a problem that a person is told: its code and its facts, never its message. Pure. */
export function problemOf(error: unknown): Problem {
  if (!isAppError(error)) {
    return { code: errorCodeOf(error), facts: {} };
  }
  const facts: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(error)) {
    if (!NOT_FACTS.has(name) && (typeof value === 'string' || typeof value === 'number')) {
      facts[name] = value;
    }
  }
  return { code: error.code, facts };
}
