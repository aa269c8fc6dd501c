import type { User as GraphUser } from '@microsoft/microsoft-graph-types';
import { z } from 'zod';
import { isM365Error, type M365ErrorCode } from './errors.ts';
import type { GraphClient } from './graph-client.ts';
import { readServerText } from './server-text.ts';

/** A licence a user holds; `assignedByGroup` names the group that gives it, null for a direct one. */
export interface HeldLicence {
  readonly skuId: string;
  readonly disabledPlanIds: readonly string[];
  readonly assignedByGroup: string | null;
}

/** A licence that was given to a user and does not work; groups go on giving it. */
export interface FailedLicence {
  readonly skuId: string;
  readonly assignedByGroup: string | null;
  /** What keeps it: no seat, a conflict, the country. */
  readonly code: M365ErrorCode;
}

/** A person of the tenant, as far as a move needs to know. */
export interface User {
  readonly id: string;
  readonly displayName: string;
  readonly userPrincipalName: string;
  readonly mail: string | null;
  readonly usageLocation: string | null;
  readonly kind: 'member' | 'guest';
  /** Mastered in a local Active Directory: some properties can only be changed there. */
  readonly directorySynced: boolean;
  readonly enabled: boolean;
  readonly licences: readonly HeldLicence[];
  readonly failedLicences: readonly FailedLicence[];
  /** Ids of service plans that are switched on for the user. */
  readonly enabledPlanIds: readonly string[];
}

export interface Users {
  /** By object id or sign-in name; null when there is nobody. */
  get(idOrSignInName: string, signal: AbortSignal): Promise<User | null>;
  /** By sign-in name, any address, or the beginning of a name; at most `MAX_FOUND`. */
  find(query: string, signal: AbortSignal): Promise<readonly User[]>;
  /** ISO 3166 alpha-2 country. Idempotent; throws `graph.directory-synced` for people mastered elsewhere. */
  setUsageLocation(userId: string, country: string, signal: AbortSignal): Promise<void>;
}

/** More than an admin can choose from on a card. */
export const MAX_FOUND = 25;

/** What of a user is read. */
export const USER_FIELDS = [
  'id',
  'displayName',
  'userPrincipalName',
  'mail',
  'usageLocation',
  'userType',
  'onPremisesSyncEnabled',
  'accountEnabled',
  'assignedLicenses',
  'assignedPlans',
  'licenseAssignmentStates',
] as const satisfies readonly (keyof GraphUser)[];

const optionalText = z.string().nullish();

const wireSchema = z.object({
  id: z.string(),
  displayName: optionalText,
  userPrincipalName: z.string(),
  mail: optionalText,
  usageLocation: optionalText,
  userType: optionalText,
  onPremisesSyncEnabled: z.boolean().nullish(),
  accountEnabled: z.boolean().nullish(),
  assignedLicenses: z
    .array(z.object({ skuId: z.string(), disabledPlans: z.array(z.string()).nullish() }))
    .nullish(),
  assignedPlans: z
    .array(z.object({ servicePlanId: z.string(), capabilityStatus: optionalText }))
    .nullish(),
  licenseAssignmentStates: z
    .array(z.object({ skuId: z.string(), assignedByGroup: optionalText, error: optionalText }))
    .nullish(),
});

type WireUser = z.infer<typeof wireSchema>;

/** A user as Graph sends it with USER_FIELDS selected. */
export const userSchema = wireSchema.transform(toUser);

function toUser(wire: WireUser): User {
  return {
    id: wire.id,
    displayName: wire.displayName ?? wire.userPrincipalName,
    userPrincipalName: wire.userPrincipalName,
    mail: wire.mail ?? null,
    usageLocation: wire.usageLocation ?? null,
    // Guests of old tenants have no userType; their sign-in name shows them.
    kind: wire.userType === 'Guest' || /#EXT#@/i.test(wire.userPrincipalName) ? 'guest' : 'member',
    directorySynced: wire.onPremisesSyncEnabled === true,
    enabled: wire.accountEnabled !== false,
    licences: heldLicences(wire),
    failedLicences: failedLicences(wire),
    enabledPlanIds: enabledPlanIds(wire),
  };
}

function heldLicences(wire: WireUser): readonly HeldLicence[] {
  return (wire.assignedLicenses ?? []).map((licence) => ({
    skuId: licence.skuId,
    disabledPlanIds: (licence.disabledPlans ?? []).map((planId) => planId.toLowerCase()),
    assignedByGroup: groupOf(wire, licence.skuId),
  }));
}

function failedLicences(wire: WireUser): readonly FailedLicence[] {
  return (wire.licenseAssignmentStates ?? []).flatMap(({ skuId, assignedByGroup, error }) =>
    (error ?? 'None') === 'None'
      ? []
      : [
          {
            skuId,
            assignedByGroup: assignedByGroup ?? null,
            code: readServerText('graph', '', error ?? '') ?? 'graph.licence-failed',
          },
        ],
  );
}

/** A licence held both directly and through a group counts as direct. */
function groupOf(wire: WireUser, skuId: string): string | null {
  const states = (wire.licenseAssignmentStates ?? []).filter((state) => state.skuId === skuId);
  const direct = states.some((state) => (state.assignedByGroup ?? null) === null);
  return direct ? null : (states[0]?.assignedByGroup ?? null);
}

function enabledPlanIds(wire: WireUser): readonly string[] {
  return (wire.assignedPlans ?? [])
    .filter((plan) => plan.capabilityStatus === 'Enabled' || plan.capabilityStatus === 'Warning')
    .map((plan) => plan.servicePlanId.toLowerCase());
}

/** A text inside OData's single quotes. */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Whoever signs in with the address, or receives mail under it. */
export function filterByAddress(address: string): string {
  const text = quote(address);
  const proxy = quote(`smtp:${address}`);
  return `userPrincipalName eq ${text} or mail eq ${text} or proxyAddresses/any(x:x eq ${proxy})`;
}

function filterFor(query: string): string {
  if (query.includes('@')) {
    return filterByAddress(query);
  }
  const text = quote(query);
  return ['displayName', 'givenName', 'surname', 'userPrincipalName']
    .map((property) => `startswith(${property},${text})`)
    .join(' or ');
}

export function createUsers({ graph }: { readonly graph: GraphClient }): Users {
  return {
    get: async (idOrSignInName, signal) => {
      const path = `/users/${encodeURIComponent(idOrSignInName)}`;
      try {
        return await graph.get({ path, select: USER_FIELDS }, userSchema, signal);
      } catch (error) {
        if (isM365Error(error, 'graph.not-found')) {
          return null;
        }
        throw error;
      }
    },
    find: async (query, signal) => {
      const wanted = query.trim();
      if (wanted === '') {
        return [];
      }
      return graph.list(
        {
          path: '/users',
          select: USER_FIELDS,
          filter: filterFor(wanted),
          top: MAX_FOUND,
          limit: MAX_FOUND,
        },
        userSchema,
        signal,
      );
    },
    setUsageLocation: async (userId, country, signal) => {
      const body: GraphUser = { usageLocation: country };
      await graph.write('PATCH', `/users/${encodeURIComponent(userId)}`, body, signal);
    },
  };
}
