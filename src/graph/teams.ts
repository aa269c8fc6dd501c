import type { Group as GraphGroup, TeamsApp } from '@microsoft/microsoft-graph-types';
import { z } from 'zod';
import { isM365Error, M365Error } from './errors.ts';
import type { GraphClient } from './graph-client.ts';
import { quote } from './users.ts';

/** A group of the tenant that is a team of Microsoft Teams. */
export interface Team {
  /** Of the group, which is the team's own. */
  readonly id: string;
  readonly displayName: string;
}

/** Teams, and the app of one bot in them. */
export interface Teams {
  /** By the beginning of the name; at most `MAX_TEAMS_FOUND`. */
  find(query: string, signal: AbortSignal): Promise<readonly Team[]>;
  /** Null for a group that is not there, or is no team. */
  get(groupId: string, signal: AbortSignal): Promise<Team | null>;
  /** Puts the organisation's app with this bot, and no other, into the team; `already`: it was there. */
  installApp(
    input: { readonly groupId: string; readonly botId: string },
    signal: AbortSignal,
  ): Promise<'installed' | 'already'>;
}

export const MAX_TEAMS_FOUND = 8;
/** Groups that are looked through for teams: the two cannot be told apart in one question without an index. */
const GROUPS_ASKED = 100;

const TEAM_FIELDS = [
  'id',
  'displayName',
  'resourceProvisioningOptions',
] as const satisfies readonly (keyof (GraphGroup & { resourceProvisioningOptions: string[] }))[];

const groupSchema = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  resourceProvisioningOptions: z.array(z.string()).nullish(),
});

const appSchema = z.object({
  id: z.string(),
  appDefinitions: z.array(z.object({ bot: z.object({ id: z.string() }).nullish() })).nullish(),
});

function teamOf({
  id,
  displayName,
  resourceProvisioningOptions,
}: z.infer<typeof groupSchema>): Team | null {
  return resourceProvisioningOptions?.includes('Team') === true
    ? { id, displayName: displayName ?? id }
    : null;
}

/**
 * Id of the app with this bot in the organisation's catalogue; null where there is none. Believed: a page of
 * Microsoft's names AppCatalog.Read.All for applications, and another says that only users may ask.
 */
async function findAppId(
  graph: GraphClient,
  botId: string,
  signal: AbortSignal,
): Promise<string | null> {
  const apps = await graph.list(
    {
      path: '/appCatalogs/teamsApps',
      filter: `distributionMethod eq 'organization'`,
      expand: 'appDefinitions($expand=bot)',
    },
    appSchema,
    signal,
  );
  const wanted = botId.toLowerCase();
  const found = apps.find(({ appDefinitions }) =>
    appDefinitions?.some(({ bot }) => bot?.id.toLowerCase() === wanted),
  );
  return found?.id ?? null;
}

export function createTeams({
  graph,
  graphUrl,
}: {
  readonly graph: GraphClient;
  readonly graphUrl: string;
}): Teams {
  return {
    find: async (query, signal) => {
      const wanted = query.trim();
      if (wanted === '') {
        return [];
      }
      const filter = `startswith(displayName,${quote(wanted)})`;
      const asked = { path: '/groups', select: TEAM_FIELDS, filter, top: GROUPS_ASKED };
      const groups = await graph.list({ ...asked, limit: GROUPS_ASKED }, groupSchema, signal);
      return groups
        .map(teamOf)
        .filter((team) => team !== null)
        .slice(0, MAX_TEAMS_FOUND);
    },
    get: async (groupId, signal) => {
      const path = `/groups/${encodeURIComponent(groupId)}`;
      try {
        return teamOf(await graph.get({ path, select: TEAM_FIELDS }, groupSchema, signal));
      } catch (error) {
        if (isM365Error(error, 'graph.not-found')) {
          return null;
        }
        throw error;
      }
    },
    installApp: async ({ groupId, botId }, signal) => {
      const appId = await findAppId(graph, botId, signal);
      if (appId === null) {
        throw new M365Error('graph.app-not-in-catalogue');
      }
      const app = `${graphUrl}/v1.0/appCatalogs/teamsApps/${encodeURIComponent(appId)}`;
      const body: TeamsApp & Record<string, unknown> = { 'teamsApp@odata.bind': app };
      try {
        const path = `/teams/${encodeURIComponent(groupId)}/installedApps`;
        await graph.write('POST', path, body, signal);
        return 'installed';
      } catch (error) {
        if (isM365Error(error, 'graph.request-refused') && error.status === 409) {
          return 'already';
        }
        throw error;
      }
    },
  };
}
