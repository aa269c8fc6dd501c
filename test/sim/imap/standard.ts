/** What servers have in common because a standard says so. RFC 3501, RFC 4315, RFC 6851, RFC 7888. */
import type { Profile } from './profile.ts';
import type { Folder } from './store.ts';

/** An extension that a server may lack. */
export type Extension = 'UIDPLUS' | 'LITERAL+' | 'MOVE';

/** What each of the simulated servers understands. */
export const STANDARD_COMMANDS: readonly string[] = [
  'CAPABILITY',
  'NOOP',
  'LOGOUT',
  'ID',
  'NAMESPACE',
  'IDLE',
  'LOGIN',
  'AUTHENTICATE',
  'LIST',
  'LSUB',
  'SELECT',
  'EXAMINE',
  'CREATE',
  'DELETE',
  'RENAME',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'STATUS',
  'CLOSE',
  'UNSELECT',
  'CHECK',
  'APPEND',
  'FETCH',
  'UID FETCH',
  'SEARCH',
  'UID SEARCH',
  'STORE',
  'UID STORE',
  'COPY',
  'UID COPY',
  'UID MOVE',
  'EXPUNGE',
  'UID EXPUNGE',
];

/** A server that offers these capabilities, but for the extensions that it is to lack. */
export function offerOnly(
  { before, after }: Profile['capabilities'],
  without: readonly Extension[] = [],
): Pick<Profile, 'capabilities' | 'commands' | 'literalPlus' | 'uidPlus'> {
  const lacks = (word: string): boolean => without.some((extension) => extension === word);
  const offered = (words: string): string =>
    words
      .split(' ')
      .filter((word) => !lacks(word))
      .join(' ');
  const commands = [...STANDARD_COMMANDS, 'MOVE'];
  return {
    capabilities: { before: offered(before), after: offered(after) },
    commands: new Set(lacks('MOVE') ? commands.filter((name) => !name.includes('MOVE')) : commands),
    literalPlus: !lacks('LITERAL+'),
    uidPlus: !lacks('UIDPLUS'),
  };
}

/** Attributes of a folder in LIST, and whether others lie below it. RFC 3348. */
export function withChildren(folder: Folder, all: readonly Folder[]): readonly string[] {
  const below = `${folder.name.toLowerCase()}/`;
  const hasChildren = all.some(({ name }) => name.toLowerCase().startsWith(below));
  return [...folder.attributes, hasChildren ? '\\HasChildren' : '\\HasNoChildren'];
}
