import type { Clock } from '../clock.ts';
import type { BatchHead, MigrationView, Notice, NoticePort, SkybridgeApi } from '../jobs/api.ts';
import { END_STATES } from '../jobs/api.ts';
import { type Language, parseLocale } from '../words/language.ts';
import { personTexts } from '../words/person.ts';
import { textActivity } from './activity.ts';
import { adminCard, needsAttention } from './cards/admin.ts';
import { continuedCard } from './cards/basics.ts';
import { channelCard } from './cards/channel.ts';
import { plain } from './cards/elements.ts';
import { asksForPassword, personCard } from './cards/person.ts';
import type { HelpdeskChannel } from './helpdesk-channel.ts';
import type { KeyedLock } from './keyed-lock.ts';
import type { LiveCard, LiveCards } from './live-cards.ts';
import type { Nonces } from './nonces.ts';
import type { Outbound } from './outbound.ts';
import type { Paced } from './paced.ts';
import { personTroubleOf } from './person-trouble.ts';
import { type PersonalChats, personalKey } from './personal-chats.ts';

export interface NotifierDeps {
  readonly api: SkybridgeApi;
  readonly outbound: Outbound;
  readonly live: LiveCards;
  readonly channel: HelpdeskChannel;
  readonly paced: Paced;
  readonly nonces: Nonces;
  readonly lock: KeyedLock;
  readonly clock: Clock;
  readonly chats: PersonalChats;
}

/** Keys in the conversation store. */
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

/** Renders notices from the present state; each is harmless to repeat. */
export function createNotifier(deps: NotifierDeps): Notifier {
  const { api, live, outbound, nonces, lock, channel, paced, chats } = deps;
  const { conversations } = api;

  /** As Teams last said it; English for somebody whom nothing was heard of. */
  async function languageOf(personId: string): Promise<Language> {
    return parseLocale(await conversations.findLanguage(personalKey(personId))) ?? 'en';
  }

  async function present(
    notice: Notice,
  ): Promise<{ batch: BatchHead; migration: MigrationView } | null> {
    const batch = await api.batchHead(notice.batchId);
    const migration = await api.migration(notice.migrationId);
    return batch === null || migration === null ? null : { batch, migration };
  }

  async function renderPerson(notice: Notice, signal: AbortSignal): Promise<LiveCard | null> {
    const now = await present(notice);
    if (now === null) {
      return null;
    }
    const { batch, migration } = now;
    const { id: personId } = migration.submitter;
    const conversation = await chats.with(personId, batch, signal);
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
    const conversation = await chats.with(now.batch.startedBy.personId, now.batch, signal);
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
    const batch = await api.overview(batchId);
    if (batch === null) {
      return null;
    }
    const conversation = await chats.with(batch.startedBy.personId, batch, signal);
    const card = channelCard(batch, deps.clock.now());
    return {
      card,
      signature: JSON.stringify(card.content),
      attention: 'not-needed',
      // Never used: what needs the admin has a card of its own.
      continued: card,
      post: async (activity) => await outbound.post(conversation, activity, signal),
    };
  }

  /** At once after a press; else as often as a card may change, however many moves progress. */
  async function showOverview(
    batchId: string,
    urgent: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const key = adminCardKey(batchId);
    const show = async (): Promise<void> =>
      await live.show(key, () => renderOverview(batchId, signal), { urgent: true }, signal);
    await (urgent ? show() : paced.run(key, show, signal));
  }

  /** One card for a batch of one; of many, an overview, and a card for each move that needs the admin. */
  async function showAdmin(notice: Notice, urgent: boolean, signal: AbortSignal): Promise<void> {
    const { batchId, migrationId } = notice;
    const key = adminCardKey(batchId);
    const show = async (own: string): Promise<void> =>
      await live.show(own, () => renderAdmin(notice, signal), { urgent }, signal);
    if (((await api.batchHead(batchId))?.size ?? 0) <= 1) {
      await show(key);
      return;
    }
    const ownKey = `${key}:${migrationId}`;
    const own = await api.migration(migrationId);
    const isShown = (await conversations.findPosted(ownKey)) !== null;
    if (own !== null && (isShown || needsAttention(own.state))) {
      await show(ownKey);
    }
    await showOverview(batchId, urgent, signal);
  }

  async function deliver(notice: Notice, urgent: boolean, signal: AbortSignal): Promise<void> {
    switch (notice.name) {
      case 'ask-person':
      case 'person':
        try {
          await live.show(
            `person:${notice.migrationId}`,
            () => renderPerson(notice, signal),
            { urgent },
            signal,
          );
        } catch (error) {
          throw personTroubleOf(error);
        }
        return;
      case 'admin': {
        const batch = await api.batchHead(notice.batchId);
        // Waits for a start that is being answered: its card becomes this batch's card.
        await lock.run(startLockKey(batch?.startedBy.personId ?? ''), async () => undefined);
        await showAdmin(notice, urgent, signal);
        return;
      }
      case 'channel':
        await channel.bring(notice.batchId, signal);
        return;
    }
  }

  async function remind(
    migration: MigrationView,
    key: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    return await lock.run(`reminder ${key}`, async () => {
      const batch = await api.batchHead(migration.batchId);
      if (batch === null || (await conversations.findPosted(key)) !== null) {
        return false;
      }
      const conversation = await chats.with(migration.submitter.id, batch, signal);
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
