import type { Cmdlet, CmdletCall, CmdletResult } from './cmdlet.ts';
import { textOf } from './cmdlet.ts';
import { CmdletFailure, objectNotFound } from './exchange-errors.ts';
import { distinguishedNameOf } from './exchange-rbac.ts';

const isDehydrated = ({ directory }: CmdletCall): boolean =>
  directory.now() < directory.exchange.dehydratedUntilMs;

/** What a new tenant refuses until its configuration is its own. */
export function requireCustomization(call: CmdletCall): void {
  if (isDehydrated(call)) {
    throw new CmdletFailure(
      'Microsoft.Exchange.Configuration.Tasks.InvalidOperationInDehydratedContextException',
      "The command you tried to run isn't currently allowed in your organization. To run this command, you first need to run the command: Enable-OrganizationCustomization.",
    );
  }
}

function enableCustomization(call: CmdletCall): CmdletResult {
  const { directory, journal } = call;
  const { exchange } = directory;
  if (exchange.customizationAsked || !isDehydrated(call)) {
    throw new CmdletFailure(
      'Microsoft.Exchange.Configuration.Tasks.InvalidOperationException',
      'This operation is not required. Organization is already enabled for customization.',
    );
  }
  exchange.customizationAsked = true;
  exchange.dehydratedUntilMs = directory.now() + directory.timing.customizationMs;
  journal.changes.push({
    operation: 'Enable-OrganizationCustomization',
    target: directory.domain,
    before: 'shared configuration',
    after: 'own configuration',
  });
  return { value: [] };
}

function getDistributionGroup(call: CmdletCall): CmdletResult {
  const { directory } = call;
  const identity = textOf(call, 'Identity').toLowerCase();
  const group = directory.groups.find(
    (known) =>
      known.mail !== undefined &&
      [known.id, known.mail.toLowerCase(), known.displayName.toLowerCase()].includes(identity),
  );
  if (group === undefined) {
    throw objectNotFound(textOf(call, 'Identity'));
  }
  return {
    value: [
      {
        Identity: group.displayName,
        DisplayName: group.displayName,
        PrimarySmtpAddress: group.mail,
        DistinguishedName: distinguishedNameOf(directory, group),
        ExternalDirectoryObjectId: group.id,
        RecipientTypeDetails:
          group.mailSecurity === true
            ? 'MailUniversalSecurityGroup'
            : 'MailUniversalDistributionGroup',
      },
    ],
  };
}

/** The organization itself, and its mail-enabled groups. */
export const ORGANIZATION_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-OrganizationConfig',
    parameters: {},
    required: [],
    run: (call) => ({
      value: [{ Name: call.directory.domain, IsDehydrated: isDehydrated(call) }],
    }),
  },
  {
    name: 'Enable-OrganizationCustomization',
    parameters: {},
    required: [],
    run: enableCustomization,
  },
  {
    name: 'Get-DistributionGroup',
    parameters: { Identity: 'string' },
    required: ['Identity'],
    run: getDistributionGroup,
  },
];
