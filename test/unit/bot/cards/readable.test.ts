/** Every golden card can be read: without colour, in both themes, read out aloud, and in plain words. */
import { describe, expect, test } from 'vitest';
import { THEMES } from '../../../gallery/themes.ts';
import { cardNodes } from '../../../sim/teams/card-text.ts';
import { goldenCards } from './golden-files.ts';

type Node = Readonly<Record<string, unknown>>;

const listOf = (value: unknown): readonly Node[] => (Array.isArray(value) ? value : []);

const CARDS = goldenCards().map(({ name, content }) => {
  const body = listOf(Object(content).body);
  return { name, body, nodes: cardNodes(content) };
});
const ENGLISH = CARDS.filter(({ name }) => !name.includes('.'));
const isText = ({ type }: Node): boolean => type === 'TextBlock';
const textOf = (node: Node): string => String(node['text']);

/** WCAG 2, relative luminance of "#rrggbb". */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG 2.2, success criterion 1.4.3, for text of ordinary size. */
const ENOUGH = 4.5;

describe.each(Object.entries(THEMES))('in the %s theme', (_name, colors) => {
  const shown = (node: Node): string =>
    ({
      Accent: colors.accent,
      Good: colors.good,
      Warning: colors.warning,
      Attention: colors.attention,
    })[String(node['color'])] ?? (node['isSubtle'] === true ? colors.subtle : colors.text);

  test.for(CARDS)('every text of $name stands out from the card', ({ nodes }) => {
    const pale = nodes.filter(
      (node) => isText(node) && contrast(shown(node), colors.card) < ENOUGH,
    );
    expect(pale.map(textOf)).toEqual([]);
  });

  test('so do buttons, fields and links', () => {
    expect(contrast(colors.onAccent, colors.accent)).toBeGreaterThan(ENOUGH);
    expect(contrast(colors.accent, colors.card)).toBeGreaterThan(ENOUGH);
    expect(contrast(colors.subtle, colors.field)).toBeGreaterThan(ENOUGH);
  });
});

test('the measure finds what is too pale: yellow on white', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21);
  expect(contrast(THEMES.light.warning, THEMES.light.card)).toBeLessThan(2);
});

test.for(CARDS)('$name: no meaning by colour alone', ({ nodes }) => {
  const colored = nodes.filter((node) => isText(node) && node['color'] !== undefined);
  expect(colored.map(textOf).filter((text) => !/^[✓!✗…?] \S/.test(text))).toEqual([]);
});

/** Neighbours in a list of elements. */
function neighbours(
  items: unknown,
): readonly (readonly [Node | undefined, Node, Node | undefined])[] {
  const list = listOf(items);
  return list.map((node, at) => [list[at - 1], node, list[at + 1]] as const);
}

test.for(CARDS)(
  '$name: beside each bar there are words, and no picture is without',
  ({ body, nodes }) => {
    const lists = [body, ...nodes.map((node) => node['items'])];
    const bars = lists.flatMap(neighbours).filter(([, { type }]) => type === 'ProgressBar');
    const isWords = (node: Node | undefined): boolean =>
      node !== undefined &&
      (node['type'] === 'FactSet' || (isText(node) && node['style'] !== 'heading'));
    expect(bars.filter(([before, , after]) => !isWords(before) && !isWords(after))).toEqual([]);
    const all = nodes.filter(({ type }) => type === 'ProgressBar');
    expect(bars).toHaveLength(all.length);
    expect(all.map(({ fallback }) => Object(fallback).text)).toEqual(
      all.map(() => expect.stringMatching(/\d/)),
    );
    const images = nodes.filter(({ type }) => type === 'Image');
    expect(images.filter(({ altText }) => typeof altText !== 'string' || altText === '')).toEqual(
      [],
    );
  },
);

test.for(CARDS)('$name: each field has its label, and says what is wrong with it', ({ nodes }) => {
  const fields = nodes.filter(({ type }) => String(type).startsWith('Input.'));
  expect(fields.filter(({ label }) => typeof label !== 'string' || label === '')).toEqual([]);
  const strict = fields.filter((field) => field['isRequired'] === true || 'regex' in field);
  expect(strict.filter(({ errorMessage }) => typeof errorMessage !== 'string')).toEqual([]);
});

test.for(CARDS)(
  '$name: read out, its title is a heading, and its lines wrap',
  ({ body, nodes }) => {
    const headings = nodes.filter(({ size }) => size === 'Large');
    expect(headings.filter(({ style }) => style !== 'heading')).toEqual([]);
    expect(isText(body[0] ?? {})).toBe(true);
    expect(nodes.filter((node) => isText(node) && node['wrap'] !== true)).toEqual([]);
  },
);

/** Says nothing where a list of buttons is read out without the card. */
const SAYS_NOTHING =
  /^(?:ok|okay|yes|no|submit|click|here|this|more|continue|button|details)\b\W*$/i;

test.for(ENGLISH)('$name: each button says what it does, in few words', ({ nodes }) => {
  const buttons = nodes.filter(({ type }) => type === 'Action.Execute');
  const titles = buttons.map(({ title }) => String(title));
  const odd = titles.filter((title) => SAYS_NOTHING.test(title) || !/^\p{Lu}[^:;]*$/u.test(title));
  expect(odd).toEqual([]);
  expect(titles.filter((title) => title.length > 60)).toEqual([]);
});

/** Longer than this nobody reads to the end. */
const MOST_WORDS = 40;
const NEVER =
  /\b(?:undefined|NaN|null|Infinity|illegal|fatal)\b|\[object|error (?:has )?occurred|please contact/;

test.for(ENGLISH)('$name: short sentences, and none of the words of machines', ({ nodes }) => {
  const texts = nodes
    .filter((node) => isText(node) && node['fontType'] !== 'Monospace')
    .map(textOf);
  expect(texts.filter((text) => NEVER.test(text))).toEqual([]);
  const sentences = texts.flatMap((text) => text.split(/(?<=[.?!:;])\s+/));
  expect(sentences.filter((one) => one.split(/\s+/).length > MOST_WORDS)).toEqual([]);
});
