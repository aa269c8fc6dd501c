/** Everything that can go wrong while speaking IMAP, typed; server text becomes one of these in the profiles' tables alone. */
import { AppError, type Disposition } from '../errors.ts';

/** Facts that most of these errors carry. */
export interface ImapErrorInput {
  /** The server's own words, shortened; never message text. */
  readonly serverText?: string;
  readonly retryAfter?: Date | null;
  readonly cause?: unknown;
}

/** The longest piece of server text that an error keeps. */
const SERVER_TEXT_MAX_CHARS = 200;

/** The root of the family: every error of src/imap. */
export abstract class ImapError extends AppError {
  /** The server's own words, shortened to printable ASCII; null where it said nothing. */
  readonly serverText: string | null;
  override readonly retryAfter: Date | null;

  constructor(message: string, input: ImapErrorInput = {}) {
    super(message, input.cause === undefined ? undefined : { cause: input.cause });
    this.serverText =
      input.serverText?.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, SERVER_TEXT_MAX_CHARS) ?? null;
    this.retryAfter = input.retryAfter ?? null;
  }
}

/** The server does not accept this user with this password or token. */
export class LoginRefusedError extends ImapError {
  override readonly name = 'LoginRefusedError';
  readonly code = 'imap.login-refused';
  readonly disposition: Disposition = 'ask';
  constructor(input: ImapErrorInput = {}) {
    super('The server refused the login', input);
  }
}

/** The server cannot log anybody in now, or has too many sessions of this account; the password may be right. */
export class LoginUnavailableError extends ImapError {
  override readonly name = 'LoginUnavailableError';
  readonly code = 'imap.login-unavailable';
  readonly disposition: Disposition = 'wait';
  constructor(input: ImapErrorInput = {}) {
    super('The server cannot log in this account now', input);
  }
}

/** Exchange: the token is good, the mailbox is not reachable with it (licence, scope, permission, IMAP switched off). */
export class NotConnectedError extends ImapError {
  override readonly name = 'NotConnectedError';
  readonly code = 'imap.not-connected';
  readonly disposition: Disposition = 'ask';
  constructor(input: ImapErrorInput = {}) {
    super('The login was accepted but the mailbox is not connected', input);
  }
}

/** Nobody answers at this address: no route, no such name, or the connection was refused. */
export class UnreachableError extends ImapError {
  override readonly name = 'UnreachableError';
  readonly code = 'imap.unreachable';
  readonly disposition: Disposition = 'wait';
  constructor(input: ImapErrorInput = {}) {
    super('The server cannot be reached', input);
  }
}

/** The server took longer than the named time. */
export class ImapTimeoutError extends ImapError {
  override readonly name = 'ImapTimeoutError';
  readonly code = 'imap.timeout';
  readonly disposition: Disposition = 'wait';
  constructor(input: ImapErrorInput = {}) {
    super('The server did not answer in time', input);
  }
}

/** The certificate does not prove that this is the server. */
export class TlsUntrustedError extends ImapError {
  override readonly name = 'TlsUntrustedError';
  readonly code = 'imap.tls-untrusted';
  readonly disposition: Disposition = 'ask';
  constructor(input: ImapErrorInput = {}) {
    super('The certificate of the server is not trusted', input);
  }
}

/** The server does not offer encryption where a password would cross a network. */
export class TlsMissingError extends ImapError {
  override readonly name = 'TlsMissingError';
  readonly code = 'imap.tls-missing';
  readonly disposition: Disposition = 'ask';
  constructor(input: ImapErrorInput = {}) {
    super('The server offers no encryption', input);
  }
}

/** The server asks for less work. */
export class ThrottledError extends ImapError {
  override readonly name = 'ThrottledError';
  readonly code = 'imap.throttled';
  readonly disposition: Disposition = 'wait';
  constructor(input: ImapErrorInput = {}) {
    super('The server throttles this account', input);
  }
}

/** The link ended while something was under way. */
export class ConnectionLostError extends ImapError {
  override readonly name = 'ConnectionLostError';
  readonly code = 'imap.connection-lost';
  readonly disposition: Disposition = 'retry';
  constructor(input: ImapErrorInput = {}) {
    super('The connection was lost', input);
  }
}

/** The server said something that IMAP does not allow here; the connection was destroyed. */
export class ProtocolViolationError extends ImapError {
  override readonly name = 'ProtocolViolationError';
  readonly code = 'imap.protocol-violation';
  readonly disposition: Disposition = 'retry';
  /** What was wrong, in our words. */
  readonly violation: string;
  constructor(violation: string, input: ImapErrorInput = {}) {
    super(`The server broke the protocol: ${violation}`, input);
    this.violation = violation;
  }
}

/** The folder does not exist, or is listed and cannot be opened (iCloud's Notes). */
export class FolderMissingError extends ImapError {
  override readonly name = 'FolderMissingError';
  readonly code = 'imap.folder-missing';
  readonly disposition: Disposition = 'stop';
  constructor(input: ImapErrorInput = {}) {
    super('The folder cannot be opened', input);
  }
}

/** The folder is listed and does not open, and is one that the provider keeps for something other than mail. */
export class FolderInternalError extends ImapError {
  override readonly name = 'FolderInternalError';
  readonly code = 'imap.folder-internal';
  readonly disposition: Disposition = 'stop';
  constructor(input: ImapErrorInput = {}) {
    super('The folder holds no mail, and does not open', input);
  }
}

/** The server does not take a folder of this name. */
export class FolderRefusedError extends ImapError {
  override readonly name = 'FolderRefusedError';
  readonly code = 'imap.folder-refused';
  readonly disposition: Disposition = 'ask';
  /** Its path, for the person who gives it another name; null where it is not known here. */
  readonly folder: string | null;
  constructor(input: ImapErrorInput & { readonly folder?: string } = {}) {
    super('The server refused to create the folder', input);
    this.folder = input.folder ?? null;
  }
}

/** CREATE of a folder that is there already, perhaps spelt with other capitals. */
export class FolderExistsError extends ImapError {
  override readonly name = 'FolderExistsError';
  readonly code = 'imap.folder-exists';
  readonly disposition: Disposition = 'stop';
  constructor(input: ImapErrorInput = {}) {
    super('The folder exists already', input);
  }
}

/** The server renumbered the folder: every UID stored for it is void. RFC 9051 section 2.3.1.1. */
export class UidValidityChangedError extends ImapError {
  override readonly name = 'UidValidityChangedError';
  readonly code = 'imap.uid-validity-changed';
  readonly disposition: Disposition = 'retry';
  readonly before: number;
  readonly after: number;
  constructor(before: number, after: number) {
    super('The server renumbered the folder');
    this.before = before;
    this.after = after;
  }
}

/** A listing does not hold as many messages as the server counts. */
export class ListingIncompleteError extends ImapError {
  override readonly name = 'ListingIncompleteError';
  readonly code = 'imap.listing-incomplete';
  readonly disposition: Disposition = 'wait';
  readonly listed: number;
  readonly exists: number;
  constructor(listed: number, exists: number) {
    super('The listing of the folder is incomplete');
    this.listed = listed;
    this.exists = exists;
  }
}

/** The server lists the message and yet hands over no body for it. */
export class BodyMissingError extends ImapError {
  override readonly name = 'BodyMissingError';
  readonly code = 'imap.body-missing';
  readonly disposition: Disposition = 'wait';
  readonly uids: readonly number[];
  constructor(uids: readonly number[]) {
    super('The server handed over no body for a message that it lists');
    this.uids = uids;
  }
}

/** Messages that were asked for were expunged meanwhile. RFC 5530 EXPUNGEISSUED. */
export class MessagesGoneError extends ImapError {
  override readonly name = 'MessagesGoneError';
  readonly code = 'imap.messages-gone';
  readonly disposition: Disposition = 'retry';
  constructor(input: ImapErrorInput = {}) {
    super('Some of the messages no longer exist', input);
  }
}

/** The mailbox takes no message of this size. */
export class MessageTooLargeError extends ImapError {
  override readonly name = 'MessageTooLargeError';
  readonly code = 'imap.message-too-large';
  readonly disposition: Disposition = 'stop';
  constructor(input: ImapErrorInput = {}) {
    super('The message is larger than the server takes', input);
  }
}

/** Why a server, or we for it, did not take a message. */
export type RefusalReason =
  | 'virus'
  | 'nul'
  | 'invalid-header'
  | 'header-limit'
  | 'long-line'
  | 'invalid-flag'
  | 'unparsable'
  | 'unclassified';

/** The server does not take this message, whatever its size. */
export class MessageRefusedError extends ImapError {
  override readonly name = 'MessageRefusedError';
  readonly code = 'imap.message-refused';
  readonly disposition: Disposition = 'stop';
  readonly reason: RefusalReason;
  /** The server may have left the literal: what follows on this connection it would read as commands. */
  readonly leavesLiteral: boolean;
  constructor(
    reason: RefusalReason,
    { leavesLiteral = false, ...input }: ImapErrorInput & { readonly leavesLiteral?: boolean } = {},
  ) {
    super('The server refused the message', input);
    this.reason = reason;
    this.leavesLiteral = leavesLiteral;
  }
}

/** The mailbox is full. */
export class QuotaFullError extends ImapError {
  override readonly name = 'QuotaFullError';
  readonly code = 'imap.quota-full';
  readonly disposition: Disposition = 'ask';
  constructor(input: ImapErrorInput = {}) {
    super('The mailbox is full', input);
  }
}

/** The server is not able to serve now. */
export class ServerUnavailableError extends ImapError {
  override readonly name = 'ServerUnavailableError';
  readonly code = 'imap.server-unavailable';
  readonly disposition: Disposition = 'wait';
  constructor(input: ImapErrorInput = {}) {
    super('The server is not available now', input);
  }
}

/** The server refused a command, and no rule of its profile says why. */
export class CommandRefusedError extends ImapError {
  override readonly name = 'CommandRefusedError';
  readonly code = 'imap.command-refused';
  readonly disposition: Disposition = 'stop';
  constructor(input: ImapErrorInput = {}) {
    super('The server refused the command', input);
  }
}

/** The caller gave up before the message went out. */
export class AppendCancelledError extends ImapError {
  override readonly name = 'AppendCancelledError';
  readonly code = 'imap.cancelled';
  readonly disposition: Disposition = 'retry';
  constructor(input: ImapErrorInput = {}) {
    super('The append was cancelled', input);
  }
}
