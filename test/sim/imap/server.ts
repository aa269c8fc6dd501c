import { createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { serveConnection } from './connection.ts';
import { FaultList } from './faults.ts';
import type { Profile } from './profile.ts';
import type { Authenticate, ConnectionCounter, ServerState, ServiceTimes } from './session.ts';
import { createMailStore, type MailStore } from './store.ts';

/** What both simulated servers take. */
export interface ImapServerOptions {
  /** Key and certificate in PEM; left out: the server speaks plain text alone. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Also listen without TLS when `tls` is given. */
  readonly plain?: boolean;
  readonly serviceMs?: ServiceTimes;
  /** Record the use of what is known to break on this provider; on unless switched off. */
  readonly forbidUnsafe?: boolean;
  /** A store to serve, where several servers share one; left out: a new one. */
  readonly store?: MailStore;
}

/** A running simulated IMAP server. */
export interface ImapServer {
  readonly host: string;
  /** TLS where a certificate was given, else plain text. */
  readonly port: number;
  readonly plainPort: number | null;
  readonly store: MailStore;
  readonly faults: FaultList;
  /** What a client did that it must not; a test expects this to stay empty. */
  readonly violations: string[];
  readonly connections: Omit<ConnectionCounter, 'opened' | 'closed' | 'tried'>;
  /** Milliseconds per kind of command; may be changed while it runs. */
  readonly serviceMs: { -readonly [Kind in keyof ServiceTimes]: ServiceTimes[Kind] };
  /** Cuts every open connection. */
  dropConnections(): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

function createConnectionCounter(): ConnectionCounter {
  const open = new Map<string, number>();
  const most = new Map<string, number>();
  const tries = new Map<string, number>();
  let all = 0;
  let mostOfAll = 0;
  const counter: ConnectionCounter = {
    maxOfAll: () => mostOfAll,
    open: (user) => open.get(user) ?? 0,
    maxSeen: (user) => most.get(user) ?? 0,
    tried: (user) => {
      tries.set(user, counter.tries(user) + 1);
    },
    tries: (user) => tries.get(user) ?? 0,
    opened: (user) => {
      all += 1;
      mostOfAll = Math.max(mostOfAll, all);
      open.set(user, counter.open(user) + 1);
      most.set(user, Math.max(counter.maxSeen(user), counter.open(user)));
    },
    closed: (user) => {
      all -= 1;
      open.set(user, counter.open(user) - 1);
    },
  };
  return counter;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

/** Starts a server with this profile on ports that the system chooses. */
export async function startImapServer(
  profile: Profile,
  options: ImapServerOptions,
  createAuthenticate: (store: MailStore) => Authenticate,
): Promise<ImapServer> {
  const store = options.store ?? createMailStore(profile.store);
  const serviceMs = { ...options.serviceMs };
  const state: ServerState = {
    profile,
    store,
    faults: new FaultList(),
    violations: [],
    authenticate: createAuthenticate(store),
    serviceMs,
    forbidUnsafe: options.forbidUnsafe ?? true,
    connections: createConnectionCounter(),
  };
  const sockets = new Set<Socket>();
  const onSocket = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
    void serveConnection(state, socket);
  };
  const wantsPlain = options.tls === undefined || options.plain === true;
  const plainServer = wantsPlain ? createPlainServer(onSocket) : null;
  const tlsServer = options.tls === undefined ? null : createTlsServer(options.tls, onSocket);
  tlsServer?.on('tlsClientError', () => undefined);
  const plainPort = plainServer === null ? null : await listen(plainServer);
  const tlsPort = tlsServer === null ? null : await listen(tlsServer);
  return {
    host: HOST,
    port: tlsPort ?? plainPort ?? 0,
    plainPort,
    store,
    faults: state.faults,
    violations: state.violations,
    connections: state.connections,
    serviceMs,
    dropConnections: () => sockets.forEach((socket) => socket.destroy()),
    close: async () => {
      const closing = [plainServer, tlsServer].flatMap((server) => (server ? [close(server)] : []));
      sockets.forEach((socket) => socket.destroy());
      await Promise.all(closing);
    },
  };
}
