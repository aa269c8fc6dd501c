import { english } from './en/english.ts';
import type { Explanation } from './person-texts.ts';

/** A finding of the tenant check in words: also the exact command, and where it is documented. */
export interface FindingText extends Explanation {
  /** PowerShell or shell, ready to be copied; null where it is mended in a portal. */
  readonly command: string | null;
  /** The page of Microsoft or Apple about it. */
  readonly link: string | null;
}

export type Facts = Readonly<Record<string, string | number>>;

/** Text for one code; a function where the facts belong into the sentence. */
export type ProblemText = Explanation | ((facts: Facts) => Explanation);

/** What admins, the helpdesk and the command line read, which is English; people have `person.ts`. */
export interface Words {
  /** A migration's state, as an Exchange admin knows it, in a word or two. */
  readonly states: Readonly<Record<string, string>>;
  /** What hinders a migration, by code. */
  readonly problems: Readonly<Record<string, ProblemText>>;
  /** What the tenant check found, by code. */
  readonly findings: Readonly<Record<string, (facts: Facts) => FindingText>>;
  /** Why a message was skipped, failed or was changed, by reason code. */
  readonly reasons: Readonly<Record<string, string>>;
  /** What a server found in a message that it did not take, by the last part of the reason code. */
  readonly refusals: Readonly<Record<string, string>>;
  /** Why a folder gets another name. */
  readonly folderReasons: Readonly<Record<string, string>>;
  /** Why a folder cannot go where somebody wants it, where no folder reason says so. */
  readonly renameProblems: Readonly<Record<string, string>>;
  /** What was noticed at a mailbox that a move leaves as it is, by code. */
  readonly planNotes: Readonly<Record<string, string | ((facts: Facts) => string)>>;
  /** What a move changes at a mailbox and puts back, by name. */
  readonly settings: Readonly<Record<string, string>>;
  /** What to do about folders whose class lets Outlook hide them. */
  readonly hiddenFoldersFix: string;
  /** For a code that has no text of its own. */
  unknownProblem(code: string): Explanation;
}

/** The languages of `Words`. */
export type StaffLanguage = 'en';

const CATALOGUE: Readonly<Record<StaffLanguage, Words>> = { en: english };

/** The texts of a language. */
export function wordsFor(language: StaffLanguage): Words {
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
  language: StaffLanguage = 'en',
): Explanation {
  const words = wordsFor(language);
  const finding = Object.hasOwn(words.findings, problem.code)
    ? words.findings[problem.code]
    : undefined;
  if (finding !== undefined) {
    const { what, doNext } = finding(problem.facts);
    return { what, doNext };
  }
  return textFor(words.problems, problem, words);
}

/** A finding of the tenant check in plain words; an unknown code says so, without command and link. */
export function explainFinding(
  finding: { readonly code: string; readonly facts: Facts },
  language: StaffLanguage = 'en',
): FindingText {
  const { findings } = wordsFor(language);
  const text = Object.hasOwn(findings, finding.code) ? findings[finding.code] : undefined;
  return text?.(finding.facts) ?? { ...explain(finding, language), command: null, link: null };
}

/** A reason code as a few plain words; the code itself, made readable, where there are none. */
export function reasonText(code: string, language: StaffLanguage = 'en'): string {
  const { reasons, refusals } = wordsFor(language);
  const [, refused = '', found = ''] = /^(.*\.message-refused)\.(.*)$/.exec(code) ?? [];
  const [rule = '', value = ''] = code.split(':');
  const text = reasons[rule]?.replace('{value}', value);
  return text ?? refusals[found] ?? reasons[refused] ?? code.replace(/[.-]/g, ' ');
}

/** Why a folder has, or cannot have, a name. */
export function folderReasonText(code: string, language: StaffLanguage = 'en'): string {
  const { folderReasons, renameProblems } = wordsFor(language);
  return folderReasons[code] ?? renameProblems[code] ?? code.replace(/[.-]/g, ' ');
}

/** Something noticed at a mailbox, in a sentence. */
export function planNoteText(
  note: { readonly code: string; readonly facts: Facts },
  language: StaffLanguage = 'en',
): string {
  const text = wordsFor(language).planNotes[note.code] ?? note.code;
  return typeof text === 'function' ? text(note.facts) : text;
}

/** A state as a word or two. */
export function stateText(state: string, language: StaffLanguage = 'en'): string {
  return wordsFor(language).states[state] ?? state;
}
