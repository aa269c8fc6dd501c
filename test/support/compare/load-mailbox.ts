import type { MailboxSnapshot } from './mailbox-snapshot.ts';
import { quoteName, type RawImapClient } from './raw-imap-client.ts';

const MESSAGES_AT_ONCE = 20;

/** Puts a mailbox into a real server; folders that do not open are left out. */
export async function loadMailbox(
  client: RawImapClient,
  mailbox: {
    readonly folders: readonly (MailboxSnapshot['folders'][number] & {
      readonly opens?: boolean;
    })[];
  },
): Promise<void> {
  const present = new Set((await client.folderNames()).map(({ name }) => name));
  for (const { name, messages, opens } of mailbox.folders) {
    if (opens === false) {
      continue;
    }
    if (!present.has(name) && name !== 'INBOX') {
      await client.must(`CREATE ${quoteName(name)}`);
      await client.must(`SUBSCRIBE ${quoteName(name)}`);
    }
    for (let from = 0; from < messages.length; from += MESSAGES_AT_ONCE) {
      const batch = messages.slice(from, from + MESSAGES_AT_ONCE);
      const results = await client.append(batch.map((message) => ({ folder: name, ...message })));
      const refused = results.find(({ status }) => status !== 'OK');
      if (refused !== undefined) {
        throw new Error(`the server refused a message of the sample: ${refused.text}`);
      }
    }
  }
}

/** Empties a mailbox: every message, and every folder but INBOX that can be deleted. */
export async function dropAll(client: RawImapClient): Promise<void> {
  const names = (await client.folderNames()).map(({ name }) => name);
  for (const name of names.toSorted((one, other) => other.length - one.length)) {
    const opened = await client.command(`SELECT ${quoteName(name)}`);
    if (opened.status === 'OK') {
      await client.command('STORE 1:* +FLAGS.SILENT (\\Deleted)');
      await client.must('EXPUNGE');
      await client.command('CLOSE');
    }
    if (!/^inbox$/iu.test(name)) {
      await client.command(`DELETE ${quoteName(name)}`);
    }
  }
}
