import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseFolders, parseChoices } from '../../../src/app/folder-choices.ts';
import { editFolderMap, type MapRow } from '../../../src/jobs/copy/edit-folder-map.ts';
import { pathProblem } from '../../../src/jobs/copy/folder-name.ts';
import { folderReasonText } from '../../../src/words/words.ts';

const row = (sourcePath: string, targetPath = sourcePath, copied = false): MapRow => ({
  sourcePath,
  targetPath,
  copied,
});

const ROWS: readonly MapRow[] = [
  row('INBOX', 'INBOX', true),
  row('Sent Messages', 'Sent Items', true),
  row('Files', 'Files (iCloud)'),
  row('Files/2020', 'Files (iCloud)/2020'),
  row('Files/2020/May', 'Files (iCloud)/2020/May', true),
  row('Work'),
  row('Work/a*b', 'Work/a_b'),
  row('work', 'work (2)'),
];

const edit = (
  renames: Readonly<Record<string, string>>,
  target: 'exchange-online' | 'generic' = 'exchange-online',
): unknown => {
  const list = Object.entries(renames).map(([sourcePath, targetPath]) => ({
    sourcePath,
    targetPath,
  }));
  const result = editFolderMap({ rows: ROWS, renames: list, target });
  return result.kind === 'edited'
    ? Object.fromEntries(result.changes.map((one) => [one.sourcePath, one.targetPath]))
    : result.refusals.map(({ sourcePath, problem }) => `${sourcePath}: ${problem}`);
};

describe('an edit of the folder map', () => {
  test('takes along what lies below, but for what was copied', () => {
    expect(edit({ Files: 'Papers' })).toEqual({ Files: 'Papers', 'Files/2020': 'Papers/2020' });
  });

  test('leaves fields that were not touched to follow their folder', () => {
    expect(edit({ Work: 'Job', 'Work/a*b': 'Work/a_b' })).toEqual({
      Work: 'Job',
      'Work/a*b': 'Job/a_b',
    });
  });

  test('of a folder and of one below it: each as it was named', () => {
    expect(edit({ Files: 'Papers', 'Files/2020': 'Old papers' })).toEqual({
      Files: 'Papers',
      'Files/2020': 'Old papers',
    });
  });

  test('may exchange two names, and takes INBOX however it is written', () => {
    expect(edit({ Work: 'work (2)', work: 'Work' })).toEqual({
      Work: 'work (2)',
      'Work/a*b': 'work (2)/a_b',
      work: 'Work',
    });
    expect(edit({ Work: 'inbox/Work' })).toMatchObject({ Work: 'INBOX/Work' });
  });

  test('that names what is there already changes nothing', () => {
    expect(edit({ Files: 'Files (iCloud)', INBOX: 'Inbox' })).toEqual({});
  });

  test.each([
    ['Files', 'Files', 'reserved'],
    ['Files', 'Kalender', 'not-mail'],
    ['Files', '50 %', 'invalid-name'],
    ['Files', 'Papers ', 'invalid-name'],
    ['Files', '', 'invalid-name'],
    ['Files', 'a//b', 'invalid-name'],
    ['Files', 'x'.repeat(256), 'too-long'],
    ['Files', 'a/'.repeat(300), 'too-deep'],
    ['Files', 'WORK', 'collision'],
    ['Files', 'sent items', 'collision'],
    ['Files', 'inbox', 'collision'],
    ['INBOX', 'Old mail', 'already-copied'],
    ['Files/2020/May', 'May', 'already-copied'],
    ['Nowhere', 'Papers', 'unknown-folder'],
  ])('of %s to %j is refused: %s', (sourcePath, targetPath, problem) => {
    expect(edit({ [sourcePath]: targetPath, work: 'Fine' })).toEqual([`${sourcePath}: ${problem}`]);
    expect(folderReasonText(problem)).not.toBe(problem);
  });

  test('elsewhere than at Exchange keeps to what a path is', () => {
    expect(edit({ Files: 'Calendar', Work: 'files' }, 'generic')).toMatchObject({
      Files: 'Calendar',
      Work: 'files',
    });
    expect(edit({ Files: 'a//b' }, 'generic')).toEqual(['Files: invalid-name']);
    expect(edit({ Files: 'Work' }, 'generic')).toEqual(['Files: collision']);
  });

  test('never makes two folders one, nor a path that Exchange refuses', () => {
    const level = fc.constantFrom('a', 'A', 'b', 'Files', 'files', ' x', 'Kalender', 'Work', '');
    const path = fc.array(level, { minLength: 1, maxLength: 3 }).map((levels) => levels.join('/'));
    const renames = fc.dictionary(
      fc.constantFrom(...ROWS.map(({ sourcePath }) => sourcePath)),
      path,
    );
    fc.assert(
      fc.property(renames, (wanted) => {
        const list = Object.entries(wanted).map(([sourcePath, targetPath]) => ({
          sourcePath,
          targetPath,
        }));
        const result = editFolderMap({ rows: ROWS, renames: list, target: 'exchange-online' });
        const changes = new Map(
          result.kind === 'edited'
            ? result.changes.map((one) => [one.sourcePath, one.targetPath])
            : [],
        );
        const after = ROWS.map((one) => changes.get(one.sourcePath) ?? one.targetPath);
        expect(new Set(after.map((one) => one.toLowerCase())).size).toBe(ROWS.length);
        expect([...changes.values()].map(pathProblem).filter(Boolean)).toEqual([]);
        expect(ROWS.filter((one) => one.copied && changes.has(one.sourcePath))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('copy --folder', () => {
  test('divides a choice where a folder of the source ends', () => {
    expect(parseChoices(['a=b=c', 'x=y=z', 'p=q'], ['a=b', 'x'])).toEqual([
      { sourcePath: 'a=b', targetPath: 'c' },
      { sourcePath: 'x', targetPath: 'y=z' },
      { sourcePath: 'p', targetPath: 'q' },
    ]);
  });

  test('is put into the proposal, or said to be impossible', () => {
    const mapped = [
      {
        sourcePath: 'Files',
        targetPath: 'Files (iCloud)',
        specialUse: null,
        reason: 'reserved' as const,
      },
    ];
    expect(chooseFolders(mapped, ['Files=Papers'], 'exchange-online')).toEqual([
      { sourcePath: 'Files', targetPath: 'Papers', specialUse: null, reason: 'chosen' },
    ]);
    expect(() => chooseFolders(mapped, ['Files=Notes', 'None=x'], 'exchange-online')).toThrow(
      expect.objectContaining({
        code: 'usage.invalid',
        problem: [
          "--folder: 'None' cannot go to 'x': there is no folder of this name in iCloud",
          "--folder: 'Files' cannot go to 'Notes': Outlook uses this name for something that holds no mail",
        ].join('\n'),
      }),
    );
  });
});
