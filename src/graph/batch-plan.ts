/** One request inside a batch: a path below /v1.0 with its query, its parts already encoded. */
export interface BatchRequest {
  /** Unique among the requests of one call. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** Beside those that every part gets. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ids of requests that must have succeeded before, named earlier in the list. */
  readonly dependsOn?: readonly string[];
}

/** Graph takes no more in one batch. */
export const BATCH_SIZE = 20;

/**
 * Shares requests out among batches of at most BATCH_SIZE, in their order. Those that depend on one
 * another stay together, since a batch knows nothing of another one; a chain that is too long, or a
 * dependency that is not named before, throws RangeError. Pure.
 */
export function planBatches(
  requests: readonly BatchRequest[],
): readonly (readonly BatchRequest[])[] {
  const batches: BatchRequest[][] = [];
  for (const chain of chainsOf(requests)) {
    if (chain.length > BATCH_SIZE) {
      throw new RangeError(`At most ${BATCH_SIZE} requests can depend on one another.`);
    }
    const last = batches.at(-1);
    if (last !== undefined && last.length + chain.length <= BATCH_SIZE) {
      last.push(...chain);
    } else {
      batches.push([...chain]);
    }
  }
  return batches;
}

/** Requests by what they hang together with, each chain in the order of the list. */
function chainsOf(requests: readonly BatchRequest[]): readonly (readonly BatchRequest[])[] {
  const chainOf = new Map<string, Set<BatchRequest>>();
  for (const request of requests) {
    if (chainOf.has(request.id)) {
      throw new RangeError('Two requests of a batch have the same id.');
    }
    const joined = new Set<BatchRequest>();
    for (const id of request.dependsOn ?? []) {
      const before = chainOf.get(id);
      if (before === undefined) {
        throw new RangeError('A request of a batch depends on one that is not named before it.');
      }
      for (const member of before) {
        joined.add(member);
      }
    }
    joined.add(request);
    for (const member of joined) {
      chainOf.set(member.id, joined);
    }
  }
  const order = new Map(requests.map((request, index) => [request.id, index]));
  const rank = (request: BatchRequest): number => order.get(request.id) ?? 0;
  return [...new Set(chainOf.values())].map((chain) =>
    [...chain].toSorted((left, right) => rank(left) - rank(right)),
  );
}
