import type { MailStore } from '../../sim/imap/store.ts';
import { quoteName, type RawImapClient } from './raw-imap-client.ts';
import type { ImapResponse } from './response-reader.ts';

export interface SnapshotMessage {
  readonly bytes: Buffer;
  readonly flags: readonly string[];
  readonly internalDate: Date;
}

/** One folder with all that is in it. */
export interface SnapshotFolder {
  readonly name: string;
  readonly messages: readonly SnapshotMessage[];
}

/** A mailbox as it stands; a sample mailbox is one, too. */
export interface MailboxSnapshot {
  readonly folders: readonly SnapshotFolder[];
}

function readRow({ text, literals }: ImapResponse): SnapshotMessage | null {
  const bytes = literals.at(-1);
  const flags = /FLAGS \(([^)]*)\)/u.exec(text)?.[1];
  const date = /INTERNALDATE "([^"]+)"/u.exec(text)?.[1];
  if (bytes === undefined || flags === undefined || date === undefined) {
    return null;
  }
  return {
    bytes,
    flags: flags.split(' ').filter((flag) => flag !== ''),
    internalDate: new Date(
      date
        .trim()
        .replaceAll('-', ' ')
        .replace(/ (\d{4})$/u, ' -$1'),
    ),
  };
}

/** Reads one folder; null where it does not open. */
export async function readFolder(
  client: RawImapClient,
  name: string,
): Promise<SnapshotFolder | null> {
  const opened = await client.command(`EXAMINE ${quoteName(name)}`);
  if (opened.status !== 'OK') {
    return null;
  }
  const exists = opened.untagged.flatMap(({ text }) => /^\* (\d+) EXISTS/u.exec(text)?.[1] ?? []);
  const expected = Number(exists.at(-1) ?? 0);
  const messages: SnapshotMessage[] = [];
  if (expected > 0) {
    const { untagged } = await client.must('UID FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[])');
    messages.push(...untagged.flatMap((response) => readRow(response) ?? []));
  }
  if (messages.length !== expected) {
    throw new Error(`a folder of ${expected} messages gave ${messages.length}`);
  }
  return { name, messages };
}

/** Reads a whole mailbox; folders that do not open are left out. */
export async function snapshotOverImap(client: RawImapClient): Promise<MailboxSnapshot> {
  const folders: SnapshotFolder[] = [];
  for (const { name, attributes } of await client.folderNames()) {
    const folder = /\\noselect|\\nonexistent/iu.test(attributes)
      ? null
      : await readFolder(client, name);
    if (folder !== null) {
      folders.push(folder);
    }
  }
  return { folders };
}

/** Takes a mailbox straight from a simulated server, as its clients see it. */
export function snapshotOfStore(store: MailStore, user: string): MailboxSnapshot {
  return {
    folders: store.snapshot(user).map(({ name, messages }) => ({
      name,
      messages: messages.map(({ served, flags, internalDate }) => ({
        bytes: served,
        flags,
        internalDate,
      })),
    })),
  };
}
