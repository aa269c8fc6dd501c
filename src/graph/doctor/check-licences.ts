import { mailboxSubscriptions, rankMailboxProducts } from '../licences.ts';
import type { M365 } from '../m365.ts';
import { carriesMailbox } from '../mailbox-plans.ts';
import { type Finding, findingsOf } from './finding.ts';

const say = findingsOf('licences');

/** Licences that bring a mailbox: how many seats are free, and whether a product was suspended. */
export async function checkLicences(
  m365: Pick<M365, 'licences'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const subscriptions = await m365.licences.list(signal);
  const stopped = subscriptions
    .filter((one) => !one.usable && one.servicePlanIds.some(carriesMailbox))
    .map(({ name }) => say('check.licences.suspended', 'warning', { name }));
  const products = rankMailboxProducts(subscriptions);
  if (products.length === 0) {
    return [...stopped, say('check.licences.no-product', 'warning')];
  }
  const free = mailboxSubscriptions(subscriptions);
  const freeSeats = free.reduce((sum, one) => sum + one.freeSeats, 0);
  const names = products.map(({ name }) => name).join(', ');
  return [
    ...stopped,
    freeSeats > 0
      ? say('check.licences', 'ok', { freeSeats })
      : say('check.licences.none-free', 'warning', { names }),
  ];
}
