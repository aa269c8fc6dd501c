/**
 * From one activity to one handler:
 *
 *   installationUpdate   welcome (personal) · the helpdesk's channel (team)
 *   message              src/bot/handlers/chat.ts
 *   adaptiveCard/action  action catalogue → rights → handler → the answer, and the card elsewhere
 *   message with a verb  the same from a client older than Action.Execute; passwords never pass here
 *
 * Nothing of a message or of a card's fields is logged. An app password is sealed before anything
 * else is asked.
 */
import { errorCodeOf, isAppError } from '../errors.ts';
import {
  type Actor,
  type ConversationReference,
  END_STATES,
  type PostedCard,
} from '../jobs/api.ts';
import type { Logger } from '../log.ts';
import { type Language, parseLocale } from '../words/language.ts';
import { explainToAnyone, explainToPerson, personTexts } from '../words/person.ts';
import { type AccessDecision, decideAccess, type Place } from './access.ts';
import type { IncomingActivity, InvokeAnswer } from './activity.ts';
import {
  answerCard,
  answerError,
  answerText,
  cardActivity,
  fileUrlsOf,
  textActivity,
} from './activity.ts';
import type { ActionName, PressedAction } from './cards/actions.ts';
import { mayBeSubmitted, parsePress, submittedPress } from './cards/actions.ts';
import { welcomeCard } from './cards/basics.ts';
import { personWelcomeCard } from './cards/person.ts';
import { newsOf } from './channel-trouble.ts';
import type { TurnRequest } from './gateway.ts';
import { createAdminCommands, createListHandlers } from './handlers/admin-commands.ts';
import { answerConsent } from './handlers/audit-file.ts';
import { createChannelHandlers } from './handlers/channel.ts';
import { createChat } from './handlers/chat.ts';
import type { HandlerDeps, Handlers, PressData } from './handlers/handlers.ts';
import { createHelpdeskHandlers } from './handlers/helpdesk.ts';
import { createLetterHandlers } from './handlers/letter.ts';
import { createMigrationHandlers } from './handlers/migration.ts';
import { createPersonHandlers, keep } from './handlers/person.ts';
import { createSettingsHandlers } from './handlers/settings.ts';
import { createSetupHandlers } from './handlers/setup.ts';
import { channelOf, HELPDESK_KEY } from './helpdesk-channel.ts';
import type { DeskAnswer, PersonDesk, Visit } from './person-desk.ts';
import { personalKey } from './personal-chats.ts';
import type { Answer, Turn } from './turn.ts';
import { createTurnLimit } from './turn-limit.ts';

export interface DispatchDeps extends HandlerDeps {
  readonly logger: Logger;
  /** Aborted when the bot closes. */
  readonly closing: AbortSignal;
}

export interface Dispatch {
  onActivity(activity: IncomingActivity, request: TurnRequest): Promise<InvokeAnswer | null>;
  /** The same for a person before a page of ours. */
  readonly desk: PersonDesk;
  /** Resolves when nothing that a turn left to do is still under way. */
  settled(): Promise<void>;
}

/** What a press led to. */
type Outcome =
  | Answer
  | { readonly kind: 'error'; readonly statusCode: 400 | 500; readonly text: string };

const REPORTS_ELSEWHERE =
  'Hello. I report the moves in another channel. When an admin of the moves writes "here" to me in this one, I report here.';
const NO_IDENTITY = 'Teams did not say who you are, so I can do nothing here.';

/** What a failure means, as `explained` says it. */
function failureText(
  error: unknown,
  explained: typeof explainToAnyone,
  language: Language,
): string {
  const code = isAppError(error) ? error.code : 'internal.unexpected';
  const { what, doNext } = explained({ code, facts: {} }, language);
  return `${what} ${doNext}`;
}

function referenceOf(activity: IncomingActivity, tenantId: string): ConversationReference {
  const { conversation, channelData: { team, channel } = {} } = activity;
  const channelId = channel?.id ?? team?.id;
  const conversationType = conversation.conversationType ?? 'personal';
  // An installation in a team comes from the team: what is written goes to its channel.
  const isTeam = activity.type === 'installationUpdate' && conversationType === 'channel';
  return {
    ...(conversationType === 'channel' && team !== undefined ? { teamId: team.id } : {}),
    conversationId: isTeam ? (channelId ?? conversation.id) : conversation.id,
    conversationType,
    serviceUrl: activity.serviceUrl,
    tenantId,
    botId: activity.recipient.id,
    userId: activity.from.id,
  };
}

/** Whether the press is on a card of the person whose mail moves. */
function isOfPerson({ name }: PressedAction): boolean {
  return name === 'credential.submit' || name.startsWith('person.');
}

/** Calls the handler of the press; the generic keeps name and data together. */
function runHandler<N extends Exclude<ActionName, 'credential.submit'>>(
  handlers: Handlers<N>,
  input: { readonly name: N; readonly data: PressData[N]; readonly turn: Turn },
  signal: AbortSignal,
): Promise<Answer> {
  return handlers[input.name](input.turn, input.data, signal);
}

export function createDispatch(deps: DispatchDeps & { readonly tenantId: string }): Dispatch {
  const { api, outbound, logger, tenantId } = deps;
  const commands = createAdminCommands(deps);
  const chat = createChat(deps, commands);
  const person = createPersonHandlers(deps);
  const handlers = {
    ...createSetupHandlers(deps),
    ...createMigrationHandlers(deps),
    ...createHelpdeskHandlers(deps),
    ...createChannelHandlers(deps),
    ...createSettingsHandlers(deps),
    ...createListHandlers(deps, commands),
    ...createLetterHandlers(deps),
    ...person,
  };
  const limit = createTurnLimit(deps.clock);
  const underWay = new Set<Promise<void>>();
  /** Personal chats that this process has stored already, as text. */
  const stored = new Map<string, string>();

  function later(task: (signal: AbortSignal) => Promise<void>): void {
    const run = async (): Promise<void> => {
      try {
        await task(deps.closing);
      } catch (error) {
        logger.warn({ code: errorCodeOf(error) }, 'a card could not be brought up to date');
      }
    };
    const promise = run().finally(() => underWay.delete(promise));
    underWay.add(promise);
  }

  /** Before a page nobody else reads along, and nothing is written into a chat. */
  const desk: ConversationReference = {
    conversationId: 'page',
    conversationType: 'personal',
    serviceUrl: '',
    tenantId,
    botId: '',
    userId: null,
  };

  /** The chat and the language; says which language it is. */
  async function rememberPersonal(
    actor: Actor,
    reference: ConversationReference,
    said: Language | null,
  ): Promise<Language> {
    const key = personalKey(actor.personId);
    if (reference.conversationType === 'personal') {
      const text = JSON.stringify([reference, said]);
      if (stored.get(actor.personId) !== text) {
        await api.conversations.saveConversation(key, reference, said);
        stored.set(actor.personId, text);
      }
    }
    return said ?? parseLocale(await api.conversations.findLanguage(key)) ?? 'en';
  }

  /** Nothing was done, and why. */
  async function note(press: PressedAction, actor: Actor, reason: string): Promise<void> {
    const subject = 'migrationId' in press.data ? press.data.migrationId : '-';
    const entry = { actor, action: press.name, subject, outcome: 'refused' } as const;
    await api.audit({ ...entry, before: null, after: reason });
  }

  async function refuse(
    press: PressedAction,
    actor: Actor,
    { reason, text }: Extract<AccessDecision, { kind: 'refused' }>,
  ): Promise<Answer> {
    await note(press, actor, reason);
    return { kind: 'text', text };
  }

  async function placeOf(conversation: ConversationReference): Promise<Place> {
    if (conversation.conversationType === 'personal') {
      return 'personal';
    }
    const channel = await api.conversations.findConversation(HELPDESK_KEY);
    const isThere =
      channel !== null &&
      conversation.conversationType === 'channel' &&
      channelOf(conversation) === channelOf(channel);
    return isThere ? 'helpdesk-channel' : 'elsewhere';
  }

  async function runPress(turn: Turn, press: PressedAction, signal: AbortSignal): Promise<Answer> {
    const place = await placeOf(turn.conversation);
    const access = { press, actor: turn.actor, place, language: turn.language };
    if (press.name === 'credential.submit') {
      const { appPassword: _gone, ...rest } = press.data;
      const kept = await keep(deps, turn, press.data);
      const decision = await decideAccess(api, { ...access, press: { ...press } }, signal);
      return decision.kind === 'refused'
        ? await refuse(press, turn.actor, decision)
        : await person.submit(turn, rest, kept);
    }
    const decision = await decideAccess(api, access, signal);
    if (decision.kind === 'refused') {
      return await refuse(press, turn.actor, decision);
    }
    // Its handler says so; that somebody asked for it may be the trace of a forged card.
    if ('migrationId' in press.data && (await api.migration(press.data.migrationId)) === null) {
      await note(press, turn.actor, 'unknown-migration');
    }
    return await runHandler(handlers, { ...press, turn }, signal);
  }

  function toInvokeAnswer(turn: Turn, answer: Outcome): InvokeAnswer {
    if (answer.kind === 'error') {
      return answerError(answer.statusCode, answer.text);
    }
    if (answer.kind === 'text') {
      return answerText(answer.text);
    }
    const { pressed } = turn;
    const { content, summary, takesInput } = answer.card;
    // A form that is shown twice would lose what was typed in between; a stale one elsewhere does no harm.
    if (answer.everywhere && !takesInput && pressed !== null) {
      turn.later(async (signal) => {
        await outbound.update(pressed, cardActivity(content, summary), { urgent: true }, signal);
      });
    }
    return answerCard(content);
  }

  async function settlePress(turn: Turn, value: unknown, signal: AbortSignal): Promise<Outcome> {
    const press = parsePress(value);
    if (press === null) {
      const entry = { action: 'card.unreadable', subject: '-', outcome: 'refused' } as const;
      await api.audit({ actor: turn.actor, ...entry, before: null, after: null });
      return { kind: 'error', statusCode: 400, text: personTexts(turn.language).outdated };
    }
    if (!turn.isInvoke && !mayBeSubmitted(press.name)) {
      // No card offers this. A password that came so stood in no masked field, and is not used.
      const { passwordInChat, oldTeams } = personTexts(turn.language);
      const text = press.name === 'credential.submit' ? passwordInChat : oldTeams;
      return await refuse(press, turn.actor, { kind: 'refused', reason: 'as-message', text });
    }
    try {
      return await runPress(turn, press, signal);
    } catch (error) {
      const code = errorCodeOf(error);
      logger.warn({ code, action: press.name }, 'a press failed');
      const text = isOfPerson(press)
        ? failureText(error, explainToPerson, turn.language)
        : failureText(error, explainToAnyone, 'en');
      return { kind: 'error', statusCode: 500, text };
    }
  }

  /** The press of an older client came as a message, so its answer goes as one. */
  async function answerSubmit(turn: Turn, value: unknown, signal: AbortSignal): Promise<void> {
    const answer = await settlePress(turn, value, signal);
    const { pressed } = turn;
    if (answer.kind !== 'card') {
      await outbound.post(turn.conversation, textActivity(answer.text), signal);
      return;
    }
    const activity = cardActivity(answer.card.content, answer.card.summary);
    await (pressed === null
      ? outbound.post(turn.conversation, activity, signal)
      : outbound.update(pressed, activity, { urgent: true }, signal));
  }

  async function welcome(turn: Turn, signal: AbortSignal): Promise<void> {
    if (turn.conversation.conversationType !== 'personal') {
      const chosen = await api.conversations.findConversation(HELPDESK_KEY);
      // Whoever adds the app to one more team has not said that the helpdesk moves there.
      await (chosen === null || channelOf(chosen) === channelOf(turn.conversation)
        ? chat.useChannel(turn, signal)
        : outbound.post(turn.conversation, textActivity(REPORTS_ELSEWHERE), signal));
      return;
    }
    // Whoever cannot be told for an admin now is welcomed as everybody is; a message asks anew.
    const role = await api.roleOf(turn.actor.personId, signal).catch((error: unknown) => {
      logger.warn({ code: errorCodeOf(error) }, 'the role of a person is not known');
      return null;
    });
    const { content, summary } =
      role?.role === 'admin' ? welcomeCard() : personWelcomeCard(turn.language);
    await outbound.post(turn.conversation, cardActivity(content, summary), signal);
  }

  async function answerMessage(
    turn: Turn,
    activity: IncomingActivity,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const said = { text: activity.text ?? '', fileUrls: fileUrlsOf(activity) };
      await chat.answer(turn, said, signal);
    } catch (error) {
      const code = errorCodeOf(error);
      logger.warn({ code }, 'a message could not be answered');
      const failure = failureText(error, explainToAnyone, turn.language);
      await outbound.post(turn.conversation, textActivity(failure), signal);
    }
  }

  function pressedCard(
    activity: IncomingActivity,
    conversation: ConversationReference,
  ): PostedCard | null {
    const isPress = activity.type === 'invoke' || submittedPress(activity.value) !== null;
    return !isPress || activity.replyToId === undefined
      ? null
      : { conversation, activityId: activity.replyToId };
  }

  async function route(
    activity: IncomingActivity,
    turn: Turn,
    request: TurnRequest,
  ): Promise<InvokeAnswer | null> {
    if (activity.type === 'invoke' && activity.name === 'fileConsent/invoke') {
      const posted = pressedCard(activity, turn.conversation);
      turn.later((signal) => answerConsent(deps, { turn, value: activity.value, posted }, signal));
      return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: '' };
    }
    if (activity.type === 'invoke') {
      if (activity.name !== 'adaptiveCard/action') {
        return answerError(400, personTexts(turn.language).outdated);
      }
      outbound.holdUntil(turn.conversation.conversationId, request.answered);
      return toInvokeAnswer(turn, await settlePress(turn, activity.value, request.signal));
    }
    const submitted = submittedPress(activity.value);
    if (activity.type === 'installationUpdate' && activity.action?.startsWith('add') === true) {
      await welcome(turn, deps.closing);
    } else if (activity.type === 'message' && submitted !== null) {
      await answerSubmit(turn, submitted, deps.closing);
    } else if (activity.type === 'message') {
      await answerMessage(turn, activity, deps.closing);
    }
    return null;
  }

  /** How soon the card of a move shows something else. */
  async function changesOf(migrationId: string): Promise<'in-seconds' | 'in-minutes' | 'never'> {
    const migration = await api.migration(migrationId);
    if (migration === null || END_STATES.includes(migration.state)) {
      return 'never';
    }
    return migration.state === 'Testing' ? 'in-seconds' : 'in-minutes';
  }

  async function pressAtDesk(
    { actor, language }: Visit,
    value: unknown,
    signal: AbortSignal,
  ): Promise<DeskAnswer> {
    const press = parsePress(value);
    if (press !== null && !isOfPerson(press)) {
      await refuse(press, actor, { kind: 'refused', reason: 'not-here', text: '' });
      return { kind: 'refused' };
    }
    const turn = { actor, language, conversation: desk, pressed: null, isInvoke: true, later };
    const answer = await settlePress(turn, value, signal);
    if (answer.kind === 'error') {
      return { kind: 'failed', status: answer.statusCode, text: answer.text };
    }
    if (answer.kind === 'text') {
      return { kind: 'refused' };
    }
    const { card, everywhere } = answer;
    const id = press !== null && 'migrationId' in press.data ? press.data.migrationId : '';
    const changes = card.takesInput ? 'never' : await changesOf(id);
    return { kind: 'card', card, isState: !everywhere, changes };
  }

  /** Which teams the bot is in, and what becomes of them; true where there is nothing more to it. */
  async function hearOfTeam(
    activity: IncomingActivity,
    conversation: ConversationReference,
  ): Promise<boolean> {
    const { teamId } = conversation;
    const news = newsOf(activity);
    if (news?.trouble === 'removed') {
      await deps.places.forget(news.teamId);
    } else if (teamId !== undefined) {
      await deps.places.remember({ ...conversation, teamId });
    }
    if (news !== null) {
      later((signal) => deps.channel.hear(news, signal));
    }
    return news !== null && activity.type === 'conversationUpdate';
  }

  return {
    desk: {
      moves: async ({ actor }) =>
        (await api.migrationsOfPerson(actor.personId)).map(({ id, targetMailbox }) => ({
          id,
          targetMailbox,
        })),
      press: async (visit, { verb, fields }, signal) =>
        await pressAtDesk(visit, { action: { verb, data: fields } }, signal),
    },
    async onActivity(activity, request) {
      const conversation = referenceOf(activity, tenantId);
      if (await hearOfTeam(activity, conversation)) {
        return null;
      }
      const personId = activity.from.aadObjectId;
      const refused = { action: 'activity', subject: activity.type, outcome: 'refused' } as const;
      if (personId === undefined) {
        await api.audit({ actor: null, ...refused, before: null, after: 'no-identity' });
        return activity.type === 'invoke' ? answerError(403, NO_IDENTITY) : null;
      }
      const actor: Actor = { personId, tenantId };
      const verdict = limit.take(personId);
      if (verdict === 'first') {
        await api.audit({ actor, ...refused, before: null, after: 'too-many' });
      }
      if (verdict !== 'allowed') {
        const { tooFast } = personTexts(parseLocale(activity.locale) ?? 'en');
        return activity.type === 'invoke' ? answerError(403, tooFast) : null;
      }
      const said = parseLocale(activity.locale);
      const language = await rememberPersonal(actor, conversation, said);
      const turn: Turn = {
        actor,
        conversation,
        language,
        pressed: pressedCard(activity, conversation),
        isInvoke: activity.type === 'invoke',
        later,
      };
      return await route(activity, turn, request);
    },
    async settled() {
      await Promise.allSettled(underWay);
    },
  };
}
