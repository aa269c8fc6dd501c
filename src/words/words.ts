import { english } from './en/english.ts';
import type { PersonTexts } from './en/person.ts';
import type { Language } from './format.ts';

/** What was seen, and what to do about it. */
export interface Explanation {
  readonly what: string;
  readonly doNext: string;
}

export type Facts = Readonly<Record<string, string | number>>;

/** Text for one code; a function where the facts belong into the sentence. */
export type ProblemText = Explanation | ((facts: Facts) => Explanation);

/** The texts of one language. A new language is one more file of this type. */
export interface Words {
  /** A migration's state, as an Exchange admin knows it, in a word or two. */
  readonly states: Readonly<Record<string, string>>;
  /** What hinders a migration, by code. */
  readonly problems: Readonly<Record<string, ProblemText>>;
  /** What the tenant check found, by code; said for each verdict alike. */
  readonly findings: Readonly<Record<string, ProblemText>>;
  /** Why a message was skipped, failed or was changed, by reason code. */
  readonly reasons: Readonly<Record<string, string>>;
  /** What a server found in a message that it did not take, by the last part of the reason code. */
  readonly refusals: Readonly<Record<string, string>>;
  /** Why a folder gets another name. */
  readonly folderReasons: Readonly<Record<string, string>>;
  /** Why a folder cannot go where somebody wants it, where no folder reason says so. */
  readonly renameProblems: Readonly<Record<string, string>>;
  /** What the person whose mail moves reads. */
  readonly person: PersonTexts;
  /** For a code that has no text of its own. */
  unknownProblem(code: string): Explanation;
}

const CATALOGUE: Readonly<Record<Language, Words>> = { en: english };

/** The texts of a language. */
export function wordsFor(language: Language): Words {
  return CATALOGUE[language];
}

function textFor(
  table: Readonly<Record<string, ProblemText>>,
  problem: { readonly code: string; readonly facts: Facts },
  words: Words,
): Explanation {
  const text = Object.hasOwn(table, problem.code) ? table[problem.code] : undefined;
  if (text === undefined) {
    return words.unknownProblem(problem.code);
  }
  return typeof text === 'function' ? text(problem.facts) : text;
}

/** What a problem means in plain words, and what to do. */
export function explain(
  problem: { readonly code: string; readonly facts: Facts },
  language: Language = 'en',
): Explanation {
  const words = wordsFor(language);
  const isFinding = !Object.hasOwn(words.problems, problem.code);
  return textFor(isFinding ? words.findings : words.problems, problem, words);
}

/** A reason code as a few plain words; the code itself, made readable, where there are none. */
export function reasonText(code: string, language: Language = 'en'): string {
  const { reasons, refusals } = wordsFor(language);
  const [, refused = '', found = ''] = /^(.*\.message-refused)\.(.*)$/.exec(code) ?? [];
  return reasons[code] ?? refusals[found] ?? reasons[refused] ?? code.replace(/[.-]/g, ' ');
}

/** Why a folder has, or cannot have, a name. */
export function folderReasonText(code: string, language: Language = 'en'): string {
  const { folderReasons, renameProblems } = wordsFor(language);
  return folderReasons[code] ?? renameProblems[code] ?? code.replace(/[.-]/g, ' ');
}

/** A state as a word or two. */
export function stateText(state: string, language: Language = 'en'): string {
  return wordsFor(language).states[state] ?? state;
}
