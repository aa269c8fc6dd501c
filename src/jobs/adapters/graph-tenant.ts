import { errorCodeOf, isAppError } from '../../errors.ts';
import { M365Error } from '../../graph/errors.ts';
import { plansLeftOff } from '../../graph/licence-plan.ts';
import { mailboxSubscriptions } from '../../graph/licences.ts';
import type { M365 } from '../../graph/m365.ts';
import type { TenantFinding, TenantPort } from '../ports.ts';
import { personOf, readReadiness } from './readiness.ts';

/** The tenant through Microsoft Graph and the Exchange admin endpoint. */
export function createGraphTenant(m365: M365): TenantPort {
  return {
    check: (signal) => checkTenant(m365, signal),
    findPeople: async (query, signal) => (await m365.users.find(query, signal)).map(personOf),
    readiness: (personId, signal) => readReadiness(m365, personId, signal),
    async assignLicence(personId, skuId, signal) {
      const user = await m365.users.get(personId, signal);
      const disabledPlanIds = user === null ? [] : plansLeftOff(user, skuId);
      await m365.licences.assign(personId, { skuId, disabledPlanIds }, signal);
    },
    setUsageLocation: (personId, country, signal) =>
      m365.users.setUsageLocation(personId, country, signal),
    async defaultUsageLocation(signal) {
      const { country } = await m365.organization.read(signal);
      if (country === null) {
        throw new M365Error('graph.usage-location-missing');
      }
      return country;
    },
    setImapEnabled: (personId, enabled, signal) =>
      m365.imapSwitch.setEnabled(personId, enabled, signal),
    setMailboxAccess: (personId, granted, signal) =>
      granted
        ? m365.mailboxAccess.grant(personId, signal)
        : m365.mailboxAccess.revoke(personId, signal),
    standingOf: (personId, groupIds, signal) =>
      m365.adminRoles.standingOf(personId, groupIds, signal),
  };
}

/** Each question is asked of the services themselves; a question that fails is a finding, not an end. */
async function checkTenant(m365: M365, signal: AbortSignal): Promise<readonly TenantFinding[]> {
  const findings = await Promise.all([
    finding('tenant.reachable', () => checkOrganization(m365, signal)),
    finding('tenant.rights', () => checkRights(m365, signal)),
    finding('tenant.exchange', () => checkExchange(m365, signal)),
    finding('tenant.licences', () => checkLicences(m365, signal)),
  ]);
  return findings.flat();
}

async function finding(
  code: string,
  look: () => Promise<readonly TenantFinding[]>,
): Promise<readonly TenantFinding[]> {
  try {
    return await look();
  } catch (error) {
    if (!isAppError(error)) {
      throw error;
    }
    const verdict = error.disposition === 'ask' ? 'failed' : 'unknown';
    return [{ code, verdict, facts: { problem: errorCodeOf(error) } }];
  }
}

async function checkOrganization(m365: M365, signal: AbortSignal): Promise<TenantFinding[]> {
  const { displayName } = await m365.organization.read(signal);
  return [{ code: 'tenant.reachable', verdict: 'ok', facts: { name: displayName } }];
}

async function checkRights(m365: M365, signal: AbortSignal): Promise<TenantFinding[]> {
  const missing = await m365.rights.missing(signal);
  return missing.length === 0
    ? [{ code: 'tenant.rights', verdict: 'ok', facts: {} }]
    : missing.map(({ role }) => ({ code: 'tenant.rights', verdict: 'failed', facts: { role } }));
}

async function checkExchange(m365: M365, signal: AbortSignal): Promise<TenantFinding[]> {
  const identity = await m365.rights.identity('exchange', signal);
  const [registration, missing] = await Promise.all([
    m365.servicePrincipal.check(identity, signal),
    m365.rights.missingCmdlets(signal),
  ]);
  return [
    {
      code: 'tenant.exchange',
      verdict: registration === 'registered' ? 'ok' : 'failed',
      facts: { registration },
    },
    ...missing.map(
      (cmdlet): TenantFinding => ({
        code: 'tenant.cmdlet',
        verdict: 'failed',
        facts: { cmdlet },
      }),
    ),
  ];
}

async function checkLicences(m365: M365, signal: AbortSignal): Promise<TenantFinding[]> {
  const subscriptions = mailboxSubscriptions(await m365.licences.list(signal));
  const freeSeats = subscriptions.reduce((sum, { freeSeats: free }) => sum + free, 0);
  return [
    { code: 'tenant.licences', verdict: freeSeats > 0 ? 'ok' : 'warning', facts: { freeSeats } },
  ];
}
