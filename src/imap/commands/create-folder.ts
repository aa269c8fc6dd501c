/** CREATE and SUBSCRIBE. RFC 9051 sections 6.3.4 and 6.3.7. */
import { FolderExistsError } from '../errors.ts';
import { quoteString } from '../mailbox-name.ts';
import type { CommandWire } from '../wire/command-wire.ts';

/** Creates and subscribes one folder in one round trip; one that is there already is fine. */
export async function createFolder(
  wire: CommandWire,
  mailbox: string,
  signal: AbortSignal,
): Promise<void> {
  const name = quoteString(mailbox);
  const created = wire.run(`CREATE ${name}`, { moment: 'create' }, signal);
  const subscribed = wire.run(`SUBSCRIBE ${name}`, { moment: 'command' }, signal);
  const [creation] = await Promise.allSettled([created, subscribed]);
  if (creation.status === 'rejected' && !(creation.reason instanceof FolderExistsError)) {
    throw creation.reason;
  }
}
