import { M365Error } from '../../graph/errors.ts';
import { plansLeftOff } from '../../graph/licence-plan.ts';
import type { M365 } from '../../graph/m365.ts';
import type { TenantPort } from '../ports.ts';
import { inspectMailbox, personOf, readReadiness } from './readiness.ts';

/** The tenant through Microsoft Graph and the Exchange admin endpoint. */
export function createGraphTenant(m365: M365): TenantPort {
  return {
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
    inspectMailbox: (personId, signal) => inspectMailbox(m365, personId, signal),
    readSetting: (personId, setting, signal) =>
      m365.mailboxSettings.read(personId, setting, signal),
    changeSetting: (personId, change, signal) =>
      m365.mailboxSettings.change(personId, change, signal),
    standingOf: (personId, groupIds, signal) =>
      m365.adminRoles.standingOf(personId, groupIds, signal),
  };
}
