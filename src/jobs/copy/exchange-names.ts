/** Which names of a mailbox stand for its default folders; which are no target for mail. Pure. */
import type { SpecialUse } from '../ports.ts';
import { ENGLISH, type LanguageNames, OTHER_LANGUAGES } from './exchange-default-folders.ts';

/** As Exchange compares names: capitals do not matter. Believed: nor does how an accent is composed. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** In the order in which people see them. */
export const SPECIAL_USES: readonly SpecialUse[] = [
  'inbox',
  'sent',
  'drafts',
  'trash',
  'junk',
  'archive',
];

interface FoldedNames {
  readonly uses: ReadonlyMap<string, SpecialUse>;
  readonly notMail: ReadonlySet<string>;
}

function fold(names: LanguageNames): FoldedNames {
  const uses = SPECIAL_USES.flatMap((use) =>
    names[use].map((name): [string, SpecialUse] => [foldName(name), use]),
  );
  return { uses: new Map(uses), notMail: new Set(names.notMail.map(foldName)) };
}

const LANGUAGES = [ENGLISH, ...Object.values(OTHER_LANGUAGES)].map((names) => ({
  names,
  folded: fold(names),
}));
const NOT_MAIL_ANYWHERE = new Set(LANGUAGES.flatMap(({ folded }) => [...folded.notMail]));

/** True where the name is that of a folder without mail in some language. */
export function isNotMailAnywhere(name: string): boolean {
  return NOT_MAIL_ANYWHERE.has(foldName(name));
}

/** The names of one mailbox. */
export interface DefaultNames {
  nameOf(use: SpecialUse): string;
  useOf(name: string): SpecialUse | null;
  /** Calendar, Contacts and their like, in the mailbox's language or in English. */
  isNotMail(name: string): boolean;
}

/** Tells a mailbox's language by the folders at its root; where none is known, English. Pure. */
export function chooseDefaultNames(rootNames: readonly string[]): DefaultNames {
  const roots = new Set(rootNames.map(foldName));
  const matches = ({ folded }: { readonly folded: FoldedNames }): number =>
    [...roots].filter((name) => folded.uses.has(name) || folded.notMail.has(name)).length;
  const [best] = LANGUAGES.toSorted((a, b) => matches(b) - matches(a));
  const { names, folded } = best ?? { names: ENGLISH, folded: fold(ENGLISH) };
  const english = fold(ENGLISH);
  const isKnown = matches({ folded }) > 0;
  return {
    nameOf: (use) => names[use][0] ?? ENGLISH[use][0] ?? use,
    useOf: (name) => folded.uses.get(foldName(name)) ?? null,
    isNotMail: (name) =>
      isKnown
        ? folded.notMail.has(foldName(name)) || english.notMail.has(foldName(name))
        : isNotMailAnywhere(name),
  };
}
