import type { BatchView, Role } from '../../jobs/api.ts';
import { personTexts } from '../../words/person.ts';
import { roleUnknownText } from '../access.ts';
import type { OutgoingActivity } from '../activity.ts';
import { cardActivity, textActivity } from '../activity.ts';
import { looksLikeAppPassword } from '../app-password.ts';
import { mailboxSchema } from '../cards/actions.ts';
import { adminCard } from '../cards/admin.ts';
import { helpCard } from '../cards/basics.ts';
import { channelCard, statusCard } from '../cards/channel.ts';
import type { Card } from '../cards/elements.ts';
import { askPeopleCard } from '../cards/people.ts';
import { asksForPassword, personCard, personHelpCard } from '../cards/person.ts';
import { checkingTenantCard } from '../cards/tenant.ts';
import { HELPDESK_KEY } from '../helpdesk-channel.ts';
import type { Turn } from '../turn.ts';
import type { HandlerDeps } from './handlers.ts';
import { checkTenant, findPeople } from './setup.ts';

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

/** Answers what people write. */
export interface Chat {
  answer(turn: Turn, text: string, signal: AbortSignal): Promise<void>;
  /** The app arrived in a team: its channel becomes the helpdesk's, if an admin put it there. */
  useChannel(turn: Turn, signal: AbortSignal): Promise<void>;
}

type Reply = (turn: Turn, rest: string, signal: AbortSignal) => Promise<void>;

const NOT_HERE = 'Let us do that in our own chat, where nobody else reads along.';
const NO_MOVE = 'There is no move yet. Say "move" and a name or address.';
const CHANNEL_USED =
  'I report here from now on: one card for each move, and a reply when somebody must act.';
const CHANNEL_NOT_USED =
  'Hello. When an admin of the moves writes "here" to me in this channel, I report here.';

export function createChat(deps: HandlerDeps): Chat {
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
  async function roleOf(
    turn: Turn,
    signal: AbortSignal,
  ): Promise<Role | { readonly unknown: string }> {
    try {
      return (await api.roleOf(turn.actor.personId, signal)).role;
    } catch (error) {
      signal.throwIfAborted();
      return { unknown: roleUnknownText(error, turn.language) };
    }
  }

  /** How the newest batch goes and who must act, with what the helpdesk may do; and the own move. */
  async function statusForHelpdesk(turn: Turn, signal: AbortSignal): Promise<void> {
    const batch = await api.latestBatch();
    if (batch !== null) {
      await sayCard(turn, statusCard(batch, deps.clock.now()), signal);
    }
    if (batch === null || (await api.migrationsOfPerson(turn.actor.personId)).length > 0) {
      await ownStatus(turn, signal);
    }
  }

  function statusCards(batch: BatchView): readonly Card[] {
    return batch.migrations.length === 1
      ? batch.migrations.map((migration) => adminCard(migration, null))
      : [statusCard(batch, deps.clock.now())];
  }

  const move: Reply = async (turn, rest, signal) => {
    await sayCard(
      turn,
      rest === '' ? askPeopleCard(null) : await findPeople(deps, rest, signal),
      signal,
    );
  };

  const status: Reply = async (turn, _rest, signal) => {
    const batch = await api.latestBatch();
    if (batch === null) {
      await sayText(turn, NO_MOVE, signal);
      return;
    }
    for (const card of statusCards(batch)) {
      await sayCard(turn, card, signal);
    }
  };

  const doctor: Reply = async (turn, rest, signal) => {
    const { content, summary } = checkingTenantCard();
    const posted = await outbound.post(turn.conversation, cardActivity(content, summary), signal);
    const mailbox = mailboxSchema.safeParse(rest).data ?? null;
    const found = await checkTenant(deps, { mailbox, actor: turn.actor }, signal);
    const activity = cardActivity(found.content, found.summary);
    await outbound.update(posted, activity, { urgent: true }, signal);
  };

  const help: Reply = async (turn, _rest, signal) => {
    await sayCard(turn, helpCard('admin'), signal);
  };

  const useChannel = async (turn: Turn, signal: AbortSignal): Promise<void> => {
    const role = await roleOf(turn, signal);
    if (role !== 'admin') {
      await sayText(turn, typeof role === 'string' ? CHANNEL_NOT_USED : role.unknown, signal);
      return;
    }
    const { conversation } = turn;
    const channelId = conversation.conversationId.split(';')[0] ?? conversation.conversationId;
    const channel = { ...conversation, conversationId: channelId };
    await api.conversations.saveConversation(HELPDESK_KEY, channel, null);
    await api.audit({
      actor: turn.actor,
      action: 'channel.use',
      subject: channelId,
      outcome: 'done',
      before: null,
      after: null,
    });
    await sayText(turn, CHANNEL_USED, signal);
  };

  const BY_WORD: Readonly<Record<string, Reply>> = { move, status, doctor, help };

  async function answerInChannel(turn: Turn, word: string, signal: AbortSignal): Promise<void> {
    const role = word === 'status' ? await roleOf(turn, signal) : 'none';
    const mayLook = role === 'admin' || role === 'helpdesk';
    const batch = mayLook ? await api.latestBatch() : null;
    if (word === 'here') {
      await useChannel(turn, signal);
    } else if (batch !== null) {
      await sayCard(turn, channelCard({ batch, now: deps.clock.now(), stamped: true }), signal);
    } else {
      await sayText(turn, NOT_HERE, signal);
    }
  }

  return {
    useChannel,
    async answer(turn, text, signal) {
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
        await (BY_WORD[word] ?? help)(turn, rest, signal);
      } else if (word === 'status' || word === t.statusWord) {
        // Everybody has a right to the own move, whether or not the directory answers.
        await (role === 'helpdesk' ? statusForHelpdesk(turn, signal) : ownStatus(turn, signal));
      } else if (typeof role === 'string') {
        const card = role === 'none' ? personHelpCard(turn.language) : helpCard(role);
        await sayCard(turn, card, signal);
      } else {
        await sayText(turn, role.unknown, signal);
      }
    },
  };
}
