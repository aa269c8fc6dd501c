/**
 * What clients of Adaptive Cards 1.2 show of each card, with the real renderer as such a client: it knows
 * neither Action.Execute (1.4) nor labels (1.3), and would show a masked field (1.5) in the clear.
 */
import * as AdaptiveCards from 'adaptivecards';
import { expect, test } from 'vitest';
import { cardNodes } from '../../../sim/teams/card-text.ts';
import { goldenCards } from './golden-files.ts';

type Node = Readonly<Record<string, unknown>>;

/** The card as the renderer of this version of the schema reads it, fallbacks in their places. */
function viewIn(minor: number, content: unknown): Node {
  const version = new AdaptiveCards.Version(1, minor);
  const card = new AdaptiveCards.AdaptiveCard();
  card.parse(content, new AdaptiveCards.SerializationContext(version));
  return Object(card.toJSON(new AdaptiveCards.SerializationContext(version)));
}

const isInput = ({ type }: Node): boolean => String(type).startsWith('Input.');
const isAction = ({ type }: Node): boolean => String(type).startsWith('Action.');
const isMasked = ({ style }: Node): boolean => style === 'password' || style === 'Password';

const textsOf = (nodes: readonly Node[]): readonly string[] =>
  nodes.flatMap(({ type, text, title, value }) => {
    if (type === 'TextBlock') {
      return [String(text)];
    }
    // The rows of a FactSet have no type.
    return type === undefined && title !== undefined ? [JSON.stringify([title, value])] : [];
  });

/** What each button does, in the words of the bot: verb and data. */
const pressesOf = (nodes: readonly Node[]): readonly object[] =>
  nodes.filter(isAction).map(({ type, verb, data, title }) => {
    const { verb: submitted, ...rest } = Object(data);
    return type === 'Action.Submit'
      ? { title, verb: submitted, data: rest }
      : { title, verb, data: Object(data) };
  });

const CARDS = goldenCards().map(({ name, content }) => {
  const nodes = cardNodes(content);
  return { name, content, isSecret: nodes.some((node) => isInput(node) && isMasked(node)) };
});

test('the view of an old client is one: it drops what is newer', () => {
  const content = {
    type: 'AdaptiveCard',
    version: '1.5',
    body: [{ type: 'Input.Text', id: 'a', label: 'A', style: 'Password' }],
    actions: [{ type: 'Action.Execute', title: 'B', verb: 'b' }],
  };
  expect(cardNodes(viewIn(2, content)).slice(1)).toEqual([{ type: 'Input.Text', id: 'a' }]);
  expect(cardNodes(viewIn(5, content)).filter(isAction)).toHaveLength(1);
});

test('some cards ask for a password, and most do not', () => {
  expect(CARDS.filter(({ isSecret }) => isSecret).length).toBeGreaterThan(5);
  expect(CARDS.filter(({ isSecret }) => !isSecret).length).toBeGreaterThan(50);
});

// `people.create` is missing at an old client: its answer, first passwords, would stay in the chat.
test.for(CARDS.filter(({ isSecret }) => !isSecret))(
  'an old client shows and offers all of $name',
  ({ content }) => {
    const now = cardNodes(viewIn(5, content));
    const old = cardNodes(viewIn(2, content));
    expect(textsOf(old)).toEqual(textsOf(now));
    expect(pressesOf(old)).toEqual(pressesOf(now.filter(({ verb }) => verb !== 'people.create')));
    const fields = old.filter(isInput);
    expect(fields.map(({ id }) => id)).toEqual(now.filter(isInput).map(({ id }) => id));
    // Labels are newer (1.3): something else in the field has to say what goes there.
    expect(fields.filter(({ placeholder, title }) => (placeholder ?? title) === undefined)).toEqual(
      [],
    );
  },
);

test.for(CARDS.filter(({ isSecret }) => isSecret))(
  'an old client is shown no field and no button of $name, and told why',
  ({ content }) => {
    const all = cardNodes(content);
    const form = all.find(({ type, fallback }) => type === 'Container' && fallback !== undefined);
    const told = String(Object(form?.['fallback']).text);
    for (const minor of [2, 3]) {
      const old = cardNodes(viewIn(minor, content));
      expect(old.filter((node) => isInput(node) || isAction(node))).toEqual([]);
      expect(textsOf(old)).toContain(told);
    }
    expect(all.filter(({ type }) => type === 'Action.Submit')).toEqual([]);
    // Who takes the version at its word shows this alone.
    expect(String(Object(content).fallbackText)).toContain(told);
    expect(cardNodes(viewIn(5, content)).filter(isInput)).toHaveLength(2);
  },
);
