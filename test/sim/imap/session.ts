import type { Socket } from 'node:net';
import type { ByteSource } from './byte-source.ts';
import type { FaultAction, FaultList } from './faults.ts';
import type { Profile } from './profile.ts';
import type { Account, Folder, MailStore, StoredMessage } from './store.ts';

/** Who may come in; each provider has its own. */
export type Authenticate = (login: {
  readonly user: string;
  readonly secret: string;
  readonly mechanism: Mechanism;
}) => Promise<LoginResult>;

export type Mechanism = 'LOGIN' | 'PLAIN' | 'XOAUTH2';

export type LoginResult =
  | { readonly kind: 'ok'; readonly account: Account }
  | { readonly kind: 'refused'; readonly text: string }
  /** Exchange: the token is good, the mailbox is not open to it; said on the next command. */
  | { readonly kind: 'not-connected' };

/** Milliseconds that a command takes, by what it does. */
export interface ServiceTimes {
  readonly append?: number;
  readonly fetch?: number;
  readonly login?: number;
  readonly folders?: number;
  readonly other?: number;
}

/** What all connections of one server share. */
export interface ServerState {
  readonly profile: Profile;
  readonly store: MailStore;
  readonly faults: FaultList;
  readonly violations: string[];
  readonly authenticate: Authenticate;
  readonly serviceMs: ServiceTimes;
  readonly forbidUnsafe: boolean;
  readonly connections: ConnectionCounter;
}

/** Counts the logged-in connections of each account. */
export interface ConnectionCounter {
  opened(user: string): void;
  closed(user: string): void;
  open(user: string): number;
  maxSeen(user: string): number;
  /** Of all accounts together, the most at any moment. */
  maxOfAll(): number;
  tried(user: string): void;
  /** Logins that were tried, by the name as it was given. */
  tries(user: string): number;
}

/** A selected folder as this connection numbers it. */
export interface Selection {
  readonly folder: Folder;
  readonly readOnly: boolean;
  /** The messages by sequence number, as last told to the client. */
  view: StoredMessage[];
}

/** One connection. */
export interface Session {
  readonly server: ServerState;
  readonly socket: Socket;
  readonly source: ByteSource;
  account: Account | null;
  notConnected: boolean;
  failedLogins: number;
  errors: number;
  selection: Selection | null;
  /** The last command was a SELECT that was refused: one sent in the same flight cannot know of it. */
  selectRefused: boolean;
  closed: boolean;
  /** What strikes the command that is being read or done. */
  fault: FaultAction | null;
  /** Sends one line. */
  send(line: string): void;
  /** Sends octets as they are. */
  sendBytes(bytes: Buffer): void;
  /** Waits until the client has taken what was sent. */
  drained(): Promise<void>;
  violate(text: string): void;
}

/** Tells the client of messages that came or went since the last answer. */
export function announceChanges(session: Session, { expunges }: { expunges: boolean }): void {
  const { selection } = session;
  if (selection === null) {
    return;
  }
  const present = new Set(selection.folder.messages);
  if (expunges) {
    for (let index = selection.view.length - 1; index >= 0; index -= 1) {
      const message = selection.view[index];
      if (message !== undefined && !present.has(message)) {
        selection.view.splice(index, 1);
        session.send(`* ${index + 1} EXPUNGE`);
      }
    }
  }
  const lastUid = selection.view.at(-1)?.uid ?? 0;
  const fresh = selection.folder.messages.filter((message) => message.uid > lastUid);
  if (fresh.length > 0) {
    selection.view.push(...fresh);
    session.send(`* ${selection.view.length} EXISTS`);
  }
}
