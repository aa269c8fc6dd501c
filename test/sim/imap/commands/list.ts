import { type ArgumentCursor, SyntaxProblem } from '../arguments.ts';
import { encodeMailboxName, quoteString } from '../mailbox-name.ts';
import type { Session } from '../session.ts';
import type { Folder } from '../store.ts';

function matches(pattern: string, caseInsensitive: boolean): (name: string) => boolean {
  const source = Array.from(pattern)
    .map((char) => {
      if (char === '*') {
        return '.*';
      }
      return char === '%' ? '[^/]*' : char.replace(/[.+?^${}()|[\]\\/]/gu, '\\$&');
    })
    .join('');
  const test = new RegExp(`^${source}$`, caseInsensitive ? 'iu' : 'u');
  return (name) => test.test(name);
}

function readPattern(args: ArgumentCursor): string {
  args.space();
  if (args.looksAt('(')) {
    // iCloud answers any extended LIST with `BAD Parse Error`; Exchange does not offer it either.
    throw new SyntaxProblem('LIST with selection options');
  }
  const reference = args.listPattern();
  args.space();
  const pattern = args.listPattern();
  if (!args.atEnd()) {
    throw new SyntaxProblem('LIST with RETURN');
  }
  return reference + pattern;
}

function list(session: Session, args: ArgumentCursor, verb: 'LIST' | 'LSUB'): string {
  const pattern = readPattern(args);
  const { profile } = session.server;
  const folders: readonly Folder[] = session.account?.folders ?? [];
  if (pattern === '') {
    session.send(`* ${verb} (\\Noselect) "/" ""`);
  }
  const wanted = matches(pattern, profile.store.caseInsensitiveNames);
  for (const folder of folders) {
    if (wanted(folder.name) && (verb === 'LIST' || folder.subscribed)) {
      const attributes = profile.folderAttributes(folder, folders).join(' ');
      session.send(`* ${verb} (${attributes}) "/" ${quoteString(encodeMailboxName(folder.name))}`);
    }
  }
  return `OK ${profile.completed(verb)}`;
}

/** LIST reference pattern. RFC 3501 section 6.3.8. */
export function listCommand(session: Session, args: ArgumentCursor): string {
  return list(session, args, 'LIST');
}

/** LSUB reference pattern. RFC 3501 section 6.3.9. */
export function lsubCommand(session: Session, args: ArgumentCursor): string {
  return list(session, args, 'LSUB');
}
