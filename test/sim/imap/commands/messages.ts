import { type ArgumentCursor, SyntaxProblem } from '../arguments.ts';
import { encodeMailboxName } from '../mailbox-name.ts';
import { announceChanges, type Session } from '../session.ts';
import { messagesIn, type NumberedMessage, readSet, selectionOf } from './selected.ts';
import type { CommandHandler } from './table.ts';

function nextFlags(current: readonly string[], change: string, given: readonly string[]): string[] {
  const lower = new Set(given.map((flag) => flag.toLowerCase()));
  if (change.startsWith('-')) {
    return current.filter((flag) => !lower.has(flag.toLowerCase()));
  }
  return change.startsWith('+') ? [...current, ...given] : [...given];
}

function store(byUid: boolean): CommandHandler {
  return (session, args) => {
    const selection = selectionOf(session);
    const { profile, store: mail } = session.server;
    const set = readSet(args);
    args.space();
    const change = args.expect(/[+-]?FLAGS/iu, 'FLAGS')[0];
    const silent = args.match(/\.SILENT/iu) !== null;
    args.space();
    const given = args.list(() => args.flag());
    args.end();
    if (selection.readOnly) {
      return 'NO The folder is open for reading alone';
    }
    const kept =
      profile.keywords === 'kept' ? given : given.filter((flag) => flag.startsWith('\\'));
    for (const { sequence, message } of messagesIn(selection, set, byUid)) {
      mail.setFlags(
        { folder: selection.folder, uid: message.uid },
        nextFlags(message.flags, change, kept),
      );
      if (!silent) {
        const uid = byUid ? `UID ${message.uid} ` : '';
        session.send(`* ${sequence} FETCH (${uid}FLAGS (${message.flags.join(' ')}))`);
      }
    }
    return `OK ${profile.completed('STORE')}`;
  };
}

function copyTo(
  session: Session,
  name: string,
  messages: readonly NumberedMessage[],
): string | null {
  const { store: mail } = session.server;
  const { account } = session;
  const target = account === null ? undefined : mail.folder(account, name);
  if (account === null || target === undefined || !target.opens) {
    return null;
  }
  const pairs = messages.map(({ message }) => ({
    from: message.uid,
    to: mail.addMessage(account, name, message),
  }));
  const uids = (side: 'from' | 'to'): string => pairs.map((pair) => pair[side]).join(',');
  return `COPYUID ${target.uidValidity} ${uids('from')} ${uids('to')}`;
}

function copy(verb: 'COPY' | 'MOVE', byUid: boolean): CommandHandler {
  return (session, args) => {
    const selection = selectionOf(session);
    const { profile, store: mail } = session.server;
    const set = readSet(args);
    args.space();
    const name = args.mailbox(profile.mailboxLiterals);
    args.end();
    const messages = messagesIn(selection, set, byUid);
    const code = copyTo(session, name, messages);
    if (code === null) {
      return `NO ${profile.texts.appendNoFolder.replace('%s', encodeMailboxName(name))}`;
    }
    const tellsUids = profile.uidPlus && messages.length > 0;
    if (verb === 'COPY') {
      return `OK ${tellsUids ? `[${code}] ` : ''}${profile.completed(verb)}`;
    }
    if (tellsUids) {
      session.send(`* OK [${code}] Moved`);
    }
    for (const { message } of messages) {
      mail.deleteMessage(session.account ?? '', selection.folder.name, message.uid);
    }
    announceChanges(session, { expunges: true });
    return `OK ${profile.completed(verb)}`;
  };
}

function expunge(session: Session, args: ArgumentCursor, byUid: boolean): string {
  const selection = selectionOf(session);
  const { profile, store: mail } = session.server;
  const set = byUid ? readSet(args) : '1:*';
  args.end();
  if (selection.readOnly) {
    throw new SyntaxProblem('EXPUNGE in a folder opened with EXAMINE');
  }
  for (const { message } of messagesIn(selection, set, byUid)) {
    if (message.flags.includes('\\Deleted')) {
      mail.deleteMessage(session.account ?? '', selection.folder.name, message.uid);
    }
  }
  announceChanges(session, { expunges: true });
  return `OK ${profile.completed('EXPUNGE')}`;
}

/** Commands that change messages. RFC 3501 section 6.4, RFC 4315, RFC 6851. */
export const MESSAGE_COMMANDS: Readonly<Record<string, CommandHandler>> = {
  STORE: store(false),
  'UID STORE': store(true),
  COPY: copy('COPY', false),
  'UID COPY': copy('COPY', true),
  MOVE: copy('MOVE', false),
  'UID MOVE': copy('MOVE', true),
  EXPUNGE: (session, args) => expunge(session, args, false),
  'UID EXPUNGE': (session, args) => expunge(session, args, true),
};
