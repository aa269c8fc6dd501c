import { createLicencePlanner, type LicenceNeed } from '../../graph/licence-plan.ts';
import type { Subscription } from '../../graph/licences.ts';
import type { M365 } from '../../graph/m365.ts';
import type { PersonFinding, PersonState } from '../../graph/people.ts';
import type { Problem } from '../migration/state.ts';
import type {
  Newcomer,
  PeopleSurvey,
  PersonProposal,
  PersonReadiness,
  SeatNeed,
  SurveyedPerson,
} from '../ports.ts';
import { problemOf } from '../problem.ts';
import { factsOf, licenceOf, personOf } from './readiness.ts';

/** Looks at many people through Microsoft Graph and Exchange. */
export async function openPeopleSurvey(m365: M365, signal: AbortSignal): Promise<PeopleSurvey> {
  // Seats are counted against one and the same state of the subscriptions, however long the list is.
  const subscriptions = await m365.licences.list(signal);
  const planner = createLicencePlanner(subscriptions);
  let states = new Map<string, PersonState>();

  const proposalFor = (state: PersonState): PersonProposal => {
    const need = planner.needOf(state);
    const licence = licenceOf(need, subscriptions);
    return {
      readiness: { ...readinessOf(state), licence },
      problem: problemOfNeed(need, subscriptions),
    };
  };

  return {
    async read(personIds, within) {
      const { people } = await m365.people.states(personIds, within);
      states = new Map(
        [...people.values()].flatMap((found) =>
          found.kind === 'found' ? [[found.state.user.id, found.state] as const] : [],
        ),
      );
      return new Map([...people].map(([id, found]) => [id, surveyed(found)] as const));
    },
    propose(who) {
      const state = typeof who === 'string' ? states.get(who) : stateOfNewcomer(who);
      if (state === undefined) {
        throw new RangeError('Nobody of the last read has this id.');
      }
      return proposalFor(state);
    },
    seats: () =>
      planner.costs().map(
        ({ subscription, neededSeats }): SeatNeed => ({
          skuId: subscription.skuId,
          skuName: subscription.name,
          needed: neededSeats,
          free: subscription.freeSeats,
        }),
      ),
  };
}

/**
 * All but the licence, which depends on everybody else on the list. What takes a question for each mailbox
 * (our access, what lies in it, its sign-ins) is left open.
 */
function readinessOf({ user, mailbox, imapEnabled, details }: PersonState): PersonReadiness {
  const unasked = { usedBytes: null, items: null, smtpAuth: null, imapPasswords: null };
  return {
    person: personOf(user),
    mailbox,
    licence: null,
    imapEnabled,
    accessGranted: null,
    mailboxFacts: details === null ? null : { ...factsOf(details), ...unasked },
  };
}

function surveyed(found: PersonFinding): SurveyedPerson {
  if (found.kind === 'found') {
    return { kind: 'found', is: found.state.kind, readiness: readinessOf(found.state) };
  }
  return found.kind === 'unknown' ? found : { kind: 'failed', problem: problemOf(found.error) };
}

function problemOfNeed(need: LicenceNeed, subscriptions: readonly Subscription[]): Problem | null {
  if (need.kind === 'blocked') {
    return { code: need.code, facts: {} };
  }
  if (need.kind === 'no-seat') {
    const product = subscriptions.find(({ skuId }) => skuId === need.skuId);
    return { code: 'tenant.no-free-licence', facts: { sku: product?.name ?? need.skuId } };
  }
  return null;
}

/** As the tenant will show a new person, without the id that Entra ID chooses. */
function stateOfNewcomer({ displayName, address, usageLocation }: Newcomer): PersonState {
  return {
    user: {
      id: address,
      displayName,
      userPrincipalName: address,
      mail: null,
      usageLocation,
      kind: 'member',
      directorySynced: false,
      enabled: true,
      licences: [],
      failedLicences: [],
      enabledPlanIds: [],
    },
    kind: 'member',
    licensed: false,
    mailbox: 'none',
    details: null,
    imapEnabled: null,
  };
}
