import { PERSON_DE } from './de/person.ts';
import { PERSON } from './en/person.ts';
import { PERSON_ES } from './es/person.ts';
import { PERSON_FR } from './fr/person.ts';
import { PERSON_JA } from './ja/person.ts';
import type { Language } from './language.ts';
import type { Explanation, PersonProblem, PersonTexts } from './person-texts.ts';
import { PERSON_PT_BR } from './pt-br/person.ts';
import { explain, type Facts } from './words.ts';

const CATALOGUE: Readonly<Record<Language, PersonTexts>> = {
  en: PERSON,
  de: PERSON_DE,
  fr: PERSON_FR,
  es: PERSON_ES,
  'pt-BR': PERSON_PT_BR,
  ja: PERSON_JA,
};

/** What the person whose mail moves reads, in one language. */
export function personTexts(language: Language): PersonTexts {
  return CATALOGUE[language];
}

/** Whether the person can do something about it; the rest is told to the admin alone. */
export function isPersonProblem(code: string): code is PersonProblem {
  return Object.hasOwn(CATALOGUE.en.problems, code);
}

/** What a problem means to the person whose mail moves. */
export function explainToPerson(
  { code }: { readonly code: string },
  language: Language,
): Explanation {
  const t = CATALOGUE[language];
  return isPersonProblem(code) ? t.problems[code] : t.otherProblem(code);
}

/** The same for somebody who may be an admin: who reads English is told all that there is to say. */
export function explainToAnyone(
  problem: { readonly code: string; readonly facts: Facts },
  language: Language,
): Explanation {
  return language === 'en' ? explain(problem) : explainToPerson(problem, language);
}
