import type { Tier } from './tiers.ts';

/** A cmdlet that we call, with the parameters that we pass; our Exchange role is to allow nothing else. */
export interface RequiredCmdlet {
  readonly cmdlet: string;
  readonly parameters: readonly string[];
  readonly tier: Tier;
  /** The built-in role of Exchange that has the cmdlet, and that ours is cut out of. */
  readonly from: 'Mail Recipients' | 'Role Management' | 'View-Only Configuration';
}

/**
 * Whoever calls a new cmdlet, or passes a new parameter, adds it here: `setup` makes the role from this
 * table, the tenant check and docs/permissions.md are held to it. A cmdlet may stand in several tiers.
 */
export const REQUIRED_CMDLETS: readonly RequiredCmdlet[] = [
  {
    cmdlet: 'Get-CASMailbox',
    parameters: ['Identity', 'Filter', 'ResultSize'],
    tier: 'base',
    from: 'Mail Recipients',
  },
  {
    cmdlet: 'Set-CASMailbox',
    parameters: ['Identity', 'ImapEnabled'],
    tier: 'base',
    from: 'Mail Recipients',
  },
  {
    cmdlet: 'Get-Mailbox',
    parameters: ['Identity', 'Filter', 'ResultSize'],
    tier: 'base',
    from: 'Mail Recipients',
  },
  {
    cmdlet: 'Set-Mailbox',
    parameters: ['Identity', 'RetentionHoldEnabled', 'MaxReceiveSize', 'MaxSendSize'],
    tier: 'base',
    from: 'Mail Recipients',
  },
  {
    cmdlet: 'Get-MailboxStatistics',
    parameters: ['Identity'],
    tier: 'base',
    from: 'Mail Recipients',
  },
  {
    cmdlet: 'Get-MailboxFolderStatistics',
    parameters: ['Identity'],
    tier: 'base',
    from: 'Mail Recipients',
  },
  {
    cmdlet: 'Get-User',
    parameters: ['Identity'],
    tier: 'base',
    from: 'Mail Recipients',
  },
  // Believed: that this role has the two cmdlets. Nothing depends on them but a line of the plan.
  {
    cmdlet: 'Get-TransportConfig',
    parameters: [],
    tier: 'base',
    from: 'View-Only Configuration',
  },
  {
    cmdlet: 'Get-AuthenticationPolicy',
    parameters: ['Identity'],
    tier: 'base',
    from: 'View-Only Configuration',
  },
  {
    cmdlet: 'Get-MailboxPermission',
    parameters: ['Identity', 'User'],
    tier: 'base',
    from: 'Mail Recipients',
  },
  {
    cmdlet: 'Add-MailboxPermission',
    parameters: ['Identity', 'User', 'AccessRights', 'InheritanceType', 'AutoMapping', 'Confirm'],
    tier: 'base',
    from: 'Mail Recipients',
  },
  {
    cmdlet: 'Remove-MailboxPermission',
    parameters: ['Identity', 'User', 'AccessRights', 'InheritanceType', 'Confirm'],
    tier: 'base',
    from: 'Mail Recipients',
  },
  {
    cmdlet: 'Get-ServicePrincipal',
    parameters: ['Identity'],
    tier: 'base',
    from: 'Role Management',
  },
  {
    cmdlet: 'Set-Mailbox',
    parameters: ['Identity', 'EmailAddresses', 'WindowsEmailAddress', 'MicrosoftOnlineServicesID'],
    tier: 'cut-over',
    from: 'Mail Recipients',
  },
];

/** What some tiers need, each cmdlet once with all its parameters. */
export function cmdletsOf(
  tiers: readonly Tier[],
): readonly Pick<RequiredCmdlet, 'cmdlet' | 'parameters' | 'from'>[] {
  const merged = new Map<string, Pick<RequiredCmdlet, 'cmdlet' | 'parameters' | 'from'>>();
  for (const { cmdlet, parameters, from, tier } of REQUIRED_CMDLETS) {
    if (tiers.includes(tier)) {
      const known = merged.get(cmdlet)?.parameters ?? [];
      merged.set(cmdlet, { cmdlet, from, parameters: [...new Set([...known, ...parameters])] });
    }
  }
  return [...merged.values()];
}
