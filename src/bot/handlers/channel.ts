import type { Actor } from '../../jobs/api.ts';
import { textActivity } from '../activity.ts';
import {
  agreedOf,
  channelChoiceCard,
  channelUsedCard,
  channelWarningCard,
  foundTeamsCard,
  installCard,
  installedCard,
  parsePlace,
  whyNot,
} from '../cards/channel-choice.ts';
import type { Card } from '../cards/elements.ts';
import type { Outsiders } from '../gateway.ts';
import type { HelpdeskPlaces, Place, PlaceCheck } from '../helpdesk-places.ts';
import type { Answer, Turn } from '../turn.ts';
import { replaceCard } from '../turn.ts';
import type { HandlerDeps, Handlers } from './handlers.ts';

type ChannelPress =
  | 'channel.show'
  | 'channel.pick'
  | 'channel.use'
  | 'channel.find'
  | 'channel.ask-install'
  | 'channel.install';

const NOT_CHOSEN = 'Please choose a channel.';
const GONE = 'I do not see this channel any more.';
const NO_TEAM = 'I found no team whose name begins so.';
const UNKNOWN_TEAM = 'I do not see this team any more.';
/** What the channel itself is told once it is chosen. */
export const CHANNEL_USED =
  'I report here from now on: one card for each batch, and a reply when somebody must act.';

/** Whether an admin has seen this and taken it: no more outsiders than were shown, or the same doubt. */
function isTaken(outsiders: Outsiders | null, agreed: number | null): boolean {
  if (agreed === null) {
    return false;
  }
  return outsiders === null ? agreed === agreedOf(null) : agreedOf(outsiders) <= agreed;
}

/** The choice as it is now. */
export async function presentChoice(
  places: HelpdeskPlaces,
  note: string | null,
  signal: AbortSignal,
): Promise<Card> {
  const [current, teams] = [await places.current(signal), await places.list(signal)];
  return channelChoiceCard({ current, teams, note });
}

/** Choosing where the helpdesk's cards go; an admin's alone. */
export function createChannelHandlers(deps: HandlerDeps): Handlers<ChannelPress> {
  const { api, places, outbound } = deps;

  async function again(note: string | null, signal: AbortSignal): Promise<Answer> {
    return replaceCard(await presentChoice(places, note, signal));
  }

  async function use(
    turn: Turn,
    place: Place,
    { team, channel }: Extract<PlaceCheck, { kind: 'fine' | 'outsiders' }>,
  ): Promise<Answer> {
    await places.use(place, turn.actor);
    turn.later(async (signal) => {
      const { conversation } = turn;
      const there = {
        ...conversation,
        conversationId: place.channelId,
        conversationType: 'channel' as const,
      };
      await outbound.postThread(there, textActivity(CHANNEL_USED), signal);
      await deps.channel.refresh(signal);
    });
    return replaceCard(channelUsedCard(team, channel.name));
  }

  /** `agreed`: how many outsiders an admin has seen and taken; null before a warning. */
  async function tryPlace(
    turn: Turn,
    { place, agreed }: { readonly place: Place; readonly agreed: number | null },
    signal: AbortSignal,
  ): Promise<Answer> {
    const check = await places.check(place, signal);
    if (check.kind === 'unknown') {
      return await again(GONE, signal);
    }
    if (check.kind === 'unsupported') {
      return await again(whyNot(check.channel), signal);
    }
    if (check.kind === 'outsiders' && !isTaken(check.outsiders, agreed)) {
      return replaceCard(channelWarningCard({ place, ...check }));
    }
    return await use(turn, place, check);
  }

  async function installed(actor: Actor, groupId: string, signal: AbortSignal): Promise<Answer> {
    const team = await api.findTeam(groupId, signal);
    if (team === null) {
      return await again(UNKNOWN_TEAM, signal);
    }
    const result = await api.installInTeam({ groupId, botId: deps.botId, actor }, signal);
    return replaceCard(installedCard(team, result === 'installed'));
  }

  return {
    'channel.show': async (_turn, _data, signal) => await again(null, signal),
    'channel.pick': async (turn, { place }, signal) => {
      const chosen = parsePlace(place ?? '');
      return chosen === null
        ? await again(NOT_CHOSEN, signal)
        : await tryPlace(turn, { place: chosen, agreed: null }, signal);
    },
    'channel.use': async (turn, { teamId, channelId, agreed }, signal) =>
      await tryPlace(turn, { place: { teamId, channelId }, agreed }, signal),
    'channel.find': async (_turn, { team }, signal) => {
      const found = team === undefined || team === '' ? [] : await api.findTeams(team, signal);
      if (found.length === 0) {
        return await again(NO_TEAM, signal);
      }
      const known = new Set((await places.list(signal)).map(({ groupId }) => groupId));
      return replaceCard(
        foundTeamsCard(found.map((one) => ({ ...one, hasApp: known.has(one.id) }))),
      );
    },
    'channel.ask-install': async (_turn, { groupId }, signal) => {
      const team = await api.findTeam(groupId, signal);
      return team === null ? await again(UNKNOWN_TEAM, signal) : replaceCard(installCard(team));
    },
    'channel.install': async (turn, { groupId }, signal) =>
      await installed(turn.actor, groupId, signal),
  };
}
