/** Where the helpdesk's cards go: the choice, what is against a channel, and the app's way into a team. */
import type { DirectoryTeam } from '../../jobs/api.ts';
import { formatList, formatNoun } from '../../words/format.ts';
import type { Outsiders, TeamChannel } from '../gateway.ts';
import type { Place, TeamPlaces } from '../helpdesk-places.ts';
import { button } from './actions.ts';
import { continuedCard } from './basics.ts';
import type { Card, CardElement } from './elements.ts';
import {
  card,
  heading,
  hint,
  lineWithButtons,
  markedLine,
  paragraph,
  plain,
  section,
} from './elements.ts';

/** Letters of a team's or channel's name that a choice shows. */
const MOST_NAME = 60;
const MOST_CHOICES = 60;
const MOST_UNSUPPORTED = 5;

const short = (name: string): string => plain(name.slice(0, MOST_NAME));

/** A place as the value of a choice; ids of Teams hold no space. */
export function formatPlace({ teamId, channelId }: Place): string {
  return `${teamId} ${channelId}`;
}

export function parsePlace(text: string): Place | null {
  const [teamId = '', channelId = '', ...rest] = text.split(' ');
  return teamId === '' || channelId === '' || rest.length > 0 ? null : { teamId, channelId };
}

const WHY_NOT: Readonly<Record<Exclude<TeamChannel['kind'], 'standard'>, string>> = {
  private: 'a private channel, into which Teams lets me only when the app is made for that',
  shared: 'a shared channel, which people of other organisations may read',
  unknown: 'of a kind that I do not know',
};

/** Why a channel is not taken, and what to do instead. */
export function whyNot({ kind }: TeamChannel): string {
  return kind === 'standard'
    ? ''
    : `It is ${WHY_NOT[kind]}. Choose a standard channel; for fewer readers, make a team for the helpdesk.`;
}

function unsupportedLines(teams: readonly TeamPlaces[]): readonly CardElement[] {
  const others = teams.flatMap(({ name, channels }) =>
    channels
      .filter(({ kind }) => kind !== 'standard')
      .map((channel) => ({ name: `${short(name)} › ${short(channel.name)}`, kind: channel.kind })),
  );
  const kinds = (['private', 'shared', 'unknown'] as const).flatMap((kind) => {
    const names = others.filter((one) => one.kind === kind).map(({ name }) => name);
    const shown = names.slice(0, MOST_UNSUPPORTED);
    const more = names.length - shown.length;
    const list = formatList([...shown, ...(more > 0 ? [`${more} more`] : [])]);
    return names.length === 0 ? [] : [hint(`Not offered: ${list}, ${WHY_NOT[kind]}.`)];
  });
  return kinds.length === 0
    ? []
    : [...kinds, hint('For fewer readers than a team has, make a team for the helpdesk.')];
}

export interface ChannelChoiceInput {
  /** Where the cards go now; null where nowhere. */
  readonly current: string | null;
  readonly teams: readonly TeamPlaces[];
  readonly note: string | null;
}

/** The channels that the bot can write to, and a way to others. */
export function channelChoiceCard({ current, teams, note }: ChannelChoiceInput): Card {
  const choices = teams.flatMap(({ teamId, name, channels }) =>
    channels
      .filter(({ kind }) => kind === 'standard')
      .map((channel) => ({
        title: `${name.slice(0, MOST_NAME)} › ${channel.name.slice(0, MOST_NAME)}`,
        value: formatPlace({ teamId, channelId: channel.id }),
      })),
  );
  const silent = teams.filter(({ problem }) => problem !== null).map(({ name }) => short(name));
  return card({
    summary: 'The channel of the helpdesk',
    body: [
      heading('The channel of the helpdesk'),
      ...(note === null ? [] : [markedLine('warning', note)]),
      paragraph(current === null ? 'I report nowhere yet.' : `I report in ${short(current)} now.`),
      ...(choices.length === 0
        ? [paragraph('I am in no team with a channel that I can take. Find the team below.')]
        : [
            {
              type: 'Input.ChoiceSet' as const,
              id: 'place',
              label: 'Channels of the teams that I am in',
              placeholder: 'Choose a channel',
              style: 'compact' as const,
              choices: choices.slice(0, MOST_CHOICES),
            },
          ]),
      ...unsupportedLines(teams),
      ...(silent.length === 0 ? [] : [hint(`Teams does not tell me of: ${formatList(silent)}.`)]),
      section({
        type: 'Input.Text',
        id: 'team',
        label: 'Another team',
        placeholder: 'How its name begins',
        maxLength: 100,
      }),
    ],
    actions: [
      ...(choices.length === 0 ? [] : [button('channel.pick', 'Use this channel', {}, 'positive')]),
      button('channel.find', 'Find the team', {}),
    ],
  });
}

function whoReads(outsiders: Outsiders | null): string {
  if (outsiders === null) {
    return 'Teams does not tell me who is in this team, so there may be guests among them.';
  }
  const parts = [
    ...(outsiders.guests > 0 ? [formatNoun(outsiders.guests, 'guest', 'guests')] : []),
    ...(outsiders.external > 0
      ? [formatNoun(outsiders.external, 'person', 'people').concat(' of another organisation')]
      : []),
  ];
  return `${formatList(parts)} can read this channel.`;
}

/** What an admin confirms where others read along; `agreed` is how many were shown, -1 for not known. */
export function agreedOf(outsiders: Outsiders | null): number {
  return outsiders === null ? -1 : outsiders.guests + outsiders.external;
}

/** Warns before names are posted. */
export function channelWarningCard(input: {
  readonly place: Place;
  readonly team: string;
  readonly channel: TeamChannel;
  readonly outsiders: Outsiders | null;
}): Card {
  const { place, team, channel, outsiders } = input;
  return card({
    summary: whoReads(outsiders),
    body: [
      heading(`${short(team)} › ${short(channel.name)}`),
      markedLine('warning', whoReads(outsiders)),
      paragraph(
        'There I would post the names of the people who move, how far each is, and what went wrong.',
      ),
    ],
    actions: [
      button('channel.show', 'Choose another', {}, 'positive'),
      button('channel.use', 'Use it all the same', { ...place, agreed: agreedOf(outsiders) }),
    ],
  });
}

/** The channel is chosen. */
export function channelUsedCard(team: string, channel: string): Card {
  return continuedCard(
    `I report in ${short(team)} › ${short(channel)} from now on`,
    'One card for each batch, and a reply when somebody must act.',
  );
}

/** Teams of the tenant that answer to a name, each with the app or a way to put it there. */
export function foundTeamsCard(
  teams: readonly (DirectoryTeam & { readonly hasApp: boolean })[],
): Card {
  return card({
    summary: formatNoun(teams.length, 'team', 'teams'),
    body: [
      heading('Which team?'),
      ...teams.map(({ id, displayName, hasApp }) =>
        lineWithButtons(
          `**${short(displayName)}**${hasApp ? ' · I am in it' : ''}`,
          hasApp
            ? [button('channel.show', 'Choose a channel', {})]
            : [button('channel.ask-install', 'Install…', { groupId: id })],
        ),
      ),
    ],
    actions: [button('channel.show', 'Back', {})],
  });
}

/** What installing the app changes, before it is done. */
export function installCard(team: DirectoryTeam): Card {
  return card({
    summary: `Put me into ${short(team.displayName)}?`,
    body: [
      heading(`Put me into ${short(team.displayName)}?`),
      paragraph(
        'I add the app Skybridge, and no other, to this team. Its members can then write to me there, and see what I post.',
      ),
      hint(
        'This takes the right TeamsAppInstallation.ReadWriteSelfForTeam.All, of the tier channel-installation. The owners of the team can remove me at any time.',
      ),
    ],
    actions: [
      button('channel.install', 'Install', { groupId: team.id }, 'positive'),
      button('channel.show', 'Not now', {}),
    ],
  });
}

/** The app is in the team. */
export function installedCard(team: DirectoryTeam, isNew: boolean): Card {
  return card({
    summary: `I am in ${short(team.displayName)}`,
    body: [
      heading(`I am in ${short(team.displayName)}`),
      paragraph(
        isNew
          ? 'Teams takes a moment to tell me of its channels.'
          : 'I was in it already. Where its channels are not offered, take me out in Teams and add me again.',
      ),
    ],
    actions: [button('channel.show', 'Choose a channel', {}, 'positive')],
  });
}
