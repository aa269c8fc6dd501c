import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mapFolders } from '../../../src/jobs/copy/folder-map.ts';
import type { SourceFolder, SpecialUse, TargetFolder } from '../../../src/jobs/ports.ts';

const folder = (path: string, specialUse: SpecialUse | null = null): SourceFolder => ({
  path,
  specialUse,
  selectable: true,
});

const EXCHANGE_FOLDERS: readonly TargetFolder[] = [
  folder('INBOX', 'inbox'),
  folder('Sent Items', 'sent'),
  folder('Drafts', 'drafts'),
  folder('Deleted Items', 'trash'),
  folder('Junk Email', 'junk'),
];

function mapTo(
  name: 'exchange-online' | 'generic',
  source: readonly SourceFolder[],
  saved: ReadonlyMap<string, string> = new Map(),
): Record<string, string> {
  const target = name === 'generic' ? [] : EXCHANGE_FOLDERS;
  const mapped = mapFolders({ source, target, traits: { name }, saved });
  return Object.fromEntries(mapped.map(({ sourcePath, targetPath }) => [sourcePath, targetPath]));
}

describe('folders on their way to Exchange', () => {
  test('special folders go to its own, by use and not by name', () => {
    expect(
      mapTo('exchange-online', [
        folder('INBOX', 'inbox'),
        folder('Sent Messages', 'sent'),
        folder('Deleted Messages', 'trash'),
        folder('Junk', 'junk'),
        folder('Archive', 'archive'),
      ]),
    ).toEqual({
      INBOX: 'INBOX',
      'Sent Messages': 'Sent Items',
      'Deleted Messages': 'Deleted Items',
      Junk: 'Junk Email',
      Archive: 'Archive',
    });
  });

  test('names that Exchange keeps for itself, and what is no name to it, are changed', () => {
    const source = [
      folder('Files'),
      folder('Projects/Files'),
      folder(' Trip '),
      folder('a\u0007b'),
    ];
    expect(mapTo('exchange-online', source)).toEqual({
      Files: 'Files (iCloud)',
      'Projects/Files': 'Projects/Files',
      ' Trip ': 'Trip',
      'a\u0007b': 'a_b',
    });
  });

  test('names that differ by case alone stay two folders, with what is below them', () => {
    const source = [folder('Projects'), folder('projects'), folder('projects/2020')];
    expect(mapTo('exchange-online', source)).toEqual({
      Projects: 'Projects',
      projects: 'projects (2)',
      'projects/2020': 'projects (2)/2020',
    });
  });

  test('a folder of the person that is called like one of the special ones is not merged into it', () => {
    const source = [folder('Sent Messages', 'sent'), folder('Sent Items')];
    expect(mapTo('exchange-online', source)).toEqual({
      'Sent Messages': 'Sent Items',
      'Sent Items': 'Sent Items (2)',
    });
  });

  test('what was decided stays, and new folders keep clear of it', () => {
    const saved = new Map([['Projects', 'Projects']]);
    const source = [folder('Projects'), folder('PROJECTS')];
    expect(mapTo('exchange-online', source, saved)).toEqual({ PROJECTS: 'PROJECTS (2)' });
  });

  test('no two folders ever become one', () => {
    const name = fc.constantFrom(
      'a',
      'A',
      'Files',
      'files',
      'Inbox',
      'Sent Items',
      'é',
      ' a',
      'a ',
    );
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 20 }), (paths) => {
        const mapped = Object.values(
          mapTo(
            'exchange-online',
            paths.map((one) => folder(one)),
          ),
        );
        expect(new Set(mapped.map((one) => one.toLowerCase())).size).toBe(paths.length);
      }),
    );
  });
});

test('to any other server folders go as they are', () => {
  const source = [
    folder('INBOX', 'inbox'),
    folder('Files'),
    folder('Projects'),
    folder('projects'),
  ];
  expect(Object.entries(mapTo('generic', source)).every(([from, to]) => from === to)).toBe(true);
});
