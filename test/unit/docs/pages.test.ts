/** Holds the project's pages to what they speak of: files, commands, rights, packages. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { OPTIONAL_RIGHTS } from '../../../src/graph/doctor/optional-rights.ts';
import { REQUIRED_CMDLETS } from '../../../src/graph/required-cmdlets.ts';
import { SCOPED_ROLES, TIER_RIGHTS } from '../../../src/graph/tiers.ts';

const read = (file: string): string => readFileSync(file, 'utf8');

const pages = globSync(['*.md', 'docs/**/*.md', 'infra/**/*.md', 'test/**/*.md']).toSorted();

const manifest: unknown = JSON.parse(read('package.json'));

/** Names of one table of package.json. */
function namesIn(table: 'scripts' | 'dependencies' | 'optionalDependencies'): readonly string[] {
  const holder = typeof manifest === 'object' && manifest !== null ? { ...manifest } : {};
  const found: unknown = Reflect.get(holder, table);
  return typeof found === 'object' && found !== null ? Object.keys(found) : [];
}

/** Targets of links and pictures, without those that lead out of the project. */
function linksOf(page: string): readonly string[] {
  return [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^(?:https?:|mailto:|#)/.test(target));
}

/** First cells of a page's table rows, where they are code. */
function codeCells(page: string, column: number): readonly string[] {
  return read(page)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .flatMap((line) => [...(line.split(' | ')[column] ?? '').matchAll(/`([^`]+)`/g)])
    .map((match) => match[1] ?? '');
}

/** What stands between two of the same sign, sorted. */
function namesBetween(sign: string, text: string): readonly string[] {
  return [...text.matchAll(new RegExp(`${sign}([^${sign}]+)${sign}`, 'g'))]
    .map((match) => match[1] ?? '')
    .toSorted();
}

test('the pages are there', () => {
  expect(pages).toEqual(
    expect.arrayContaining([
      'README.md',
      'ARCHITECTURE.md',
      'docs/errors.md',
      'docs/adr/README.md',
    ]),
  );
});

test.for(pages)('%s: relative links lead to files', (page) => {
  const broken = linksOf(page).filter(
    (target) => !existsSync(path.join(path.dirname(page), target.split('#')[0] ?? '')),
  );
  expect(broken).toEqual([]);
});

test.for(pages)('%s: files of the project that it names exist', (page) => {
  const named = [
    ...read(page).matchAll(/`((?:src|test|scripts|docs|appPackage|infra)\/[\w./-]+)`/g),
  ].map((match) => match[1] ?? '');
  expect(named.filter((file) => !existsSync(file))).toEqual([]);
});

test.for(pages)('%s: commands that it names are in package.json', (page) => {
  const commands = [...read(page).matchAll(/`?npm (run )?(demo|test|start|[a-z]+:?[a-z]*)\b/g)]
    .filter((match) => match[1] !== undefined || ['test', 'start'].includes(match[2] ?? ''))
    .map((match) => match[2] ?? '');
  const scripts = namesIn('scripts');
  expect(commands.filter((command) => !scripts.includes(command))).toEqual([]);
});

test('README names what a person runs first', () => {
  const readme = read('README.md');
  for (const command of ['npm run demo', 'npm test', 'npm run playground', 'npm start']) {
    expect(readme).toContain(command);
  }
});

test('README begins with the two commands', () => {
  const [first = ''] = /```sh\n([\s\S]*?)```/.exec(read('README.md'))?.slice(1) ?? [];
  expect(first).toMatch(/^npm run demo\b.*\nnpm test\b/);
});

test('every decision is listed, short, and numbered once', () => {
  const decisions = globSync('docs/adr/0*.md').toSorted();
  const listed = linksOf('docs/adr/README.md').map((target) => path.join('docs/adr', target));
  expect(listed.toSorted()).toEqual(decisions);
  const numbers = decisions.map((file) => Number(path.basename(file).slice(0, 4)));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(decisions.filter((file) => read(file).split('\n').length >= 60)).toEqual([]);
});

test('every runtime dependency has its reason', () => {
  const reasons = codeCells('docs/adr/0011-runtime-dependencies.md', 0);
  expect(reasons.toSorted()).toEqual(namesIn('dependencies').toSorted());
});

describe('docs/permissions.md', () => {
  const page = 'docs/permissions.md';

  const codes = (cell: string): readonly string[] =>
    [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

  test('lists each right of each tier, and no other', () => {
    const rows = [
      ...read(page).matchAll(
        /^\| (Microsoft Graph|Office 365 Exchange Online) \| `([\w.]+)` \| ([\w-]+) \|/gm,
      ),
    ].map((match) => ({
      resource: match[1] === 'Microsoft Graph' ? 'graph' : 'exchange',
      role: match[2],
      tier: match[3],
    }));
    expect(rows).toEqual(TIER_RIGHTS.map(({ resource, role, tier }) => ({ resource, role, tier })));
  });

  test('lists the optional rights of the tenant check, and no other', () => {
    const [, section = ''] = read(page).split('## Only for the tenant check');
    const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([\w.]+)` \|/gm)];
    expect(rows.map((match) => match[1])).toEqual(Object.values(OPTIONAL_RIGHTS));
  });

  test('lists each role that Exchange gives for a scope, and no other', () => {
    const rows = [...read(page).matchAll(/^\| `(Application [\w.]+)` \| ([\w-]+) \|/gm)];
    expect(rows.map(([, role, tier]) => ({ tier, role }))).toEqual(SCOPED_ROLES);
  });

  test('lists each cmdlet with its parameters, and no other', () => {
    const rows = [
      ...read(page).matchAll(/^\| `(\w+-\w+)` \| ([^|]+) \| ([\w-]+) \| ([^|]+) \|/gm),
    ].map(([, cmdlet, parameters = '', tier, from]) => ({
      cmdlet,
      parameters: codes(parameters),
      tier,
      from,
    }));
    expect(rows).toEqual(REQUIRED_CMDLETS);
  });
});

test('ARCHITECTURE.md draws the import rules that the test holds', () => {
  const [, table = ''] =
    /MAY_IMPORT[^{]*\{([\s\S]*?)\n\};/.exec(read('test/unit/architecture.test.ts')) ?? [];
  const rules = [...table.matchAll(/^ {2}'?([\w/]+)'?: \[([^\]]*)\]/gm)].map(
    ([, part = '', list = '']) => [part, namesBetween("'", list)] as const,
  );
  const rows = read('ARCHITECTURE.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      const [parts = '', , imports = ''] = line.split(' | ');
      return namesBetween('`', parts).map(
        (part) => [part.replace(/(?:\/|\.ts)$/, ''), namesBetween('`', imports)] as const,
      );
    });
  const drawn = new Map(rows);
  expect(rules.length).toBeGreaterThan(8);
  // One row stands for the three small parts, and log needs less than it says.
  const precise = rules.filter(([part]) => part !== 'log');
  expect(precise.map(([part]) => [part, drawn.get(part)])).toEqual(precise);
});
