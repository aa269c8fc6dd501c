import { errorCodeOf, isAppError } from '../errors.ts';
import type { Actor, ConversationReference, SkybridgeApi } from '../jobs/api.ts';
import type { Logger } from '../log.ts';
import type { Gateway, Outsiders, TeamChannel, TeamReference } from './gateway.ts';
import { HELPDESK_KEY } from './helpdesk-channel.ts';

/** A team that the app is in, by where it was heard of. */
const teamKey = (teamId: string): string => `team:${teamId}`;
const ALL_TEAMS = teamKey('');

/** A channel of a team. */
export interface Place {
  readonly teamId: string;
  readonly channelId: string;
}

/** A team with its channels; `problem`: why these are not known. */
export interface TeamPlaces {
  readonly teamId: string;
  readonly name: string;
  readonly groupId: string | null;
  readonly channels: readonly TeamChannel[];
  readonly problem: string | null;
}

/**
 * Whether the helpdesk's cards may go there: no such channel, or the app is not in its team · a kind of
 * channel that is not taken · people of elsewhere read along (null: it is not known whether) · nothing against it.
 */
export type PlaceCheck =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unsupported'; readonly team: string; readonly channel: TeamChannel }
  | {
      readonly kind: 'outsiders';
      readonly team: string;
      readonly channel: TeamChannel;
      readonly outsiders: Outsiders | null;
    }
  | { readonly kind: 'fine'; readonly team: string; readonly channel: TeamChannel };

export interface PlacesDeps {
  readonly api: Pick<SkybridgeApi, 'conversations' | 'audit'>;
  readonly gateway: Pick<Gateway, 'describeTeam' | 'listChannels' | 'countOutsiders'>;
  readonly logger: Logger;
}

export interface HelpdeskPlaces {
  /** The bot is in this team. */
  remember(reference: ConversationReference & { readonly teamId: string }): Promise<void>;
  /** The bot is no longer in it. */
  forget(teamId: string): Promise<void>;
  /** Where the helpdesk's cards go now, in words; null where nowhere. */
  current(signal: AbortSignal): Promise<string | null>;
  /** All teams that the bot is in. */
  list(signal: AbortSignal): Promise<readonly TeamPlaces[]>;
  check(place: Place, signal: AbortSignal): Promise<PlaceCheck>;
  /** From now on the helpdesk's cards go there; whoever calls has checked the place. */
  use(place: Place, actor: Actor): Promise<void>;
}

/** A card has no room for more. */
const MOST_TEAMS = 20;

/** What an answer means for the choice: nobody of elsewhere, or a warning. Pure. */
function warnsOf(outsiders: Outsiders | null): boolean {
  return outsiders === null || outsiders.guests + outsiders.external > 0;
}

export function createHelpdeskPlaces({ api, gateway, logger }: PlacesDeps): HelpdeskPlaces {
  const { conversations } = api;
  const remembered = new Set<string>();

  /** What Teams does not answer is said, and keeps nobody from the rest. */
  async function orNull<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      if (!isAppError(error)) {
        throw error;
      }
      logger.warn({ code: errorCodeOf(error) }, 'a team did not tell of itself');
      return null;
    }
  }

  async function teamOf(
    teamId: string,
  ): Promise<(TeamReference & { ref: ConversationReference }) | null> {
    const ref = await conversations.findConversation(teamKey(teamId));
    return ref === null ? null : { teamId, serviceUrl: ref.serviceUrl, ref };
  }

  async function placesOf(teamId: string, signal: AbortSignal): Promise<TeamPlaces | null> {
    const team = await teamOf(teamId);
    if (team === null) {
      return null;
    }
    const described = await orNull(() => gateway.describeTeam(team, signal), signal);
    const channels = await orNull(() => gateway.listChannels(team, signal), signal);
    return {
      teamId,
      name: described?.name ?? teamId,
      groupId: described?.groupId ?? null,
      channels: channels ?? [],
      problem: channels === null ? 'Teams does not tell me its channels' : null,
    };
  }

  async function check({ teamId, channelId }: Place, signal: AbortSignal): Promise<PlaceCheck> {
    const team = await teamOf(teamId);
    const places = team === null ? null : await placesOf(teamId, signal);
    const channel = places?.channels.find(({ id }) => id === channelId);
    if (team === null || places === null || channel === undefined) {
      return { kind: 'unknown' };
    }
    if (channel.kind !== 'standard') {
      return { kind: 'unsupported', team: places.name, channel };
    }
    // Everybody in a team reads its standard channels.
    const outsiders = await orNull(() => gateway.countOutsiders(team, signal), signal);
    return warnsOf(outsiders)
      ? { kind: 'outsiders', team: places.name, channel, outsiders }
      : { kind: 'fine', team: places.name, channel };
  }

  return {
    async remember(reference) {
      const { teamId } = reference;
      if (!remembered.has(teamId)) {
        const team = { ...reference, conversationId: teamId, conversationType: 'channel' } as const;
        await conversations.saveConversation(teamKey(teamId), team, null);
        remembered.add(teamId);
      }
    },
    async forget(teamId) {
      remembered.delete(teamId);
      await conversations.forgetConversation(teamKey(teamId));
    },
    async current(signal) {
      const channel = await conversations.findConversation(HELPDESK_KEY);
      if (channel === null) {
        return null;
      }
      const places = channel.teamId === undefined ? null : await placesOf(channel.teamId, signal);
      const found = places?.channels.find(({ id }) => id === channel.conversationId);
      return found === undefined || places === null
        ? 'a channel that Teams does not name'
        : `${places.name} › ${found.name}`;
    },
    async list(signal) {
      const teams = await conversations.conversationsUnder(ALL_TEAMS);
      const found: TeamPlaces[] = [];
      for (const { conversationId } of teams.slice(0, MOST_TEAMS)) {
        const places = await placesOf(conversationId, signal);
        if (places !== null) {
          found.push(places);
        }
      }
      return found;
    },
    check,
    async use({ teamId, channelId }, actor) {
      const team = await teamOf(teamId);
      if (team === null) {
        return;
      }
      const before = await conversations.findConversation(HELPDESK_KEY);
      await conversations.saveConversation(
        HELPDESK_KEY,
        { ...team.ref, conversationId: channelId, teamId },
        null,
      );
      await api.audit({
        actor,
        action: 'channel.use',
        subject: channelId,
        outcome: 'done',
        before: before?.conversationId ?? null,
        after: channelId,
      });
    },
  };
}
