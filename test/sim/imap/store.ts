/** What a simulated mail server keeps: accounts, folders, messages. In memory, names in Unicode. */

export interface StoredMessage {
  readonly uid: number;
  /** The octets as they were stored. */
  readonly bytes: Buffer;
  /** What FETCH gives: the same octets, or those that the server made of them. */
  readonly served: Buffer;
  flags: readonly string[];
  readonly internalDate: Date;
  modseq: number;
}

export interface NewMessage {
  readonly bytes: Buffer;
  readonly flags?: readonly string[];
  readonly internalDate?: Date;
}

export interface Folder {
  name: string;
  uidValidity: number;
  uidNext: number;
  subscribed: boolean;
  /** Special-use and other LIST attributes, such as `\Sent`. */
  attributes: readonly string[];
  /** False: listed, but SELECT answers that it does not exist (iCloud's Notes). */
  opens: boolean;
  /** PidTagContainerClass: what Outlook takes the folder for; IMAP neither shows nor sets it. */
  folderClass: string;
  highestModseq: number;
  messages: StoredMessage[];
  /** UIDs that were expunged: iCloud's SEARCH goes on naming them. */
  readonly expunged: number[];
}

export interface Account {
  readonly user: string;
  password: string | null;
  /** More octets than this: the mailbox is full. */
  quotaBytes: number;
  folders: Folder[];
}

export interface FolderOptions {
  readonly attributes?: readonly string[];
  readonly uidValidity?: number;
  readonly subscribed?: boolean;
  readonly opens?: boolean;
  readonly folderClass?: string;
}

/** A folder and its messages at one instant. */
export interface FolderSnapshot {
  readonly name: string;
  readonly uidValidity: number;
  readonly attributes: readonly string[];
  readonly messages: readonly Readonly<StoredMessage>[];
}

export interface MailStoreOptions {
  readonly caseInsensitiveNames: boolean;
  readonly defaultFolders: readonly (FolderOptions & { readonly name: string })[];
  /** What FETCH gives for a stored message; left out: the octets themselves. */
  readonly serve?: (bytes: Buffer) => Buffer;
}

export interface MailStore {
  addAccount(user: string, options?: { password?: string; quotaBytes?: number }): Account;
  account(user: string): Account | undefined;
  accounts(): readonly Account[];
  folder(account: Account | string, name: string): Folder | undefined;
  createFolder(account: Account | string, name: string, options?: FolderOptions): Folder;
  deleteFolder(account: Account | string, name: string): void;
  renameFolder(account: Account | string, from: string, to: string): void;
  bumpUidValidity(account: Account | string, name: string): void;
  addMessage(account: Account | string, name: string, message: NewMessage): number;
  deleteMessage(account: Account | string, name: string, uid: number): void;
  setFlags(message: { folder: Folder; uid: number }, flags: readonly string[]): void;
  snapshot(account: Account | string): readonly FolderSnapshot[];
  /** Calls the listener after every change, until the returned function is called. */
  watch(listener: () => void): () => void;
}

function createMessage(
  uid: number,
  modseq: number,
  message: NewMessage,
  serve: MailStoreOptions['serve'],
): StoredMessage {
  let served: Buffer | undefined;
  return {
    uid,
    bytes: message.bytes,
    get served(): Buffer {
      served ??= serve === undefined ? message.bytes : serve(message.bytes);
      return served;
    },
    flags: [...new Set(message.flags)],
    internalDate: message.internalDate ?? new Date(),
    modseq,
  };
}

/** An empty store; servers and tests share it. */
export function createMailStore(options: MailStoreOptions): MailStore {
  const accounts = new Map<string, Account>();
  const listeners = new Set<() => void>();
  let nextUidValidity = 1_502_348_654;
  const changed = (): void => {
    for (const listener of listeners) {
      listener();
    }
  };
  const keyOf = (name: string): string =>
    options.caseInsensitiveNames || /^inbox$/iu.test(name) ? name.toLowerCase() : name;
  const resolve = (account: Account | string): Account => {
    const found = typeof account === 'string' ? accounts.get(account.toLowerCase()) : account;
    if (found === undefined) {
      throw new Error('the simulated server has no such account');
    }
    return found;
  };
  const store: MailStore = {
    addAccount: (user, { password, quotaBytes } = {}) => {
      const account: Account = {
        user,
        password: password ?? null,
        quotaBytes: quotaBytes ?? Number.POSITIVE_INFINITY,
        folders: [],
      };
      accounts.set(user.toLowerCase(), account);
      for (const { name, ...rest } of options.defaultFolders) {
        store.createFolder(account, name, rest);
      }
      return account;
    },
    account: (user) => accounts.get(user.toLowerCase()),
    accounts: () => [...accounts.values()],
    folder: (account, name) =>
      resolve(account).folders.find((folder) => keyOf(folder.name) === keyOf(name)),
    createFolder: (account, name, folderOptions = {}) => {
      if (store.folder(account, name) !== undefined) {
        throw new Error('the simulated server already has that folder');
      }
      nextUidValidity += 7;
      const folder: Folder = {
        name,
        uidValidity: folderOptions.uidValidity ?? nextUidValidity,
        uidNext: 1,
        subscribed: folderOptions.subscribed ?? true,
        attributes: folderOptions.attributes ?? [],
        opens: folderOptions.opens ?? true,
        folderClass: folderOptions.folderClass ?? 'IPF.Note',
        highestModseq: 1,
        messages: [],
        expunged: [],
      };
      resolve(account).folders.push(folder);
      changed();
      return folder;
    },
    deleteFolder: (account, name) => {
      const owner = resolve(account);
      owner.folders = owner.folders.filter((folder) => keyOf(folder.name) !== keyOf(name));
      changed();
    },
    renameFolder: (account, from, to) => {
      for (const folder of resolve(account).folders) {
        if (keyOf(folder.name) === keyOf(from)) {
          folder.name = to;
        } else if (keyOf(folder.name).startsWith(`${keyOf(from)}/`)) {
          folder.name = to + folder.name.slice(from.length);
        }
      }
      changed();
    },
    bumpUidValidity: (account, name) => {
      const folder = existing(account, name);
      nextUidValidity += 7;
      folder.uidValidity = nextUidValidity;
      folder.messages = folder.messages.map((message, index) =>
        createMessage(index + 1, message.modseq, message, options.serve),
      );
      folder.uidNext = folder.messages.length + 1;
      changed();
    },
    addMessage: (account, name, message) => {
      const folder = existing(account, name);
      const uid = folder.uidNext;
      folder.uidNext += 1;
      folder.highestModseq += 1;
      folder.messages.push(createMessage(uid, folder.highestModseq, message, options.serve));
      changed();
      return uid;
    },
    deleteMessage: (account, name, uid) => {
      const folder = existing(account, name);
      folder.messages = folder.messages.filter((message) => message.uid !== uid);
      folder.expunged.push(uid);
      folder.highestModseq += 1;
      changed();
    },
    setFlags: ({ folder, uid }, flags) => {
      const message = folder.messages.find((candidate) => candidate.uid === uid);
      if (message !== undefined) {
        folder.highestModseq += 1;
        message.flags = [...new Set(flags)];
        message.modseq = folder.highestModseq;
        changed();
      }
    },
    snapshot: (account) =>
      resolve(account).folders.map(({ name, uidValidity, attributes, messages }) => ({
        name,
        uidValidity,
        attributes,
        messages: [...messages],
      })),
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  function existing(account: Account | string, name: string): Folder {
    const folder = store.folder(account, name);
    if (folder === undefined) {
      throw new Error('the simulated server has no such folder');
    }
    return folder;
  }
  return store;
}
