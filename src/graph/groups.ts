import type { Group as GraphGroup } from '@microsoft/microsoft-graph-types';
import { z } from 'zod';
import type { GraphClient } from './graph-client.ts';
import { quote } from './users.ts';

/** A group of the tenant. */
export interface Group {
  readonly id: string;
  readonly displayName: string;
}

/** Groups as lists of people to move. */
export interface Groups {
  /** By address, or the beginning of the name; at most `MAX_GROUPS_FOUND`. */
  find(query: string, signal: AbortSignal): Promise<readonly Group[]>;
  /**
   * Object ids of the people in a group, directly or through other groups, each once, page by page.
   * Unknown group: `graph.not-found`.
   */
  peopleIn(
    groupId: string,
    signal: AbortSignal,
  ): AsyncGenerator<readonly string[], void, undefined>;
}

/** More than an admin can choose from on a card. */
export const MAX_GROUPS_FOUND = 25;

/** Graph's own limit for members. */
const MEMBERS_PER_PAGE = 999;

const USER_TYPE = '#microsoft.graph.user';

const GROUP_FIELDS = ['id', 'displayName'] as const satisfies readonly (keyof GraphGroup)[];

const groupSchema = z
  .object({ id: z.string(), displayName: z.string().nullish() })
  .transform(({ id, displayName }): Group => ({ id, displayName: displayName ?? id }));

const memberSchema = z.object({ '@odata.type': z.string(), id: z.string() });

export function createGroups({ graph }: { readonly graph: GraphClient }): Groups {
  return {
    find: async (query, signal) => {
      const wanted = query.trim();
      if (wanted === '') {
        return [];
      }
      const text = quote(wanted);
      const filter = wanted.includes('@') ? `mail eq ${text}` : `startswith(displayName,${text})`;
      const limit = MAX_GROUPS_FOUND;
      return graph.list(
        { path: '/groups', select: GROUP_FIELDS, filter, top: limit, limit },
        groupSchema,
        signal,
      );
    },
    async *peopleIn(groupId, signal) {
      // Members of other kinds come too: a cast to users needs a header and an index that lags behind.
      const path = `/groups/${encodeURIComponent(groupId)}/transitiveMembers`;
      const query = { path, select: ['id'], top: MEMBERS_PER_PAGE };
      for await (const page of graph.pages(query, memberSchema, signal)) {
        yield page.filter((one) => one['@odata.type'] === USER_TYPE).map(({ id }) => id);
      }
    },
  };
}
