import { M365Error } from '../../graph/errors.ts';
import { type LicenceNeed, planLicences } from '../../graph/licence-plan.ts';
import type { Subscription } from '../../graph/licences.ts';
import type { M365 } from '../../graph/m365.ts';
import type { MailboxDetails } from '../../graph/mailbox.ts';
import type { PersonFinding, PersonState } from '../../graph/people.ts';
import type { User } from '../../graph/users.ts';
import type { DirectoryPerson, MailboxFacts, PersonReadiness } from '../ports.ts';

/** A user as the rest of Skybridge knows people. */
export function personOf(user: User): DirectoryPerson {
  return {
    id: user.id,
    displayName: user.displayName,
    userPrincipalName: user.userPrincipalName,
    mail: user.mail,
    usageLocation: user.usageLocation,
    kind: user.kind,
  };
}

/** What one person has and lacks. */
export async function readReadiness(
  m365: M365,
  personId: string,
  signal: AbortSignal,
): Promise<PersonReadiness> {
  const { subscriptions, people } = await m365.people.states([personId], signal);
  const state = needState(people.get(personId));
  const { user, mailbox, details, imapEnabled } = state;
  const need = planLicences([state], subscriptions).needs.get(user.id);
  const [accessGranted, mailboxFacts] =
    details === null
      ? [null, null]
      : await Promise.all([
          m365.mailboxAccess.isGranted(user.id, signal),
          addFacts(m365, user.id, details, signal),
        ]);
  return {
    person: personOf(user),
    mailbox,
    licence: licenceOf(unblocked(need), subscriptions),
    imapEnabled,
    accessGranted,
    mailboxFacts,
  };
}

/** A mailbox that is there, asked for all that a move must know of it. */
export async function inspectMailbox(
  m365: M365,
  personId: string,
  signal: AbortSignal,
): Promise<MailboxFacts> {
  return addFacts(m365, personId, await m365.mailboxes.details(personId, signal), signal);
}

async function addFacts(
  m365: M365,
  personId: string,
  details: MailboxDetails,
  signal: AbortSignal,
): Promise<MailboxFacts> {
  const [use, protocols] = await Promise.all([
    m365.mailboxes.use(personId, signal),
    m365.protocols.read(personId, signal),
  ]);
  return { ...factsOf(details), ...use, ...protocols };
}

/** What Exchange says of the mailbox itself. */
export function factsOf(details: MailboxDetails): Omit<MailboxDetails, 'address' | 'shared'> {
  const { address: _address, shared: _shared, ...facts } = details;
  return facts;
}

/** Throws what keeps a licence that others must mend: a group that gives it without a mailbox, or cannot. */
function unblocked(need: LicenceNeed | undefined): LicenceNeed | undefined {
  if (need?.kind === 'blocked') {
    throw new M365Error(need.code);
  }
  return need;
}

/** The licence to give for a need; null where none is. */
export function licenceOf(
  need: LicenceNeed | undefined,
  subscriptions: readonly Subscription[],
): PersonReadiness['licence'] {
  if (need === undefined || !('skuId' in need)) {
    return null;
  }
  const product = subscriptions.find(({ skuId }) => skuId === need.skuId);
  return {
    skuId: need.skuId,
    skuName: product?.name ?? need.skuId,
    freeSeats: product?.freeSeats ?? 0,
    needsSeat: need.kind !== 'switch-on',
    needsUsageLocation: 'needsUsageLocation' in need && need.needsUsageLocation,
  };
}

function needState(found: PersonFinding | undefined): PersonState {
  if (found?.kind === 'found') {
    return found.state;
  }
  throw found?.kind === 'failed' ? found.error : new M365Error('graph.not-found');
}
