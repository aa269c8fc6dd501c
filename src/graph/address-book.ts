import { z } from 'zod';
import type { BatchResult, GraphBatch } from './batch.ts';
import { M365Error } from './errors.ts';
import { filterByAddress } from './users.ts';

/** Who has an address; `several` where the tenant gave it to more than one, as it may while a move goes on. */
export type AddressFinding =
  | { readonly kind: 'found'; readonly userId: string }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'several'; readonly userIds: readonly string[] }
  | { readonly kind: 'failed'; readonly error: M365Error };

/** Finds people by sign-in name or any of their mail addresses. */
export interface AddressBook {
  /** By the address asked for, whatever its case; 20 addresses an exchange. */
  resolve(
    addresses: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, AddressFinding>>;
}

/** Enough to tell one from several. */
const TOP = 5;

const answerSchema = z.object({ value: z.array(z.object({ id: z.string() })) });

export function createAddressBook({ batch }: { readonly batch: GraphBatch }): AddressBook {
  return {
    resolve: async (addresses, signal) => {
      const wanted = [...new Set(addresses.map((address) => address.toLowerCase()))];
      const answers = await batch.send(
        wanted.map((address) => ({
          id: address,
          method: 'GET',
          path: `/users?$select=id&$top=${TOP}&$filter=${encodeURIComponent(filterByAddress(address))}`,
        })),
        signal,
      );
      return new Map(
        addresses.map((address) => [address, read(answers.get(address.toLowerCase()))] as const),
      );
    },
  };
}

function read(answer: BatchResult | undefined): AddressFinding {
  if (answer?.ok === false) {
    return { kind: 'failed', error: answer.error };
  }
  const parsed = answerSchema.safeParse(answer?.body);
  if (!parsed.success) {
    const error = new M365Error('graph.unexpected-answer', { cause: parsed.error });
    return { kind: 'failed', error };
  }
  const userIds = parsed.data.value.map(({ id }) => id);
  const [userId] = userIds;
  if (userId === undefined) {
    return { kind: 'nobody' };
  }
  return userIds.length === 1 ? { kind: 'found', userId } : { kind: 'several', userIds };
}
