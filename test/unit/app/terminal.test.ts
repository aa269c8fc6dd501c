import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createTerminal } from '../../../src/app/terminal.ts';

const never = new AbortController().signal;

test.for([
  ['y', true],
  ['YES', true],
  ['', false],
  ['n', false],
  ['yesterday', false],
] as const)('the answer "%s" is %s', async ([answer, expected]) => {
  const input = new PassThrough();
  const output = new PassThrough();
  const asked = createTerminal(input, output).confirm('Go on?', never);
  input.write(`${answer}\n`);
  expect(await asked).toBe(expected);
  expect(String(output.read())).toContain('Go on? [y/N]');
});

test('where nobody is, nobody said yes', async () => {
  const input = new PassThrough();
  input.end();
  expect(await createTerminal(input, new PassThrough()).confirm('Go on?', never)).toBe(false);
});
