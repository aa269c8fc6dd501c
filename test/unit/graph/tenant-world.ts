import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { systemClock } from '../../../src/clock.ts';
import { chooseCloud } from '../../../src/graph/clouds.ts';
import type { Credential } from '../../../src/graph/credential.ts';
import { createM365, type M365 } from '../../../src/graph/m365.ts';
import type { MailboxState } from '../../../src/graph/people.ts';
import { cmdletsOf } from '../../../src/graph/required-cmdlets.ts';
import { TIERS } from '../../../src/graph/tiers.ts';
import { silentLogger } from '../../../src/log.ts';
import { createCertificate } from '../../sim/m365/certificates.ts';
import {
  ALL_CMDLETS,
  addApplication,
  addSku,
  createDirectory,
  type Directory,
  type DirectoryOptions,
  type SimApplication,
} from '../../sim/m365/directory.ts';
import type { CmdletRecord } from '../../sim/m365/journal.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { type RunningM365, startM365 } from '../../sim/m365/start-m365.ts';

export const SECRET = 'a secret of the simulated application';

/** The least that REQUIRED_RIGHTS asks for. */
export const GRAPH_ROLES = [
  'Organization.Read.All',
  'User.ReadWrite.All',
  'LicenseAssignment.ReadWrite.All',
  'GroupMember.Read.All',
  'RoleManagement.Read.Directory',
  'MailboxSettings.Read',
];
export const EXCHANGE_ROLES = ['Exchange.ManageAsApp', 'IMAP.AccessAsApp'];

/** One simulated tenant over HTTPS and the client that talks to it. */
export interface TenantWorld {
  readonly directory: Directory;
  readonly application: SimApplication;
  readonly server: RunningM365;
  readonly m365: M365;
  /** Another client of the same tenant. */
  connect(input: ConnectInput): M365;
  /** Stops the server; throws when the client broke a rule of Microsoft's that `allow` does not name. */
  close(allow?: RegExp): Promise<void>;
}

export interface ConnectInput {
  readonly credential?: Credential;
  readonly clientId?: string;
  readonly tenantId?: string;
  readonly budgetMs?: number;
}

export const tls = await createCertificate({
  commonName: 'Simulated tenant',
  ipAddresses: ['127.0.0.1'],
});
setDefaultCACertificates([...getCACertificates('default'), tls.cert]);

/** What mending of the tenant check needs, which is offered only where the role has it. */
const BEYOND_THE_TABLE = ['New-ServicePrincipal', 'Remove-ServicePrincipal'];

/** Whether a role that `setup` makes would have allowed the call. */
function isInTable({ cmdlet, parameters }: CmdletRecord): boolean {
  const allowed = cmdletsOf(TIERS).find((one) => one.cmdlet === cmdlet)?.parameters;
  return (
    BEYOND_THE_TABLE.includes(cmdlet) ||
    (allowed !== undefined && parameters.every((parameter) => allowed.includes(parameter)))
  );
}

/** Starts a well-prepared tenant: all rights, application known to Exchange, 5 seats of Business Basic. */
export async function createTenantWorld(options: DirectoryOptions = {}): Promise<TenantWorld> {
  const directory = createDirectory(options);
  const application = addApplication(directory, {
    secret: SECRET,
    graphRoles: [...GRAPH_ROLES],
    exchangeRoles: [...EXCHANGE_ROLES],
    allowedCmdlets: [...ALL_CMDLETS],
  });
  directory.exchangeServicePrincipals.push({
    appId: application.clientId,
    objectId: application.objectId,
    displayName: application.displayName,
  });
  addSku(directory, PRODUCTS.businessBasic, 5);
  addSku(directory, PRODUCTS.powerAutomateFree, 10_000);
  const server = await startM365({ directory, tls });
  const connect = (input: ConnectInput): M365 =>
    createM365({
      cloud: chooseCloud('global', {
        loginUrl: server.loginUrl,
        graphUrl: server.graphUrl,
        exchangeAdminUrl: server.exchangeAdminUrl,
      }),
      tenantId: input.tenantId ?? directory.tenantId,
      clientId: input.clientId ?? application.clientId,
      credential: input.credential ?? { kind: 'secret', secret: SECRET },
      clock: systemClock,
      log: silentLogger,
      budgetMs: input.budgetMs ?? 2_000,
    });
  const close = async (allow?: RegExp): Promise<void> => {
    await server.close();
    const surplus = server.journal.cmdlets.filter((call) => !isInTable(call));
    if (surplus.length > 0) {
      throw new Error(`Not in the table of required cmdlets: ${JSON.stringify(surplus)}`);
    }
    const violations = server.violations.filter((violation) => allow?.test(violation) !== true);
    if (violations.length > 0) {
      throw new Error(`Microsoft 365 would not have taken this: ${violations.join(' | ')}`);
    }
  };
  return { directory, application, server, m365: connect({}), connect, close };
}

/** A signal that no test aborts. */
export const never: AbortSignal = new AbortController().signal;

/** State of one person's mailbox; throws what was thrown for this person, or that there is nobody. */
export async function mailboxOf(world: TenantWorld, userId = ''): Promise<MailboxState> {
  const finding = (await world.m365.people.states([userId], never)).people.get(userId);
  if (finding?.kind !== 'found') {
    throw finding?.kind === 'failed' ? finding.error : new Error('There is nobody.');
  }
  return finding.state.mailbox;
}
