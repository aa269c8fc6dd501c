/** The text that an admin sends to somebody whom Teams does not reach; the link in it grants nothing. */
import type { MigrationView } from '../../jobs/api.ts';
import { LANGUAGES, type Language } from '../../words/language.ts';
import { personTexts } from '../../words/person.ts';
import { button } from './actions.ts';
import type { Card } from './elements.ts';
import { card, heading, hint, markedLine, paragraph, plain, section } from './elements.ts';

const MOST_IN_ROW = 3;

const NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  de: 'German',
  fr: 'French',
  es: 'Spanish',
  'pt-BR': 'Portuguese',
  ja: 'Japanese',
};

/** `pageUrl` null: there is no page to send anybody to. */
export function letterCard(
  { id: migrationId, submitter }: Pick<MigrationView, 'id' | 'submitter'>,
  pageUrl: string | null,
  language: Language,
): Card {
  const title = `Text for ${plain(submitter.displayName)}`;
  if (pageUrl === null) {
    return card({
      summary: title,
      body: [
        heading(title),
        markedLine('failed', 'There is no page yet that I could send them to.'),
        paragraph(
          'Set PUBLIC_URL to the https address of this service, run setup once more, and restart. People then sign in there with their work account.',
        ),
      ],
    });
  }
  const { letter } = personTexts(language);
  const buttons = LANGUAGES.filter((one) => one !== language).map((one) =>
    button('migration.letter', NAMES[one], { migrationId, language: one }),
  );
  return card({
    summary: title,
    body: [
      heading(title),
      paragraph(
        'Copy it and send it as you like. The link alone opens nothing: they sign in with their work account, and see their own move alone.',
      ),
      section(
        paragraph(plain(letter.subject), { weight: 'Bolder' }),
        ...letter
          .body(pageUrl)
          .split('\n\n')
          .map((part) => paragraph(plain(part))),
      ),
      hint(`To: ${plain(submitter.mail ?? submitter.userPrincipalName)}`),
      // Two rows: not every client breaks one that is too long.
      { type: 'ActionSet', actions: buttons.slice(0, MOST_IN_ROW) },
    ],
    actions: buttons.slice(MOST_IN_ROW),
  });
}
