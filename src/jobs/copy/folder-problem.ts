import { errorCodeOf, isAppError } from '../../errors.ts';

/** A folder that the provider keeps for something other than mail, and does not open: iCloud's Notes. */
const INTERNAL = 'imap.folder-internal';
const MISSING = 'imap.folder-missing';

/**
 * Why one folder alone is left, by code; null where the error concerns more than that. A folder that opened
 * before (`wasListed`) held mail, whatever its name.
 */
export function folderProblemOf(error: unknown, wasListed: boolean): string | null {
  const code = isAppError(error) ? errorCodeOf(error) : null;
  if (code === INTERNAL) {
    return wasListed ? MISSING : INTERNAL;
  }
  return code === MISSING ? MISSING : null;
}

/** False for a folder that opens, and for one that never held mail: it is named, and nobody must look at it. */
export function needsLook(problem: string | null): boolean {
  return problem !== null && problem !== INTERNAL;
}
