import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MappedFolder, mapFolders } from '../../../src/jobs/copy/folder-map.ts';
import { exchangeName, pathProblem } from '../../../src/jobs/copy/folder-name.ts';
import type { SourceFolder, SpecialUse, TargetFolder } from '../../../src/jobs/ports.ts';
import { FOLDER_REASONS } from '../../../src/words/en/terms.ts';

const folder = (path: string, specialUse: SpecialUse | null = null): SourceFolder => ({
  path,
  specialUse,
  selectable: true,
});
const folders = (...paths: readonly string[]): SourceFolder[] => paths.map((path) => folder(path));

/** As Exchange lists a mailbox: attributes for four, none for Archive and what holds no mail. */
const EXCHANGE_FOLDERS: readonly TargetFolder[] = [
  folder('INBOX', 'inbox'),
  ...folders('Archive', 'Calendar', 'Contacts', 'Journal', 'Notes', 'Outbox', 'Tasks'),
  folder('Sent Items', 'sent'),
  folder('Drafts', 'drafts'),
  folder('Deleted Items', 'trash'),
  folder('Junk Email', 'junk'),
];

const ICLOUD_FOLDERS: readonly SourceFolder[] = [
  folder('INBOX', 'inbox'),
  folder('Sent Messages', 'sent'),
  folder('Drafts', 'drafts'),
  folder('Deleted Messages', 'trash'),
  folder('Junk', 'junk'),
  folder('Archive', 'archive'),
];

type Options = Partial<Omit<Parameters<typeof mapFolders>[0], 'source' | 'traits'>>;

function toExchange(
  source: readonly SourceFolder[],
  options: Options = {},
): readonly MappedFolder[] {
  const traits = { name: 'exchange-online' } as const;
  return mapFolders({ source, target: EXCHANGE_FOLDERS, traits, saved: new Map(), ...options });
}

const pathsOf = (mapped: readonly MappedFolder[]): Record<string, string> =>
  Object.fromEntries(mapped.map(({ sourcePath, targetPath }) => [sourcePath, targetPath]));
const changesOf = (mapped: readonly MappedFolder[]): Record<string, [string, string | null]> =>
  Object.fromEntries(
    mapped
      .filter(({ sourcePath, targetPath }) => sourcePath !== targetPath)
      .map(({ sourcePath, targetPath, reason }) => [sourcePath, [targetPath, reason]]),
  );

describe('special folders on their way to Exchange', () => {
  const english = {
    INBOX: 'INBOX',
    'Sent Messages': 'Sent Items',
    Drafts: 'Drafts',
    'Deleted Messages': 'Deleted Items',
    Junk: 'Junk Email',
    Archive: 'Archive',
  };

  test('go to its own, by attribute, and Archive by name', () => {
    expect(pathsOf(toExchange(ICLOUD_FOLDERS))).toEqual(english);
  });

  test('go there also where neither side gives an attribute', () => {
    const bare = (list: readonly SourceFolder[]): SourceFolder[] =>
      list.map(({ path }) => folder(path));
    expect(pathsOf(toExchange(bare(ICLOUD_FOLDERS), { target: bare(EXCHANGE_FOLDERS) }))).toEqual(
      english,
    );
  });

  test.each([
    ['German', 'Gesendete Elemente', 'Entwürfe', 'Gelöschte Elemente', 'Junk-E-Mail', 'Archiv'],
    [
      'French',
      'Éléments envoyés',
      'Brouillons',
      'Éléments supprimés',
      'Courrier indésirable',
      'Archive',
    ],
    [
      'Spanish',
      'Elementos enviados',
      'Borradores',
      'Elementos eliminados',
      'Correo no deseado',
      'Archivo',
    ],
    ['Italian', 'Posta inviata', 'Bozze', 'Posta eliminata', 'Posta indesiderata', 'Archivio'],
    ['Dutch', 'Verzonden items', 'Concepten', 'Verwijderde items', 'Ongewenste e-mail', 'Archief'],
    [
      'Portuguese of Brazil',
      'Itens Enviados',
      'Rascunhos',
      'Itens Excluídos',
      'Lixo Eletrônico',
      'Arquivo Morto',
    ],
    ['Japanese', '送信済みアイテム', '下書き', '削除済みアイテム', '迷惑メール', 'アーカイブ'],
    ['Swedish', 'Skickat', 'Utkast', 'Borttaget', 'Skräppost', 'Arkiv'],
    ['Danish', 'Sendt post', 'Kladder', 'Slettet post', 'Uønsket mail', 'Arkiv'],
    ['Norwegian', 'Sendte elementer', 'Kladd', 'Slettede elementer', 'Søppelpost', 'Arkiv'],
    ['Finnish', 'Lähetetyt', 'Luonnokset', 'Poistetut', 'Roskaposti', 'Arkisto'],
    [
      'Polish',
      'Elementy wysłane',
      'Wersje robocze',
      'Elementy usunięte',
      'Wiadomości-śmieci',
      'Archiwum',
    ],
  ])('in %s, without attributes', (_language, ...names) => {
    const [sent, drafts, trash, junk, archive] = names;
    const target = folders('INBOX', ...names);
    expect(pathsOf(toExchange(ICLOUD_FOLDERS, { target }))).toEqual({
      INBOX: 'INBOX',
      'Sent Messages': sent,
      Drafts: drafts,
      'Deleted Messages': trash,
      Junk: junk,
      Archive: archive,
    });
  });

  test("a mailbox's language is that of most of its folders, so that one of the person's own does not tell it", () => {
    const target = [
      ...folders('INBOX', 'Gelöschte Elemente', 'Kalender', 'Gesendete Elemente', 'Entwürfe'),
      ...folders('Junk-E-Mail', 'Sent Items', 'Archive', 'Archiv'),
    ];
    expect(pathsOf(toExchange(ICLOUD_FOLDERS, { target }))).toMatchObject({
      'Sent Messages': 'Gesendete Elemente',
      Archive: 'Archiv',
    });
  });

  test('an archive that is not there yet gets its name in the language of the mailbox', () => {
    const target = folders('INBOX', 'Gelöschte Elemente', 'Kalender', 'Entwürfe');
    const mapped = toExchange([folder('Archive', 'archive'), folder('Archive/2020')], { target });
    expect(pathsOf(mapped)).toEqual({ Archive: 'Archiv', 'Archive/2020': 'Archiv/2020' });
  });

  test("a folder of the person's own with such a name is not merged into it", () => {
    const source = [folder('Sent Messages', 'sent'), folder('Sent Items'), folder('Posteingang')];
    expect(
      changesOf(toExchange(source, { target: folders('Gelöschte Elemente', 'Entwürfe') })),
    ).toEqual({
      'Sent Messages': ['Gesendete Elemente', 'special-use'],
      Posteingang: ['Posteingang (2)', 'collision'],
    });
    expect(changesOf(toExchange(source))).toEqual({
      'Sent Messages': ['Sent Items', 'special-use'],
      'Sent Items': ['Sent Items (2)', 'collision'],
    });
  });

  test('two folders that claim one use do not become one', () => {
    const source = [folder('A', 'sent'), folder('B', 'sent')];
    expect(pathsOf(toExchange(source))).toEqual({ A: 'Sent Items', B: 'B' });
  });
});

describe('names that Exchange does not take', () => {
  test.each([
    ['Files', 'Files (iCloud)', 'reserved'],
    ['FILES', 'FILES (iCloud)', 'reserved'],
    ['Calendar', 'Calendar (iCloud)', 'not-mail'],
    ['notes', 'notes (iCloud)', 'not-mail'],
    ['Conversation History', 'Conversation History (iCloud)', 'not-mail'],
    ['RSS Feeds', 'RSS Feeds (iCloud)', 'not-mail'],
    ['Sync Issues', 'Sync Issues (iCloud)', 'not-mail'],
    [' Trip ', 'Trip', 'invalid-name'],
    ['a\u0007b', 'a_b', 'invalid-name'],
    ['50 % off*', '50 _ off_', 'invalid-name'],
    ['the "best"', 'the _best_', 'invalid-name'],
    ['#news', '_news', 'invalid-name'],
    ['half \ud83d', 'half _', 'invalid-name'],
    ['A\u2215B', 'A-B', 'slash'],
    ['A&AC8-B', 'A-B', 'slash'],
    ['x'.repeat(300), 'x'.repeat(255), 'too-long'],
    [`${'x'.repeat(254)}😀`, 'x'.repeat(254), 'too-long'],
    ['   ', '_', 'invalid-name'],
  ])('%j becomes %j: %s', (name, wanted, reason) => {
    expect(changesOf(toExchange([folder(name)]))).toEqual({ [name]: [wanted, reason] });
  });

  test('below the root only what is no name anywhere is changed', () => {
    const source = folders('Work', 'Work/Files', 'Work/Calendar', 'Work/a*b', 'v1.2', 'C#', 'R&D');
    expect(changesOf(toExchange(source))).toEqual({ 'Work/a*b': ['Work/a_b', 'invalid-name'] });
  });

  test('what holds no mail in the language of the mailbox is avoided, with what is below it', () => {
    const target = folders('INBOX', 'Gelöschte Elemente', 'Kalender', 'Entwürfe');
    const source = folders('Kalender', 'Kalender/2020', 'Notizen', 'Agenda');
    expect(changesOf(toExchange(source, { target }))).toEqual({
      Kalender: ['Kalender (iCloud)', 'not-mail'],
      'Kalender/2020': ['Kalender (iCloud)/2020', null],
      Notizen: ['Notizen (iCloud)', 'not-mail'],
    });
  });

  test('a folder whose class is known to be another is no target, at any level', () => {
    const classes = new Map([
      ['Team/Dates', 'IPF.Appointment'],
      ['Team/Mail', 'IPF.Note'],
    ]);
    expect(changesOf(toExchange(folders('Team/Dates', 'Team/Mail'), { classes }))).toEqual({
      'Team/Dates': ['Team/Dates (iCloud)', 'not-mail'],
    });
  });

  test('levels that the source does not list are seen to as well', () => {
    expect(pathsOf(toExchange(folders('Files/2020')))).toEqual({
      'Files/2020': 'Files (iCloud)/2020',
    });
  });

  test('names that differ by capitals, accents or blanks alone stay several folders', () => {
    const source = folders(
      'projects',
      'projects/2020',
      'Projects',
      'Projects ',
      'Cafe\u0301',
      'Café',
    );
    expect(pathsOf(toExchange(source))).toEqual({
      Projects: 'Projects',
      'Projects ': 'Projects (2)',
      projects: 'projects (3)',
      'projects/2020': 'projects (3)/2020',
      'Cafe\u0301': 'Cafe\u0301',
      Café: 'Café (2)',
    });
  });

  test('over-long names that are cut to one are told apart within the length', () => {
    const long = 'x'.repeat(300);
    const mapped = toExchange(folders(`${long}a`, `${long}b`));
    expect(mapped.map(({ targetPath }) => targetPath)).toEqual([
      'x'.repeat(255),
      `${'x'.repeat(251)} (2)`,
    ]);
  });

  test('folders inside too many others become neighbours of the last', () => {
    const deep = Array.from({ length: 303 }, (_, level) => `l${level}`);
    const source = deep.map((_, level) => folder(deep.slice(0, level + 1).join('/')));
    const mapped = toExchange(source);
    expect(mapped.every(({ targetPath }) => targetPath.split('/').length <= 300)).toBe(true);
    expect(mapped.filter(({ reason }) => reason === 'too-deep')).toHaveLength(3);
    expect(mapped.at(-1)?.targetPath).toBe([...deep.slice(0, 299), 'l302'].join('/'));
  });
});

describe('decisions', () => {
  test('stay, and new folders keep clear of them', () => {
    const saved = new Map([
      ['Projects', 'Projects'],
      ['Files', 'Papers'],
    ]);
    const source = folders('Projects', 'PROJECTS', 'Files', 'Files/2020', 'papers');
    expect(pathsOf(toExchange(source, { saved }))).toEqual({
      PROJECTS: 'PROJECTS (2)',
      'Files/2020': 'Papers/2020',
      papers: 'papers (2)',
    });
  });

  /** Names that come close to one another and to what Exchange keeps for itself. */
  const name = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.constantFrom('a', 'A', 'a ', ' a', 'a (2)', 'é', 'e\u0301', 'É', '_', '*'),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        'Files',
        'files',
        'Inbox',
        'Sent Items',
        'sent messages',
        'Calendar',
        'Kalender',
        'Archiv',
        'Entwürfe',
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('x'.repeat(254), 'x'.repeat(256), 'A&AC8-B', 'A\u2215B', 'A-B'),
    },
    {
      weight: 2,
      arbitrary: fc
        .string({ unit: 'binary', minLength: 1, maxLength: 6 })
        .filter((s) => !s.includes('/')),
    },
  );
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
  const uses = fc.option(fc.constantFrom<SpecialUse>('sent', 'trash', 'junk', 'archive'), {
    freq: 8,
  });
  const source = fc
    .uniqueArray(fc.record({ path, specialUse: uses }), {
      maxLength: 24,
      selector: (one) => one.path,
    })
    .map((list) => list.map((one) => folder(one.path, one.specialUse)));
  const fold = (target: string): string => target.normalize('NFC').toLowerCase();

  test('no two folders ever become one, each target is one that Exchange takes, each change has words', () => {
    fc.assert(
      fc.property(source, (list) => {
        const mapped = toExchange(list);
        expect(mapped.map(({ sourcePath }) => sourcePath).toSorted()).toEqual(
          list.map((one) => one.path).toSorted(),
        );
        expect(new Set(mapped.map(({ targetPath }) => fold(targetPath))).size).toBe(list.length);
        for (const { targetPath, sourcePath, specialUse, reason } of mapped) {
          for (const level of targetPath.split('/')) {
            expect(exchangeName(level).problem).toBeNull();
          }
          expect(fold(targetPath)).not.toMatch(
            /^(?:files|calendar|contacts|tasks|journal|notes|outbox)(?:\/|$)/,
          );
          const last = (one: string): string | undefined => one.split('/').at(-1);
          const isExplained =
            reason === null
              ? specialUse !== null || last(targetPath) === last(sourcePath)
              : FOLDER_REASONS[reason].length > 0;
          expect(isExplained).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('are the same in any order of listing, when made again, and over what was made of them', () => {
    fc.assert(
      fc.property(source, fc.integer(), (list, seed) => {
        const first = pathsOf(toExchange(list));
        const shuffled = list.toSorted(
          (a, b) => ((a.path.length * seed) % 7) - ((b.path.length * seed) % 7),
        );
        expect(pathsOf(toExchange(shuffled.filter((one) => one.specialUse === null)))).toEqual(
          pathsOf(toExchange(list.filter((one) => one.specialUse === null))),
        );
        expect(toExchange(list, { saved: new Map(Object.entries(first)) })).toEqual([]);
        // A lost ledger: the target holds what the first run made, and the same folders are found again.
        const made = folders(...Object.values(first)).filter(
          (one) => !EXCHANGE_FOLDERS.some((there) => fold(there.path) === fold(one.path)),
        );
        expect(pathsOf(toExchange(list, { target: [...EXCHANGE_FOLDERS, ...made] }))).toEqual(
          first,
        );
      }),
      { numRuns: 300 },
    );
  });

  test('of earlier runs are kept, whatever comes later', () => {
    fc.assert(
      fc.property(source, source, (before, after) => {
        const saved = new Map(Object.entries(pathsOf(toExchange(before))));
        const added = toExchange(after, { saved });
        expect(added.filter(({ sourcePath }) => saved.has(sourcePath))).toEqual([]);
        const all = [...saved.values(), ...added.map(({ targetPath }) => targetPath)].map(fold);
        expect(new Set(all).size).toBe(all.length);
      }),
      { numRuns: 300 },
    );
  });
});

test.each([
  ['Family', null],
  ['Family/2020', null],
  ['Archive', null],
  ['Files', 'reserved'],
  ['Kalender', 'not-mail'],
  ['Kalender/2020', 'not-mail'],
  ['Family/Files', null],
  ['', 'invalid-name'],
  ['a//b', 'invalid-name'],
  ['a ', 'invalid-name'],
  ['x'.repeat(256), 'too-long'],
  [Array.from({ length: 301 }, () => 'x').join('/'), 'too-deep'],
] as const)('the path %j: %s', (path, problem) => {
  expect(pathProblem(path)).toBe(problem);
});

test('to any other server folders go as they are', () => {
  const source = [
    folder('INBOX', 'inbox'),
    ...folders('Files', 'Projects', 'projects', ' a*"% ', 'Calendar', 'x'.repeat(300), 'A\u2215B'),
  ];
  const mapped = mapFolders({ source, target: [], traits: { name: 'generic' }, saved: new Map() });
  expect(mapped).toHaveLength(source.length);
  expect(changesOf(mapped)).toEqual({});
});
