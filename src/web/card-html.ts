/**
 * A card of the conversation as HTML without a script. Each button sends a form of its own; the fields of
 * the card belong to the one button that takes them.
 */
import type { Button } from '../bot/cards/actions.ts';
import type {
  Card,
  CardElement,
  DateInput,
  FactSet,
  TextBlock,
  TextInput,
  ToggleButton,
} from '../bot/cards/elements.ts';
import { escapeHtml, markdownToHtml } from './html.ts';

export interface CardForms {
  /** Where presses are sent. */
  readonly action: string;
  /** Ties a press to the session that was shown the card. */
  readonly csrf: string;
}

const HEADINGS: Partial<Record<NonNullable<TextBlock['size']>, string>> = { Large: 'h1' };

function textBlock({ text, size, color, isSubtle, fontType, weight, style }: TextBlock): string {
  const isHeading = style === 'heading';
  const tag = HEADINGS[size ?? 'Default'] ?? (isHeading ? 'h2' : 'p');
  const classes = [
    color === 'Attention' ? 'failed' : undefined,
    weight === 'Bolder' && !isHeading ? 'strong' : undefined,
    isSubtle === true ? 'hint' : undefined,
    fontType === undefined ? undefined : 'mono',
  ].filter((name) => name !== undefined);
  const attribute = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
  // What was seen to be wrong is read out at once.
  const role = color === 'Attention' ? ' role="alert"' : '';
  return `<${tag}${attribute}${role}>${markdownToHtml(text)}</${tag}>`;
}

const attributes = (
  given: Readonly<Record<string, string | number | boolean | undefined>>,
): string =>
  Object.entries(given)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) =>
      value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`,
    )
    .join('');

const TYPES = { Text: 'text', Email: 'email', Password: 'password' } as const;

function textInput(input: TextInput, formId: string): string {
  const { id, label, style = 'Text', maxLength, isRequired, placeholder } = input;
  const common = attributes({
    id,
    name: id,
    form: formId,
    maxlength: maxLength,
    required: isRequired === true,
    autocapitalize: 'none',
    spellcheck: 'false',
    autocomplete: style === 'Email' ? 'email' : 'off',
  });
  // A password is never sent back, whatever a card says.
  const value = style === 'Password' ? undefined : input.value;
  const example = placeholder === label ? undefined : placeholder;
  const field =
    input.isMultiline === true
      ? `<textarea rows="4"${common}>${escapeHtml(value ?? '')}</textarea>`
      : `<input${attributes({ type: TYPES[style], placeholder: example, value })}${common}>`;
  return `<label for="${escapeHtml(id)}">${escapeHtml(label)}</label>${field}`;
}

function dateInput({ id, label, value }: DateInput, formId: string): string {
  const field = attributes({ type: 'date', id, name: id, form: formId, value });
  return `<label for="${escapeHtml(id)}">${escapeHtml(label)}</label><input${field}>`;
}

function factSet({ facts }: FactSet): string {
  const rows = facts.map(
    ({ title, value }) => `<dt>${escapeHtml(title)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  return `<dl>${rows.join('')}</dl>`;
}

const takesFields = ({ associatedInputs }: Button): boolean => associatedInputs !== 'none';

/** Parts that fold stand on cards for admins alone. */
const isSent = (one: Button | ToggleButton): one is Button => one.type === 'Action.Execute';

function buttonsIn(elements: readonly CardElement[]): readonly Button[] {
  return elements.flatMap((element) => {
    if (element.type === 'Container') {
      return buttonsIn(element.items);
    }
    return element.type === 'ActionSet' ? element.actions.filter(isSent) : [];
  });
}

function formOf(id: string, { verb, data }: Button, { action, csrf }: CardForms): string {
  const fields: Readonly<Record<string, unknown>> = { csrf, verb, ...data };
  const hidden = Object.entries(fields).map(
    ([name, value]) => `<input${attributes({ type: 'hidden', name, value: String(value) })}>`,
  );
  return `<form${attributes({ id, method: 'post', action })}>${hidden.join('')}</form>`;
}

/** The card's elements, and after them the forms that its buttons send. */
export function cardToHtml({ body, actions }: Card, forms: CardForms): string {
  const buttons = [...buttonsIn(body), ...actions];
  const idOf = (button: Button): string => `form-${buttons.indexOf(button)}`;
  const main = buttons.find(takesFields);
  const formOfFields = main === undefined ? '' : idOf(main);

  const button = (one: Button): string => {
    const kind = one.style === 'positive' ? 'primary' : 'plain';
    return `<button${attributes({ type: 'submit', form: idOf(one), class: kind })}>${escapeHtml(one.title)}</button>`;
  };
  const row = (some: readonly Button[]): string =>
    some.length === 0 ? '' : `<div class="buttons">${some.map(button).join('')}</div>`;
  const all = (elements: readonly CardElement[]): string => elements.map(render).join('');
  const render = (element: CardElement): string => {
    switch (element.type) {
      case 'TextBlock':
        return textBlock(element);
      case 'Container':
        return element.separator === true
          ? `<section>${all(element.items)}</section>`
          : `<div>${all(element.items)}</div>`;
      case 'ColumnSet':
        return `<div class="columns">${element.columns.map(({ items }) => `<div>${all(items)}</div>`).join('')}</div>`;
      case 'FactSet':
        return factSet(element);
      case 'Input.Text':
        return textInput(element, formOfFields);
      case 'Input.Date':
        return dateInput(element, formOfFields);
      case 'ProgressBar':
        return `<progress max="${element.max}" value="${element.value}">${element.value} %</progress>`;
      case 'ActionSet':
        return row(element.actions.filter(isSent));
      // What only cards for admins have is drawn nowhere else; a test holds every card of a person to this.
      case 'Input.Time':
      case 'Input.ChoiceSet':
      default:
        return '';
    }
  };
  return [
    ...body.map(render),
    row(actions),
    ...buttons.map((one) => formOf(idOf(one), one, forms)),
  ].join('\n');
}
