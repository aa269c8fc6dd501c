/**
 * The part of Adaptive Cards 1.5 that Skybridge uses, typed; anything newer stands only with a
 * fallback. A card is readable as text and never by colour alone.
 */
import type { CardContent } from '../activity.ts';
import type { Button } from './actions.ts';

export interface TextBlock {
  readonly type: 'TextBlock';
  readonly text: string;
  readonly wrap: true;
  readonly size?: 'Small' | 'Default' | 'Medium' | 'Large';
  readonly weight?: 'Default' | 'Bolder';
  /** Teams' light theme writes Good and Warning too pale to be read on white, so no text is in them. */
  readonly color?: 'Default' | 'Accent' | 'Attention';
  /** A heading for those who have cards read out to them. */
  readonly style?: 'heading';
  readonly isSubtle?: boolean;
  readonly spacing?: 'None' | 'Small' | 'Medium' | 'Large';
  readonly fontType?: 'Monospace';
}

export interface Container {
  readonly type: 'Container';
  readonly items: readonly CardElement[];
  /** Of one that a ToggleButton shows. */
  readonly id?: string;
  readonly isVisible?: boolean;
  readonly separator?: boolean;
  readonly spacing?: 'None' | 'Small' | 'Medium' | 'Large';
  /** Shown instead by clients that do not know something within which has no fallback of its own. */
  readonly fallback?: TextBlock;
}

/** Side by side: words that take the room there is, and what belongs to them. */
export interface ColumnSet {
  readonly type: 'ColumnSet';
  readonly spacing?: 'None' | 'Small' | 'Medium' | 'Large';
  readonly columns: readonly {
    readonly type: 'Column';
    readonly width: 'stretch' | 'auto';
    readonly verticalContentAlignment?: 'Center';
    readonly items: readonly (TextBlock | ActionSet)[];
  }[];
}

export interface FactSet {
  readonly type: 'FactSet';
  readonly facts: readonly { readonly title: string; readonly value: string }[];
}

export interface TextInput {
  readonly type: 'Input.Text';
  readonly id: string;
  readonly label: string;
  readonly style?: 'Text' | 'Email' | 'Password';
  /** An example, or the label again: clients older than labels (1.3) show this alone. */
  readonly placeholder: string;
  readonly value?: string;
  readonly maxLength?: number;
  readonly isMultiline?: boolean;
  readonly isRequired?: boolean;
  readonly errorMessage?: string;
}

/** A day, as 2019-01-31 both ways; the client shows it as its user writes days. */
export interface DateInput {
  readonly type: 'Input.Date';
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly value?: string;
}

/** A time of day, as 22:00 both ways; the client shows it as its user writes times. */
export interface TimeInput {
  readonly type: 'Input.Time';
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly value?: string;
}

/** Any of some choices; what is chosen comes back between commas. */
export interface ChoiceSetInput {
  readonly type: 'Input.ChoiceSet';
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly isMultiSelect?: boolean;
  readonly style: 'expanded' | 'compact';
  readonly value?: string;
  readonly choices: readonly { readonly title: string; readonly value: string }[];
}

/** Newer than 1.5; every client that does not know it shows the fallback. */
export interface ProgressBar {
  readonly type: 'ProgressBar';
  readonly value: number;
  readonly max: 100;
  readonly fallback: TextBlock;
}

/** Shows or hides a part of the card, at the client alone; fields that are hidden are sent all the same. */
export interface ToggleButton {
  readonly type: 'Action.ToggleVisibility';
  readonly title: string;
  readonly targetElements: readonly string[];
}

export interface ActionSet {
  readonly type: 'ActionSet';
  readonly actions: readonly (Button | ToggleButton)[];
}

export type CardElement =
  | TextBlock
  | Container
  | FactSet
  | TextInput
  | DateInput
  | TimeInput
  | ChoiceSetInput
  | ProgressBar
  | ActionSet
  | ColumnSet;

/** What a finding, a step or a line says, beside a word that says the same. */
export type Mark = 'ok' | 'warning' | 'failed' | 'waiting' | 'unknown';

const SIGNS: Readonly<Record<Mark, string>> = {
  ok: '✓',
  warning: '!',
  failed: '✗',
  waiting: '…',
  unknown: '?',
};
/** What has to be noticed is bold or red; the sign and the words say what it is. */
const LOOKS: Readonly<Record<Mark, Pick<TextBlock, 'color' | 'weight'>>> = {
  ok: {},
  warning: { weight: 'Bolder' },
  failed: { color: 'Attention' },
  waiting: {},
  unknown: {},
};

const TEXT_LIMIT = 1000;

/**
 * Text from outside (names, folders) as words only: Teams reads Markdown in TextBlocks, so a folder
 * named `[x](https://…)` must not become a link, nor `{{TIME(…)}}` a time.
 */
export function plain(text: string): string {
  return text
    .slice(0, TEXT_LIMIT)
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/[\\*_[\]`~<>]/g, (sign) => `\\${sign}`)
    .replace(/\{\{/g, '{ {');
}

export function paragraph(
  text: string,
  style: Omit<TextBlock, 'type' | 'text' | 'wrap'> = {},
): TextBlock {
  return { type: 'TextBlock', text, wrap: true, ...style };
}

export function heading(text: string): TextBlock {
  return paragraph(text, { size: 'Large', weight: 'Bolder', style: 'heading' });
}

/** Of the size of text: a heading that says none is as large as the title. */
const SUBHEADING = {
  size: 'Default',
  weight: 'Bolder',
  spacing: 'Medium',
  style: 'heading',
} as const;

export function subheading(text: string): TextBlock {
  return paragraph(text, SUBHEADING);
}

export function hint(text: string): TextBlock {
  return paragraph(text, { isSubtle: true, size: 'Small' });
}

/** "✓ IMAP is on": the sign and the words carry the meaning, the look repeats it. */
export function markedLine(mark: Mark, text: string): TextBlock {
  return paragraph(`${SIGNS[mark]} ${text}`, { ...LOOKS[mark], spacing: 'Small' });
}

/** The heading of lines that share a mark. */
export function markedHeading(mark: Mark, text: string): TextBlock {
  return paragraph(`${SIGNS[mark]} ${text}`, { ...LOOKS[mark], ...SUBHEADING });
}

export function section(...items: readonly CardElement[]): Container {
  return { type: 'Container', items, separator: true, spacing: 'Medium' };
}

/** A line of words with its own buttons beside it. */
export function lineWithButtons(text: string, buttons: readonly Button[]): CardElement {
  if (buttons.length === 0) {
    return paragraph(text, { spacing: 'Small' });
  }
  return {
    type: 'ColumnSet',
    spacing: 'Small',
    columns: [
      {
        type: 'Column',
        width: 'stretch',
        verticalContentAlignment: 'Center',
        items: [paragraph(text)],
      },
      { type: 'Column', width: 'auto', items: [{ type: 'ActionSet', actions: buttons }] },
    ],
  };
}

export function factSet(facts: Readonly<Record<string, string>>): FactSet {
  const list = Object.entries(facts).map(([title, value]) => ({ title, value }));
  return { type: 'FactSet', facts: list };
}

const BAR_CELLS = 20;

/** A bar that is also text: "██████░░░░ 58 %"; `shown` is the percentage in another language. */
export function progressBar(percent: number, shown = `${percent} %`): ProgressBar {
  const full = Math.round((percent / 100) * BAR_CELLS);
  const cells = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
  const fallback = paragraph(`${cells} ${shown}`, { fontType: 'Monospace' });
  return { type: 'ProgressBar', value: percent, max: 100, fallback };
}

export interface CardInput {
  /** The whole card in one sentence: notifications and old clients show it. */
  readonly summary: string;
  readonly body: readonly CardElement[];
  readonly actions?: readonly Button[];
  /** Stands in the place of the whole card at a client that does not know its version. */
  readonly fallbackText?: string;
}

/** A finished card, with the sentence that stands for it. */
export interface Card {
  readonly summary: string;
  readonly body: readonly CardElement[];
  readonly actions: readonly Button[];
  readonly content: CardContent;
  /** It has fields, and showing it anew would wipe what somebody is typing. */
  readonly takesInput: boolean;
}

function hasInput(element: CardElement): boolean {
  return (
    element.type === 'Input.Text' ||
    element.type === 'Input.Date' ||
    element.type === 'Input.Time' ||
    element.type === 'Input.ChoiceSet' ||
    (element.type === 'Container' && element.items.some(hasInput))
  );
}

function isMasked(element: CardElement): boolean {
  return element.type === 'Container'
    ? element.items.some(isMasked)
    : element.type === 'Input.Text' && element.style === 'Password';
}

/** Action.Submit sends every field there is: beside a masked one there is none, not as a fallback either. */
function withoutSubmit({ fallback: _gone, ...button }: Button): Button {
  return button;
}

export function card(input: CardInput): Card {
  const { summary, body, actions = [], fallbackText = summary } = input;
  const buttons = body.some(isMasked) ? actions.map(withoutSubmit) : actions;
  return {
    summary,
    body,
    actions: buttons,
    takesInput: body.some(hasInput),
    content: {
      type: 'AdaptiveCard',
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      version: '1.5',
      fallbackText,
      body,
      ...(buttons.length > 0 ? { actions: buttons } : {}),
    },
  };
}

/** Beyond this some clients do not show a card; far below what Teams takes. */
const MOST_CARD_BYTES = 24_000;

/** The first of these that is small enough to be shown everywhere, else the last; ordered from the fullest. */
export function fitted(candidates: readonly (() => Card)[]): Card {
  let last: Card | null = null;
  for (const make of candidates) {
    last = make();
    if (Buffer.byteLength(JSON.stringify(last.content)) <= MOST_CARD_BYTES) {
      return last;
    }
  }
  if (last === null) {
    throw new TypeError('A card has no candidate.');
  }
  return last;
}
