import type { Account, Folder, MailStoreOptions, NewMessage } from './store.ts';

/** What one provider's server offers and how it words its answers. */
export interface Profile {
  readonly name: 'icloud' | 'exchange-online' | 'generic';
  readonly greeting: string;
  /** What ID tells, as a parenthesised list. */
  readonly identity: string;
  /** As sent after `* CAPABILITY `, before and after the login. */
  readonly capabilities: { readonly before: string; readonly after: string };
  readonly commands: ReadonlySet<string>;
  readonly literalPlus: boolean;
  /** APPENDUID and COPYUID, RFC 4315. */
  readonly uidPlus: boolean;
  readonly mailboxLiterals: boolean;
  readonly condstore: boolean;
  /** The list in FLAGS and PERMANENTFLAGS. */
  readonly flags: { readonly flags: string; readonly permanent: string };
  readonly keywords: 'kept' | 'dropped';
  readonly store: MailStoreOptions;
  /** Text after `OK ` for a command that was done. */
  readonly completed: (command: string) => string;
  readonly texts: {
    readonly badCommand: string;
    readonly noSuchFolder: (wireName: string) => string;
    readonly folderExists: string;
    readonly appendNoFolder: string;
    readonly bye: string;
  };
  /** The session is closed after so many NO or BAD answers; null: never. */
  readonly maxErrors: number | null;
  readonly leaveLiteralAtLineBytes: number | null;
  /** What CREATE makes. */
  readonly createdFolderClass: string;
  /** Why this name cannot be created, as the text after the tag. */
  readonly refuseFolderName: (name: string) => string | null;
  /** Why a literal of that size is not even taken. */
  readonly refuseSize: (sizeBytes: number, user: string) => string | null;
  /** Why a message cannot be stored, as the text after the tag. */
  readonly refuseMessage: (message: NewMessage, account: Account) => string | null;
  /** Commands whose use the facts warn of: named here, they are recorded as violations. */
  readonly unsafe: {
    readonly commands: ReadonlySet<string>;
    readonly fetchItems: ReadonlySet<string>;
  };
  /** Flags that other programs never see where they came with an APPEND: recorded as violations. */
  readonly lateFlags: readonly string[];
  /** `RFC822` gives a row without a body. */
  readonly rfc822WithoutBody: boolean;
  /** SEARCH names expunged UIDs, unsorted, and says nothing where nothing was found. */
  readonly searchLies: boolean;
  readonly folderAttributes: (folder: Folder, all: readonly Folder[]) => readonly string[];
}
