/** An Adaptive Card as readable text, the way a person would read it out: for the demo and for tests. */

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Teams shows {{TIME(...)}} and {{DATE(...)}} in the reader's zone; here the reader lives in UTC. */
function withTimes(text: string): string {
  return text
    .replace(/\{\{TIME\(([^)]*)\)\}\}/g, (_all, at: string) => at.slice(11, 16))
    .replace(/\{\{DATE\(([^),]*)(?:,[^)]*)?\)\}\}/g, (_all, at: string) => at.slice(0, 10))
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, '$1 ($2)')
    .replace(/\\([\\*_[\]`~<>])/g, '$1');
}

type Render = (element: Json) => readonly string[];

function renderAll(elements: readonly Json[]): readonly string[] {
  return elements.flatMap(renderElement);
}

const RENDER: Readonly<Record<string, Render>> = {
  TextBlock: (element) => withTimes(stringOf(element['text'])).split('\n'),
  RichTextBlock: (element) => [
    withTimes(
      listOf(element['inlines'])
        .map((run) => stringOf(run['text']))
        .join(''),
    ),
  ],
  Container: (element) => renderAll(listOf(element['items'])),
  ColumnSet: (element) => {
    const columns = listOf(element['columns']).map((column) => renderAll(listOf(column['items'])));
    const rows = Math.max(0, ...columns.map((column) => column.length));
    return Array.from({ length: rows }, (_, row) =>
      columns
        .map((column) => column[row] ?? '')
        .join('  ')
        .trimEnd(),
    );
  },
  FactSet: (element) =>
    listOf(element['facts']).map(
      (fact) => `${stringOf(fact['title'])}: ${withTimes(stringOf(fact['value']))}`,
    ),
  Table: (element) =>
    listOf(element['rows']).map((row) =>
      listOf(row['cells'])
        .map((cell) => renderAll(listOf(cell['items'])).join(' '))
        .join(' | '),
    ),
  'Input.Text': (element) => {
    const label = stringOf(element['label']);
    return [
      `${label}: [${element['style'] === 'Password' ? '••••' : stringOf(element['value'])}____]`,
    ];
  },
  // Teams hands a day that was chosen over as 2019-01-31, and takes none but those.
  'Input.Date': (element) => {
    const day = stringOf(element['value']);
    if (day !== '' && !/^\d{4}-\d{2}-\d{2}$/.test(day)) {
      throw new Error(`No client can show "${day}" as a day.`);
    }
    return [`${stringOf(element['label'])}: [${day}____]`];
  },
  'Input.Time': (element) => {
    const time = stringOf(element['value']);
    if (time !== '' && !/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) {
      throw new Error(`No client can show "${time}" as a time.`);
    }
    return [`${stringOf(element['label'])}: [${time}____]`];
  },
  'Input.ChoiceSet': (element) => {
    const chosen = stringOf(element['value']).split(',');
    const choices = listOf(element['choices']).map(({ title, value }) =>
      chosen.includes(stringOf(value)) ? `[x] ${stringOf(title)}` : `[ ] ${stringOf(title)}`,
    );
    return [`${stringOf(element['label'])}: ${choices.join(' ')}`];
  },
  ActionSet: (element) => renderActions(element),
};

function renderElement(element: Json): readonly string[] {
  const type = stringOf(element['type']);
  const render = RENDER[type];
  if (render !== undefined) {
    return render(element);
  }
  if (isObject(element['fallback'])) {
    return renderElement(element['fallback']);
  }
  if (element['fallback'] === 'drop') {
    return [];
  }
  throw new Error(`A client of Adaptive Cards 1.5 cannot show "${type}", and it has no fallback.`);
}

function renderActions(card: Json): readonly string[] {
  const titles = listOf(card['actions']).map((action) => `[${stringOf(action['title'])}]`);
  return titles.length === 0 ? [] : [titles.join(' ')];
}

/** Lines of text, one per line of the card; throws for an element that nobody could show. */
export function cardToText(card: unknown): string {
  if (!isObject(card) || card['type'] !== 'AdaptiveCard') {
    throw new Error('This is no Adaptive Card.');
  }
  return [...renderAll(listOf(card['body'])), ...renderActions(card)].join('\n');
}

/** Every object of a card, whatever its depth. */
export function cardNodes(value: unknown): readonly Json[] {
  if (Array.isArray(value)) {
    return value.flatMap(cardNodes);
  }
  return isObject(value) ? [value, ...Object.values(value).flatMap(cardNodes)] : [];
}
