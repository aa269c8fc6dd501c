import type { ArgumentCursor } from '../arguments.ts';
import type { Session } from '../session.ts';
import { appendCommand } from './append.ts';
import { fetchCommand, uidFetchCommand } from './fetch.ts';
import { FOLDER_COMMANDS } from './folders.ts';
import { listCommand, lsubCommand } from './list.ts';
import { authenticateCommand, loginCommand } from './login.ts';
import { MESSAGE_COMMANDS } from './messages.ts';
import { searchCommand, uidSearchCommand } from './search.ts';
import { SESSION_COMMANDS } from './session.ts';

/** Does a command; what it returns is the tagged answer without the tag. */
export type CommandHandler = (session: Session, args: ArgumentCursor) => string | Promise<string>;

/** Every command that a simulated server may know. */
export const COMMANDS: Readonly<Record<string, CommandHandler>> = {
  ...SESSION_COMMANDS,
  ...FOLDER_COMMANDS,
  ...MESSAGE_COMMANDS,
  LOGIN: loginCommand,
  AUTHENTICATE: authenticateCommand,
  LIST: listCommand,
  LSUB: lsubCommand,
  APPEND: appendCommand,
  FETCH: fetchCommand,
  'UID FETCH': uidFetchCommand,
  SEARCH: searchCommand,
  'UID SEARCH': uidSearchCommand,
};
