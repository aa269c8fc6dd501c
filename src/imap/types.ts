/**
 * The shapes in which src/imap speaks to its callers. They satisfy the domain's ports by structure,
 * so that this part needs to know nothing of jobs. Folder paths are decoded text, `/` between levels.
 */
import type { AppError } from '../errors.ts';
import type { MessageBytes } from '../mail/message-bytes.ts';

export type SpecialUse = 'inbox' | 'sent' | 'drafts' | 'trash' | 'junk' | 'archive';

/** A folder as LIST shows it. */
export interface ImapFolder {
  readonly path: string;
  readonly specialUse: SpecialUse | null;
  /** False for a parent that only groups others (\Noselect). */
  readonly selectable: boolean;
}

/** What EXAMINE or STATUS said of a folder. */
export interface ImapFolderState {
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly exists: number;
  /** HIGHESTMODSEQ as decimal text (63 bits); null where it was not asked for or not answered. */
  readonly modSeq: string | null;
}

/** A folder as somebody listed it: its UIDs mean the same only under this UIDVALIDITY. */
export interface NumberedFolder {
  readonly path: string;
  readonly uidValidity: number;
}

/** One row of a listing. */
export interface ImapListedMessage {
  readonly uid: number;
  /** As the server names them, without \Recent. */
  readonly flags: readonly string[];
  /** INTERNALDATE; null where the server sent none that can be read. */
  readonly receivedAt: Date | null;
  readonly sizeBytes: number;
}

/** One whole message. */
export interface ImapMessageBody {
  readonly uid: number;
  readonly bytes: Buffer;
}

/** One message as the target shows it to somebody who looks for suspects. */
export interface ImapStoredMessage extends ImapListedMessage {
  /** Value of X-Skybridge-Id, where the message carries one. */
  readonly stamp: string | null;
  readonly header: Buffer;
}

/** A message to be appended. */
export interface ImapOutgoingMessage {
  readonly folderPath: string;
  readonly bytes: MessageBytes;
  readonly flags: readonly string[];
  readonly receivedAt: Date | null;
}

/**
 * What became of one append. `unsent`: its last octet was never handed to the socket · `unknown`: it
 * was, and no answer came.
 */
export type ImapAppendOutcome =
  | { readonly kind: 'stored'; readonly uidValidity: number | null; readonly uid: number | null }
  | { readonly kind: 'refused'; readonly error: AppError }
  | { readonly kind: 'unsent'; readonly error: AppError }
  | { readonly kind: 'unknown'; readonly error: AppError };

/** How an account proves itself. */
export type ImapCredential =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'access-token'; readonly token: string };
