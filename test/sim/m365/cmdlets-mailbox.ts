import {
  type Cmdlet,
  type CmdletCall,
  type CmdletResult,
  chosenMailboxes,
  requireMailbox,
} from './cmdlet.ts';
import type { SimMailbox, SimUser } from './directory.ts';

type MailboxUser = SimUser & { readonly mailbox: SimMailbox };

/** `49.5 GB (53,150,220,288 bytes)`, as Exchange prints sizes. */
function formatSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const amount = (bytes / 1024 ** power).toPrecision(4).replace(/\.?0+$/, '');
  return `${amount} ${units[power] ?? 'B'} (${bytes.toLocaleString('en-US')} bytes)`;
}

/** `75MB` → 75; a bare number is bytes. */
function megabytes(text: string): number {
  const [, amount = '0', unit = 'B'] = /^(\d+(?:\.\d+)?) ?(B|KB|MB|GB)?$/i.exec(text) ?? [];
  const factor = { B: 1 / 1024 ** 2, KB: 1 / 1024, MB: 1, GB: 1024 }[unit.toUpperCase()] ?? 1;
  return Number(amount) * factor;
}

const casResource = ({ mailbox, ...user }: MailboxUser): Record<string, unknown> => ({
  Identity: user.displayName,
  Name: user.displayName,
  ExternalDirectoryObjectId: user.id,
  PrimarySmtpAddress: user.mail,
  ImapEnabled: mailbox.imapEnabled,
  PopEnabled: true,
  EwsEnabled: null,
  SmtpClientAuthenticationDisabled: mailbox.smtpClientAuthenticationDisabled,
  ImapUseProtocolDefaults: true,
});

const mailboxResource = ({ mailbox, ...user }: MailboxUser): Record<string, unknown> => ({
  Identity: user.displayName,
  DisplayName: user.displayName,
  ExternalDirectoryObjectId: user.id,
  ExchangeGuid: mailbox.exchangeGuid,
  UserPrincipalName: user.userPrincipalName,
  PrimarySmtpAddress: user.mail,
  RecipientTypeDetails: mailbox.userPurpose === 'shared' ? 'SharedMailbox' : 'UserMailbox',
  ProhibitSendReceiveQuota: formatSize(mailbox.quotaGb * 1024 ** 3),
  IssueWarningQuota: formatSize(Math.floor(mailbox.quotaGb * 0.98 * 1024 ** 3)),
  MaxReceiveSize: formatSize(mailbox.maxReceiveMb * 1024 ** 2),
  MaxSendSize: formatSize(mailbox.maxSendMb * 1024 ** 2),
  RetentionPolicy: mailbox.retentionPolicy,
  RetentionHoldEnabled: mailbox.retentionHoldEnabled,
  LitigationHoldEnabled: mailbox.litigationHoldEnabled,
  ArchiveStatus: mailbox.archive ? 'Active' : 'None',
  InPlaceHolds: mailbox.inPlaceHolds,
});

function noteChange(
  call: CmdletCall,
  operation: string,
  user: SimUser,
  [before, after]: readonly [string, string],
): void {
  if (before !== after) {
    call.journal.changes.push({ operation, target: user.userPrincipalName, before, after });
  }
}

const UNCHANGED = (user: SimUser): string =>
  `The command completed successfully but no settings of '${user.displayName}' have been modified.`;

function setCasMailbox(call: CmdletCall): { value: []; warnings?: string[] } {
  const user = requireMailbox(call);
  const { mailbox } = user;
  const state = (): string =>
    `ImapEnabled ${mailbox.imapEnabled}, SmtpClientAuthenticationDisabled ${mailbox.smtpClientAuthenticationDisabled}`;
  const before = state();
  const { ImapEnabled: imap, SmtpClientAuthenticationDisabled: smtp } = call.parameters;
  if (typeof imap === 'boolean') {
    mailbox.imapEnabled = imap;
  }
  if (typeof smtp === 'boolean') {
    mailbox.smtpClientAuthenticationDisabled = smtp;
  }
  noteChange(call, 'Set-CASMailbox', user, [before, state()]);
  return before === state() ? { value: [], warnings: [UNCHANGED(user)] } : { value: [] };
}

/** Licences allow no message of more than 150 MB. */
const MOST_MB = 150;

function sizeLimit(call: CmdletCall, name: 'MaxReceiveSize' | 'MaxSendSize'): number | null {
  const value = call.parameters[name];
  if (typeof value !== 'string') {
    return null;
  }
  return Math.min(megabytes(value), MOST_MB);
}

function setMailbox(call: CmdletCall): { value: []; warnings?: string[] } {
  const user = requireMailbox(call);
  const { mailbox } = user;
  const state = (): string =>
    `MaxReceiveSize ${mailbox.maxReceiveMb} MB, MaxSendSize ${mailbox.maxSendMb} MB, RetentionHoldEnabled ${mailbox.retentionHoldEnabled}`;
  const before = state();
  const { RetentionHoldEnabled: hold } = call.parameters;
  mailbox.maxReceiveMb = sizeLimit(call, 'MaxReceiveSize') ?? mailbox.maxReceiveMb;
  mailbox.maxSendMb = sizeLimit(call, 'MaxSendSize') ?? mailbox.maxSendMb;
  if (typeof hold === 'boolean') {
    mailbox.retentionHoldEnabled = hold;
  }
  noteChange(call, 'Set-Mailbox', user, [before, state()]);
  return before === state() ? { value: [], warnings: [UNCHANGED(user)] } : { value: [] };
}

function mailboxStatistics(call: CmdletCall): CmdletResult {
  const { mailbox, displayName, userPrincipalName } = requireMailbox(call);
  const stored = call.directory.mailFolders?.list(userPrincipalName) ?? [];
  const items = stored.reduce((sum, { messages }) => sum + messages, mailbox.itemCount);
  const usedBytes = stored.reduce((sum, { bytes }) => sum + bytes, mailbox.usedBytes);
  if (!call.quirks.figuresOfUnopened && items === 0) {
    // Believed wording.
    const warning = `The user hasn't logged on to mailbox '${displayName}', so there is no data to return. After the user logs on, this warning will no longer appear.`;
    return { value: [], warnings: [warning] };
  }
  const row = {
    DisplayName: displayName,
    MailboxGuid: mailbox.exchangeGuid,
    ItemCount: items,
    TotalItemSize: formatSize(usedBytes),
  };
  return { value: [row] };
}

/** Mailboxes and what protocols may reach them. */
export const MAILBOX_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-CASMailbox',
    parameters: { Identity: 'string', Filter: 'string', ResultSize: 'number' },
    required: [],
    run: (call) => ({ value: chosenMailboxes(call).map(casResource) }),
  },
  {
    name: 'Set-CASMailbox',
    parameters: {
      Identity: 'string',
      ImapEnabled: 'boolean',
      SmtpClientAuthenticationDisabled: 'boolean',
    },
    required: ['Identity'],
    run: setCasMailbox,
  },
  {
    name: 'Get-Mailbox',
    parameters: { Identity: 'string', Filter: 'string', ResultSize: 'number' },
    required: [],
    run: (call) => ({ value: chosenMailboxes(call).map(mailboxResource) }),
  },
  {
    name: 'Set-Mailbox',
    parameters: {
      Identity: 'string',
      MaxReceiveSize: 'size',
      MaxSendSize: 'size',
      RetentionHoldEnabled: 'boolean',
    },
    required: ['Identity'],
    run: setMailbox,
  },
  {
    name: 'Get-MailboxStatistics',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: mailboxStatistics,
  },
];
