import { graphChecks, runTokenChecks } from '../../graph/doctor/graph-checks.ts';
import { mendRegistration, planRegistration } from '../../graph/doctor/registration.ts';
import type { M365 } from '../../graph/m365.ts';
import type { Logger } from '../../log.ts';
import type { TenantDoctor } from '../ports.ts';

export interface TenantDoctorDeps {
  /** Clients of the check's own: it asks for fresh tokens, and gives up sooner than a job. */
  readonly m365: M365;
  readonly logger: Logger;
}

/** The tenant check, asked of the services themselves. */
export function createTenantDoctor({ m365, logger }: TenantDoctorDeps): TenantDoctor {
  return {
    check: (mailbox, signal) =>
      runTokenChecks({ m365, log: logger }, graphChecks(m365, mailbox), signal),
    plan: (_fix, signal) => planRegistration(m365, signal),
    mend: (_fix, signal) => mendRegistration(m365, signal),
  };
}
