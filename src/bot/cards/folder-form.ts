/** The folder map for review: what is not obvious on top, with a field wherever something can still be changed. */
import type { FolderMapping, FolderRename, RenameRefusal } from '../../jobs/api.ts';
import { formatCount } from '../../words/format.ts';
import { folderReasonText } from '../../words/words.ts';
import type { CardElement, TextInput } from './elements.ts';
import { hint, paragraph, plain, subheading } from './elements.ts';

/** More fields than this nobody fills in; the others are reached by their name. */
export const MOST_FIELDS = 8;
const MOST_SPECIAL = 6;
/** A longer path is not typed into a card; `copy --folder` takes it. */
export const MOST_LETTERS = 1000;

/** What a press of the form brings: the folders of its fields as the card had them, and what was typed. */
export interface FolderFormData {
  readonly paths: readonly string[];
  readonly name0?: string | undefined;
  readonly name1?: string | undefined;
  readonly name2?: string | undefined;
  readonly name3?: string | undefined;
  readonly name4?: string | undefined;
  readonly name5?: string | undefined;
  readonly name6?: string | undefined;
  readonly name7?: string | undefined;
  readonly otherFolder?: string | undefined;
  readonly otherName?: string | undefined;
}

/** What was typed and could not be saved, so that it is not lost. */
export type TypedNames = readonly FolderRename[];

const ORDER: readonly (FolderMapping['reason'] | undefined)[] = [
  'collision',
  'reserved',
  'not-mail',
  'slash',
  'invalid-name',
  'too-long',
  'too-deep',
  'chosen',
];

const isRenamed = ({ reason }: FolderMapping): boolean =>
  reason !== null && reason !== 'special-use';

/** Warnings first; what cannot be changed any more last. */
function renamedFolders(map: readonly FolderMapping[]): readonly FolderMapping[] {
  const rank = ({ reason, editable }: FolderMapping): number =>
    ORDER.indexOf(reason) + (editable ? 0 : ORDER.length);
  return map.filter(isRenamed).toSorted((a, b) => rank(a) - rank(b));
}

function fieldsOf(map: readonly FolderMapping[]): readonly FolderMapping[] {
  return renamedFolders(map)
    .filter(
      ({ editable, sourcePath, targetPath }) =>
        editable && Math.max(sourcePath.length, targetPath.length) <= MOST_LETTERS,
    )
    .slice(0, MOST_FIELDS);
}

/** The source paths of the form's fields: they travel in its buttons. */
export function formPaths(map: readonly FolderMapping[]): string[] {
  return fieldsOf(map).map(({ sourcePath }) => sourcePath);
}

function field(id: string, label: string, value: string): TextInput {
  return {
    type: 'Input.Text',
    id,
    label,
    placeholder: label,
    ...(value === '' ? {} : { value }),
    maxLength: MOST_LETTERS,
  };
}

/** Two folders that Exchange takes for one: what they are called then, somebody should decide. */
const wantsDecision = ({ reason }: FolderMapping): boolean => reason === 'collision';

/** Names of the proposals that stand in one line. */
const MOST_NAMED = 4;
const HIDDEN_FIELDS = 'folder-names';

/** "'Files' → 'Files (iCloud)', … and 3 more": what is proposed and needs no word. */
function proposedText(folders: readonly FolderMapping[]): string {
  const shown = folders
    .slice(0, MOST_NAMED)
    .map(({ sourcePath, targetPath }) => `'${plain(sourcePath)}' → '${plain(targetPath)}'`);
  const more = folders.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}

/**
 * What wants a decision with a field of its own; every other name with its field too, but folded away until
 * somebody wants to see it, or typed something that could not be saved.
 */
export function folderForm(
  map: readonly FolderMapping[],
  typed: TypedNames,
  fold: 'folded' | 'open' = 'folded',
): readonly CardElement[] {
  if (map.length === 0) {
    return [];
  }
  const fields = fieldsOf(map);
  const renamed = renamedFolders(map);
  const quiet = renamed.filter((folder) => !wantsDecision(folder));
  const hidden = renamed.length - fields.length;
  const typedFor = (path: string): string | undefined =>
    typed.find(({ sourcePath }) => sourcePath === path)?.targetPath;
  const asked = fields.map((folder, index) => ({
    folder,
    elements: [
      paragraph(
        `'${plain(folder.sourcePath)}' → '${plain(folder.targetPath)}': ${folderReasonText(folder.reason ?? '')}.`,
        { spacing: 'Medium' },
      ),
      field(
        `name${index}`,
        'Its name in Outlook',
        typedFor(folder.sourcePath) ?? folder.targetPath,
      ),
    ],
  }));
  const folded = [
    ...asked.filter(({ folder }) => !wantsDecision(folder)).flatMap(({ elements }) => elements),
    ...(hidden > 0 ? [hint(`And ${formatCount(hidden)} more with a new name.`)] : []),
    ...otherFields(map, typed, fields),
  ];
  return [
    subheading(`${formatCount(map.length)} folders`),
    ...asked.filter(({ folder }) => wantsDecision(folder)).flatMap(({ elements }) => elements),
    ...(quiet.length > 0 ? [hint(`Other names in Outlook: ${proposedText(quiet)}.`)] : []),
    ...specialLines(map),
    ...(folded.length === 0 ? [] : foldedAway(folded, fold === 'open' || typed.length > 0)),
  ];
}

function foldedAway(items: readonly CardElement[], isVisible: boolean): readonly CardElement[] {
  return [
    {
      type: 'ActionSet',
      actions: [
        {
          type: 'Action.ToggleVisibility',
          title: 'Names, and why…',
          targetElements: [HIDDEN_FIELDS],
        },
      ],
    },
    { type: 'Container', id: HIDDEN_FIELDS, isVisible, items },
  ];
}

/** "Outlook has its own: Sent Messages → Sent Items, …", and the rest as a number. */
function specialLines(map: readonly FolderMapping[]): readonly CardElement[] {
  const special = map.filter(({ reason }) => reason === 'special-use');
  const shown = special
    .slice(0, MOST_SPECIAL)
    .map(({ sourcePath, targetPath }) => `'${plain(sourcePath)}' → '${plain(targetPath)}'`);
  const kept = map.length - special.length - map.filter(isRenamed).length;
  return [
    ...(special.length > 0
      ? [hint(`Outlook has these under its own names: ${shown.join(', ')}.`)]
      : []),
    ...(kept > 0
      ? [hint(kept === 1 ? '1 keeps its name.' : `${formatCount(kept)} keep their names.`)]
      : []),
  ];
}

function otherFields(
  map: readonly FolderMapping[],
  typed: TypedNames,
  fields: readonly FolderMapping[],
): readonly CardElement[] {
  const others = map.filter((folder) => folder.editable && !fields.includes(folder));
  if (others.length === 0) {
    return [];
  }
  const other = typed.find(
    ({ sourcePath }) => !fields.some((one) => one.sourcePath === sourcePath),
  );
  return [
    paragraph('Shall another folder go elsewhere? A / puts it into another one.', {
      spacing: 'Medium',
    }),
    field('otherFolder', 'Its name in iCloud', other?.sourcePath ?? ''),
    field('otherName', 'Its name in Outlook', other?.targetPath ?? ''),
  ];
}

/** What was typed, as renames; an empty field leaves its folder as it is. */
export function readRenames(
  data: FolderFormData,
  map: readonly FolderMapping[],
): readonly FolderRename[] {
  const { name0, name1, name2, name3, name4, name5, name6, name7 } = data;
  const names = [name0, name1, name2, name3, name4, name5, name6, name7];
  const filled = data.paths.flatMap((sourcePath, index) => {
    const targetPath = names[index] ?? '';
    return targetPath === '' ? [] : [{ sourcePath, targetPath }];
  });
  const { otherFolder = '', otherName = '' } = data;
  return otherFolder === '' && otherName === ''
    ? filled
    : [...filled, { sourcePath: asListed(otherFolder, map), targetPath: otherName }];
}

/** The folder that was meant, whatever its capitals. */
function asListed(typed: string, map: readonly FolderMapping[]): string {
  const paths = map.map(({ sourcePath }) => sourcePath);
  const alike = paths.filter((path) => path.toLowerCase() === typed.toLowerCase());
  return alike.find((path) => path === typed) ?? alike[0] ?? typed;
}

/** "'Files' cannot be called 'Notes': …", one sentence for each name that cannot be. */
export function refusalText(refusals: readonly RenameRefusal[]): string {
  const lines = refusals
    .slice(0, MOST_FIELDS)
    .map(
      ({ sourcePath, targetPath, problem }) =>
        `'${plain(sourcePath)}' cannot be '${plain(targetPath)}': ${folderReasonText(problem)}.`,
    );
  return [...lines, 'Nothing was changed.'].join(' ');
}
