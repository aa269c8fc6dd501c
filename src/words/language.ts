/** The languages that people whose mail moves are spoken to in; admins and the helpdesk read English. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'pt-BR', 'ja'] as const;

/** A BCP 47 language that Skybridge has texts in. */
export type Language = (typeof LANGUAGES)[number];

/** A language and what narrows it, as Teams sends it; RFC 5646 allows more, nobody sends it. */
const LOCALE = /^[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,4}$/;

const baseOf = (locale: string): string => locale.split('-')[0] ?? '';

/**
 * "de-AT" → "de", "pt-PT" → "pt-BR", "it-IT" → "en": the very language, else one of the same base,
 * else English; null for what names no language, so that what is remembered stays.
 */
export function parseLocale(locale: string | null | undefined): Language | null {
  const wanted = (locale ?? '').toLowerCase();
  if (!LOCALE.test(wanted)) {
    return null;
  }
  const tag = wanted.replaceAll('_', '-');
  return (
    LANGUAGES.find((language) => language.toLowerCase() === tag) ??
    LANGUAGES.find((language) => baseOf(language) === baseOf(tag)) ??
    'en'
  );
}
