import { setTimeout as delay } from 'node:timers/promises';
import { ArgumentCursor, SyntaxProblem } from './arguments.ts';
import type { RawCommand } from './command-reader.ts';
import { COMMANDS, type CommandHandler } from './commands/table.ts';
import type { ServiceTimes, Session } from './session.ts';

/** How Exchange Online ends a session. */
export const EXCHANGE_BYE = '* BYE Connection closed. 14';
const BEFORE_LOGIN = new Set(['CAPABILITY', 'NOOP', 'LOGOUT', 'LOGIN', 'AUTHENTICATE', 'ID']);
const NEEDS_SELECTION = new Set([
  'FETCH',
  'UID FETCH',
  'STORE',
  'UID STORE',
  'SEARCH',
  'UID SEARCH',
  'COPY',
  'UID COPY',
  'MOVE',
  'UID MOVE',
  'EXPUNGE',
  'UID EXPUNGE',
  'CLOSE',
  'UNSELECT',
  'CHECK',
]);

const SERVICE: Readonly<Record<string, keyof ServiceTimes>> = {
  APPEND: 'append',
  FETCH: 'fetch',
  'UID FETCH': 'fetch',
  LOGIN: 'login',
  AUTHENTICATE: 'login',
  LIST: 'folders',
  CREATE: 'folders',
  SELECT: 'folders',
  EXAMINE: 'folders',
  STATUS: 'folders',
};

/** Why the command is not even looked at, or null. */
function refuseByState(session: Session, name: string): string | null {
  const { profile } = session.server;
  if (!profile.commands.has(name) || COMMANDS[name] === undefined) {
    session.violate(`unknown command ${name}`);
    return `BAD ${profile.texts.badCommand}`;
  }
  if (session.notConnected && !['CAPABILITY', 'ID', 'LOGOUT'].includes(name)) {
    session.closed = true;
    return 'BAD User is authenticated but not connected.';
  }
  if (session.account === null && !BEFORE_LOGIN.has(name)) {
    session.violate(`${name} before the login`);
    return 'BAD Command received in Invalid state.';
  }
  const { selectRefused } = session;
  session.selectRefused = false;
  if (session.selection === null && NEEDS_SELECTION.has(name)) {
    if (!selectRefused) {
      session.violate(`${name} without a selected folder`);
    }
    return 'BAD Please select a mailbox first';
  }
  return null;
}

/** Does a command; what comes back is the tagged answer without the tag. */
export async function perform(session: Session, command: RawCommand): Promise<string> {
  const refusal = refuseByState(session, command.name);
  if (refusal !== null) {
    return refusal;
  }
  const handler: CommandHandler | undefined = COMMANDS[command.name];
  const { profile, serviceMs, forbidUnsafe } = session.server;
  if (forbidUnsafe && profile.unsafe.commands.has(command.name)) {
    session.violate(`${command.name} must not be used here`);
  }
  const serviceTimeMs = serviceMs[SERVICE[command.name] ?? 'other'] ?? 0;
  if (serviceTimeMs > 0) {
    await delay(serviceTimeMs);
  }
  try {
    return (await handler?.(session, new ArgumentCursor(command.text, command.literals))) ?? '';
  } catch (error) {
    if (error instanceof SyntaxProblem) {
      session.violate(`${command.name}: ${error.message}`);
      return `BAD ${profile.texts.badCommand}`;
    }
    throw error;
  }
}

/** Answers the tagged line and counts what went wrong. */
export function answer(session: Session, tag: string, text: string): void {
  session.send(`${tag} ${text}`);
  const { maxErrors } = session.server.profile;
  if (!text.startsWith('OK')) {
    session.errors += 1;
  }
  if (session.notConnected && session.closed) {
    session.send(EXCHANGE_BYE);
  } else if (maxErrors !== null && session.errors >= maxErrors && !session.closed) {
    session.send(EXCHANGE_BYE);
    session.closed = true;
  }
}
