import type { AdministratorClients } from '../../../../src/app/setup-session.ts';
import type { Clock } from '../../../../src/clock.ts';
import {
  type CmdletCall,
  createExchangeAdmin,
  type ExchangeAdmin,
} from '../../../../src/graph/exchange-admin.ts';
import { createGraphClient, type GraphClient } from '../../../../src/graph/graph-client.ts';
import { createHttpClient } from '../../../../src/graph/http-client.ts';
import { type ApplyResult, applyPlan } from '../../../../src/graph/setup/apply.ts';
import { createEntraChanges } from '../../../../src/graph/setup/entra-changes.ts';
import { createExchangeChanges } from '../../../../src/graph/setup/exchange-changes.ts';
import { decidePlan, type PlannedStep } from '../../../../src/graph/setup/plan.ts';
import type { AuditRow, SetupFiles, SetupRecord } from '../../../../src/graph/setup/record.ts';
import { decideRemoval, removeSetup } from '../../../../src/graph/setup/removal.ts';
import { createSelfSigned } from '../../../../src/graph/setup/self-signed.ts';
import type { SetupChoice, Survey } from '../../../../src/graph/setup/survey.ts';
import { surveyTenant } from '../../../../src/graph/setup/tenant-survey.ts';
import type { TokenSource } from '../../../../src/graph/tokens.ts';
import { silentLogger } from '../../../../src/log.ts';
import { addAdministrator, type DIRECTORY_ROLES } from '../../../sim/m365/administrators.ts';
import {
  addMailSecurityGroup,
  createDirectory,
  type Directory,
} from '../../../sim/m365/directory.ts';
import { type RunningM365, startM365 } from '../../../sim/m365/start-m365.ts';
import { never } from '../tenant-world.ts';
import { createHurriedClock } from './setup-world.ts';

/** What a run that is cut off throws. */
export class Cut extends Error {
  override readonly name = 'Cut';
}

const SETUP_ID = '00000000-0000-4000-8000-00000000a11c';

/** A key takes longer to make than all the rest; a certificate that is there is used. */
const ready = await createSelfSigned({
  commonName: 'Skybridge',
  notBefore: new Date(),
  notAfter: new Date(Date.now() + 365 * 24 * 3_600_000),
});

/** Files that cost no disk. */
function createMemoryFiles(): SetupFiles & { readonly rows: readonly AuditRow[] } {
  const rows: AuditRow[] = [];
  let record: SetupRecord | null = null;
  let certificate: string | null = ready;
  return {
    rows,
    certificatePath: '/data/application.pem',
    readRecord: async () => record,
    writeRecord: async (next) => {
      record = next;
    },
    removeRecord: async () => {
      record = null;
    },
    audit: async (row) => {
      rows.push(row);
    },
    readCertificate: async () => certificate,
    writeCertificate: async (pem) => {
      certificate = pem;
    },
    removeCertificate: async () => {
      certificate = null;
    },
  };
}

/** Setup below its command: an administrator who is signed in, and no questions. */
export interface DirectWorld {
  readonly directory: Directory;
  readonly server: RunningM365;
  readonly files: SetupFiles & { readonly rows: readonly AuditRow[] };
  readonly clock: Clock;
  readonly clients: AdministratorClients;
  readonly choice: SetupChoice;
  survey(choice?: SetupChoice | null): Promise<Survey>;
  plan(choice?: SetupChoice): Promise<readonly PlannedStep[]>;
  /** Plans and carries out; `cutAfter` throws once that many changes took effect. */
  apply(input?: { choice?: SetupChoice; cutAfter?: number }): Promise<ApplyResult>;
  remove(input?: { cutAfter?: number }): Promise<void>;
  close(): Promise<void>;
}

/** A role has a dozen entries, changed alike: some of them will do. */
const isCutHere = (call: CmdletCall): boolean =>
  !call.cmdlet.endsWith('-ManagementRoleEntry') ||
  String(call.parameters['Identity']).endsWith('Set-CASMailbox');

/** Throws Cut after the nth change that the tenant made. */
function cutClients(clients: AdministratorClients, cutAfter: number): AdministratorClients {
  let left = cutAfter;
  const count = async <T>(change: Promise<T>): Promise<T> => {
    const answer = await change;
    left -= 1;
    if (left === 0) {
      throw new Cut('cut off');
    }
    return answer;
  };
  const graph: GraphClient = {
    ...clients.graph,
    write: (...call) => count(clients.graph.write(...call)),
    upsert: (...call) => count(clients.graph.upsert(...call)),
    remove: (...call) => count(clients.graph.remove(...call)),
  };
  const exchange: ExchangeAdmin = {
    ...clients.exchange,
    run: (call, signal) => {
      const answer = clients.exchange.run(call, signal);
      return call.cmdlet.startsWith('Get-') || !isCutHere(call) ? answer : count(answer);
    },
  };
  return { graph, exchange };
}

export async function createDirectWorld(
  ...roles: readonly (keyof typeof DIRECTORY_ROLES)[]
): Promise<DirectWorld> {
  const clock = createHurriedClock();
  const directory = createDirectory({ now: () => clock.now().getTime() });
  addAdministrator(
    directory,
    'admin',
    ...(roles.length === 0 ? ['globalAdministrator' as const] : roles),
  );
  const { mail: groupAddress = '' } = addMailSecurityGroup(directory, 'moves');
  const server = await startM365({ directory });
  const files = createMemoryFiles();
  const { tenantId } = directory;
  const issued = new Map<string, Promise<string>>();
  const tokens: TokenSource = {
    getToken: (resource) => {
      const audience =
        resource === 'graph' ? 'https://graph.microsoft.com' : 'https://outlook.office365.com';
      const token = issued.get(resource) ?? server.administratorToken(audience);
      issued.set(resource, token);
      return token;
    },
    forget: (resource) => {
      issued.delete(resource);
    },
  };
  const http = { clock, log: silentLogger, random: () => 0 };
  const clients: AdministratorClients = {
    graph: createGraphClient({
      graphUrl: server.graphUrl,
      tokens,
      http: createHttpClient({ peer: 'graph', ...http }),
    }),
    exchange: createExchangeAdmin({
      exchangeAdminUrl: server.exchangeAdminUrl,
      tenantId,
      tokens,
      http: createHttpClient({ peer: 'exchange-admin', ...http }),
      anchor: `UPN:admin@${directory.domain}`,
    }),
  };
  const usual: SetupChoice = {
    tiers: ['base', 'provisioning'],
    groupAddress,
    credential: { kind: 'certificate' },
    redirectUri: null,
  };
  const common = { files, clock, administratorId: 'an administrator' };

  const survey: DirectWorld['survey'] = async (choice = usual) =>
    surveyTenant(
      { ...clients, files, clock },
      {
        record: await files.readRecord(),
        credential: choice?.credential ?? { kind: 'certificate' },
        groupAddress: choice?.groupAddress ?? null,
      },
      never,
    );

  return {
    directory,
    server,
    files,
    clock,
    clients,
    choice: usual,
    survey,
    plan: async (choice = usual) => decidePlan(choice, await survey(choice)),
    apply: async ({ choice = usual, cutAfter = 0 } = {}) => {
      const { graph, exchange } = cutClients(clients, cutAfter);
      const record = await files.readRecord();
      const seen = await survey(choice);
      return applyPlan(
        {
          ...common,
          entra: createEntraChanges(graph),
          exchange: createExchangeChanges(exchange, clock),
          issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
          tell: () => undefined,
        },
        {
          plan: decidePlan(choice, seen),
          survey: seen,
          record: {
            version: 1,
            setupId: SETUP_ID,
            applicationId: null,
            clientId: null,
            principalId: null,
            begun: [],
            ...record,
            tenantId,
            tiers: [...choice.tiers],
            groupAddress: choice.groupAddress,
            credential: choice.credential,
          },
        },
        never,
      );
    },
    remove: async ({ cutAfter = 0 } = {}) => {
      const { graph, exchange } = cutClients(clients, cutAfter);
      await removeSetup(
        {
          ...common,
          tenantId,
          entra: createEntraChanges(graph),
          exchange: createExchangeChanges(exchange, clock),
          tell: () => undefined,
        },
        decideRemoval(await survey(null), await files.readRecord()),
        never,
      );
    },
    close: async () => {
      await server.close();
      if (server.violations.length > 0) {
        throw new Error(
          `Microsoft 365 would not have taken this: ${server.violations.join(' | ')}`,
        );
      }
    },
  };
}

/** What was made, without the ids that differ from one time to the next. */
export function shapeOf({ directory }: Pick<DirectWorld, 'directory'>): unknown {
  const { exchange, applications, registrations } = directory;
  return {
    applications: applications.map(
      ({ displayName, certificates, federatedCredentials, graphRoles, exchangeRoles }) => ({
        displayName,
        certificates: certificates.length,
        federatedCredentials: federatedCredentials.length,
        rights: [...graphRoles, ...exchangeRoles].toSorted(),
      }),
    ),
    registrations: registrations.map(({ displayName, tags, uniqueName }) => ({
      displayName,
      tags,
      uniqueName,
    })),
    known: directory.exchangeServicePrincipals.map(
      ({ objectId }) => objectId === applications[0]?.objectId,
    ),
    roles: exchange.roles.map(({ name, parent, entries }) => ({
      name,
      parent,
      entries: [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    })),
    scopes: exchange.scopes,
    groups: exchange.roleGroups.map(({ name, members }) => ({ name, members: members.length })),
    assignments: exchange.assignments
      .map(({ role, scope }) => `${role} for ${scope ?? 'all'}`)
      .toSorted(),
  };
}
