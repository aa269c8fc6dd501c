import { type Cmdlet, requireMailbox, textOf } from './cmdlet.ts';
import { objectNotFound } from './exchange-errors.ts';

/** What the organisation allows, and which authentication policy a person has. */
export const POLICY_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-TransportConfig',
    parameters: {},
    required: [],
    run: ({ directory }) => ({
      value: [
        {
          Name: 'Transport Settings',
          SmtpClientAuthenticationDisabled: directory.smtpClientAuthenticationDisabled,
        },
      ],
    }),
  },
  {
    name: 'Get-User',
    parameters: { Identity: 'string' },
    // A missing Identity returns everybody: a slip that the real cmdlet does not report.
    required: ['Identity'],
    run: (call) => {
      const { mailbox, ...user } = requireMailbox(call);
      return {
        value: [
          {
            Identity: user.displayName,
            UserPrincipalName: user.userPrincipalName,
            AuthenticationPolicy: mailbox.authenticationPolicy,
          },
        ],
      };
    },
  },
  {
    name: 'Get-AuthenticationPolicy',
    parameters: { Identity: 'string' },
    required: [],
    run: (call) => {
      const { authenticationPolicies } = call.directory;
      const wanted = textOf(call, 'Identity');
      const rows = [...authenticationPolicies]
        .filter(([name]) => wanted === '' || name === wanted)
        .map(([Name, { allowBasicAuthImap }]) => ({
          Name,
          AllowBasicAuthImap: allowBasicAuthImap,
        }));
      if (wanted !== '' && rows.length === 0) {
        throw objectNotFound(wanted);
      }
      return { value: rows };
    },
  },
];
