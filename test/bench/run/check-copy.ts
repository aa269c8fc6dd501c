/** What stands in a target afterwards, told by the checker that shares no code with the project. */
import { compareMailboxes } from '../../support/compare/compare-mailboxes.ts';
import { readFolder } from '../../support/compare/mailbox-snapshot.ts';
import { connectRawImap, quoteName } from '../../support/compare/raw-imap-client.ts';
import type { DovecotServer } from '../../support/dovecot/start-dovecot.ts';
import { RENAMED_FOLDERS } from '../corpus/folders.ts';
import type { LinkEnd } from '../link/link-process.ts';

/** Messages in all folders of an account. */
export async function countMessages(server: DovecotServer, user: string): Promise<number> {
  const client = await connectRawImap({ ...server, user });
  let sum = 0;
  for (const { name, attributes } of await client.folderNames()) {
    if (!/\\noselect|\\nonexistent/iu.test(attributes)) {
      const { untagged } = await client.must(`STATUS ${quoteName(name)} (MESSAGES)`);
      const counts = untagged.map(({ text }) => /\(MESSAGES (\d+)\)/u.exec(text)?.[1] ?? '0');
      sum += counts.reduce((total, count) => total + Number(count), 0);
    }
  }
  client.close();
  return sum;
}

/** How a target differs, by kind of difference; empty where it agrees to the octet, with dates and flags. */
export async function findDifferences(
  servers: Readonly<Record<LinkEnd, DovecotServer>>,
  users: Readonly<Record<LinkEnd, string>>,
): Promise<readonly string[]> {
  const source = await connectRawImap({ ...servers.source, user: users.source });
  const target = await connectRawImap({ ...servers.target, user: users.target });
  const totals = new Map<string, number>();
  // Folder by folder: a whole mailbox twice would not fit into every machine's memory.
  for (const { name, attributes } of await source.folderNames()) {
    const wanted = /\\noselect/iu.test(attributes) ? null : await readFolder(source, name);
    if (wanted === null) {
      continue;
    }
    const targetName = RENAMED_FOLDERS[name] ?? name;
    const found = await readFolder(target, targetName);
    const result = await compareMailboxes({
      mode: 'exact',
      folderNames: RENAMED_FOLDERS,
      source: { folders: [wanted] },
      target: { folders: found === null ? [] : [found] },
    });
    for (const list of ['missing', 'extra', 'altered', 'dateWrong', 'flagsWrong'] as const) {
      totals.set(list, (totals.get(list) ?? 0) + result[list].length);
    }
  }
  source.close();
  target.close();
  return [...totals].filter(([, count]) => count > 0).map(([list, count]) => `${count} ${list}`);
}
