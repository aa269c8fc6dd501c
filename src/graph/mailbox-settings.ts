import type { ImapSwitch } from './cas-mailbox.ts';
import type { ExchangeAdmin } from './exchange-admin.ts';
import type { Mailboxes } from './mailbox.ts';
import type { MailboxAccess } from './mailbox-permission.ts';

/**
 * Settings of one mailbox as text, for whoever writes down what was there before a change. `imap`,
 * `retention-hold`: on, off · `mailbox-access`: none, FullAccess · limits: bytes in decimal, unlimited.
 */
export type MailboxSetting =
  | 'imap'
  | 'mailbox-access'
  | 'retention-hold'
  | 'receive-limit'
  | 'send-limit';

export interface MailboxSettings {
  /** Throws `exchange-admin.object-not-found` while the mailbox is not there. */
  read(userId: string, setting: MailboxSetting, signal: AbortSignal): Promise<string>;
  /** Idempotent. By hand: Set-CASMailbox, Add-MailboxPermission, Remove-MailboxPermission, Set-Mailbox. */
  change(
    userId: string,
    change: { readonly setting: MailboxSetting; readonly value: string },
    signal: AbortSignal,
  ): Promise<void>;
}

export interface MailboxSettingsDeps {
  readonly exchange: Pick<ExchangeAdmin, 'invoke'>;
  readonly imapSwitch: ImapSwitch;
  readonly mailboxAccess: MailboxAccess;
  readonly mailboxes: Mailboxes;
}

interface Way {
  read(userId: string, signal: AbortSignal): Promise<string>;
  change(userId: string, value: string, signal: AbortSignal): Promise<void>;
}

const onOff = (on: boolean): string => (on ? 'on' : 'off');
const limit = (bytes: number | null): string => (bytes === null ? 'unlimited' : String(bytes));

export function createMailboxSettings(deps: MailboxSettingsDeps): MailboxSettings {
  const { exchange, imapSwitch, mailboxAccess, mailboxes } = deps;

  const setMailbox = async (
    userId: string,
    parameters: Readonly<Record<string, string | boolean>>,
    signal: AbortSignal,
  ): Promise<void> => {
    await exchange.invoke('Set-Mailbox', { Identity: userId, ...parameters }, signal);
  };

  const ways: Readonly<Record<MailboxSetting, Way>> = {
    imap: {
      read: async (userId, signal) => onOff(await imapSwitch.isEnabled(userId, signal)),
      change: (userId, value, signal) => imapSwitch.setEnabled(userId, value === 'on', signal),
    },
    'mailbox-access': {
      read: async (userId, signal) =>
        (await mailboxAccess.isGranted(userId, signal)) ? 'FullAccess' : 'none',
      change: (userId, value, signal) =>
        value === 'FullAccess'
          ? mailboxAccess.grant(userId, signal)
          : mailboxAccess.revoke(userId, signal),
    },
    'retention-hold': {
      read: async (userId, signal) =>
        onOff((await mailboxes.details(userId, signal)).retentionHold),
      change: (userId, value, signal) =>
        setMailbox(userId, { RetentionHoldEnabled: value === 'on' }, signal),
    },
    'receive-limit': {
      read: async (userId, signal) =>
        limit((await mailboxes.details(userId, signal)).maxReceiveBytes),
      change: (userId, value, signal) => setMailbox(userId, { MaxReceiveSize: value }, signal),
    },
    'send-limit': {
      read: async (userId, signal) => limit((await mailboxes.details(userId, signal)).maxSendBytes),
      change: (userId, value, signal) => setMailbox(userId, { MaxSendSize: value }, signal),
    },
  };

  return {
    read: (userId, setting, signal) => ways[setting].read(userId, signal),
    change: (userId, { setting, value }, signal) => ways[setting].change(userId, value, signal),
  };
}
