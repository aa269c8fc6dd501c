import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * Which part of src may import which, as ARCHITECTURE.md draws it. A part is a folder or a file at the
 * root of src; `jobs/api` and `secrets/open` name single files. Every part may import itself.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  clock: ['errors'],
  log: [],
  config: ['errors'],
  mail: ['errors'],
  secrets: ['errors'],
  words: ['errors'],
  imap: ['mail', 'errors', 'clock', 'log'],
  graph: ['mail', 'errors', 'clock', 'log'],
  jobs: ['jobs/db', 'mail', 'errors', 'clock', 'log'],
  'jobs/db': ['jobs', 'mail', 'errors', 'clock', 'log'],
  'jobs/adapters': [
    'jobs',
    'jobs/db',
    'imap',
    'graph',
    'mail',
    'secrets/open',
    'secrets/claims',
    'errors',
    'clock',
    'log',
  ],
  web: [
    'jobs/api',
    'bot/person-desk',
    'bot/cards/elements',
    'bot/cards/actions',
    'words',
    'errors',
    'clock',
    'log',
  ],
  bot: ['jobs/api', 'secrets/seal', 'secrets/claims', 'words', 'errors', 'clock', 'log'],
};

/** Parts that wire the others together: the subcommands, and what they share. */
const ROOTS = ['main', 'app'];

/** The only places that may import these packages; all others are free within the table above. */
const FENCES: readonly { readonly packages: RegExp; readonly places: RegExp }[] = [
  { packages: /^(botbuilder|botframework-.*)$/, places: /^bot\/gateway(\/|\.ts$|-)/ },
  { packages: /^imapflow$/, places: /^imap\// },
  { packages: /^(pg|pg-boss|drizzle-orm)$/, places: /^jobs\/(db|adapters)\// },
  {
    packages: /^(@microsoft\/microsoft-graph-.*|@azure\/msal-node)$/,
    places: /^graph\//,
  },
  { packages: /^pino$/, places: /^log\.ts$/ },
  { packages: /^prom-client$/, places: /^app\/metrics\.ts$/ },
];

interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
  readonly reExport: boolean;
}

const STATIC_IMPORT =
  /\b(?<kind>import|export)\b(?<type>\s+type\b)?[^'"`;=]*?\bfrom\s*(?<quote>['"])(?<from>[^'"]+)\k<quote>/g;
const BARE_IMPORT = /\bimport\s*['"](?<from>[^'"]+)['"]/g;
const DYNAMIC_IMPORT = /\bimport\s*\(\s*['"](?<from>[^'"]+)['"]/g;
const COMPUTED_IMPORT = /\bimport\s*\(\s*(?!['"])/;

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}

function importsOf(source: string): Import[] {
  const text = withoutComments(source);
  const statics = [...text.matchAll(STATIC_IMPORT)].map(({ groups = {} }) => ({
    from: groups['from'] ?? '',
    typeOnly: groups['type'] !== undefined,
    reExport: groups['kind'] === 'export',
  }));
  const others = [...text.matchAll(BARE_IMPORT), ...text.matchAll(DYNAMIC_IMPORT)].map(
    ({ groups = {} }) => ({ from: groups['from'] ?? '', typeOnly: false, reExport: false }),
  );
  return [...statics, ...others];
}

/** The part that a file of src belongs to, the longest that the table names. */
function partOf(file: string): string {
  const bare = file.replace(/\.ts$/, '');
  const folders = bare.split('/');
  const names = folders.map((_, index) => folders.slice(0, index + 1).join('/')).toReversed();
  return names.find((name) => name in MAY_IMPORT || ROOTS.includes(name)) ?? bare;
}

function mayImport(file: string, target: string): boolean {
  const part = partOf(file);
  if (ROOTS.includes(part) || partOf(target) === part) {
    return true;
  }
  const allowed = MAY_IMPORT[part] ?? [];
  const single = target.replace(/\.ts$/, '');
  return allowed.includes(partOf(target)) || allowed.includes(single);
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** What `file` (relative to `root`) imports by relative path, relative to `root` too. */
function relativeImports(root: string, file: string): readonly (Import & { target: string })[] {
  return importsOf(readFileSync(path.join(root, file), 'utf8'))
    .filter(({ from }) => from.startsWith('.'))
    .map((one) => ({
      ...one,
      target: path.posix.normalize(path.posix.join(path.posix.dirname(file), one.from)),
    }));
}

function filesIn(root: string): string[] {
  return globSync('**/*.ts', { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted();
}

describe('how imports are found', () => {
  test.for([
    [`import { a } from './a.ts';`, './a.ts', false],
    [`import {\n  a,\n  type B,\n} from "./a.ts";`, './a.ts', false],
    [`import type { A } from './a.ts';`, './a.ts', true],
    [`export { a } from './a.ts';`, './a.ts', false],
    [`export * from './a.ts';`, './a.ts', false],
    [`export type { A } from './a.ts';`, './a.ts', true],
    [`import './a.ts';`, './a.ts', false],
    [`const a = await import('./a.ts');`, './a.ts', false],
    [`type A = import('./a.ts').A;`, './a.ts', false],
    [`const a = 1;\nexport const b = 2;\nimport c from './a.ts';`, './a.ts', false],
  ] as const)('%s', ([source, from, typeOnly]) => {
    expect(importsOf(source)).toMatchObject([{ from, typeOnly }]);
  });

  test('comments and plain exports import nothing', () => {
    const source = `// import { a } from './a.ts';\n/* from './b.ts' */\nexport const text = 'from';`;
    expect(importsOf(source)).toEqual([]);
  });

  test('the table names one file where it means one file', () => {
    expect(mayImport('bot/dispatch.ts', 'jobs/api.ts')).toBe(true);
    expect(mayImport('bot/dispatch.ts', 'jobs/ports.ts')).toBe(false);
    expect(mayImport('bot/dispatch.ts', 'secrets/open.ts')).toBe(false);
    expect(mayImport('jobs/copy/copy-folders.ts', 'jobs/adapters/imap-source.ts')).toBe(false);
    expect(mayImport('jobs/copy/copy-folders.ts', 'imap/client.ts')).toBe(false);
    expect(mayImport('words/texts.ts', 'jobs/api.ts')).toBe(false);
  });
});

const files = filesIn('src');

test('every part of src is named in the table', () => {
  expect(files.length).toBeGreaterThan(20);
  const unnamed = files.map(partOf).filter((part) => !(part in MAY_IMPORT || ROOTS.includes(part)));
  expect(unnamed).toEqual([]);
});

/** Calls `look` for every file and gathers what it reports, each with its file's name. */
function gather(
  root: string,
  names: readonly string[],
  look: (file: string) => string[],
): string[] {
  expect(names.length, `files in ${root}`).toBeGreaterThan(0);
  return names.flatMap((file) => look(file).map((finding) => `${root}/${file}: ${finding}`));
}

function sourceOf(file: string): string {
  return readFileSync(path.join('src', file), 'utf8');
}

test('every file imports only what its part may', () => {
  const bad = gather('src', files, (file) =>
    relativeImports('src', file)
      .filter(({ target }) => target.startsWith('..') || !mayImport(file, target))
      .map(({ target }) => target),
  );
  expect(bad).toEqual([]);
});

test('the log is imported as types, save where the parts are wired', () => {
  const bad = gather('src', files, (file) =>
    relativeImports('src', file)
      .filter(({ target, typeOnly }) => target === 'log.ts' && !typeOnly)
      .filter(() => !ROOTS.includes(partOf(file)))
      .map(({ target }) => target),
  );
  expect(bad).toEqual([]);
});

test('every third-party package stays inside its fence', () => {
  const bad = gather('src', files, (file) =>
    importsOf(sourceOf(file))
      .map(({ from }) => packageOf(from))
      .filter((name) =>
        FENCES.some((fence) => fence.packages.test(name) && !fence.places.test(file)),
      ),
  );
  expect(bad).toEqual([]);
});

test('what faces Teams does not load what opens passwords', () => {
  const reached = new Set<string>();
  const walk = (file: string): void => {
    if (!reached.has(file)) {
      reached.add(file);
      for (const { target, typeOnly } of relativeImports('src', file)) {
        if (!typeOnly) {
          walk(target);
        }
      }
    }
  };
  walk('app/serve-bot.ts');
  expect([...reached]).toEqual(expect.arrayContaining(['secrets/seal.ts', 'bot/gateway.ts']));
  expect([...reached].filter((file) => file === 'secrets/open.ts')).toEqual([]);
  reached.clear();
  walk('app/serve-worker.ts');
  expect(reached).toContain('secrets/open.ts');
});

test('no import is computed', () => {
  const bad = files.filter((file) => COMPUTED_IMPORT.test(withoutComments(sourceOf(file))));
  expect(bad).toEqual([]);
});

test('no file is a barrel', () => {
  const bad = files.filter((file) => {
    const source = withoutComments(sourceOf(file));
    const own = source.replaceAll(STATIC_IMPORT, (statement) =>
      statement.startsWith('export') ? '' : statement,
    );
    return (
      path.basename(file) === 'index.ts' ||
      /\bexport\s*\*/.test(source) ||
      own.replaceAll(/[\s;]/g, '') === ''
    );
  });
  expect(bad).toEqual([]);
});

/** These start the product as a process of its own, and are not part of the world that it meets. */
const STARTS_THE_PRODUCT = /^sim\/(demo|playground|world-launcher[^/]*)\.ts$/;

/** What a test compares the product with: nothing of it may come from the product. */
const INDEPENDENT = /^(sim|support\/compare)\//;

test('the simulated world and the comparison import nothing from src', () => {
  const independent = filesIn('test').filter(
    (file) => INDEPENDENT.test(file) && !STARTS_THE_PRODUCT.test(file),
  );
  const bad = gather('test', independent, (file) =>
    relativeImports('test', file)
      .map(({ target }) => target)
      .filter((target) => target.startsWith('../src/')),
  );
  expect(bad).toEqual([]);
});
