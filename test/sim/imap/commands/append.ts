import { type ArgumentCursor, SyntaxProblem } from '../arguments.ts';
import { parseDateTime } from '../dates.ts';
import { encodeMailboxName } from '../mailbox-name.ts';
import { announceChanges, type Session } from '../session.ts';

const SYSTEM_FLAGS = new Set(['\\seen', '\\answered', '\\flagged', '\\deleted', '\\draft']);

function readDate(args: ArgumentCursor): Date | undefined {
  if (!args.looksAt('"')) {
    return undefined;
  }
  const date = parseDateTime(args.quoted());
  if (date === null) {
    throw new SyntaxProblem('APPEND with a malformed date-time');
  }
  args.space();
  return date;
}

function readFlags(args: ArgumentCursor): string[] {
  if (!args.looksAt('(')) {
    return [];
  }
  const flags = args.list(() => args.flag());
  args.space();
  return flags;
}

/** APPEND mailbox [flags] [date-time] literal. RFC 3501 section 6.3.11. */
export function appendCommand(session: Session, args: ArgumentCursor): string {
  const { profile, store, forbidUnsafe } = session.server;
  const { account } = session;
  args.space();
  const name = args.mailbox(profile.mailboxLiterals);
  args.space();
  const flags = readFlags(args);
  const internalDate = readDate(args);
  const bytes = args.literal();
  args.end();
  const strange = flags.find(
    (flag) => flag.startsWith('\\') && !SYSTEM_FLAGS.has(flag.toLowerCase()),
  );
  if (strange !== undefined) {
    return `BAD Invalid system flag ${strange.toUpperCase()}`;
  }
  const lost = flags.filter((flag) => profile.lateFlags.includes(flag.toLowerCase()));
  if (forbidUnsafe && lost.length > 0) {
    session.violate(`APPEND with ${lost.join(' ')}: other programs never see it`);
  }
  const folder = account === null ? undefined : store.folder(account, name);
  if (account === null || folder === undefined || !folder.opens) {
    return `NO ${profile.texts.appendNoFolder.replace('%s', encodeMailboxName(name))}`;
  }
  const message = {
    bytes,
    flags: profile.keywords === 'kept' ? flags : flags.filter((flag) => flag.startsWith('\\')),
    internalDate: internalDate ?? new Date(),
  };
  const refusal = profile.refuseMessage(message, account);
  if (refusal !== null) {
    return refusal;
  }
  const uid = store.addMessage(account, name, message);
  announceChanges(session, { expunges: false });
  const code = profile.uidPlus ? `[APPENDUID ${folder.uidValidity} ${uid}] ` : '';
  return `OK ${code}${profile.completed('APPEND')}`;
}
