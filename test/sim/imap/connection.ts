import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ArgumentCursor, SyntaxProblem } from './arguments.ts';
import { ConnectionEndedError, createByteSource } from './byte-source.ts';
import {
  type CommandReaderOptions,
  createCommandReader,
  type RawCommand,
  type ReadResult,
} from './command-reader.ts';
import { COMMANDS, type CommandHandler } from './commands/table.ts';
import type { FaultAction } from './faults.ts';
import type { ServerState, ServiceTimes, Session } from './session.ts';

const MAX_LINE_BYTES = 64 * 1024;
const EXCHANGE_BYE = '* BYE Connection closed. 14';
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

function createSession(server: ServerState, socket: Socket): Session {
  const session: Session = {
    server,
    socket,
    source: createByteSource(socket),
    account: null,
    notConnected: false,
    failedLogins: 0,
    errors: 0,
    selection: null,
    closed: false,
    fault: null,
    send: (line) => session.sendBytes(Buffer.from(`${line}\r\n`, 'latin1')),
    sendBytes: (bytes) => {
      if (!socket.destroyed && socket.writable) {
        socket.write(bytes);
      }
    },
    drained: async () => {
      if (socket.writableNeedDrain && !socket.destroyed) {
        await new Promise<void>((resolve) => {
          const go = (): void => {
            socket.off('drain', go).off('close', go);
            resolve();
          };
          socket.on('drain', go).on('close', go);
        });
      }
    },
    violate: (text) => {
      server.violations.push(`${server.profile.name}: ${text}`);
    },
  };
  return session;
}

function readerOptions(session: Session): CommandReaderOptions {
  const { profile, faults } = session.server;
  return {
    literalPlus: profile.literalPlus,
    maxLineBytes: MAX_LINE_BYTES,
    leaveLiteralAtLineBytes: profile.leaveLiteralAtLineBytes,
    onStart: ({ name, line }) => {
      session.fault = faults.strike({
        command: name,
        line,
        user: session.account?.user ?? null,
        folder: session.selection?.folder.name ?? null,
      });
      const isAppend = name === 'APPEND' && session.fault?.kind === 'drop-mid-literal';
      return isAppend && session.fault?.kind === 'drop-mid-literal'
        ? session.fault.afterBytes
        : null;
    },
    refuseLiteral: (name, sizeBytes) =>
      name === 'APPEND' ? profile.refuseSize(sizeBytes, session.account?.user ?? '') : null,
    sendContinuation: () => session.send('+ Ready for additional command text.'),
  };
}

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
  if (session.selection === null && NEEDS_SELECTION.has(name)) {
    session.violate(`${name} without a selected folder`);
    return 'BAD Please select a mailbox first';
  }
  return null;
}

async function perform(session: Session, command: RawCommand): Promise<string> {
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
function answer(session: Session, tag: string, text: string): void {
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

type Fate = 'go-on' | 'answered' | 'gone';

async function applyFault(
  session: Session,
  command: RawCommand,
  fault: FaultAction,
): Promise<Fate> {
  switch (fault.kind) {
    case 'delay':
      await delay(fault.ms);
      return 'go-on';
    case 'untagged':
      fault.lines.forEach((line) => session.send(line));
      return 'go-on';
    case 'reply':
      answer(session, command.tag, fault.text);
      return 'answered';
    case 'throttle':
      answer(
        session,
        command.tag,
        `BAD Request is throttled. Suggested Backoff Time: ${fault.ms} milliseconds`,
      );
      if (fault.thenBye === true) {
        session.send(EXCHANGE_BYE);
        session.closed = true;
      }
      return 'answered';
    case 'bye':
      session.send(`* BYE ${fault.text}`);
      session.closed = true;
      return 'answered';
    case 'hang':
      return 'answered';
    case 'drop-before':
      return 'gone';
    case 'drop-after-stored':
      await perform(session, command);
      return 'gone';
    case 'drop-then-store':
      session.socket.destroy();
      await delay(fault.afterMs);
      await perform(session, command);
      return 'gone';
    case 'drop-mid-literal':
    default:
      // APPEND was cut while it was read; FETCH cuts itself.
      return 'go-on';
  }
}

async function handle(session: Session, result: ReadResult): Promise<void> {
  if (result.kind === 'refused') {
    answer(session, result.tag, result.text);
    return;
  }
  if (result.kind === 'malformed') {
    session.violate(
      `${result.desync ? 'text of a message was read as a command' : 'malformed'}: ${result.reason}`,
    );
    const { texts } = session.server.profile;
    answer(
      session,
      result.tag,
      result.desync ? 'BAD Command Error. 10' : `BAD ${texts.badCommand}`,
    );
    session.closed ||= result.fatal;
    return;
  }
  const { command } = result;
  const fate = session.fault === null ? 'go-on' : await applyFault(session, command, session.fault);
  if (fate === 'gone') {
    throw new ConnectionEndedError('a fault closed the connection');
  }
  if (fate === 'go-on') {
    answer(session, command.tag, await perform(session, command));
  }
}

/** Serves one connection until either side ends it. */
export async function serveConnection(server: ServerState, socket: Socket): Promise<void> {
  const session = createSession(server, socket);
  const reader = createCommandReader(session.source, readerOptions(session));
  try {
    const fault = server.faults.strike({ command: 'CONNECT', user: null, folder: null, line: '' });
    if (await refusedAtGreeting(session, fault)) {
      return;
    }
    session.send(`* OK ${server.profile.greeting}`);
    while (!session.closed) {
      session.fault = null;
      await handle(session, await reader.read());
      await session.drained();
    }
    socket.end();
  } catch (error) {
    socket.destroy();
    if (!(error instanceof ConnectionEndedError)) {
      session.violate(`the simulated server failed: ${String(error)}`);
    }
  } finally {
    if (session.account !== null) {
      server.connections.closed(session.account.user);
    }
  }
}

async function refusedAtGreeting(session: Session, fault: FaultAction | null): Promise<boolean> {
  if (fault?.kind === 'delay') {
    await delay(fault.ms);
  } else if (fault?.kind === 'bye') {
    session.send(`* BYE ${fault.text}`);
    session.socket.end();
    return true;
  } else if (fault?.kind === 'drop-before') {
    session.socket.destroy();
    return true;
  } else if (fault?.kind === 'hang') {
    await new Promise((resolve) => session.socket.once('close', resolve));
    return true;
  }
  return false;
}
