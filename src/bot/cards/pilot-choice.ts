/** Another folder as the pilot: those that fit first. */
import { type FolderMapping, type MigrationView, pilotOrder } from '../../jobs/api.ts';
import { formatNoun } from '../../words/format.ts';
import { button } from './actions.ts';
import type { Card } from './elements.ts';
import { card, fitted, heading, hint, markedLine, paragraph, plain } from './elements.ts';

/** More choices than anybody looks through; the last try keeps a card of long names small. */
const MOST_CHOICES = [60, 20, 5] as const;

const titleOf = ({ sourcePath, messages }: FolderMapping): string =>
  `${sourcePath} (${formatNoun(messages, 'message', 'messages')})`;

/** `complaint`: why what was chosen is no pilot. */
export function pilotChoiceCard(migration: MigrationView, complaint: string | null): Card {
  const title = `Which folder of ${plain(migration.person.displayName)} shall be the pilot?`;
  const folders = pilotOrder(migration.folderMap.filter(({ messages }) => messages > 0));
  return fitted(
    MOST_CHOICES.map((most) => () => {
      const shown = folders.slice(0, most);
      return card({
        summary: title,
        body: [
          heading(title),
          ...(complaint === null ? [] : [markedLine('failed', complaint)]),
          paragraph(
            'Best is one of 200 to 500 messages that changes little. I copy it, compare it with iCloud, and ask you again.',
          ),
          {
            type: 'Input.ChoiceSet',
            id: 'folder',
            label: 'Folder',
            placeholder: 'Choose a folder',
            style: 'compact',
            ...(shown[0] === undefined ? {} : { value: shown[0].sourcePath }),
            choices: shown.map((folder) => ({
              title: titleOf(folder),
              value: folder.sourcePath,
            })),
          },
          ...(shown.length < folders.length
            ? [
                hint(
                  `And ${formatNoun(folders.length - shown.length, 'folder', 'folders')} that fit less.`,
                ),
              ]
            : []),
        ],
        actions: [
          button('pilot.choose', 'Copy it as the pilot', { migrationId: migration.id }, 'positive'),
          button('move.show', 'Back', { migrationId: migration.id }),
        ],
      });
    }),
  );
}
