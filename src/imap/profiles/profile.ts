/** What one kind of server can do and where it errs, as data. */
import type { ImapError } from '../errors.ts';
import type { SpecialUse } from '../types.ts';

export type ProfileName = 'icloud' | 'exchange-online' | 'generic';

/** What was under way when the server spoke. */
export type ServerMoment = 'login' | 'select' | 'create' | 'fetch' | 'append' | 'command' | 'bye';

/** A status answer that has to become a typed error. */
export interface ServerAnswer {
  readonly status: 'NO' | 'BAD' | 'BYE';
  readonly code: string | null;
  readonly text: string;
  readonly moment: ServerMoment;
  readonly now: Date;
}

/** One row of a table: the first whose conditions all hold makes the error. */
export interface TextRule {
  readonly code?: string;
  readonly pattern?: RegExp;
  readonly status?: ServerAnswer['status'];
  readonly moments?: readonly ServerMoment[];
  readonly toError: (answer: ServerAnswer, match: RegExpExecArray | null) => ImapError;
}

export interface ImapProfile {
  readonly name: ProfileName;
  /** Capabilities that are believed when the server names them; null: all. */
  readonly trustedCapabilities: readonly string[] | null;
  /** Log in with the local part, on a new connection, after the full address was refused. */
  readonly triesLocalPart: boolean;
  /** LOGIN, also where AUTHENTICATE PLAIN is offered. */
  readonly prefersLogin: boolean;
  /** What a server names while it logs somebody in is not its last word: CAPABILITY is sent behind it. */
  readonly namesCapabilitiesLate: boolean;
  /** Special folders by name, in lower case, where LIST carries no attribute. */
  readonly specialNames: Readonly<Record<string, SpecialUse>>;
  /** Paths of folders that may be listed although they hold no mail and do not open; null: none. */
  readonly internalFolders: RegExp | null;
  /** `Work` and `work` are one folder. */
  readonly foldsCase: boolean;
  /** Above this a literal is sent only after the server asked for it; null: only where LITERAL+ is missing. */
  readonly maxEagerLiteralBytes: number | null;
  /** A longer line, CRLF included, makes the server leave the literal and read on as commands; null: no such limit. */
  readonly maxLineBytes: number | null;
  /** After so many NO and BAD the server hangs up, with whatever is in flight; null: it never does. */
  readonly maxRefusals: number | null;
  /** A NO or BAD before the message is wholly sent means that the server left the literal: the link is cut. */
  readonly earlyAnswerIsDesync: boolean;
  /** Rows asked before those of RFC 5530. */
  readonly rules: readonly TextRule[];
}
