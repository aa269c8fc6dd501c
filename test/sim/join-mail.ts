/** One mailbox, seen from Graph and the admin endpoint as it is over IMAP. */
import type { MailStore } from './imap/store.ts';
import type { SimMailFolders } from './m365/directory.ts';

/** The folders that the simulated Exchange keeps, for the simulated Microsoft 365 in front of it. */
export function mailFoldersOf(store: MailStore): SimMailFolders {
  const accountOf = (address: string): ReturnType<MailStore['addAccount']> =>
    store.account(address) ?? store.addAccount(address);
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
  };
}
