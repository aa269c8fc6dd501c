import type { AddressFinding } from '../../graph/address-book.ts';
import { M365Error } from '../../graph/errors.ts';
import { plansLeftOff } from '../../graph/licence-plan.ts';
import type { M365 } from '../../graph/m365.ts';
import { createInitialPassword } from '../../graph/new-user.ts';
import type { AddressOwner, TenantPort } from '../ports.ts';
import { problemOf } from '../problem.ts';
import { openPeopleSurvey } from './people-survey.ts';
import { inspectMailbox, personOf, readReadiness } from './readiness.ts';

/** The tenant through Microsoft Graph and the Exchange admin endpoint. */
export function createGraphTenant(m365: M365): TenantPort {
  return {
    findPeople: async (query, signal) => (await m365.users.find(query, signal)).map(personOf),
    async addressOwners(addresses, signal) {
      const found = await m365.addresses.resolve(addresses, signal);
      return new Map([...found].map(([address, one]) => [address, ownerOf(one)] as const));
    },
    findGroups: (query, signal) => m365.groups.find(query, signal),
    findTeams: (query, signal) => m365.teams.find(query, signal),
    findTeam: (groupId, signal) => m365.teams.get(groupId, signal),
    installInTeam: (input, signal) => m365.teams.installApp(input, signal),
    peopleInGroup: (groupId, signal) => m365.groups.peopleIn(groupId, signal),
    openSurvey: (signal) => openPeopleSurvey(m365, signal),
    ownDomains: async (signal) => (await m365.organization.read(signal)).domains,
    async createPerson({ displayName, address, usageLocation }, signal) {
      const initialPassword = createInitialPassword();
      const newUser = { displayName, userPrincipalName: address, usageLocation, initialPassword };
      return { personId: await m365.userCreation.create(newUser, signal), initialPassword };
    },
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

function ownerOf(found: AddressFinding): AddressOwner {
  if (found.kind === 'found') {
    return { kind: 'found', personId: found.userId };
  }
  return found.kind === 'failed'
    ? { kind: 'failed', problem: problemOf(found.error) }
    : { kind: found.kind };
}
