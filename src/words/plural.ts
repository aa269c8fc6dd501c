import { formatCount } from './format.ts';
import type { Language } from './language.ts';

/** The forms that a language's counts take (CLDR); French, Spanish and Portuguese have one for round millions. */
interface FormsOf {
  readonly en: 'one' | 'other';
  readonly de: 'one' | 'other';
  readonly fr: 'one' | 'many' | 'other';
  readonly es: 'one' | 'many' | 'other';
  readonly 'pt-BR': 'one' | 'many' | 'other';
  readonly ja: 'other';
}

/** The sentence that fits the count, with "{n}" as the language writes the number. */
export function plural<L extends Language>(
  language: L,
  count: number,
  forms: Readonly<Record<FormsOf[L] | 'other', string>>,
): string {
  const byRule: Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }> = forms;
  const sentence = byRule[new Intl.PluralRules(language).select(count)] ?? forms.other;
  return sentence.replaceAll('{n}', formatCount(count, language));
}
