import type { M365ErrorCode } from './errors.ts';
import { rankMailboxProducts, type Subscription } from './licences.ts';
import { carriesMailbox } from './mailbox-plans.ts';
import type { PersonState } from './people.ts';
import type { User } from './users.ts';

/**
 * What somebody needs for a mailbox:
 * `none`: it is licensed, or shared · `switch-on`: Exchange is switched off in a licence that is held:
 * no seat, the other plans stay as they are · `assign`: a seat of a product · `no-seat`: of `skuId`,
 * or of any product like it · `no-product`: the tenant has bought nothing with a mailbox · `blocked`.
 */
export type LicenceNeed =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'switch-on';
      readonly skuId: string;
      readonly needsUsageLocation: boolean;
    }
  | { readonly kind: 'assign'; readonly skuId: string; readonly needsUsageLocation: boolean }
  | { readonly kind: 'no-seat'; readonly skuId: string }
  | { readonly kind: 'no-product' }
  | { readonly kind: 'guest' }
  | { readonly kind: 'blocked'; readonly code: M365ErrorCode };

/** What a list of people costs in seats of one product. */
export interface SeatCost {
  readonly subscription: Subscription;
  readonly neededSeats: number;
  /** Seats free once all of them were given. */
  readonly seatsLeft: number;
}

export interface LicencePlan {
  /** By object id. */
  readonly needs: ReadonlyMap<string, LicenceNeed>;
  readonly costs: readonly SeatCost[];
  /** People for whom no seat is left. */
  readonly missingSeats: number;
}

/** Gives seats out one person after the other, as they come. */
export interface LicencePlanner {
  /** What this person needs, with all before in view; takes the seat. The same person again takes none. */
  needOf(person: PersonState): LicenceNeed;
  costs(): readonly SeatCost[];
}

/**
 * Which licence for whom, and what it costs. Nobody gets a second licence with a mailbox, and none beside
 * one that a group gives. `preferredSkuId` comes first while it has seats. Pure; nothing is assigned before
 * an admin confirmed it.
 */
export function createLicencePlanner(
  subscriptions: readonly Subscription[],
  preferredSkuId: string | null = null,
): LicencePlanner {
  const preferred = (one: Subscription): number => Number(one.skuId !== preferredSkuId);
  const products = rankMailboxProducts(subscriptions).toSorted(
    (left, right) => preferred(left) - preferred(right),
  );
  const given = new Map<string, number>();
  const needs = new Map<string, LicenceNeed>();
  const seatsLeft = (one: Subscription): number => one.freeSeats - (given.get(one.skuId) ?? 0);

  const takeSeat = (user: User): LicenceNeed => {
    const product = products.find((one) => seatsLeft(one) > 0);
    if (product === undefined) {
      const [best] = products;
      return best === undefined ? { kind: 'no-product' } : { kind: 'no-seat', skuId: best.skuId };
    }
    given.set(product.skuId, (given.get(product.skuId) ?? 0) + 1);
    const { skuId } = product;
    return { kind: 'assign', skuId, needsUsageLocation: user.usageLocation === null };
  };

  return {
    needOf(person) {
      const { user } = person;
      const need = needs.get(user.id) ?? needWithoutSeat(person, subscriptions) ?? takeSeat(user);
      needs.set(user.id, need);
      return need;
    },
    costs: () =>
      products
        .filter((one) => given.has(one.skuId))
        .map((subscription) => ({
          subscription,
          neededSeats: given.get(subscription.skuId) ?? 0,
          seatsLeft: seatsLeft(subscription),
        })),
  };
}

/** The same for a whole list, in its order. */
export function planLicences(
  people: readonly PersonState[],
  subscriptions: readonly Subscription[],
  preferredSkuId: string | null = null,
): LicencePlan {
  const planner = createLicencePlanner(subscriptions, preferredSkuId);
  const needs = new Map(people.map((person) => [person.user.id, planner.needOf(person)] as const));
  return {
    needs,
    costs: planner.costs(),
    missingSeats: [...needs.values()].filter((need) => need.kind === 'no-seat').length,
  };
}

/** What somebody needs where it is no seat; null where it is one. */
function needWithoutSeat(
  { user, kind, licensed }: PersonState,
  subscriptions: readonly Subscription[],
): LicenceNeed | null {
  if (kind === 'guest') {
    return { kind };
  }
  // Up to 50 GB a shared mailbox lives without a licence, and so does a room.
  if (licensed || kind === 'shared-mailbox' || kind === 'resource-mailbox') {
    return { kind: 'none' };
  }
  const withMailbox = new Set(
    subscriptions
      .filter((one) => one.servicePlanIds.some(carriesMailbox))
      .map(({ skuId }) => skuId),
  );
  return switchOn(user, withMailbox) ?? failedLicence(user, withMailbox);
}

/** Not licensed, and yet a product with a mailbox is held: its plan is switched off. */
function switchOn(user: User, withMailbox: ReadonlySet<string>): LicenceNeed | null {
  const held = user.licences.filter(({ skuId }) => withMailbox.has(skuId));
  const direct = held.find(({ assignedByGroup }) => assignedByGroup === null);
  if (direct === undefined) {
    return held.length === 0 ? null : { kind: 'blocked', code: 'graph.mailbox-plan-off' };
  }
  return {
    kind: 'switch-on',
    skuId: direct.skuId,
    needsUsageLocation: user.usageLocation === null,
  };
}

/** What a group wants to give comes as soon as its obstacle is gone: a seat of our own would double it. */
function failedLicence(user: User, withMailbox: ReadonlySet<string>): LicenceNeed | null {
  const failed = user.failedLicences.find(
    ({ skuId, assignedByGroup }) => assignedByGroup !== null && withMailbox.has(skuId),
  );
  return failed === undefined ? null : { kind: 'blocked', code: failed.code };
}

/** Service plans that stay off when a product is given for its mailbox: those that were off, but for Exchange. */
export function plansLeftOff(user: User, skuId: string): readonly string[] {
  const direct = user.licences.find(
    (held) => held.skuId === skuId && held.assignedByGroup === null,
  );
  return (direct?.disabledPlanIds ?? []).filter((planId) => !carriesMailbox(planId));
}
