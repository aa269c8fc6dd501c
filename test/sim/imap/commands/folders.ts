import { type ArgumentCursor, SyntaxProblem } from '../arguments.ts';
import { encodeMailboxName, quoteString } from '../mailbox-name.ts';
import type { Selection, Session } from '../session.ts';
import type { Account, Folder } from '../store.ts';
import type { CommandHandler } from './table.ts';

function accountOf(session: Session): Account {
  if (session.account === null) {
    throw new SyntaxProblem('not logged in');
  }
  return session.account;
}

function readName(session: Session, args: ArgumentCursor): string {
  args.space();
  return args.mailbox(session.server.profile.mailboxLiterals);
}

function find(session: Session, name: string): Folder | undefined {
  return session.server.store.folder(accountOf(session), name);
}

function noSuchFolder(session: Session, name: string): string {
  return `NO ${session.server.profile.texts.noSuchFolder(encodeMailboxName(name))}`;
}

function completed(session: Session, command: string): string {
  return `OK ${session.server.profile.completed(command)}`;
}

function open(session: Session, args: ArgumentCursor, verb: 'SELECT' | 'EXAMINE'): string {
  const { profile } = session.server;
  const name = readName(session, args);
  if (profile.condstore) {
    args.match(/ \(CONDSTORE\)/iu);
  }
  args.end();
  session.selection = null;
  const folder = find(session, name);
  if (folder === undefined || !folder.opens) {
    session.selectRefused = true;
    return noSuchFolder(session, name);
  }
  const selection: Selection = { folder, readOnly: verb === 'EXAMINE', view: [...folder.messages] };
  session.selection = selection;
  const unseen = folder.messages.findIndex((message) => !message.flags.includes('\\Seen'));
  session.send(`* ${folder.messages.length} EXISTS`);
  session.send('* 0 RECENT');
  session.send(`* FLAGS (${profile.flags.flags})`);
  const permanent = selection.readOnly ? '' : profile.flags.permanent;
  session.send(`* OK [PERMANENTFLAGS (${permanent})] Permanent flags`);
  if (unseen >= 0) {
    session.send(`* OK [UNSEEN ${unseen + 1}] Is the first unseen message`);
  }
  session.send(`* OK [UIDVALIDITY ${folder.uidValidity}] UIDVALIDITY value`);
  session.send(`* OK [UIDNEXT ${folder.uidNext}] The next unique identifier value`);
  if (profile.condstore) {
    session.send(`* OK [HIGHESTMODSEQ ${folder.highestModseq}] Highest`);
  }
  const mode = selection.readOnly ? '[READ-ONLY]' : '[READ-WRITE]';
  return `OK ${mode} ${profile.completed(verb)}`;
}

function create(session: Session, args: ArgumentCursor): string {
  const { store, profile } = session.server;
  const name = readName(session, args).replace(/\/$/u, '');
  args.end();
  const account = accountOf(session);
  if (find(session, name) !== undefined) {
    return `NO ${profile.texts.folderExists}`;
  }
  const refusal = profile.refuseFolderName(name);
  if (refusal !== null) {
    return refusal;
  }
  const parts = name.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const path = parts.slice(0, depth).join('/');
    if (store.folder(account, path) === undefined) {
      store.createFolder(account, path, {
        subscribed: false,
        folderClass: profile.createdFolderClass,
      });
    }
  }
  return completed(session, 'CREATE');
}

function remove(session: Session, args: ArgumentCursor): string {
  const name = readName(session, args);
  args.end();
  const folder = find(session, name);
  if (folder === undefined) {
    return noSuchFolder(session, name);
  }
  if (/^inbox$/iu.test(name)) {
    return 'NO INBOX cannot be deleted';
  }
  session.server.store.deleteFolder(accountOf(session), name);
  return completed(session, 'DELETE');
}

function rename(session: Session, args: ArgumentCursor): string {
  const from = readName(session, args);
  const to = readName(session, args);
  args.end();
  if (find(session, from) === undefined) {
    return noSuchFolder(session, from);
  }
  if (find(session, to) !== undefined) {
    return `NO ${session.server.profile.texts.folderExists}`;
  }
  const refusal = session.server.profile.refuseFolderName(to);
  if (refusal !== null) {
    return refusal;
  }
  session.server.store.renameFolder(accountOf(session), from, to);
  return completed(session, 'RENAME');
}

function subscription(verb: 'SUBSCRIBE' | 'UNSUBSCRIBE'): CommandHandler {
  return (session, args) => {
    const name = readName(session, args);
    args.end();
    const folder = find(session, name);
    if (folder === undefined) {
      return noSuchFolder(session, name);
    }
    folder.subscribed = verb === 'SUBSCRIBE';
    return completed(session, verb);
  };
}

const STATUS_ITEMS: Readonly<Record<string, (folder: Folder) => number>> = {
  MESSAGES: ({ messages }) => messages.length,
  RECENT: () => 0,
  UIDNEXT: ({ uidNext }) => uidNext,
  UIDVALIDITY: ({ uidValidity }) => uidValidity,
  UNSEEN: ({ messages }) => messages.filter(({ flags }) => !flags.includes('\\Seen')).length,
  HIGHESTMODSEQ: ({ highestModseq }) => highestModseq,
};

function status(session: Session, args: ArgumentCursor): string {
  const name = readName(session, args);
  args.space();
  const items = args.list(() => args.atom().toUpperCase());
  args.end();
  const folder = find(session, name);
  const { condstore } = session.server.profile;
  const unknown = items.find(
    (item) => STATUS_ITEMS[item] === undefined || (item === 'HIGHESTMODSEQ' && !condstore),
  );
  if (unknown !== undefined || items.length === 0) {
    throw new SyntaxProblem(`STATUS item ${unknown ?? 'missing'}`);
  }
  if (folder === undefined || !folder.opens) {
    return noSuchFolder(session, name);
  }
  const values = items.map((item) => `${item} ${STATUS_ITEMS[item]?.(folder) ?? 0}`).join(' ');
  session.send(`* STATUS ${quoteString(encodeMailboxName(name))} (${values})`);
  return completed(session, 'STATUS');
}

function leave(verb: 'CLOSE' | 'UNSELECT'): CommandHandler {
  return (session, args) => {
    args.end();
    const { selection, account, server } = session;
    if (verb === 'CLOSE' && selection !== null && account !== null && !selection.readOnly) {
      for (const message of selection.folder.messages) {
        if (message.flags.includes('\\Deleted')) {
          server.store.deleteMessage(account, selection.folder.name, message.uid);
        }
      }
    }
    session.selection = null;
    return completed(session, verb);
  };
}

/** Commands on folders as wholes. RFC 3501 section 6.3. */
export const FOLDER_COMMANDS: Readonly<Record<string, CommandHandler>> = {
  SELECT: (session, args) => open(session, args, 'SELECT'),
  EXAMINE: (session, args) => open(session, args, 'EXAMINE'),
  CREATE: create,
  DELETE: remove,
  RENAME: rename,
  SUBSCRIBE: subscription('SUBSCRIBE'),
  UNSUBSCRIBE: subscription('UNSUBSCRIBE'),
  STATUS: status,
  CLOSE: leave('CLOSE'),
  UNSELECT: leave('UNSELECT'),
};
