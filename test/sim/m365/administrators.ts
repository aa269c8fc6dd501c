import { randomUUID } from 'node:crypto';
import type { Directory } from './directory.ts';

/** Somebody who can sign in to administer the tenant. */
export interface SimAdministrator {
  readonly id: string;
  readonly userPrincipalName: string;
  /** Template ids of the directory roles that are active. */
  readonly roles: readonly string[];
}

/** Template ids of directory roles. */
export const DIRECTORY_ROLES = {
  globalAdministrator: '62e90394-69f5-4237-9190-012177145e10',
  exchangeAdministrator: '29232cdf-9323-42fd-ade2-1d097af3e4de',
  privilegedRoleAdministrator: 'e8611ab8-c189-46e8-94e1-60213ab1f814',
  applicationAdministrator: '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3',
} as const;

/** Microsoft's own public clients, in every tenant, and what each may ask for. */
export const PUBLIC_CLIENTS = {
  /** Microsoft Graph Command Line Tools. */
  graph: '14d82eec-204b-4c2f-b7e8-296a70dab67e',
  /** Microsoft Exchange REST API Based PowerShell. */
  exchange: 'fb78d390-0c51-40cd-8e17-fdbfab77341b',
} as const;

export function addAdministrator(
  directory: Directory,
  alias: string,
  ...roles: readonly (keyof typeof DIRECTORY_ROLES)[]
): SimAdministrator {
  const administrator: SimAdministrator = {
    id: randomUUID(),
    userPrincipalName: `${alias}@${directory.domain}`,
    roles: roles.map((role) => DIRECTORY_ROLES[role]),
  };
  directory.administrators.push(administrator);
  return administrator;
}
