import type {
  BatchView,
  ConversationReference,
  MigrationView,
  Notice,
  NoticePort,
  SkybridgeApi,
} from '../jobs/api.ts';
import { END_STATES } from '../jobs/api.ts';
import { formatNoun } from '../words/format.ts';
import { type Language, parseLocale } from '../words/language.ts';
import { personTexts } from '../words/person.ts';
import { textActivity } from './activity.ts';
import { adminCard, needsAttention } from './cards/admin.ts';
import { continuedCard } from './cards/basics.ts';
import { channelCard, statusCard, whoMustAct } from './cards/channel.ts';
import { plain } from './cards/elements.ts';
import { asksForPassword, personCard } from './cards/person.ts';
import type { Gateway } from './gateway.ts';
import type { KeyedLock } from './keyed-lock.ts';
import type { LiveCard, LiveCards } from './live-cards.ts';
import type { Nonces } from './nonces.ts';
import type { Outbound } from './outbound.ts';

export interface NotifierDeps {
  readonly api: SkybridgeApi;
  readonly gateway: Pick<Gateway, 'createPersonal'>;
  readonly outbound: Outbound;
  readonly live: LiveCards;
  readonly nonces: Nonces;
  readonly lock: KeyedLock;
  /** Where Teams is reached when nobody has written yet. */
  readonly defaultServiceUrl: string;
}

/** Keys in the conversation store. */
export const HELPDESK_KEY = 'channel:helpdesk';
export const personalKey = (personId: string): string => `personal:${personId}`;
export const adminCardKey = (batchId: string): string => `admin:${batchId}`;
/** A start and the first notice of its batch take turns, so that one card serves both. */
export const startLockKey = (adminId: string): string => `start ${adminId}`;

export interface Notifier extends NoticePort {
  /** The same at once, after a press. */
  deliverNow(notice: Notice, signal: AbortSignal): Promise<void>;
  /** Asks for the password once more, once for each `key`; false where it was done before. */
  remind(migration: MigrationView, key: string, signal: AbortSignal): Promise<boolean>;
}

/** A refused password comes back on the card that it was typed into; a lost one asks anew. */
function attentionOfPerson(migration: MigrationView): LiveCard['attention'] {
  const { state } = migration;
  if (state === 'Testing') {
    return 'unchanged';
  }
  return asksForPassword(migration) || END_STATES.includes(state) ? 'needed' : 'not-needed';
}

/** The reply in the thread that a state deserves; null for most of them. */
function threadReply(migration: MigrationView): string | null {
  const name = plain(migration.person.displayName);
  if (migration.state === 'Completed' || migration.state === 'CompletedWithWarnings') {
    const copied = formatNoun(migration.tally.copied, 'message', 'messages');
    const report =
      migration.reportPath === null
        ? ''
        : ` Report: ${plain(migration.reportPath)} in the data folder.`;
    return `${name}: done. ${copied} copied.${report}`;
  }
  const isFirstRequest = migration.state === 'WaitingForUser' && migration.interrupted === null;
  return isFirstRequest ? null : whoMustAct(migration);
}

/** Renders notices from the present state; each is harmless to repeat. */
export function createNotifier(deps: NotifierDeps): Notifier {
  const { api, live, outbound, nonces, lock } = deps;
  const { conversations } = api;

  async function conversationWith(
    personId: string,
    batch: BatchView,
    signal: AbortSignal,
  ): Promise<ConversationReference> {
    const key = personalKey(personId);
    return await lock.run(`conversation ${key}`, async () => {
      const known = await conversations.findConversation(key);
      if (known !== null) {
        return known;
      }
      const admin = await conversations.findConversation(personalKey(batch.startedBy.personId));
      const serviceUrl = admin?.serviceUrl ?? deps.defaultServiceUrl;
      const created = await deps.gateway.createPersonal(personId, serviceUrl, signal);
      await conversations.saveConversation(key, created, null);
      return created;
    });
  }

  /** As Teams last said it; English for somebody whom nothing was heard of. */
  async function languageOf(personId: string): Promise<Language> {
    return parseLocale(await conversations.findLanguage(personalKey(personId))) ?? 'en';
  }

  async function present(
    notice: Notice,
  ): Promise<{ batch: BatchView; migration: MigrationView } | null> {
    const batch = await api.batch(notice.batchId);
    const migration = batch?.migrations.find((one) => one.id === notice.migrationId);
    return batch === null || migration === undefined ? null : { batch, migration };
  }

  async function renderPerson(notice: Notice, signal: AbortSignal): Promise<LiveCard | null> {
    const now = await present(notice);
    if (now === null) {
      return null;
    }
    const { batch, migration } = now;
    const { id: personId } = migration.submitter;
    const conversation = await conversationWith(personId, batch, signal);
    const nonce = asksForPassword(migration) ? await nonces.issue(migration) : '';
    const language = await languageOf(personId);
    const t = personTexts(language);
    const input = { migration, complaint: null, language };
    return {
      card: personCard({ ...input, nonce }),
      signature: JSON.stringify(personCard({ ...input, nonce: '' }).content),
      attention: attentionOfPerson(migration),
      continued: continuedCard(t.askTitle, t.continued),
      post: async (activity) => await outbound.post(conversation, activity, signal),
    };
  }

  async function renderAdmin(notice: Notice, signal: AbortSignal): Promise<LiveCard | null> {
    const now = await present(notice);
    if (now === null) {
      return null;
    }
    const conversation = await conversationWith(now.batch.startedBy.personId, now.batch, signal);
    const card = adminCard(now.migration, null);
    return {
      card,
      signature: JSON.stringify(card.content),
      attention: needsAttention(now.migration.state) ? 'needed' : 'not-needed',
      continued: continuedCard(
        `Move of ${plain(now.migration.person.displayName)}`,
        personTexts('en').continued,
      ),
      post: async (activity) => await outbound.post(conversation, activity, signal),
    };
  }

  /** The batch as a whole, for the admin who started it. */
  async function renderOverview(batchId: string, signal: AbortSignal): Promise<LiveCard | null> {
    const batch = await api.batch(batchId);
    if (batch === null) {
      return null;
    }
    const conversation = await conversationWith(batch.startedBy.personId, batch, signal);
    const card = statusCard(batch);
    return {
      card,
      signature: JSON.stringify(card.content),
      attention: 'not-needed',
      // Never used: what needs the admin has a card of its own.
      continued: card,
      post: async (activity) => await outbound.post(conversation, activity, signal),
    };
  }

  /** One card for a batch of one; of many, an overview, and a card for each move that needs the admin. */
  async function showAdmin(
    notice: Notice,
    batch: BatchView | null,
    urgent: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const key = adminCardKey(notice.batchId);
    const show = async (own: string, render: () => Promise<LiveCard | null>): Promise<void> =>
      await live.show(own, render, { urgent }, signal);
    if (batch === null || batch.migrations.length === 1) {
      await show(key, () => renderAdmin(notice, signal));
      return;
    }
    await show(key, () => renderOverview(notice.batchId, signal));
    const ownKey = `${key}:${notice.migrationId}`;
    const own = batch.migrations.find(({ id }) => id === notice.migrationId);
    const isShown = (await conversations.findPosted(ownKey)) !== null;
    if (own !== undefined && (isShown || needsAttention(own.state))) {
      await show(ownKey, () => renderAdmin(notice, signal));
    }
  }

  async function renderChannel(notice: Notice, signal: AbortSignal): Promise<LiveCard | null> {
    const batch = await api.batch(notice.batchId);
    const channel = await conversations.findConversation(HELPDESK_KEY);
    if (batch === null || channel === null) {
      return null;
    }
    const card = channelCard(batch);
    return {
      card,
      signature: JSON.stringify(card.content),
      attention: 'not-needed',
      // Never used: the channel's card needs nobody, its thread does.
      continued: card,
      post: async (activity) => await outbound.postThread(channel, activity, signal),
    };
  }

  async function replyInThread(notice: Notice, signal: AbortSignal): Promise<void> {
    const now = await present(notice);
    const text = now === null ? null : threadReply(now.migration);
    const root = await conversations.findPosted(`channel:${notice.batchId}`);
    if (now === null || text === null || root === null) {
      return;
    }
    const { id, state, stateSince } = now.migration;
    const key = `channel:${notice.batchId}:${id}:${state}:${stateSince.getTime()}`;
    await lock.run(`reply ${key}`, async () => {
      if ((await conversations.findPosted(key)) === null) {
        const posted = await outbound.post(root.conversation, textActivity(text), signal);
        await conversations.savePosted(key, posted);
      }
    });
  }

  async function deliver(notice: Notice, urgent: boolean, signal: AbortSignal): Promise<void> {
    switch (notice.name) {
      case 'ask-person':
      case 'person':
        await live.show(
          `person:${notice.migrationId}`,
          () => renderPerson(notice, signal),
          { urgent },
          signal,
        );
        return;
      case 'admin': {
        const batch = await api.batch(notice.batchId);
        // Waits for a start that is being answered: its card becomes this batch's card.
        await lock.run(startLockKey(batch?.startedBy.personId ?? ''), async () => undefined);
        await showAdmin(notice, batch, urgent, signal);
        return;
      }
      case 'channel':
        await live.show(
          `channel:${notice.batchId}`,
          () => renderChannel(notice, signal),
          { urgent },
          signal,
        );
        await replyInThread(notice, signal);
        return;
    }
  }

  async function remind(
    migration: MigrationView,
    key: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    return await lock.run(`reminder ${key}`, async () => {
      const batch = await api.batch(migration.batchId);
      if (batch === null || (await conversations.findPosted(key)) !== null) {
        return false;
      }
      const conversation = await conversationWith(migration.submitter.id, batch, signal);
      const t = personTexts(await languageOf(migration.submitter.id));
      const posted = await outbound.post(conversation, textActivity(t.reminder), signal);
      await conversations.savePosted(key, posted);
      return true;
    });
  }

  return {
    remind,
    deliver: async (notice, signal) => {
      await deliver(notice, false, signal);
    },
    deliverNow: async (notice, signal) => {
      await deliver(notice, true, signal);
    },
  };
}
