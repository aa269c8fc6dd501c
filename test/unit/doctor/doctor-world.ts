import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../src/clock.ts';
import { systemClock } from '../../../src/clock.ts';
import type { Credential } from '../../../src/graph/credential.ts';
import { OPTIONAL_RIGHTS } from '../../../src/graph/doctor/optional-rights.ts';
import { exchangeOnlineProfile } from '../../../src/imap/profiles/exchange-online.ts';
import { createTenantDoctor } from '../../../src/jobs/adapters/tenant-doctor.ts';
import type { TenantDoctor, TenantFinding } from '../../../src/jobs/ports.ts';
import { silentLogger } from '../../../src/log.ts';
import { startExchangeServer } from '../../sim/imap/exchange.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import { createCertificate } from '../../sim/m365/certificates.ts';
import { addUser, type SimUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { createTenantWorld, SECRET, type TenantWorld } from '../graph/tenant-world.ts';

/** A tenant that is ready, its mail server, and the check that looks at both. */
export interface DoctorWorld extends TenantWorld {
  readonly imap: ImapServer;
  /** Has a mailbox that is open to us. */
  readonly anna: SimUser;
  /** May be changed before the next check. */
  clientId: string;
  tenantId: string;
  credential: Credential;
  /** How far the clock of this machine is ahead. */
  aheadMs: number;
  doctor(): TenantDoctor;
  check(mailbox?: string | null): Promise<readonly TenantFinding[]>;
  /** Rules that were broken on purpose. */
  readonly allowed: RegExp[];
  end(): Promise<void>;
}

const tls = await createCertificate({ commonName: 'Simulated mail', ipAddresses: ['127.0.0.1'] });
setDefaultCACertificates([...getCACertificates('default'), tls.cert]);

export async function startDoctorWorld(): Promise<DoctorWorld> {
  const tenant = await createTenantWorld();
  const { directory, application, server } = tenant;
  application.graphRoles.push(...Object.values(OPTIONAL_RIGHTS));
  const anna = addUser(directory, {
    alias: 'anna',
    displayName: 'Anna Berg',
    product: PRODUCTS.businessBasic,
  });
  giveAccess(anna, application.objectId);
  const imap = await startExchangeServer({
    tls,
    verifyToken: (user, token) => server.verifyImapToken(user, token),
  });
  imap.store.addAccount(anna.userPrincipalName);

  const clock: Clock = {
    ...systemClock,
    now: () => new Date(Date.now() + world.aheadMs),
  };
  interface Settings {
    readonly credential: Credential;
    readonly clientId: string;
    readonly tenantId: string;
  }
  // As a service that runs: one doctor for many checks, until its settings change.
  let latest: { readonly settings: Settings; readonly doctor: TenantDoctor } | null = null;
  const createDoctor = (settings: Settings): TenantDoctor =>
    createTenantDoctor({
      m365: tenant.connect({ ...settings, budgetMs: 2000 }),
      credential: settings.credential,
      times: [
        { name: 'Entra ID', url: `${server.loginUrl}/` },
        { name: 'Microsoft Graph', url: `${server.graphUrl}/` },
        { name: 'Exchange', url: `${server.exchangeAdminUrl}/` },
      ],
      servers: [],
      target: {
        host: imap.host,
        port: imap.port,
        secure: true,
        profile: exchangeOnlineProfile,
      },
      clock,
      logger: silentLogger,
    });
  const world: DoctorWorld = {
    ...tenant,
    imap,
    anna,
    clientId: application.clientId,
    tenantId: directory.tenantId,
    credential: { kind: 'secret', secret: SECRET },
    aheadMs: 0,
    doctor: () => {
      const { credential, clientId, tenantId } = world;
      const now = { credential, clientId, tenantId };
      if (latest === null || !isDeepStrictEqual(latest.settings, now)) {
        latest = { settings: now, doctor: createDoctor(now) };
      }
      return latest.doctor;
    },
    check: (mailbox = null) => world.doctor().check(mailbox, new AbortController().signal),
    allowed: [],
    async end() {
      await imap.close();
      const sources = world.allowed.map((pattern) => pattern.source);
      await tenant.close(sources.length === 0 ? undefined : new RegExp(sources.join('|')));
    },
  };
  return world;
}

/** As Add-MailboxPermission gives it, long ago. */
export function giveAccess(user: SimUser, objectId: string): void {
  user.mailbox?.permissions.push({
    userId: objectId,
    accessRights: ['FullAccess'],
    effectiveAtMs: 0,
  });
}
