import type { Problem } from '../api.ts';
import type { PeopleSurvey, TenantPort } from '../ports.ts';
import { problemOf } from '../problem.ts';
import type { Known } from './match-people.ts';
import type { SelectedLine } from './selection.ts';

/** People that are looked at together; no more of them are in memory as the tenant shows them. */
const PAGE = 200;

/** A list in parts of PAGE. */
export function pagesOf<T>(rows: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(rows.length / PAGE) }, (_none, index) =>
    rows.slice(index * PAGE, (index + 1) * PAGE),
  );
}

/** Whose addresses the list names, and of those who enter passwords what they are. */
export interface AddressLookup {
  /** The person of a line; null where no one person is known to be meant. */
  personIdOf(line: SelectedLine): string | null;
  /** Why `personIdOf` is null. */
  missing(line: SelectedLine): Known;
  /** Null where the line names nobody. */
  submitterOf(line: SelectedLine): Known | null;
  /** Somebody on the list is not there yet. */
  readonly hasNobody: boolean;
}

const UNASKED: Known = { kind: 'failed', problem: { code: 'internal.unexpected', facts: {} } };

/** Asks about all addresses of a list, 20 an exchange, and about those who are to enter passwords. */
export async function lookUpAddresses(
  tenant: Pick<TenantPort, 'addressOwners'>,
  { lines, survey }: { readonly lines: readonly SelectedLine[]; readonly survey: PeopleSurvey },
  signal: AbortSignal,
): Promise<AddressLookup> {
  const targets = lines.flatMap(({ who }) => (who.kind === 'address' ? [who.address] : []));
  const named = lowered(lines.flatMap(({ submitter }) => submitter ?? []));
  const owners = await tenant.addressOwners([...lowered(targets).union(named)], signal);

  const ownerIdOf = (address: string): string | null => {
    const owner = owners.get(address);
    return owner?.kind === 'found' ? owner.personId : null;
  };
  const missingOwner = (address: string): Known => {
    const owner = owners.get(address);
    return owner === undefined || owner.kind === 'found' ? UNASKED : owner;
  };
  const submitters = new Map<string, Known>();
  for (const page of pagesOf([...named])) {
    const people = await survey.read(
      page.map(ownerIdOf).filter((id) => id !== null),
      signal,
    );
    for (const address of page) {
      const id = ownerIdOf(address);
      submitters.set(address, id === null ? missingOwner(address) : (people.get(id) ?? UNASKED));
    }
  }
  return {
    personIdOf: ({ who }) => {
      if (who.kind === 'person') {
        return who.personId;
      }
      return who.kind === 'address' ? ownerIdOf(who.address.toLowerCase()) : null;
    },
    missing: ({ who }) =>
      who.kind === 'address' ? missingOwner(who.address.toLowerCase()) : UNASKED,
    submitterOf: ({ submitter }) =>
      submitter === null ? null : (submitters.get(submitter.toLowerCase()) ?? UNASKED),
    hasNobody: targets.some((address) => owners.get(address.toLowerCase())?.kind === 'nobody'),
  };
}

const lowered = (addresses: readonly string[]): Set<string> =>
  new Set(addresses.map((address) => address.toLowerCase()));

/** Where new people may have addresses, and the country that their licences are for. */
export interface NewcomerFacts {
  readonly domains: readonly string[];
  /** A problem where the tenant names none. */
  readonly usageLocation: string | Problem;
}

/** Asked only for a list with somebody who is not there yet. */
export async function readNewcomerFacts(
  tenant: Pick<TenantPort, 'ownDomains' | 'defaultUsageLocation'>,
  signal: AbortSignal,
): Promise<NewcomerFacts> {
  const [domains, usageLocation] = await Promise.all([
    tenant.ownDomains(signal),
    tenant.defaultUsageLocation(signal).catch((error: unknown) => {
      signal.throwIfAborted();
      return problemOf(error);
    }),
  ]);
  return { domains, usageLocation };
}
