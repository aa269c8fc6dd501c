/**
 * Everything that Skybridge talks to, on this machine: iCloud, Exchange Online, Microsoft Graph and the
 * Exchange admin endpoint, with one tenant and the people of the demo in it. Imports nothing of src.
 */
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import { startExchangeServer } from './imap/exchange.ts';
import { startIcloudServer } from './imap/icloud.ts';
import type { ImapServer } from './imap/server.ts';
import { mailFoldersOf } from './join-mail.ts';
import {
  ALL_CMDLETS,
  addApplication,
  addGroup,
  addRole,
  addSku,
  addUser,
  createDirectory,
  type Directory,
  findMailboxUser,
  type SimUser,
} from './m365/directory.ts';
import { PRODUCTS } from './m365/skus.ts';
import { type RunningM365, startM365 } from './m365/start-m365.ts';
import { createSampleMailbox, fillAccount, type SampleMailbox } from './sample/sample-mailbox.ts';
import { createTestAuthority } from './tls.ts';

/** Ids that the Playground's configuration repeats. */
export const TENANT_ID = '00000000-0000-4000-8000-000000000001';
export const BOT_ID = '00000000-0000-4000-8000-000000000011';

const GRAPH_ROLES = [
  'Organization.Read.All',
  'User.ReadWrite.All',
  'LicenseAssignment.ReadWrite.All',
  'GroupMember.Read.All',
  'RoleManagement.Read.Directory',
  'MailboxSettings.Read',
];
const EXCHANGE_ROLES = ['Exchange.ManageAsApp', 'IMAP.AccessAsApp'];

export interface WorldOptions {
  /** Where certificates are written. */
  readonly dir: string;
  readonly seed?: number;
  /** How long a new mailbox takes to appear. */
  readonly provisioningMs?: number;
  /** Folders that are made over IMAP get a class that Outlook may hide. */
  readonly imapFolderClass?: boolean;
  /** PEM of authorities that the service must trust too, where other mail servers take part. */
  readonly moreAuthorities?: readonly string[];
}

export interface World {
  readonly directory: Directory;
  readonly m365: RunningM365;
  readonly icloud: ImapServer;
  readonly exchange: ImapServer;
  readonly sample: SampleMailbox;
  readonly admin: SimUser;
  /** Works here, has no mailbox yet and moves. */
  readonly mover: SimUser;
  readonly helpdesk: SimUser;
  readonly icloudAddress: string;
  /** As Apple shows it, with dashes. */
  readonly appPassword: string;
  /** Environment for the service; the certificate authority must be known before its process starts. */
  readonly environment: Readonly<Record<string, string>>;
  /** What was asked of the servers that they do not know or allow; empty when all is well. */
  violations(): readonly string[];
  close(): Promise<void>;
}

/** Starts the world on free loopback ports. */
export async function startWorld(options: WorldOptions): Promise<World> {
  await mkdir(options.dir, { recursive: true });
  const authority = await createTestAuthority(options.dir);
  const more = (options.moreAuthorities ?? []).map((pem) => `\n${pem}`);
  await appendFile(authority.caFile, more.join(''));
  const tls = { key: authority.key, cert: authority.cert };
  const { directory, people, clientId, secret } = createTenant(options.provisioningMs ?? 0);
  const m365 = await startM365({ directory, tls });
  const icloud = await startIcloudServer({ tls });
  const exchange = await startExchangeServer({
    tls,
    imapFolderClass: options.imapFolderClass ?? false,
    // Believed: that both limits count for a message that is written over IMAP.
    maxMessageBytes: (user) => {
      const mailbox = findMailboxUser(directory, user)?.mailbox;
      return Math.min(mailbox?.maxReceiveMb ?? 0, mailbox?.maxSendMb ?? 0) * 1024 ** 2;
    },
    verifyToken: async (user, token) => {
      const verdict = await m365.verifyImapToken(user, token);
      if (verdict === 'ok' && exchange.store.account(user) === undefined) {
        exchange.store.addAccount(user);
      }
      return verdict;
    },
  });
  directory.mailFolders = mailFoldersOf(exchange.store);
  const icloudAddress = 'alex.wilber@icloud.com';
  const appPassword = createAppPassword();
  const sample = createSampleMailbox(options.seed ?? 20_261_122);
  icloud.store.addAccount(icloudAddress, { password: appPassword.replaceAll('-', '') });
  fillAccount(icloud.store, icloudAddress, sample);
  return {
    directory,
    m365,
    icloud,
    exchange,
    sample,
    ...people,
    icloudAddress,
    appPassword,
    environment: {
      TENANT_ID,
      BOT_ID,
      BOT_PASSWORD: secret,
      CLIENT_ID: clientId,
      CLIENT_SECRET: secret,
      ADMIN_GROUP_ID: people.adminGroupId,
      HELPDESK_GROUP_ID: people.helpdeskGroupId,
      LOGIN_URL: m365.loginUrl,
      GRAPH_URL: m365.graphUrl,
      EXCHANGE_ADMIN_URL: m365.exchangeAdminUrl,
      SOURCE_IMAP_URL: `imaps://${icloud.host}:${icloud.port}`,
      TARGET_IMAP_URL: `imaps://${exchange.host}:${exchange.port}`,
      NODE_EXTRA_CA_CERTS: authority.caFile,
    },
    violations: () => [...m365.violations, ...icloud.violations, ...exchange.violations],
    async close() {
      await Promise.all([m365.close(), icloud.close(), exchange.close()]);
    },
  };
}

/** Four groups of four letters, as Apple makes them. */
function createAppPassword(): string {
  const letters = [...randomBytes(16)].map((byte) => String.fromCodePoint(97 + (byte % 26)));
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4).join('')).join('-');
}

interface Tenant {
  readonly directory: Directory;
  readonly people: {
    readonly admin: SimUser;
    readonly mover: SimUser;
    readonly helpdesk: SimUser;
    readonly adminGroupId: string;
    readonly helpdeskGroupId: string;
  };
  readonly clientId: string;
  readonly secret: string;
}

function createTenant(provisioningMs: number): Tenant {
  const directory = createDirectory({
    tenantId: TENANT_ID,
    displayName: 'Contoso',
    provisioningMs,
    permissionDelayMs: provisioningMs / 2,
    imapInNewMailboxes: false,
  });
  addSku(directory, PRODUCTS.businessBasic, 41);
  const secret = randomBytes(24).toString('base64url');
  const application = addApplication(directory, {
    secret,
    graphRoles: GRAPH_ROLES,
    exchangeRoles: EXCHANGE_ROLES,
    allowedCmdlets: [...ALL_CMDLETS],
  });
  directory.exchangeServicePrincipals.push({
    appId: application.clientId,
    objectId: application.objectId,
    displayName: application.displayName,
  });
  const person = (last: string): string => `00000000-0000-4000-8000-0000000000${last}`;
  const admin = addUser(directory, {
    id: person('21'),
    displayName: 'Megan Bowen',
    alias: 'meganb',
    product: PRODUCTS.businessBasic,
  });
  const mover = addUser(directory, {
    id: person('20'),
    displayName: 'Alex Wilber',
    alias: 'alexw',
    usageLocation: null,
  });
  const helpdesk = addUser(directory, {
    id: person('22'),
    displayName: 'Adele Vance',
    alias: 'adelev',
    product: PRODUCTS.businessBasic,
  });
  const adminGroup = addGroup(directory, 'Skybridge admins', [admin.id]);
  const exchangeAdmins = addGroup(directory, 'Exchange admins', [admin.id]);
  addRole(directory, 'Exchange Administrator', [exchangeAdmins.id]);
  const helpdeskGroup = addGroup(directory, 'Helpdesk', [helpdesk.id]);
  return {
    directory,
    people: {
      admin,
      mover,
      helpdesk,
      adminGroupId: adminGroup.id,
      helpdeskGroupId: helpdeskGroup.id,
    },
    clientId: application.clientId,
    secret,
  };
}
