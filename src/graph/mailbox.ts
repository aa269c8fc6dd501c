import { z } from 'zod';
import { M365Error } from './errors.ts';
import { type ExchangeAdmin, parseAnswer } from './exchange-admin.ts';

/** What Exchange says of a mailbox that is there. Sizes are null where Exchange says "Unlimited". */
export interface MailboxDetails {
  readonly address: string;
  readonly shared: boolean;
  readonly quotaBytes: number | null;
  readonly maxReceiveBytes: number | null;
  readonly maxSendBytes: number | null;
}

export interface Mailboxes {
  /** By the user's object id; throws `exchange-admin.object-not-found`. */
  details(userId: string, signal: AbortSignal): Promise<MailboxDetails>;
}

/** `49.5 GB (53,150,220,288 bytes)` → 53150220288; null for `Unlimited` and anything unknown. */
export function parseExchangeSize(text: string): number | null {
  const digits = /\(([\d.,\s]+) bytes\)/.exec(text)?.[1]?.replaceAll(/\D/g, '') ?? '';
  return digits === '' ? null : Number(digits);
}

const sizeSchema = z
  .string()
  .nullish()
  .transform((text) => parseExchangeSize(text ?? ''));

/** What of Get-Mailbox is read. */
export const MAILBOX_PROPERTIES = [
  'PrimarySmtpAddress',
  'RecipientTypeDetails',
  'ProhibitSendReceiveQuota',
  'MaxReceiveSize',
  'MaxSendSize',
] as const;

/** One row of Get-Mailbox. */
export const mailboxRowSchema = z
  .object({
    PrimarySmtpAddress: z.string(),
    RecipientTypeDetails: z.string().nullish(),
    ProhibitSendReceiveQuota: sizeSchema,
    MaxReceiveSize: sizeSchema,
    MaxSendSize: sizeSchema,
  })
  .transform(
    (row): MailboxDetails => ({
      address: row.PrimarySmtpAddress,
      shared: row.RecipientTypeDetails === 'SharedMailbox',
      quotaBytes: row.ProhibitSendReceiveQuota,
      maxReceiveBytes: row.MaxReceiveSize,
      maxSendBytes: row.MaxSendSize,
    }),
  );

export function createMailboxes({ exchange }: { readonly exchange: ExchangeAdmin }): Mailboxes {
  return {
    details: async (userId, signal) => {
      const { rows } = await exchange.run(
        { cmdlet: 'Get-Mailbox', parameters: { Identity: userId }, select: MAILBOX_PROPERTIES },
        signal,
      );
      const [row] = parseAnswer(z.array(mailboxRowSchema), rows);
      if (row === undefined) {
        throw new M365Error('exchange-admin.object-not-found');
      }
      return row;
    },
  };
}
