import { z } from 'zod';
import type { GraphClient } from './graph-client.ts';
import { parseGraphAnswer } from './graph-error.ts';

/** Graph's own limit of groups in one question. */
const MAX_GROUPS = 20;

const answerSchema = z.object({ value: z.array(z.string()) });

export interface Members {
  /** Those of the groups that hold the person, directly or through other groups. At most 20 groups. */
  groupsOf(
    userId: string,
    groupIds: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /** Unknown person: `graph.not-found`. An unknown group holds nobody. */
  isMember(userId: string, groupId: string, signal: AbortSignal): Promise<boolean>;
}

export function createMembers({ graph }: { readonly graph: GraphClient }): Members {
  const groupsOf: Members['groupsOf'] = async (userId, groupIds, signal) => {
    if (groupIds.length > MAX_GROUPS) {
      throw new RangeError(`At most ${MAX_GROUPS} groups can be asked about at once.`);
    }
    const answer = await graph.write(
      'POST',
      `/users/${encodeURIComponent(userId)}/checkMemberGroups`,
      { groupIds },
      signal,
    );
    return parseGraphAnswer(answerSchema, answer).value.map((id) => id.toLowerCase());
  };
  return {
    groupsOf,
    isMember: async (userId, groupId, signal) =>
      (await groupsOf(userId, [groupId], signal)).includes(groupId.toLowerCase()),
  };
}
