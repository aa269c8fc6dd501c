import type { RequiredCmdlet } from '../required-cmdlets.ts';

/** Display name of the app registration and name of the role group. */
export const SETUP_NAME = 'Skybridge';

/** On the app registration: it is ours, whoever else chose the same name. */
export const SETUP_TAG = 'SkybridgeSetup';

/** On roles and the role group, for the same reason. */
export const SETUP_DESCRIPTION = 'Made by Skybridge setup';

/** The management scope: the mailboxes in the group that an admin fills. */
export const SCOPE_NAME = 'Skybridge Mailboxes';

/** Our roles by the built-in ones that they are cut out of. */
export const ROLE_NAMES: Readonly<Record<RequiredCmdlet['from'], string>> = {
  'Mail Recipients': 'Skybridge Mailboxes',
  'Role Management': 'Skybridge Registration',
  'View-Only Configuration': 'Skybridge Configuration',
};

/** Name of the trust in a managed identity, unique in the app registration. */
export const FEDERATION_NAME = 'skybridge-managed-identity';

/** What Entra ID wants in the tokens of a managed identity that vouches for an app. */
export const FEDERATION_AUDIENCE = 'api://AzureADTokenExchange';

/** Application ids of the services whose rights are granted, the same in each cloud. */
export const RESOURCE_APP_IDS = {
  graph: '00000003-0000-0000-c000-000000000000',
  exchange: '00000002-0000-0ff1-ce00-000000000000',
} as const;

/** Delegated permissions of Microsoft Graph, by their ids in every tenant: openid and profile. */
export const SIGN_IN_SCOPE_IDS: readonly string[] = [
  '37f7f235-527c-4136-accd-4a02d197296e',
  '14dad69e-099b-42c9-810b-d002981feec1',
];
