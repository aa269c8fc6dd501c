import { createHash, randomUUID } from 'node:crypto';
import type { Directory, SimApplication, SimFederatedCredential } from './directory.ts';
import type { Audience } from './tokens.ts';

/** A certificate of an app registration, as Graph keeps it. */
export interface SimKeyCredential {
  readonly keyId: string;
  readonly type: string;
  readonly usage: string;
  readonly displayName: string | null;
  /** DER of the certificate, base64. */
  readonly key: string;
  readonly endDateTime: string;
}

export interface SimFederation {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
}

/** An app registration that was made through Graph; its service principal is a SimApplication. */
export interface SimRegistration {
  readonly id: string;
  readonly appId: string;
  readonly uniqueName: string | null;
  displayName: string;
  tags: readonly string[];
  signInAudience: string;
  keyCredentials: readonly SimKeyCredential[];
  readonly federations: SimFederation[];
  web: { readonly redirectUris: readonly string[] };
  requiredResourceAccess: readonly {
    readonly resourceAppId: string;
    readonly resourceAccess: readonly { readonly id: string; readonly type: string }[];
  }[];
}

/** Delegated permissions of Graph that people agree to, by their ids in every tenant. */
export const SIGN_IN_SCOPES: Readonly<Record<string, string>> = {
  '37f7f235-527c-4136-accd-4a02d197296e': 'openid',
  '14dad69e-099b-42c9-810b-d002981feec1': 'profile',
};

export interface SimAppRoleAssignment {
  readonly id: string;
  readonly principalId: string;
  readonly resourceId: string;
  readonly appRoleId: string;
}

/** A managed identity of Azure; its tokens are signed by the issuer's key. */
export interface SimManagedIdentity {
  /** Object id of its service principal: the subject of its tokens. */
  readonly id: string;
  readonly clientId: string;
  readonly displayName: string;
  /** PEM (SPKI). */
  readonly publicKey: string;
}

/** A service that gives application rights. */
export interface SimResource {
  readonly audience: Audience;
  readonly appId: string;
  readonly displayName: string;
  readonly roles: readonly string[];
}

export const RESOURCES: readonly SimResource[] = [
  {
    audience: 'https://graph.microsoft.com',
    appId: '00000003-0000-0000-c000-000000000000',
    displayName: 'Microsoft Graph',
    roles: [
      'Organization.Read.All',
      'User.Read.All',
      'User.ReadWrite.All',
      'LicenseAssignment.ReadWrite.All',
      'GroupMember.Read.All',
      'MailboxSettings.Read',
      'RoleManagement.Read.Directory',
      'Domain.ReadWrite.All',
      'MailboxItem.ImportExport.All',
      'TeamsAppInstallation.ReadWriteSelfForTeam.All',
      'TeamsAppInstallation.ReadWriteSelfForUser.All',
      'AppCatalog.Read.All',
      'Mail.ReadWrite',
      'Mail.Send',
    ],
  },
  {
    audience: 'https://outlook.office365.com',
    appId: '00000002-0000-0ff1-ce00-000000000000',
    displayName: 'Office 365 Exchange Online',
    roles: ['Exchange.ManageAsApp', 'IMAP.AccessAsApp', 'full_access_as_app'],
  },
];

/** An id that is the same each time, for what every tenant has. */
function stableId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const roleIdOf = (resource: SimResource, role: string): string =>
  stableId(`${resource.appId} ${role}`);

export const resourceIdOf = (directory: Directory, resource: SimResource): string =>
  stableId(`${directory.tenantId} ${resource.appId}`);

/** The roles that an application's next token will carry. */
export function settleRoles(directory: Directory, application: SimApplication): void {
  const rolesAt = (resource: SimResource): string[] =>
    directory.appRoleAssignments
      .filter(
        (grant) =>
          grant.principalId === application.objectId &&
          grant.resourceId === resourceIdOf(directory, resource),
      )
      .flatMap((grant) =>
        resource.roles.filter((role) => roleIdOf(resource, role) === grant.appRoleId),
      );
  for (const resource of RESOURCES) {
    if (resource.audience === 'https://graph.microsoft.com') {
      application.graphRoles = rolesAt(resource);
    } else {
      application.exchangeRoles = rolesAt(resource);
    }
  }
}

const pemOf = (key: string): string =>
  `-----BEGIN CERTIFICATE-----\n${key.replaceAll(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;

/** What the registration trusts counts at once for its service principal. */
export function settleCredentials(directory: Directory, registration: SimRegistration): void {
  const application = directory.applications.find((known) => known.clientId === registration.appId);
  if (application === undefined) {
    return;
  }
  application.redirectUris = [...registration.web.redirectUris];
  application.certificates = registration.keyCredentials.map(({ key }) => pemOf(key));
  const federated = registration.federations.flatMap(
    ({ issuer, subject, audiences }): SimFederatedCredential[] => {
      const identity = directory.managedIdentities.find((known) => known.id === subject);
      return identity === undefined || !audiences.includes('api://AzureADTokenExchange')
        ? []
        : [{ issuer, subject, publicKey: identity.publicKey }];
    },
  );
  application.federatedCredentials.splice(0, application.federatedCredentials.length, ...federated);
}

export function addManagedIdentity(
  directory: Directory,
  displayName: string,
  publicKey: string,
): SimManagedIdentity {
  const identity: SimManagedIdentity = {
    id: randomUUID(),
    clientId: randomUUID(),
    displayName,
    publicKey,
  };
  directory.managedIdentities.push(identity);
  return identity;
}
