/**
 * Teams' light and dark look, as far as it decides how a card reads. The light colours are those of the
 * host config in Microsoft's Agents Playground, yellow on white and all; the dark ones are believed.
 */

export interface Colors {
  /** Behind the card: the chat. */
  readonly chat: string;
  readonly card: string;
  readonly border: string;
  readonly text: string;
  readonly subtle: string;
  readonly accent: string;
  readonly onAccent: string;
  readonly good: string;
  readonly warning: string;
  readonly attention: string;
  readonly field: string;
}

export const THEMES = {
  light: {
    chat: '#f5f5f5',
    card: '#ffffff',
    border: '#d1d1d1',
    text: '#252424',
    subtle: '#5b5a5a',
    accent: '#6264a7',
    onAccent: '#ffffff',
    good: '#92c353',
    warning: '#f8d22a',
    attention: '#c4314b',
    field: '#f5f5f5',
  },
  dark: {
    chat: '#201f1f',
    card: '#292828',
    border: '#707070',
    text: '#ffffff',
    subtle: '#c9c9c9',
    accent: '#a6a7dc',
    onAccent: '#201f1f',
    good: '#92c353',
    warning: '#f8d22a',
    attention: '#f9526b',
    field: '#201f1f',
  },
} as const satisfies Readonly<Record<string, Colors>>;

export type ThemeName = keyof typeof THEMES;
export const THEME_NAMES: readonly ThemeName[] = ['light', 'dark'];

/** The first that is there: Teams' own, then what Debian has, with Japanese from IPA. */
const FONTS = '"Segoe UI", "Liberation Sans", IPAPGothic, "Noto Color Emoji", sans-serif';
const MONOSPACE = '"Liberation Mono", "DejaVu Sans Mono", monospace';

const FONT_SIZES = { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 };
const FONT_WEIGHTS = { lighter: 400, default: 400, bolder: 600 };

/** The host config that the renderer takes. */
export function hostConfigOf(colors: Colors): object {
  const { text, subtle, accent, good, warning, attention } = colors;
  const both = (color: string): object => ({ default: color, subtle: color });
  const style = {
    backgroundColor: colors.card,
    foregroundColors: {
      default: { default: text, subtle },
      accent: both(accent),
      good: both(good),
      warning: both(warning),
      attention: both(attention),
    },
  };
  const label = { weight: 'Bolder', size: 'Default', color: 'Default' };
  return {
    supportsInteractivity: true,
    spacing: { small: 4, default: 8, medium: 12, large: 16, extraLarge: 24, padding: 16 },
    separator: { lineThickness: 1, lineColor: colors.border },
    fontTypes: {
      default: { fontFamily: FONTS, fontSizes: FONT_SIZES, fontWeights: FONT_WEIGHTS },
      monospace: { fontFamily: MONOSPACE, fontSizes: FONT_SIZES, fontWeights: FONT_WEIGHTS },
    },
    containerStyles: { default: style, emphasis: { ...style, backgroundColor: colors.chat } },
    inputs: {
      label: {
        requiredInputs: { ...label, suffix: ' *', suffixColor: 'Attention' },
        optionalInputs: label,
      },
      errorMessage: { color: 'Attention', size: 'Small' },
    },
    actions: {
      maxActions: 6,
      spacing: 'Default',
      buttonSpacing: 8,
      actionsOrientation: 'Horizontal',
      actionAlignment: 'Left',
    },
    factSet: {
      title: { weight: 'Bolder', maxWidth: 160, wrap: true },
      value: { wrap: true },
      spacing: 16,
    },
  };
}

/** What the renderer leaves to its host: fields and buttons. */
export function styleOf(colors: Colors): string {
  return `
    body { margin: 0; padding: 12px; width: 456px; background: ${colors.chat}; }
    #card { border: 1px solid ${colors.border}; border-radius: 6px; overflow: hidden; }
    #card .ac-adaptiveCard { outline: none; }
    .ac-input { box-sizing: border-box; width: 100%; padding: 6px 10px; color: ${colors.text};
      background: ${colors.field}; border: 1px solid ${colors.border}; border-radius: 4px;
      font: 14px ${FONTS}; }
    .ac-input::placeholder { color: ${colors.subtle}; opacity: 1; }
    .ac-multichoiceInput { padding: 6px 10px; }
    .ac-pushButton { padding: 6px 14px; color: ${colors.text}; background: ${colors.card};
      border: 1px solid ${colors.border}; border-radius: 4px; font: 600 14px ${FONTS};
      margin-bottom: 4px; max-width: 100%; }
    .ac-pushButton.style-positive { color: ${colors.onAccent}; background: ${colors.accent};
      border-color: ${colors.accent}; }
    .ac-pushButton.style-destructive { color: ${colors.attention};
      border-color: ${colors.attention}; }
    .ac-pushButton > div { white-space: normal !important; overflow: visible !important; }
    .ac-textBlock p { margin: 0; }
    a { color: ${colors.accent}; }`;
}
