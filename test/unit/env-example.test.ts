import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseConfig, SETTING_NAMES } from '../../src/config.ts';

const lines = readFileSync('.env.example', 'utf8').split('\n');
const settings = lines.flatMap((line, index) => {
  const match = /^([A-Z_]+)=(.*)$/.exec(line);
  return match
    ? [{ name: match[1] ?? '', value: match[2] ?? '', above: lines[index - 1] ?? '' }]
    : [];
});

test('.env.example names every setting once, and no other', () => {
  expect(settings.map(({ name }) => name).toSorted()).toEqual([...SETTING_NAMES].toSorted());
});

test('every setting is explained right above it', () => {
  const bare = settings.filter(({ above }) => !/^# .{10,}\.$/.test(above));
  expect(bare.map(({ name }) => name)).toEqual([]);
});

test('the values shown are the defaults', () => {
  const shown = parseConfig(Object.fromEntries(settings.map(({ name, value }) => [name, value])));
  expect(shown).toEqual(parseConfig({}));
  const defaults = Object.entries(parseConfig({})).filter(([, value]) => value !== undefined);
  expect(settings.filter(({ value }) => value !== '').map(({ name }) => name)).toEqual(
    defaults.map(([name]) => name),
  );
});
