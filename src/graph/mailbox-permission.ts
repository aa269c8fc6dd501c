import { z } from 'zod';
import { type ExchangeAdmin, parseAnswer } from './exchange-admin.ts';

/** Our own access to one mailbox: FullAccess for our service principal, and for nobody else. */
export interface MailboxAccess {
  isGranted(mailbox: string, signal: AbortSignal): Promise<boolean>;
  /** Idempotent. `exchange-admin.trustee-unknown` when Exchange does not know our service principal. */
  grant(mailbox: string, signal: AbortSignal): Promise<void>;
  /** Idempotent. */
  revoke(mailbox: string, signal: AbortSignal): Promise<void>;
}

export interface MailboxAccessDeps {
  readonly exchange: ExchangeAdmin;
  /** Object id of our service principal, from our own token. */
  readonly servicePrincipalId: (signal: AbortSignal) => Promise<string>;
}

const rowsSchema = z.array(
  z.object({
    AccessRights: z.union([z.string(), z.array(z.string())]),
    Deny: z.union([z.boolean(), z.string()]).optional(),
  }),
);

type Row = z.infer<typeof rowsSchema>[number];

function grantsFullAccess(row: Row): boolean {
  const rights = Array.isArray(row.AccessRights) ? row.AccessRights : row.AccessRights.split(',');
  const denied = row.Deny === true || row.Deny === 'True';
  return !denied && rights.some((right) => right.trim() === 'FullAccess');
}

export function createMailboxAccess(deps: MailboxAccessDeps): MailboxAccess {
  const { exchange, servicePrincipalId } = deps;
  return {
    isGranted: async (mailbox, signal) => {
      // Exchange filters by User: how it prints a service principal is not documented.
      const { rows } = await exchange.invoke(
        'Get-MailboxPermission',
        { Identity: mailbox, User: await servicePrincipalId(signal) },
        signal,
      );
      return parseAnswer(rowsSchema, rows).some(grantsFullAccess);
    },
    grant: async (mailbox, signal) => {
      await exchange.invoke(
        'Add-MailboxPermission',
        {
          Identity: mailbox,
          User: await servicePrincipalId(signal),
          AccessRights: 'FullAccess',
          InheritanceType: 'All',
          AutoMapping: false,
          Confirm: false,
        },
        signal,
      );
    },
    revoke: async (mailbox, signal) => {
      await exchange.invoke(
        'Remove-MailboxPermission',
        {
          Identity: mailbox,
          User: await servicePrincipalId(signal),
          AccessRights: 'FullAccess',
          InheritanceType: 'All',
          Confirm: false,
        },
        signal,
      );
    },
  };
}
