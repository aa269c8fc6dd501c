/** The catalogue of what people read: the type says that nothing is missing, these that it is meant. */
import { expect, test } from 'vitest';
import { LANGUAGES, type Language } from '../../../src/words/language.ts';
import { explainToAnyone, explainToPerson, personTexts } from '../../../src/words/person.ts';
import { spanOf, spanText } from '../../../src/words/span.ts';

type Text = readonly [key: string, text: string, arity: number];

/** What a function of the catalogue is called with: none of it stands in a text by itself. */
const SAMPLE = { text: 'qqqq', count: 71_234 } as const;
const COUNTED: readonly string[] = ['wrongLength', 'done', 'stayedBehind'];

/** Every text of a language, by the path to it; functions with a sample in place of what they take. */
function textsIn(value: unknown, key = ''): readonly Text[] {
  if (typeof value === 'string') {
    return [[key, value, 0]];
  }
  if (typeof value === 'function') {
    const made: unknown = value(COUNTED.includes(key) ? SAMPLE.count : SAMPLE.text);
    return textsIn(made, key).map(([path, text]) => [path, text, 1]);
  }
  return Object.entries(Object(value)).flatMap(([name, inner]) =>
    textsIn(inner, key === '' ? name : `${key}.${name}`),
  );
}

const textOf = (language: Language): ReadonlyMap<string, string> =>
  new Map(textsIn(personTexts(language)).map(([key, text]) => [key, text]));

const ENGLISH = textOf('en');
const OTHERS = LANGUAGES.filter((language) => language !== 'en');

/** The same words in two languages, on purpose. */
const SAME: readonly string[] = ['de.statusWord', 'pt-BR.statusWord'];

test('the walk finds the texts, also those that are functions', () => {
  expect(ENGLISH.size).toBeGreaterThan(90);
  expect(ENGLISH.get('folder')).toBe("Folder 'qqqq'");
  expect(ENGLISH.get('otherProblem.what')).toContain('qqqq');
});

test.for(LANGUAGES)('%s has every text, and nothing beside', (language) => {
  const texts = textOf(language);
  expect([...texts.keys()].toSorted()).toEqual([...ENGLISH.keys()].toSorted());
  for (const [key, text] of texts) {
    const isWhole = /\S/.test(text) && !/undefined|\{n\}|\[object|^\s|\s$| {2}/.test(text);
    expect([key, isWhole]).toEqual([key, true]);
  }
});

test.for(OTHERS)('nothing was left in English in %s', (language) => {
  const same = [...textOf(language)].filter(([key, text]) => ENGLISH.get(key) === text);
  expect(same.map(([key]) => `${language}.${key}`).filter((key) => !SAME.includes(key))).toEqual(
    [],
  );
});

test.for(LANGUAGES)('%s says what it is given', (language) => {
  const count = new Intl.NumberFormat(language).format(SAMPLE.count);
  for (const [key, text, arity] of textsIn(personTexts(language))) {
    const isGiven = text.includes(SAMPLE.text) || text.includes(count);
    // Whoever is told of an unknown problem does the same, whatever its name.
    expect([key, isGiven]).toEqual([key, arity > 0 && key !== 'otherProblem.doNext']);
  }
});

test.for(OTHERS)(
  'links, addresses, the sample password and marks of Markdown stay in %s',
  (language) => {
    const kept =
      /\[[^\]]*\]\([^)]*\)|abcd-efgh-ijkl-mnop|@icloud\.com|account\.apple\.com|\*\*\+\*\*/g;
    const marks = (text: string | undefined): number => (text ?? '').split('**').length;
    for (const [key, text] of textOf(language)) {
      const english = ENGLISH.get(key);
      expect([key, text.match(kept)]).toEqual([key, english?.match(kept) ?? null]);
      expect([key, marks(text)]).toEqual([key, marks(english)]);
    }
  },
);

test.for(LANGUAGES)(
  'the names to press and to remove are the same at every place in %s',
  (language) => {
    const { steps, revoke } = personTexts(language);
    const named = (text: string): readonly string[] =>
      [...text.matchAll(/\*\*([^*]+)\*\*/g)]
        .map((match) => match[1] ?? '')
        .filter((name) => name !== '+');
    expect(steps.flatMap(named)).toHaveLength(3);
    expect(named(revoke)).toEqual(steps.flatMap(named));
  },
);

test.for(OTHERS)('no button of %s is too long for its place', (language) => {
  const buttons = [
    'submit',
    'correct',
    'nothingToMove',
    'leaveOut',
    'declineYes',
    'declineNo',
    'howFar',
    'tryAgain',
  ];
  const texts = textOf(language);
  for (const key of buttons) {
    const limit = (ENGLISH.get(key)?.length ?? 0) * 1.6;
    // A word of up to eight letters fits wherever "Back" does.
    const length = texts.get(key)?.length ?? 0;
    expect([key, length > 0 && length <= Math.max(8, limit)]).toEqual([key, true]);
  }
});

test.for(LANGUAGES)(
  'the word for "status" that the texts of %s name is the one that is understood',
  (language) => {
    const { statusWord, welcomeHint, helpCommands, reminder } = personTexts(language);
    for (const text of [welcomeHint, helpCommands, reminder]) {
      expect(text.toLowerCase()).toContain(statusWord);
    }
    expect(statusWord).toBe(statusWord.toLowerCase());
    expect(statusWord).not.toMatch(/\s/);
  },
);

test.for([
  ['en', 1, '1 message of yours is'],
  ['en', 12_881, '12,881 messages of yours are'],
  ['de', 1, '1 Nachricht von Ihnen ist'],
  ['de', 12_881, '12.881 Nachrichten von Ihnen sind'],
  ['fr', 0, '0 de vos messages est'],
  ['fr', 12_881, '12\u202f881 de vos messages sont'],
  ['es', 1, '1 mensaje tuyo está'],
  ['es', 2_000_000, '2.000.000 de mensajes tuyos están'],
  ['pt-BR', 12_881, '12.881 mensagens suas estão'],
  ['ja', 1, '1件のメッセージ'],
] as const)('%s counts %d as "%s"', ([language, count, text]) => {
  expect(personTexts(language).done(count)).toContain(text);
});

test.for([
  ['en', 2400, 'about 40 min left'],
  ['de', 7620, 'noch etwa 2 Std. 10 Min.'],
  ['de', 30, 'noch weniger als eine Minute'],
  ['fr', 7620, 'encore environ 2 h 10 min'],
  ['es', 72 * 3600, 'faltan unos 3 días'],
  ['pt-BR', 7200, 'faltam cerca de 2 h'],
  ['ja', 7620, '残り約2時間10分'],
] as const)('%s says of %d seconds "%s"', ([language, seconds, text]) => {
  const { timeLeft } = personTexts(language);
  const shown = spanText(spanOf(seconds), language, timeLeft);
  expect(shown.replaceAll(/[\u00a0\u202f]/g, ' ')).toBe(text);
});

test('a problem that only an admin can explain is named, and English tells an admin all', () => {
  const problem = { code: 'graph.right-missing', facts: {} };
  expect(explainToPerson(problem, 'de').what).toContain('„graph.right-missing“');
  expect(explainToAnyone(problem, 'de')).toEqual(explainToPerson(problem, 'de'));
  expect(explainToAnyone(problem, 'en').doNext).toContain('admin consent');
  expect(explainToPerson({ code: 'constructor' }, 'ja').what).toContain('constructor');
});

/** Codes that leave a move waiting for its person; src/jobs/steps/test-login.ts and the worker. */
test.for(['source.login-refused', 'secrets.not-for-this', 'jobs.credential-missing'])(
  'the person is told of %s in every language',
  (code) => {
    const all = LANGUAGES.map((language) => explainToPerson({ code }, language));
    expect(all.filter(({ what }) => what.includes(code))).toEqual([]);
    expect(new Set(all.map(({ doNext }) => doNext)).size).toBe(LANGUAGES.length);
  },
);
