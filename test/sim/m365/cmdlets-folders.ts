import { type Cmdlet, requireMailbox } from './cmdlet.ts';
import type { SimMailFolder } from './directory.ts';
import { foldersOf } from './mail-folders.ts';

/** As Get-MailboxFolderStatistics names the default folders; what a person made is "User Created". */
const TYPES: Readonly<Record<string, string>> = {
  INBOX: 'Inbox',
  'Sent Items': 'SentItems',
  Drafts: 'Drafts',
  'Deleted Items': 'DeletedItems',
  'Junk Email': 'JunkEmail',
  Archive: 'Archive',
  Calendar: 'Calendar',
  Contacts: 'Contacts',
  Tasks: 'Tasks',
  Journal: 'Journal',
  Notes: 'Notes',
  Outbox: 'Outbox',
};

function rowOf(folder: SimMailFolder, withClass: boolean): Readonly<Record<string, unknown>> {
  const path = folder.path.replace(/^INBOX(?=\/|$)/, 'Inbox');
  return {
    Name: path.split('/').at(-1),
    FolderPath: `/${path}`,
    FolderId: Buffer.from(`${folder.number}`).toString('base64'),
    FolderType: TYPES[folder.path] ?? 'User Created',
    ContainerClass: withClass ? folder.folderClass : null,
    ItemsInFolder: folder.messages,
  };
}

/** Believed: that the rows have ContainerClass; a switch takes it away. */
export const FOLDER_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-MailboxFolderStatistics',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: (call) => {
      const owner = requireMailbox(call);
      const rows = foldersOf(call, owner).map((folder) =>
        rowOf(folder, call.quirks.showsContainerClass),
      );
      const root = {
        Name: 'Top of Information Store',
        FolderPath: '/Top of Information Store',
        FolderId: 'root',
        FolderType: 'Root',
        ContainerClass: null,
        ItemsInFolder: 0,
      };
      return { value: [root, ...rows] };
    },
  },
];
