/** The form in which the person leaves folders or old mail out of the move. */
import type { MigrationView, OwnRule } from '../../jobs/api.ts';
import { parseDay } from '../../jobs/api.ts';
import type { Language } from '../../words/language.ts';
import { personTexts } from '../../words/person.ts';
import { button, MOST_TYPED } from './actions.ts';
import type { Card } from './elements.ts';
import { card, heading, hint, markedLine, paragraph } from './elements.ts';

/** More folders than this nobody types. */
const MOST_FOLDERS = 50;

/** What was typed, or what was wrong with it. */
export type ReadRules =
  | { readonly kind: 'rules'; readonly rules: readonly OwnRule[] }
  | { readonly kind: 'wrong'; readonly complaint: string };

export interface TypedRules {
  /** One folder a line. */
  readonly folders: string;
  readonly before: string;
}

/** Reads the form; nothing typed leaves nothing out. Pure. */
export function readRules({ folders, before }: TypedRules, language: Language): ReadRules {
  const t = personTexts(language);
  const paths = [...new Set(folders.split('\n').map((line) => line.trim()))].filter(
    (path) => path !== '',
  );
  if (paths.length > MOST_FOLDERS) {
    return { kind: 'wrong', complaint: t.tooManyFolders(MOST_FOLDERS) };
  }
  const date = parseDay(before);
  if (before.trim() !== '' && date === null) {
    return { kind: 'wrong', complaint: t.notADay };
  }
  return {
    kind: 'rules',
    rules: [
      ...paths.map((path) => ({ kind: 'folder', path }) as const),
      ...(date === null ? [] : [{ kind: 'before', date } as const]),
    ],
  };
}

function typedOf(rules: readonly OwnRule[]): TypedRules {
  return {
    folders: rules.flatMap((rule) => (rule.kind === 'folder' ? [rule.path] : [])).join('\n'),
    before: rules.find((rule) => rule.kind === 'before')?.date ?? '',
  };
}

/** The form; `typed`: what could not be saved, with why. */
export function leaveOutCard(
  { id: migrationId, rules }: Pick<MigrationView, 'id' | 'rules'>,
  typed: (TypedRules & { readonly complaint: string }) | null,
  language: Language,
): Card {
  const t = personTexts(language);
  const { folders, before } = typed ?? typedOf(rules.person);
  const day = parseDay(before);
  return card({
    summary: t.leaveOutTitle,
    body: [
      heading(t.leaveOutTitle),
      paragraph(t.leaveOutIntro),
      ...(typed === null ? [] : [markedLine('failed', typed.complaint)]),
      {
        type: 'Input.Text',
        id: 'folders',
        label: t.leaveOutFolders,
        placeholder: t.leaveOutFolders,
        isMultiline: true,
        maxLength: MOST_TYPED,
        ...(folders === '' ? {} : { value: folders }),
      },
      hint(t.leaveOutNames),
      {
        type: 'Input.Date',
        id: 'before',
        label: t.leaveOutBefore,
        placeholder: t.leaveOutBefore,
        ...(day === null ? {} : { value: day }),
      },
    ],
    actions: [
      button('person.leave-out', t.leaveOutSave, { migrationId }, 'positive'),
      button('person.show', t.declineNo, { migrationId }),
    ],
  });
}
