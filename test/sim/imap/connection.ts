import type { Socket } from 'node:net';
import { ConnectionEndedError, createByteSource } from './byte-source.ts';
import {
  type CommandReaderOptions,
  createCommandReader,
  type ReadResult,
} from './command-reader.ts';
import { applyFault, refusedAtGreeting } from './fault-effects.ts';
import { answer, perform } from './perform.ts';
import type { ServerState, Session } from './session.ts';

const MAX_LINE_BYTES = 64 * 1024;
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
    selectRefused: false,
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
    // What was answered before still goes out: a test can tell which commands were.
    socket.destroySoon();
    if (!(error instanceof ConnectionEndedError)) {
      session.violate(`the simulated server failed: ${String(error)}`);
    }
  } finally {
    if (session.account !== null) {
      server.connections.closed(session.account.user);
    }
  }
}
