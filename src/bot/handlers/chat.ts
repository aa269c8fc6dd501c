import type { Role } from '../../jobs/api.ts';
import { personTexts } from '../../words/person.ts';
import { roleUnknownText } from '../access.ts';
import type { OutgoingActivity } from '../activity.ts';
import { cardActivity, textActivity } from '../activity.ts';
import { looksLikeAppPassword } from '../app-password.ts';
import { helpCard } from '../cards/basics.ts';
import { channelCard, stamped } from '../cards/channel.ts';
import { channelWarningCard, whyNot } from '../cards/channel-choice.ts';
import type { Card } from '../cards/elements.ts';
import { asksForPassword, personCard, personHelpCard } from '../cards/person.ts';
import { type CommandWord, findCommand } from '../commands.ts';
import { channelOf } from '../helpdesk-channel.ts';
import type { Turn } from '../turn.ts';
import type { Reply } from './admin-commands.ts';
import { CHANNEL_USED } from './channel.ts';
import { answerFiles } from './file-list.ts';
import type { HandlerDeps } from './handlers.ts';

/** What somebody wrote: a command's word and the rest. Mentions of the bot and markup are gone. */
export interface Command {
  readonly word: string;
  readonly rest: string;
}

/** "<at>Skybridge</at> Move Alex " → { word: "move", rest: "Alex" }. */
export function parseCommand(text: string): Command {
  const plain = text
    .replace(/<at[^>]*>.*?<\/at>/gis, ' ')
    .replace(/<br\s*\/?>|<\/(?:p|div|li)>/gi, '\n')
    .replace(/<[^>]+>|&nbsp;/gi, ' ')
    .trim();
  const [word = ''] = plain.split(/\s+/, 1);
  // Line ends stay: a list of people may be written one below the other.
  const rest = plain
    .slice(word.length)
    .trim()
    .replace(/[^\S\n]+/g, ' ');
  return { word: word.toLowerCase(), rest };
}

/** What somebody sent: words, and where its files can be fetched. */
export interface Said {
  readonly text: string;
  readonly fileUrls: readonly string[];
}

/** Answers what people write. */
export interface Chat {
  answer(turn: Turn, said: Said, signal: AbortSignal): Promise<void>;
  /** The app arrived in a team: its channel becomes the helpdesk's, if an admin put it there. */
  useChannel(turn: Turn, signal: AbortSignal): Promise<void>;
}

/** A role, or why nobody can say which. */
type Known = Role | { readonly unknown: string };

const NOT_UNDERSTOOD = 'I did not understand that. This is what I can do.';
const NOT_HERE = 'Let us do that in our own chat, where nobody else reads along.';
const CHANNEL_UNKNOWN =
  'I do not see which channel this is. An admin of the moves can write "channel" to me in the own chat.';
const CHANNEL_ASKED =
  'People who are not of this organisation may read this channel. I have asked you in your own chat with me.';
const CHANNEL_NOT_USED =
  'Hello. When an admin of the moves writes "here" to me in this channel, I report here.';

export function createChat(
  deps: HandlerDeps,
  commands: Readonly<Record<CommandWord, Reply>>,
): Chat {
  const { api, outbound } = deps;

  async function say(turn: Turn, activity: OutgoingActivity, signal: AbortSignal): Promise<void> {
    await outbound.post(turn.conversation, activity, signal);
  }

  async function sayText(turn: Turn, text: string, signal: AbortSignal): Promise<void> {
    await say(turn, textActivity(text), signal);
  }

  async function sayCard(turn: Turn, card: Card, signal: AbortSignal): Promise<void> {
    await say(turn, cardActivity(card.content, card.summary), signal);
  }

  async function ownStatus(turn: Turn, signal: AbortSignal): Promise<void> {
    const { language } = turn;
    const own = await api.migrationsOfPerson(turn.actor.personId);
    if (own.length === 0) {
      await sayText(turn, personTexts(language).noMove, signal);
    }
    for (const migration of own) {
      const nonce = asksForPassword(migration) ? await deps.nonces.issue(migration) : '';
      await sayCard(turn, personCard({ migration, nonce, complaint: null, language }), signal);
    }
  }

  /** The role of whoever wrote; where the directory does not say, why not. */
  async function roleOf(turn: Turn, signal: AbortSignal): Promise<Known> {
    try {
      return (await api.roleOf(turn.actor.personId, signal)).role;
    } catch (error) {
      signal.throwIfAborted();
      return { unknown: roleUnknownText(error, turn.language) };
    }
  }

  /** Somebody said what takes more rights than they have. */
  async function noteRefused({ actor }: Turn, action: string, role: Known): Promise<void> {
    const after = typeof role === 'string' ? `role: ${role}` : 'role-unknown';
    await api.audit({ actor, action, subject: '-', outcome: 'refused', before: null, after });
  }

  /** How the newest batch goes and who must act, with what the helpdesk may do; and the own move. */
  async function statusForHelpdesk(turn: Turn, signal: AbortSignal): Promise<void> {
    const batch = await api.latestBatch();
    if (batch !== null) {
      await sayCard(turn, channelCard(batch, deps.clock.now()), signal);
    }
    if (batch === null || (await api.migrationsOfPerson(turn.actor.personId)).length > 0) {
      await ownStatus(turn, signal);
    }
  }

  const useChannel = async (turn: Turn, signal: AbortSignal): Promise<void> => {
    const role = await roleOf(turn, signal);
    if (role !== 'admin') {
      await noteRefused(turn, 'channel.use', role);
      await sayText(turn, typeof role === 'string' ? CHANNEL_NOT_USED : role.unknown, signal);
      return;
    }
    await takeChannel(turn, signal);
  };

  /** The channel that an admin writes in, unless somebody of elsewhere reads along: that is asked in the own chat. */
  async function takeChannel(turn: Turn, signal: AbortSignal): Promise<void> {
    const { conversation, actor } = turn;
    const { teamId } = conversation;
    if (teamId === undefined) {
      await sayText(turn, CHANNEL_UNKNOWN, signal);
      return;
    }
    const place = { teamId, channelId: channelOf(conversation) };
    const check = await deps.places.check(place, signal);
    if (check.kind === 'fine') {
      await deps.places.use(place, actor);
      await sayText(turn, CHANNEL_USED, signal);
      turn.later((later) => deps.channel.refresh(later));
    } else if (check.kind === 'outsiders') {
      const { content, summary } = channelWarningCard({ place, ...check });
      const chat = await deps.chats.with(actor.personId, { startedBy: actor }, signal);
      await outbound.post(chat, cardActivity(content, summary), signal);
      await sayText(turn, CHANNEL_ASKED, signal);
    } else {
      const why = check.kind === 'unsupported' ? whyNot(check.channel) : CHANNEL_UNKNOWN;
      await sayText(turn, why, signal);
    }
  }

  async function answerAdmin(
    turn: Turn,
    { word, rest }: Command,
    signal: AbortSignal,
  ): Promise<void> {
    const command = findCommand(word);
    await (command === null
      ? sayCard(turn, helpCard('admin', word === '' ? null : NOT_UNDERSTOOD), signal)
      : commands[command](turn, rest, signal));
  }

  /** Whoever may not do it is told what they may; what takes rights is noted. */
  async function refuseWord(
    turn: Turn,
    { word, role }: { readonly word: string; readonly role: Known },
    signal: AbortSignal,
  ): Promise<void> {
    const command = findCommand(word);
    if (command !== null && command !== 'help') {
      await noteRefused(turn, `chat.${command}`, role);
    }
    if (typeof role === 'string') {
      const card = role === 'none' ? personHelpCard(turn.language) : helpCard(role);
      await sayCard(turn, card, signal);
    } else {
      await sayText(turn, role.unknown, signal);
    }
  }

  async function answerInChannel(turn: Turn, word: string, signal: AbortSignal): Promise<void> {
    const role = word === 'status' ? await roleOf(turn, signal) : 'none';
    const mayLook = role === 'admin' || role === 'helpdesk';
    const batch = mayLook ? await api.latestBatch() : null;
    if (word === 'here') {
      await useChannel(turn, signal);
    } else if (batch !== null) {
      await sayCard(turn, stamped(channelCard(batch, deps.clock.now()), deps.clock.now()), signal);
    } else {
      await sayText(turn, NOT_HERE, signal);
    }
  }

  return {
    useChannel,
    async answer(turn, { text, fileUrls }, signal) {
      const t = personTexts(turn.language);
      if (looksLikeAppPassword(text)) {
        await sayText(turn, t.passwordInChat, signal);
        return;
      }
      const { word, rest } = parseCommand(text);
      if (turn.conversation.conversationType !== 'personal') {
        await answerInChannel(turn, word, signal);
        return;
      }
      const role = await roleOf(turn, signal);
      if (role === 'admin') {
        await (fileUrls.length > 0
          ? answerFiles(deps, { turn, urls: fileUrls }, signal)
          : answerAdmin(turn, { word, rest }, signal));
      } else if (word === 'status' || word === t.statusWord) {
        // Everybody has a right to the own move, whether or not the directory answers.
        await (role === 'helpdesk' ? statusForHelpdesk(turn, signal) : ownStatus(turn, signal));
      } else {
        await refuseWord(turn, { word, role }, signal);
      }
    },
  };
}
