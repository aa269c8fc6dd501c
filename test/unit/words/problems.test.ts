import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { STATES } from '../../../src/jobs/migration/state.ts';
import { explain, reasonText, stateText, wordsFor } from '../../../src/words/words.ts';
import { collectCodes } from '../docs/source-codes.ts';

const codesInSource = (): ReadonlySet<string> => new Set(collectCodes().keys());

/** Reasons that a message or folder carries, as literals. */
function reasonsInSource(): ReadonlySet<string> {
  const texts = globSync('src/jobs/**/*.ts').map((file) => readFileSync(file, 'utf8'));
  const literal = texts.flatMap((text) =>
    [...text.matchAll(/reason: '(copy\.[a-z-]+)'/g)].map((match) => match[1] ?? ''),
  );
  const types = readFileSync('src/mail/guard/types.ts', 'utf8').split('/** Why a message');
  const union = (text: string | undefined): readonly string[] =>
    [...(text ?? '').matchAll(/\| '([a-z0-9-]+)'/g)].map((match) => match[1] ?? '');
  const refusals = union(types[1]?.split('export interface')[0]).map((code) => `copy.${code}`);
  return new Set([...literal, ...union(types[0]), ...refusals]);
}

const words = wordsFor('en');
const unknown = words.unknownProblem('x').doNext;

test('the search finds the codes', () => {
  expect(codesInSource().size).toBeGreaterThan(40);
  expect(reasonsInSource().size).toBeGreaterThan(8);
});

test.for([...codesInSource()].toSorted())('%s has words of its own', (code) => {
  const { what, doNext } = explain({ code, facts: {} });
  expect(doNext).not.toBe(unknown);
  expect(what.length).toBeGreaterThan(10);
  expect(`${what} ${doNext}`).not.toMatch(/undefined|an error occurred/i);
});

test.for([...reasonsInSource()].toSorted())('reason %s has words of its own', (code) => {
  expect(words.reasons[code]).toBeTruthy();
});

test('each refusal that names what was found has words, and only those', () => {
  const source = readFileSync('src/imap/errors.ts', 'utf8');
  const union = /export type RefusalReason =([^;]*);/.exec(source)?.[1] ?? '';
  const found = [...union.matchAll(/'([a-z-]+)'/g)].map((match) => match[1] ?? '');
  const named = found.filter((reason) => reason !== 'unclassified');
  expect(Object.keys(words.refusals).toSorted()).toEqual(named.toSorted());
  expect(reasonText('imap.message-refused.virus')).toBe('Exchange found a virus in it');
  expect(reasonText('imap.message-refused.unclassified')).toBe('Exchange did not take it');
});

test('every code with words exists', () => {
  const known = codesInSource();
  const texts = [...Object.keys(words.problems), ...Object.keys(words.findings)];
  expect(texts.filter((code) => !known.has(code))).toEqual([]);
});

test('a code that nobody foresaw is named, and where to look', () => {
  const { what, doNext } = explain({ code: 'no.such-code', facts: {} });
  expect(what).toContain('no.such-code');
  expect(doNext).toContain('docs/errors.md');
  expect(explain({ code: 'constructor', facts: {} }).doNext).toBe(doNext);
});

test('every state has a word, and an unknown reason is at least readable', () => {
  expect(STATES.map((state) => stateText(state)).every((text) => text !== '')).toBe(true);
  expect(reasonText('copy.some-new-reason')).toBe('copy some new reason');
});

test('a finding that could not be looked at says why', () => {
  const facts = { check: 'rights', problem: 'graph.throttled' };
  expect(explain({ code: 'check.unanswered', facts }).what).toMatch(/my rights.*slow down/);
});

test('what is not well says what to do, and where it is documented; what is well does not', () => {
  const sources = globSync('src/{graph/doctor,jobs/adapters}/*.ts').map((file) =>
    readFileSync(file, 'utf8'),
  );
  const good = new Set(
    sources.flatMap((text) =>
      [...text.matchAll(/'(check\.[a-z.-]+)',\s*'ok'/g)].map((match) => match[1]),
    ),
  );
  expect(good.size).toBeGreaterThan(8);
  for (const [code, text] of Object.entries(words.findings)) {
    const { doNext, link } = text({});
    const isDocumented = /^https:\/\/[^ ]+$/.test(link ?? '');
    expect([code, doNext !== '', isDocumented]).toEqual([code, !good.has(code), !good.has(code)]);
  }
});
