import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { type AddressBook, createAddressBook } from './address-book.ts';
import { type AdminRoles, createAdminRoles } from './admin-roles.ts';
import { createGraphBatch, type GraphBatch } from './batch.ts';
import { createImapSwitch, type ImapSwitch } from './cas-mailbox.ts';
import type { Cloud } from './clouds.ts';
import type { Credential } from './credential.ts';
import { createExchangeAdmin, type ExchangeAdmin } from './exchange-admin.ts';
import { createFolderStatistics, type FolderStatistics } from './folder-statistics.ts';
import { createGraphClient, type GraphClient } from './graph-client.ts';
import { createGroups, type Groups } from './groups.ts';
import { createHttpClient } from './http-client.ts';
import { createLicences, type Licences } from './licences.ts';
import { createMailFolders, type MailFolders } from './mail-folders.ts';
import { createProtocolReader, type ProtocolReader } from './mail-protocols.ts';
import { createMailboxes, type Mailboxes } from './mailbox.ts';
import { createMailboxContents, type MailboxContents } from './mailbox-contents.ts';
import { createMailboxAccess, type MailboxAccess } from './mailbox-permission.ts';
import { createMailboxSettings, type MailboxSettings } from './mailbox-settings.ts';
import { createUserCreation, type UserCreation } from './new-user.ts';
import { createOrganization, type Organization } from './organization.ts';
import { createPeople, type People } from './people.ts';
import { createRights, type Rights } from './rights.ts';
import {
  createExchangeServicePrincipal,
  type ExchangeServicePrincipal,
} from './service-principal.ts';
import { createTeams, type Teams } from './teams.ts';
import { createTokenSource, type TokenSource } from './tokens.ts';
import { createUsers, type Users } from './users.ts';

export interface M365Deps {
  readonly cloud: Cloud;
  readonly tenantId: string;
  readonly clientId: string;
  readonly credential: Credential;
  readonly clock: Clock;
  readonly log: Logger;
  /** All attempts and pauses of one request together. */
  readonly budgetMs?: number;
}

/** One tenant of Microsoft 365, by what it is asked for. */
export interface M365 {
  readonly tokens: TokenSource;
  /** Microsoft Graph as it is, for the tenant check. */
  readonly graph: GraphClient;
  /** Many requests to Graph in few exchanges. */
  readonly batch: GraphBatch;
  readonly rights: Rights;
  readonly organization: { read(signal: AbortSignal): Promise<Organization> };
  readonly users: Users;
  readonly userCreation: UserCreation;
  readonly licences: Licences;
  readonly mailboxes: Mailboxes;
  readonly mailFolders: MailFolders;
  readonly folderStatistics: FolderStatistics;
  /** What lies in one mailbox, and goes into it, without IMAP. */
  readonly mailboxContents: MailboxContents;
  /** Of one or of hundreds: what a move must know before it changes anything. */
  readonly people: People;
  /** Object ids of people by their addresses, hundreds at once. */
  readonly addresses: AddressBook;
  readonly groups: Groups;
  readonly teams: Teams;
  readonly adminRoles: AdminRoles;
  readonly exchange: ExchangeAdmin;
  readonly imapSwitch: ImapSwitch;
  readonly mailboxAccess: MailboxAccess;
  /** What a move changes and puts back, by name. */
  readonly mailboxSettings: MailboxSettings;
  readonly protocols: ProtocolReader;
  readonly servicePrincipal: ExchangeServicePrincipal;
}

/** Joins the clients of one tenant; sends nothing by itself. */
export function createM365(deps: M365Deps): M365 {
  const { cloud, tenantId, clientId, credential, clock, log } = deps;
  const budget = deps.budgetMs === undefined ? {} : { budgetMs: deps.budgetMs };
  const tokens = createTokenSource({
    tenantId,
    clientId,
    credential,
    loginUrl: cloud.loginUrl,
    resources: cloud.resources,
    clock,
    log,
    ...budget,
  });
  const graph = createGraphClient({
    graphUrl: cloud.graphUrl,
    tokens,
    http: createHttpClient({ peer: 'graph', clock, log, ...budget }),
  });
  const exchange = createExchangeAdmin({
    exchangeAdminUrl: cloud.exchangeAdminUrl,
    tenantId,
    tokens,
    http: createHttpClient({ peer: 'exchange-admin', clock, log, ...budget }),
  });
  const batch = createGraphBatch({ graph, tokens, clock, ...budget });
  const licences = createLicences({ graph });
  const rights = createRights({ tokens, exchange });
  const mailboxes = createMailboxes({ exchange });
  const imapSwitch = createImapSwitch({ exchange });
  const mailboxAccess = createMailboxAccess({
    exchange,
    servicePrincipalId: async (signal) => (await rights.identity('exchange', signal)).objectId,
  });
  return {
    tokens,
    graph,
    batch,
    rights,
    exchange,
    organization: createOrganization({ graph }),
    users: createUsers({ graph }),
    userCreation: createUserCreation({ graph, clock }),
    licences,
    mailboxes,
    mailFolders: createMailFolders({ graph }),
    folderStatistics: createFolderStatistics({ exchange }),
    mailboxContents: createMailboxContents({ graph, clock }),
    people: createPeople({ batch, exchange, licences }),
    addresses: createAddressBook({ batch }),
    groups: createGroups({ graph }),
    teams: createTeams({ graph, graphUrl: cloud.graphUrl }),
    adminRoles: createAdminRoles({ batch }),
    imapSwitch,
    mailboxAccess,
    mailboxSettings: createMailboxSettings({ exchange, imapSwitch, mailboxAccess, mailboxes }),
    protocols: createProtocolReader({ exchange }),
    servicePrincipal: createExchangeServicePrincipal({ exchange }),
  };
}
