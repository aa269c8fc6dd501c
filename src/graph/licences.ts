import type { AssignedLicense } from '@microsoft/microsoft-graph-types';
import { z } from 'zod';
import type { GraphClient } from './graph-client.ts';
import { carriesMailbox, isSmallMailbox, productName } from './mailbox-plans.ts';
import type { User } from './users.ts';

/** A product the tenant has bought. */
export interface Subscription {
  readonly skuId: string;
  readonly skuPartNumber: string;
  /** As an admin knows it. */
  readonly name: string;
  readonly freeSeats: number;
  readonly usedSeats: number;
  readonly usable: boolean;
  readonly servicePlanIds: readonly string[];
}

/** A licence to give; `disabledPlanIds` are service plans that stay off. */
export interface WantedLicence {
  readonly skuId: string;
  readonly disabledPlanIds?: readonly string[];
}

export interface Licences {
  list(signal: AbortSignal): Promise<readonly Subscription[]>;
  /** Throws `graph.usage-location-missing`, `graph.no-free-licence`, `graph.licence-conflict`. Idempotent. */
  assign(userId: string, licence: WantedLicence, signal: AbortSignal): Promise<void>;
  /** Takes a direct licence back; the mailbox goes with it after 30 days. */
  remove(userId: string, skuId: string, signal: AbortSignal): Promise<void>;
}

const skuSchema = z
  .object({
    skuId: z.string(),
    skuPartNumber: z.string(),
    capabilityStatus: z.string(),
    appliesTo: z.string().nullish(),
    consumedUnits: z.number(),
    prepaidUnits: z.object({ enabled: z.number() }),
    servicePlans: z.array(z.object({ servicePlanId: z.string(), appliesTo: z.string().nullish() })),
  })
  .transform(
    (sku): Subscription => ({
      skuId: sku.skuId,
      skuPartNumber: sku.skuPartNumber,
      name: productName(sku.skuPartNumber),
      // Seats in their grace period (`warning`) are not counted: they vanish while the move runs.
      freeSeats: Math.max(sku.prepaidUnits.enabled - sku.consumedUnits, 0),
      usedSeats: sku.consumedUnits,
      usable: sku.capabilityStatus === 'Enabled' && sku.appliesTo !== 'Company',
      servicePlanIds: sku.servicePlans
        .filter((plan) => plan.appliesTo !== 'Company')
        .map((plan) => plan.servicePlanId.toLowerCase()),
    }),
  );

/** True when a service plan that is switched on for the user brings a mailbox. */
export function hasMailboxPlan(user: User): boolean {
  return user.enabledPlanIds.some(carriesMailbox);
}

/**
 * True when one of the user's licences brings a mailbox. Unlike the plans, which follow an assignment
 * after some seconds, licences show at once: no second one is proposed in between.
 */
export function hasMailboxLicence(user: User, subscriptions: readonly Subscription[]): boolean {
  return user.licences.some((held) =>
    subscriptions
      .filter((one) => one.skuId === held.skuId)
      .flatMap((one) => one.servicePlanIds)
      .some((planId) => carriesMailbox(planId) && !held.disabledPlanIds.includes(planId)),
  );
}

function givesMailbox(one: Subscription): boolean {
  return one.usable && one.servicePlanIds.some(carriesMailbox);
}

/**
 * Products that give a mailbox, best first, with seats or without: a full mailbox comes before a small
 * one, then the product most people here already have.
 */
export function rankMailboxProducts(
  subscriptions: readonly Subscription[],
): readonly Subscription[] {
  const isSmall = (one: Subscription): boolean =>
    one.servicePlanIds.filter(carriesMailbox).every(isSmallMailbox);
  return subscriptions
    .filter(givesMailbox)
    .toSorted(
      (left, right) =>
        Number(isSmall(left)) - Number(isSmall(right)) ||
        right.usedSeats - left.usedSeats ||
        right.freeSeats - left.freeSeats,
    );
}

/** Those of them that have a seat free. */
export function mailboxSubscriptions(
  subscriptions: readonly Subscription[],
): readonly Subscription[] {
  return rankMailboxProducts(subscriptions).filter((one) => one.freeSeats > 0);
}

export function createLicences({ graph }: { readonly graph: GraphClient }): Licences {
  const change = async (
    userId: string,
    lists: { readonly add: readonly WantedLicence[]; readonly remove: readonly string[] },
    signal: AbortSignal,
  ): Promise<void> => {
    const addLicenses: AssignedLicense[] = lists.add.map((one) => ({
      skuId: one.skuId,
      disabledPlans: [...(one.disabledPlanIds ?? [])],
    }));
    await graph.write(
      'POST',
      `/users/${encodeURIComponent(userId)}/assignLicense`,
      { addLicenses, removeLicenses: lists.remove },
      signal,
    );
  };
  return {
    list: (signal) => graph.list({ path: '/subscribedSkus' }, skuSchema, signal),
    assign: (userId, licence, signal) => change(userId, { add: [licence], remove: [] }, signal),
    remove: (userId, skuId, signal) => change(userId, { add: [], remove: [skuId] }, signal),
  };
}
