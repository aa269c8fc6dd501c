/** One mailbox, seen from Graph and the admin endpoint as it is over IMAP. */
import type { Folder, MailStore, StoredMessage } from './imap/store.ts';
import type { SimMailFolders } from './m365/directory.ts';
import type { SimItem } from './m365/stream/read-stream.ts';

/** The folders that the simulated Exchange keeps, for the simulated Microsoft 365 in front of it. */
export function mailFoldersOf(store: MailStore): SimMailFolders {
  const accountOf = (address: string): ReturnType<MailStore['addAccount']> =>
    store.account(address) ?? store.addAccount(address);
  const items = new WeakMap<StoredMessage, SimItem>();
  const folderOf = (address: string, path: string): Folder => {
    const found = store.folder(accountOf(address), path);
    if (found === undefined) {
      throw new Error('the simulated mailbox has no such folder');
    }
    return found;
  };
  return {
    list: (address) =>
      accountOf(address).folders.map(({ name, folderClass, uidValidity, messages }) => ({
        path: name,
        folderClass,
        number: uidValidity,
        messages: messages.length,
        bytes: messages.reduce((sum, { bytes }) => sum + bytes.length, 0),
      })),
    create(address, path, folderClass) {
      store.createFolder(accountOf(address), path, { folderClass, subscribed: false });
    },
    drop(address, path) {
      store.deleteFolder(accountOf(address), path);
    },
    messages: (address, path) =>
      folderOf(address, path).messages.map((message) => ({
        uid: message.uid,
        bytes: message.served,
        flags: message.flags,
        internalDate: message.internalDate,
        item: items.get(message) ?? null,
      })),
    add(address, path, { bytes, flags, internalDate, item }) {
      const account = accountOf(address);
      const used = account.folders
        .flatMap(({ messages }) => messages)
        .reduce((sum, message) => sum + message.bytes.length, 0);
      if (used + bytes.length > account.quotaBytes) {
        return false;
      }
      const uid = store.addMessage(account, path, { bytes, flags, internalDate });
      const message = folderOf(address, path).messages.at(-1);
      if (item !== null && message !== undefined) {
        items.set(message, item);
      }
      return uid;
    },
    setFlags(address, path, uid, flags) {
      store.setFlags({ folder: folderOf(address, path), uid }, flags);
    },
    remove(address, path, uid) {
      store.deleteMessage(accountOf(address), path, uid);
    },
  };
}
