/** The folders of a mailbox, as the mail server keeps them where one takes part. */
import type { Directory, SimMailbox, SimMailFolder, SimUser } from './directory.ts';

/** Well-known names with the paths that IMAP has for them in an English mailbox. */
export const WELL_KNOWN: Readonly<Record<string, string>> = {
  inbox: 'INBOX',
  drafts: 'Drafts',
  sentitems: 'Sent Items',
  deleteditems: 'Deleted Items',
  junkemail: 'Junk Email',
  archive: 'Archive',
};

/** A user whose mailbox is there. */
export type Owner = SimUser & { readonly mailbox: SimMailbox };

/** What a mailbox has before a mail server takes part. */
const DEFAULT_FOLDERS: readonly SimMailFolder[] = Object.values(WELL_KNOWN).map(
  (path, number): SimMailFolder => ({
    path,
    number,
    folderClass: 'IPF.Note',
    messages: 0,
    bytes: 0,
  }),
);

/** All folders of a mailbox, also those without mail. */
export function foldersOf(
  { directory }: { readonly directory: Directory },
  owner: Owner,
): readonly SimMailFolder[] {
  return directory.mailFolders?.list(owner.mail ?? owner.userPrincipalName) ?? DEFAULT_FOLDERS;
}
