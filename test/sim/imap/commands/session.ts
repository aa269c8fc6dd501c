import type { ArgumentCursor } from '../arguments.ts';
import { announceChanges, type Session } from '../session.ts';
import type { CommandHandler } from './table.ts';

function completed(session: Session, command: string): string {
  return `OK ${session.server.profile.completed(command)}`;
}

function capability(session: Session, args: ArgumentCursor): string {
  args.end();
  const { before, after } = session.server.profile.capabilities;
  const loggedIn = session.account !== null || session.notConnected;
  session.send(`* CAPABILITY ${loggedIn ? after : before}`);
  return completed(session, 'CAPABILITY');
}

function noop(session: Session, args: ArgumentCursor): string {
  args.end();
  announceChanges(session, { expunges: true });
  return completed(session, 'NOOP');
}

function logout(session: Session, args: ArgumentCursor): string {
  args.end();
  session.send(`* BYE ${session.server.profile.texts.bye}`);
  session.closed = true;
  return completed(session, 'LOGOUT');
}

function id(session: Session, args: ArgumentCursor): string {
  args.space();
  if (args.match(/NIL/iu) === null) {
    args.list(() => (args.match(/NIL/iu) === null ? args.quoted() : ''));
  }
  args.end();
  session.send(`* ID ${session.server.profile.identity}`);
  return completed(session, 'ID');
}

function namespace(session: Session, args: ArgumentCursor): string {
  args.end();
  session.send('* NAMESPACE (("" "/")) NIL NIL');
  return completed(session, 'NAMESPACE');
}

/** iCloud says OK and nothing more; that it took effect shows in SELECT alone. */
function enable(session: Session, args: ArgumentCursor): string {
  while (!args.atEnd()) {
    args.space();
    if (args.atom().toUpperCase() === 'QRESYNC') {
      session.violate('ENABLE QRESYNC: iCloud answers it with malformed VANISHED lines');
    }
  }
  if (session.selection !== null) {
    session.violate('ENABLE after SELECT');
  }
  return completed(session, 'ENABLE');
}

async function idle(session: Session, args: ArgumentCursor): Promise<string> {
  args.end();
  session.send('+ idling');
  const stop = session.server.store.watch(() => announceChanges(session, { expunges: true }));
  try {
    const { line } = await session.source.readLine(1024);
    if (line.toString('latin1').toUpperCase() !== 'DONE') {
      session.violate('IDLE was not ended by DONE');
      return `BAD ${session.server.profile.texts.badCommand}`;
    }
  } finally {
    stop();
  }
  return completed(session, 'IDLE');
}

/** Commands that touch no folder. */
export const SESSION_COMMANDS: Readonly<Record<string, CommandHandler>> = {
  CAPABILITY: capability,
  NOOP: noop,
  CHECK: noop,
  LOGOUT: logout,
  ID: id,
  NAMESPACE: namespace,
  ENABLE: enable,
  IDLE: idle,
};
