/** Which golden cards are pictured in docs/cards, and whether a picture still shows its card. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type GoldenCard, goldenCards } from '../unit/bot/cards/golden-files.ts';
import { noteOf } from './palette-png.ts';
import { hostConfigOf, styleOf, THEME_NAMES, THEMES, type ThemeName } from './themes.ts';

export const GALLERY_DIR = path.join(import.meta.dirname, '../../docs/cards');

/** The person's main card stands for the other languages: the rest of them differ in words alone. */
const IN_EVERY_LANGUAGE = 'person-ask';

export interface Picture {
  readonly card: GoldenCard;
  readonly theme: ThemeName;
  readonly language: string;
  readonly file: string;
  /** Of the card and of the look that it is drawn in. */
  readonly note: string;
}

/** "de" for "person-ask.de"; English has no ending. */
function languageOf(name: string): string {
  return name.split('.')[1] ?? 'en';
}

/** Tries the limits of a card that is pictured as it usually is. */
const isTrial = (name: string): boolean => name.includes('-long-');

/** The cards that are pictured: English, and the main card in each language. */
export function picturedCards(): readonly GoldenCard[] {
  return goldenCards().filter(
    ({ name }) =>
      !isTrial(name) && (languageOf(name) === 'en' || name.startsWith(`${IN_EVERY_LANGUAGE}.`)),
  );
}

/** One picture a card and theme. */
export function pictures(): readonly Picture[] {
  return picturedCards().flatMap((card) =>
    THEME_NAMES.map((theme) => {
      const look = JSON.stringify([hostConfigOf(THEMES[theme]), styleOf(THEMES[theme])]);
      const note = createHash('sha256').update(look).update(card.json).digest('hex').slice(0, 32);
      const file = path.join(theme, `${card.name}.png`);
      return { card, theme, language: languageOf(card.name), file, note };
    }),
  );
}

/** Whether the picture is there and shows the card as it is now. */
export function isCurrent({ file, note }: Picture): boolean {
  const place = path.join(GALLERY_DIR, file);
  return existsSync(place) && noteOf(readFileSync(place)) === note;
}

/** Pictures in docs/cards that show no card of today. */
export function strayFiles(): readonly string[] {
  const wanted = new Set(pictures().map(({ file }) => file));
  return THEME_NAMES.flatMap((theme) => {
    const dir = path.join(GALLERY_DIR, theme);
    return existsSync(dir) ? readdirSync(dir).map((file) => path.join(theme, file)) : [];
  }).filter((file) => !wanted.has(file));
}
