import { z } from 'zod';
import { M365Error } from './errors.ts';
import { type ExchangeAdmin, parseAnswer } from './exchange-admin.ts';

/**
 * The IMAP switch of a mailbox. Microsoft Graph has no call for it; by hand it is
 * `Set-CASMailbox -Identity <mailbox> -ImapEnabled $true`.
 */
export interface ImapSwitch {
  /** Throws `exchange-admin.object-not-found` while the mailbox is not there. */
  isEnabled(mailbox: string, signal: AbortSignal): Promise<boolean>;
  setEnabled(mailbox: string, enabled: boolean, signal: AbortSignal): Promise<void>;
}

/** One row of Get-CASMailbox, as far as it is read. */
export const casRowSchema = z.object({ ImapEnabled: z.boolean() });

/** `mailbox` is any identity Exchange takes; the user's object id never changes. */
export function createImapSwitch({ exchange }: { readonly exchange: ExchangeAdmin }): ImapSwitch {
  return {
    isEnabled: async (mailbox, signal) => {
      const { rows } = await exchange.invoke('Get-CASMailbox', { Identity: mailbox }, signal);
      const [row] = parseAnswer(z.array(casRowSchema), rows);
      if (row === undefined) {
        throw new M365Error('exchange-admin.object-not-found');
      }
      return row.ImapEnabled;
    },
    setEnabled: async (mailbox, enabled, signal) => {
      await exchange.invoke('Set-CASMailbox', { Identity: mailbox, ImapEnabled: enabled }, signal);
    },
  };
}
