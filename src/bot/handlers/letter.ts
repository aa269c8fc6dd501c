import { parseLocale } from '../../words/language.ts';
import { cardActivity } from '../activity.ts';
import { problemCard } from '../cards/basics.ts';
import { letterCard } from '../cards/letter.ts';
import { personalKey } from '../personal-chats.ts';
import { replaceCard, sayText } from '../turn.ts';
import type { HandlerDeps, Handlers } from './handlers.ts';

const UNKNOWN = problemCard({ code: 'jobs.unknown-migration', facts: {} }, 'people.ask');

/** What admins and the helpdesk may do for somebody whom Teams does not reach. */
export function createLetterHandlers({
  api,
  outbound,
  pageUrl,
}: Pick<HandlerDeps, 'api' | 'outbound' | 'pageUrl'>): Handlers<'migration.letter'> {
  return {
    'migration.letter': async (turn, { migrationId, language }) => {
      const migration = await api.migration(migrationId);
      if (migration === null) {
        return replaceCard(UNKNOWN);
      }
      if (language !== undefined) {
        return replaceCard(letterCard(migration, pageUrl, language));
      }
      const known = await api.conversations.findLanguage(personalKey(migration.submitter.id));
      const { content, summary } = letterCard(migration, pageUrl, parseLocale(known) ?? 'en');
      // Below the live card, which goes on moving meanwhile.
      turn.later(async (signal) => {
        await outbound.post(turn.conversation, cardActivity(content, summary), signal);
      });
      return sayText('The text is below.');
    },
  };
}
