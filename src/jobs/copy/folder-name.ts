/** What Exchange takes as the name of a mail folder, and what is made of a name that it does not take. Pure. */
import { foldName, isNotMailAnywhere } from './exchange-names.ts';

/** Why a name cannot be as it is; each has words in src/words. */
export const NAME_PROBLEMS = [
  'reserved',
  'not-mail',
  'invalid-name',
  'slash',
  'too-long',
  'too-deep',
  'collision',
] as const;

export type NameProblem = (typeof NAME_PROBLEMS)[number];

/** Exchange refuses longer display names. */
const MAX_NAME_LENGTH = 255;

/** Levels of folders that a mailbox may have. */
export const MAX_FOLDER_DEPTH = 300;

/**
 * Exchange answers CREATE of `Files` with "Folder name is reserved". The others are believed: folders at
 * the root that it keeps for itself and mostly hides.
 */
const RESERVED = new Set([
  'files',
  'conversation action settings',
  'quick step settings',
  'externalcontacts',
  'personmetadata',
  'yammer root',
  'social activity notifications',
  'recoverable items',
]);

/** True where no mail folder can be made under this name at the root. */
export function isReserved(name: string): boolean {
  return RESERVED.has(foldName(name));
}

/**
 * Control characters, halves of surrogate pairs, and what has a meaning in IMAP: `*` and `%` are wildcards
 * of LIST, `"` ends a string, `#` at the beginning names another namespace. Other tools also replace every
 * dot and every `#`; that Exchange Online refuses them is not known, and a name with a dot is a common one.
 */
const FORBIDDEN = /[\p{Cc}\p{Cs}*%"]|^#/gu;

/** A `/` inside a level: as the wire part shows it, or written in modified UTF-7 where no server may write it so. */
const SLASH = /\u2215|&AC8-/g;

/** The name that Exchange takes for this one, at any level. */
export function exchangeName(wanted: string): {
  readonly name: string;
  readonly problem: NameProblem | null;
} {
  const joined = wanted.replaceAll(SLASH, '-');
  const clean = joined.replaceAll(FORBIDDEN, '_').trim();
  const name = cutTo(clean, MAX_NAME_LENGTH) || '_';
  if (name === wanted) {
    return { name, problem: null };
  }
  if (joined !== wanted) {
    return { name, problem: 'slash' };
  }
  const isOnlyLong = clean === wanted && wanted.length > MAX_NAME_LENGTH;
  return { name, problem: isOnlyLong ? 'too-long' : 'invalid-name' };
}

/** The name with something behind it, within the length. */
export function withSuffix(name: string, suffix: string): string {
  return `${cutTo(name, MAX_NAME_LENGTH - suffix.length)}${suffix}`;
}

/** Cuts between characters, never inside a surrogate pair, and leaves no blank at the end. */
function cutTo(name: string, length: number): string {
  return name
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd();
}

/** Why Exchange would not take this path as a mail folder; null where it does. */
export function pathProblem(path: string): NameProblem | null {
  const levels = path.split('/');
  if (levels.length > MAX_FOLDER_DEPTH) {
    return 'too-deep';
  }
  const [root = ''] = levels;
  if (isReserved(root)) {
    return 'reserved';
  }
  if (isNotMailAnywhere(root)) {
    return 'not-mail';
  }
  return levels.map((level) => exchangeName(level).problem).find((found) => found !== null) ?? null;
}
