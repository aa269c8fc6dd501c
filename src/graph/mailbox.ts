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
  /** Name of the policy that archives or deletes old mail by rule; null without one. */
  readonly retentionPolicy: string | null;
  /** The policy is held off. */
  readonly retentionHold: boolean;
  /** Purview policies named at this mailbox that delete. */
  readonly purviewDeletes: number;
  readonly litigationHold: boolean;
  readonly archive: boolean;
}

/** What lies in a mailbox; null where Exchange did not say. */
export interface MailboxUse {
  readonly usedBytes: number | null;
  readonly items: number | null;
}

export interface Mailboxes {
  /** By the user's object id; throws `exchange-admin.object-not-found`. */
  details(userId: string, signal: AbortSignal): Promise<MailboxDetails>;
  use(userId: string, signal: AbortSignal): Promise<MailboxUse>;
}

/** `49.5 GB (53,150,220,288 bytes)` → 53150220288; null for `Unlimited` and anything unknown. */
export function parseExchangeSize(text: string): number | null {
  const digits = /\(([\d.,\s]+) bytes\)/.exec(text)?.[1]?.replaceAll(/\D/g, '') ?? '';
  return digits === '' ? null : Number(digits);
}

/**
 * Whether an entry of InPlaceHolds belongs to a Purview policy that deletes: `mbx<guid>:1` deletes,
 * `:2` keeps, `:3` keeps and then deletes; `UniH…` is a case's hold, `-mbx…` an exclusion.
 *
 * Believed: the meaning of the digit. Policies of the whole organisation are not listed at a mailbox.
 */
function isDeletingHold(entry: string): boolean {
  return /^mbx[\da-f-]+:[13]$/i.test(entry);
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
  'RetentionPolicy',
  'RetentionHoldEnabled',
  'LitigationHoldEnabled',
  'ArchiveStatus',
  'InPlaceHolds',
] as const;

/** One row of Get-Mailbox. */
export const mailboxRowSchema = z
  .object({
    PrimarySmtpAddress: z.string(),
    RecipientTypeDetails: z.string().nullish(),
    ProhibitSendReceiveQuota: sizeSchema,
    MaxReceiveSize: sizeSchema,
    MaxSendSize: sizeSchema,
    RetentionPolicy: z.string().nullish(),
    RetentionHoldEnabled: z.boolean().nullish(),
    LitigationHoldEnabled: z.boolean().nullish(),
    ArchiveStatus: z.string().nullish(),
    InPlaceHolds: z.array(z.string()).nullish(),
  })
  .transform(
    (row): MailboxDetails => ({
      address: row.PrimarySmtpAddress,
      shared: row.RecipientTypeDetails === 'SharedMailbox',
      quotaBytes: row.ProhibitSendReceiveQuota,
      maxReceiveBytes: row.MaxReceiveSize,
      maxSendBytes: row.MaxSendSize,
      retentionPolicy: row.RetentionPolicy || null,
      retentionHold: row.RetentionHoldEnabled === true,
      purviewDeletes: (row.InPlaceHolds ?? []).filter(isDeletingHold).length,
      litigationHold: row.LitigationHoldEnabled === true,
      archive: (row.ArchiveStatus ?? 'None') !== 'None',
    }),
  );

const useSchema = z.object({
  TotalItemSize: sizeSchema,
  ItemCount: z.number().nullish(),
});

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
    use: async (userId, signal) => {
      const { rows } = await exchange.run(
        {
          cmdlet: 'Get-MailboxStatistics',
          parameters: { Identity: userId },
          select: ['TotalItemSize', 'ItemCount'],
        },
        signal,
      );
      const [row] = parseAnswer(z.array(useSchema), rows);
      return { usedBytes: row?.TotalItemSize ?? null, items: row?.ItemCount ?? null };
    },
  };
}
