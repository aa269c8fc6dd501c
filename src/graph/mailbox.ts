import { z } from 'zod';
import { isM365Error, M365Error } from './errors.ts';
import { type ExchangeAdmin, parseAnswer } from './exchange-admin.ts';
import type { GraphClient } from './graph-client.ts';
import { hasMailboxLicence, hasMailboxPlan, type Licences } from './licences.ts';
import type { User } from './users.ts';

/**
 * `ready`: Graph and Exchange both know it · `provisioning`: licensed, and not there yet ·
 * `none`: no licence brings one.
 */
export type MailboxState = 'ready' | 'provisioning' | 'none';

/** What Exchange says of a mailbox that is there. Sizes are null where Exchange says "Unlimited". */
export interface MailboxDetails {
  readonly address: string;
  readonly shared: boolean;
  readonly quotaBytes: number | null;
  readonly maxReceiveBytes: number | null;
  readonly maxSendBytes: number | null;
}

export interface Mailboxes {
  state(user: User, signal: AbortSignal): Promise<MailboxState>;
  /** By the user's object id; throws `exchange-admin.object-not-found`. */
  details(userId: string, signal: AbortSignal): Promise<MailboxDetails>;
}

/** `49.5 GB (53,150,220,288 bytes)` → 53150220288; null for `Unlimited` and anything unknown. */
export function parseExchangeSize(text: string): number | null {
  const digits = /\(([\d.,\s]+) bytes\)/.exec(text)?.[1]?.replaceAll(/\D/g, '') ?? '';
  return digits === '' ? null : Number(digits);
}

const settingsSchema = z.object({ userPurpose: z.string().nullish() });

const sizeSchema = z
  .string()
  .nullish()
  .transform((text) => parseExchangeSize(text ?? ''));

const detailsSchema = z.array(
  z
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
    ),
);

export function createMailboxes(deps: {
  readonly graph: GraphClient;
  readonly exchange: ExchangeAdmin;
  readonly licences: Pick<Licences, 'list'>;
}): Mailboxes {
  const { graph, exchange, licences } = deps;

  const isLicensed = async (user: User, signal: AbortSignal): Promise<boolean> =>
    hasMailboxPlan(user) ||
    (user.licences.length > 0 && hasMailboxLicence(user, await licences.list(signal)));

  const details: Mailboxes['details'] = async (userId, signal) => {
    const { rows } = await exchange.invoke('Get-Mailbox', { Identity: userId }, signal);
    const [row] = parseAnswer(detailsSchema, rows);
    if (row === undefined) {
      throw new M365Error('exchange-admin.object-not-found');
    }
    return row;
  };

  return {
    details,
    state: async (user, signal) => {
      try {
        const path = `/users/${encodeURIComponent(user.id)}/mailboxSettings`;
        await graph.get({ path, select: ['userPurpose'] }, settingsSchema, signal);
        // The two services learn of a new mailbox at different times; the move needs both.
        await details(user.id, signal);
        return 'ready';
      } catch (error) {
        if (isM365Error(error, 'graph.no-mailbox', 'exchange-admin.object-not-found')) {
          const comes = user.kind === 'member' && (await isLicensed(user, signal));
          return comes ? 'provisioning' : 'none';
        }
        throw error;
      }
    },
  };
}
