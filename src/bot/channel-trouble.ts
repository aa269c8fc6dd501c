import type { IncomingActivity } from './activity.ts';
import { TeamsBlockedError, TeamsGoneError } from './errors.ts';

/**
 * Why nothing can be written to a channel: the bot is no longer in its team · the app is blocked in the tenant ·
 * the team is archived · Teams refuses without such a reason · the channel, or its team, is gone.
 */
export type ChannelTrouble = 'removed' | 'disabled' | 'archived' | 'refused' | 'deleted';

/** Codes of Teams' refusals, as its documentation lists them. */
const OF_CODE: Readonly<Record<string, ChannelTrouble>> = {
  BotNotInConversationRoster: 'removed',
  BotDisabledByAdmin: 'disabled',
};

/** What a failed message to the channel means; null for what passes by itself. Pure. */
export function troubleOf(error: unknown): ChannelTrouble | null {
  if (error instanceof TeamsGoneError) {
    return 'deleted';
  }
  if (error instanceof TeamsBlockedError) {
    return OF_CODE[error.serverCode ?? ''] ?? 'refused';
  }
  return null;
}

/** What Teams tells of a team that the bot is in: trouble, or that it is over; `channelId` where it is one channel's. */
export interface TeamNews {
  readonly teamId: string;
  readonly channelId: string | null;
  readonly trouble: ChannelTrouble | null;
}

const OF_EVENT: Readonly<Record<string, ChannelTrouble | null>> = {
  teamArchived: 'archived',
  teamUnarchived: null,
  teamDeleted: 'deleted',
  teamHardDeleted: 'deleted',
  teamRestored: null,
  channelDeleted: 'deleted',
  channelRestored: null,
};

/** What became of the team or the channel; undefined for an event that is no news. */
function turnOf({
  type,
  action,
  channelData,
}: IncomingActivity): ChannelTrouble | null | undefined {
  if (type === 'installationUpdate') {
    return action?.startsWith('remove') === true ? 'removed' : null;
  }
  const eventType = channelData?.eventType ?? '';
  return type === 'conversationUpdate' && Object.hasOwn(OF_EVENT, eventType)
    ? OF_EVENT[eventType]
    : undefined;
}

/** Reads an activity as news of a team; null for what is none. Pure. */
export function newsOf(activity: IncomingActivity): TeamNews | null {
  const { team, channel, eventType } = activity.channelData ?? {};
  const trouble = turnOf(activity);
  if (team === undefined || trouble === undefined) {
    return null;
  }
  const isOfChannel = eventType?.startsWith('channel') === true;
  return { teamId: team.id, channelId: isOfChannel ? (channel?.id ?? '') : null, trouble };
}
