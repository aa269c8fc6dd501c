import type { Clock } from '../clock.ts';
import type { GraphClient } from './graph-client.ts';
import { createMailboxItems, type MailboxItems } from './mailbox-items.ts';
import { createMailboxMessages, type MailboxMessages } from './mailbox-messages.ts';
import { createMailboxPace } from './mailbox-pace.ts';

/** One mailbox: its messages and its import, at one pace. */
export interface OneMailbox {
  readonly messages: MailboxMessages;
  readonly items: MailboxItems;
}

export interface MailboxContents {
  /** The same mailbox is the same object: what was sent lately counts, whoever asks. */
  of(userId: string): OneMailbox;
}

/** Beyond this the mailbox that was asked for longest ago is forgotten, and its budget with it. */
const MAX_MAILBOXES = 1000;

export function createMailboxContents(deps: {
  readonly graph: GraphClient;
  readonly clock: Clock;
}): MailboxContents {
  const known = new Map<string, OneMailbox>();
  const create = (userId: string): OneMailbox => {
    const own = { ...deps, userId, pace: createMailboxPace(deps.clock) };
    return { messages: createMailboxMessages(own), items: createMailboxItems(own) };
  };
  return {
    of(userId) {
      const mailbox = known.get(userId) ?? create(userId);
      known.delete(userId);
      known.set(userId, mailbox);
      const [oldest] = known.keys();
      if (known.size > MAX_MAILBOXES && oldest !== undefined) {
        known.delete(oldest);
      }
      return mailbox;
    },
  };
}
