import { expect, test } from 'vitest';
import { ACTIONS } from '../../../src/bot/cards/actions.ts';
import { adminCard } from '../../../src/bot/cards/admin.ts';
import { explain, wordsFor } from '../../../src/words/words.ts';
import { cardNodes, cardToText } from '../../sim/teams/card-text.ts';
import { migrationView } from '../bot/support/views.ts';
import { renderErrorsPage } from './errors-page.ts';
import {
  collectAppendRefusals,
  collectCodes,
  collectReasons,
  findCodeLiterals,
} from './source-codes.ts';

const codes = collectCodes();
const reasons = collectReasons();
const words = wordsFor('en');

/** Literals of src that have the shape of a code and are none: audit entries and files. */
const NO_CODES = new Set([
  ...Object.keys(ACTIONS),
  'credential.purged',
  'tenant.person',
  'copy.looking-for-suspects',
  'secrets.json',
  'tenant.trial-login',
  'tenant.mending',
  'tenant.mended',
  'setup.json',
]);

test('the search finds the codes of every part', () => {
  const prefixes = new Set([...codes.keys()].map((code) => code.split('.')[0]));
  for (const part of 'bot config database exchange-admin graph imap jobs mail secrets'.split(' ')) {
    expect(prefixes).toContain(part);
  }
  expect(codes.get('tenant.guest')).toBe('ask');
  expect(codes.get('imap.throttled')).toBe('wait');
  expect(codes.get('check.rights.missing')).toBe('finding');
  expect([...reasons]).toEqual(
    expect.arrayContaining(['copy.too-large', 'copy.fate-unknown', 'nul']),
  );
});

test('a code that src compares with is one that something throws', () => {
  const prefixes = new Set([...codes.keys()].map((code) => code.split('.')[0] ?? ''));
  const strays = findCodeLiterals(prefixes).filter(
    ({ code }) => !codes.has(code) && !reasons.has(code) && !NO_CODES.has(code),
  );
  expect(strays).toEqual([]);
});

test('every code has words, and every worded code exists', () => {
  const worded = [...Object.keys(words.problems), ...Object.keys(words.findings)];
  expect(worded.toSorted()).toEqual([...codes.keys()].toSorted());
});

/** Each code that asks or stops, as one test case. */
const STANDING = [...codes].filter(([, kind]) => kind === 'ask' || kind === 'stop');

test.for(STANDING)('%s (%s): says what was seen and what to do next', ([code]) => {
  const { what, doNext } = explain({ code, facts: {} });
  expect(what.length).toBeGreaterThan(15);
  // "Nothing: I …" is an answer, too; silence is none.
  expect(doNext.length).toBeGreaterThan(10);
  expect(`${what} ${doNext}`).not.toMatch(/undefined|\[object|an error occurred/i);
  expect(doNext).toMatch(/[.:!?)]$/);
});

test.for(STANDING)('%s (%s): the card of a move that waits with it has a way on', ([code]) => {
  for (const state of ['WaitingForAdmin', 'Failed'] as const) {
    const facts = { bytes: 47_185_920, messages: 1, largestBytes: 1, limitBytes: 1 };
    const problem = { code, facts: { ...facts, sourceBytes: 1, freeBytes: 1, quotaBytes: 1 } };
    const view = migrationView({ state, problem, resume: 'Provisioning' });
    const nodes = cardNodes(adminCard(view, null).content);
    const verbs = nodes.flatMap(({ verb }) => (typeof verb === 'string' ? [verb] : []));
    expect(verbs.filter((verb) => verb !== 'migration.ask-cancel')).not.toEqual([]);
    const text = cardToText(adminCard(view, null).content);
    expect(text).toContain(explain(problem).doNext.slice(0, 20));
  }
});

test('every reason has words, and every worded reason exists', () => {
  const worded = Object.keys(words.reasons);
  // CREATE alone ends in `folder-exists`, and it is no obstacle there.
  const refusals = [...collectAppendRefusals(codes)].filter(
    (code) => code !== 'imap.folder-exists',
  );
  const needed = [...reasons, ...refusals];
  expect(needed.filter((code) => !worded.includes(code))).toEqual([]);
  const exists = (code: string): boolean =>
    needed.includes(code) || codes.has(code) || NO_CODES.has(code);
  expect(worded.filter((code) => !exists(code))).toEqual([]);
});

test('docs/errors.md says what the sources and the words say', async () => {
  await expect(renderErrorsPage(codes)).toMatchFileSnapshot('../../../docs/errors.md');
});

test("what Microsoft's support asks for is told where it is known, and is no markup", () => {
  const facts = { serverCode: '[x](y)Request_BadRequest', requestId: 'ab-12' };
  const { what, doNext } = explain({ code: 'graph.request-refused', facts });
  expect(what).toMatch(/Microsoft calls it xyRequest_BadRequest\.$/);
  expect(doNext).toContain('the request id ab-12');
  expect(explain({ code: 'graph.request-refused', facts: {} }).doNext).toContain('the log');
});
