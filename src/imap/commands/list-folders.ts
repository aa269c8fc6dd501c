/** LIST, plain: RETURN options are refused by iCloud though it advertises LIST-STATUS. RFC 9051 section 6.3.9. */

import type { ImapLink } from '../connect.ts';
import { pathOfMailbox } from '../mailbox-name.ts';
import type { ImapFolder, SpecialUse } from '../types.ts';
import type { CommandWire } from '../wire/command-wire.ts';
import type { DataResponse } from '../wire/response.ts';
import { listOf, textOf } from '../wire/values.ts';

/** A folder with the name that the server itself uses for it. */
export interface ListedFolder extends ImapFolder {
  readonly mailbox: string;
}

/** RFC 6154. */
const BY_ATTRIBUTE: Readonly<Record<string, SpecialUse>> = {
  '\\sent': 'sent',
  '\\drafts': 'drafts',
  '\\trash': 'trash',
  '\\junk': 'junk',
  '\\archive': 'archive',
};

type Naming = Pick<ImapLink, 'naming' | 'profile'>;

/** Reads one LIST row; null where it names no folder. */
export function parseListRow(row: DataResponse, { naming, profile }: Naming): ListedFolder | null {
  const attributes = (listOf(row.values[0]) ?? []).map(
    (value) => textOf(value)?.toLowerCase() ?? '',
  );
  const mailbox = textOf(row.values[2]);
  if (mailbox === null || mailbox === '' || attributes.includes('\\nonexistent')) {
    return null;
  }
  const path = pathOfMailbox(mailbox, naming);
  const named = attributes.map((attribute) => BY_ATTRIBUTE[attribute]).find(Boolean);
  const byName = Object.hasOwn(profile.specialNames, path.toLowerCase())
    ? profile.specialNames[path.toLowerCase()]
    : undefined;
  return {
    path,
    mailbox,
    specialUse: path === 'INBOX' ? 'inbox' : (named ?? byName ?? null),
    selectable: !attributes.includes('\\noselect'),
  };
}

/** Keeps one folder for each special use: the one with the attribute, else the first by name. */
function withoutRivals(
  folders: readonly ListedFolder[],
  attributed: ReadonlySet<string>,
): ListedFolder[] {
  const winners = new Map<SpecialUse, string>();
  const ranked = folders.toSorted(
    (a, b) => Number(attributed.has(b.mailbox)) - Number(attributed.has(a.mailbox)),
  );
  for (const { specialUse, mailbox } of ranked) {
    if (specialUse !== null && !winners.has(specialUse)) {
      winners.set(specialUse, mailbox);
    }
  }
  return folders.map((folder) =>
    folder.specialUse !== null && winners.get(folder.specialUse) !== folder.mailbox
      ? { ...folder, specialUse: null }
      : folder,
  );
}

/** All folders of the account's own namespace, in the server's order. */
export async function listFolders(
  wire: CommandWire,
  link: Naming,
  signal: AbortSignal,
): Promise<readonly ListedFolder[]> {
  const folders: ListedFolder[] = [];
  const attributed = new Set<string>();
  const onData = (row: DataResponse): boolean => {
    const folder = row.name === 'LIST' ? parseListRow(row, link) : null;
    if (folder && !folders.some(({ mailbox }) => mailbox === folder.mailbox)) {
      folders.push(folder);
      if (
        (listOf(row.values[0]) ?? []).some(
          (value) => (textOf(value) ?? '').toLowerCase() in BY_ATTRIBUTE,
        )
      ) {
        attributed.add(folder.mailbox);
      }
    }
    return row.name === 'LIST';
  };
  await wire.run('LIST "" "*"', { moment: 'command', onData }, signal);
  return withoutRivals(folders, attributed);
}
