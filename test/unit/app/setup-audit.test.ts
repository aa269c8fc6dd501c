import { expect, test } from 'vitest';
import { formatAuditLine, verifyAuditFile } from '../../../src/app/setup-audit.ts';

const row = (step: string): Parameters<typeof formatAuditLine>[0] => ({
  at: '2026-11-22T10:00:00.000Z',
  by: 'administrator',
  tenantId: 'tenant',
  step,
  before: 'none',
  after: 'granted — "é"\n',
});

const write = (steps: readonly string[], start = ''): string =>
  steps.reduce((text, step) => text + formatAuditLine(row(step), text), start);

const whole = write(['one', 'two', 'three', 'four']);
const lines = whole.trimEnd().split('\n');
const without = (index: number): string => lines.toSpliced(index, 1).join('\n');

test('a row is a line, and what was written is whole', () => {
  expect(lines).toHaveLength(4);
  expect(JSON.parse(lines[1] ?? '')).toMatchObject(row('two'));
  const { head, faults } = verifyAuditFile(whole);
  expect({ head, faults }).toEqual({
    head: { position: 4, hash: JSON.parse(lines[3] ?? '').hash },
    faults: [],
  });
  expect(verifyAuditFile('')).toEqual({ head: { position: 0, hash: '' }, faults: [] });
});

test.for([
  ['a changed row', whole.replace('"two"', '"2"'), 'changed', 2],
  ['a changed last row', whole.replace('"four"', '"4"'), 'changed', 4],
  [
    'a row that names another one before it',
    whole.replace(/("two".*"previous":")./, '$1x'),
    'changed',
    2,
  ],
  ['a removed first row', without(0), 'relinked', 1],
  ['a removed row', without(1), 'relinked', 2],
  ['rows in another order', [lines[0], lines[2], lines[1], lines[3]].join('\n'), 'relinked', 2],
  [
    'an inserted row',
    lines.toSpliced(2, 0, JSON.stringify(row('never'))).join('\n'),
    'inserted',
    3,
  ],
  ['half a row', `${whole}{"at":"2026`, 'inserted', 5],
] as const)('%s is found', ([, text, kind, position]) => {
  expect(verifyAuditFile(text).faults[0]).toEqual({ kind, position, id: null });
});

test('rows of before there was a chain are held by the first one after them', () => {
  const old = `${JSON.stringify(row('old one'))}\n${JSON.stringify(row('old two'))}\n`;
  const text = write(['new'], old);
  expect(verifyAuditFile(text)).toMatchObject({ head: { position: 3 }, faults: [] });
  expect(verifyAuditFile(text.replace('old two', 'old 2')).faults).toEqual([
    { kind: 'relinked', position: 3, id: null },
  ]);
});

test('what follows half a row is a line of its own', () => {
  const torn = `${whole}{"at":"2026`;
  const text = torn + formatAuditLine(row('five'), torn);
  expect(verifyAuditFile(text).faults).toEqual([{ kind: 'inserted', position: 5, id: null }]);
});
