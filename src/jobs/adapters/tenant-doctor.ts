import type { Clock } from '../../clock.ts';
import type { Credential } from '../../graph/credential.ts';
import type { TimeSource } from '../../graph/doctor/check-clock.ts';
import {
  graphChecks,
  localChecks,
  runTokenChecks,
  type TokenCheck,
} from '../../graph/doctor/graph-checks.ts';
import { mendRegistration, planRegistration } from '../../graph/doctor/registration.ts';
import { type Check, runChecks } from '../../graph/doctor/run-checks.ts';
import type { M365 } from '../../graph/m365.ts';
import { probeServer } from '../../imap/probe/probe-server.ts';
import type { ProbeDeps } from '../../imap/probe/types.ts';
import type { Logger } from '../../log.ts';
import type { TenantDoctor } from '../ports.ts';
import type { ImapServer } from './account-openers.ts';
import { checkLogin, loginNotTried } from './check-login.ts';
import { type CheckedServer, serverFinding } from './server-findings.ts';

export interface TenantDoctorDeps {
  /** Clients of the check's own: it asks for fresh tokens, and gives up sooner than a job. */
  readonly m365: M365;
  readonly credential: Credential;
  /** Services whose clocks ours is held against. */
  readonly times: readonly TimeSource[];
  /** Servers that must be reached. */
  readonly servers: readonly CheckedServer[];
  /** Where the mailboxes of the tenant are. */
  readonly target: ImapServer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly probe?: ProbeDeps;
}

/** Each step of a probe is bounded by itself; this is all of them together. */
const SERVER_BUDGET_MS = 40_000;

/** The tenant check, asked of the services themselves, all at once. */
export function createTenantDoctor(deps: TenantDoctorDeps): TenantDoctor {
  const { m365, credential, times, servers, target, clock, logger, probe = {} } = deps;

  const serverChecks = servers.map(
    (server): Check => ({
      name: server.check,
      budgetMs: SERVER_BUDGET_MS,
      run: async (signal) => [serverFinding(server, await probeServer(server, probe, signal))],
    }),
  );

  const loginCheck = (mailbox: string): TokenCheck => ({
    name: 'imap-login',
    needs: 'exchange',
    run: (signal) => checkLogin({ m365, server: target, clock, logger }, mailbox, signal),
  });

  return {
    async check(mailbox, signal) {
      const tokenChecks = [
        ...graphChecks({ m365, credential, clock }, mailbox),
        ...(mailbox === null ? [] : [loginCheck(mailbox)]),
      ];
      const found = await Promise.all([
        runTokenChecks({ m365, log: logger }, tokenChecks, signal),
        runChecks([...localChecks({ credential, clock }, times), ...serverChecks], logger, signal),
      ]);
      const untried = mailbox === null ? [loginNotTried()] : [];
      return [...found.flat(), ...untried];
    },
    plan: (_fix, signal) => planRegistration(m365, signal),
    mend: (_fix, signal) => mendRegistration(m365, signal),
  };
}
