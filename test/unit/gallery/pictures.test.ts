/** docs/cards shows every card as it is; `npm run cards` draws what has changed. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { indexPage } from '../../gallery/index-page.ts';
import { decodePng, encodePalettePng, noteOf } from '../../gallery/palette-png.ts';
import { GALLERY_DIR, isCurrent, pictures, strayFiles } from '../../gallery/pictures.ts';

const MOST_BYTES = 6 * 1024 ** 2;

const fileOf = (file: string): string => path.join(GALLERY_DIR, file);

test('each card has its pictures, light and dark, and they show it as it is: else npm run cards', () => {
  const all = pictures();
  expect(all.length).toBeGreaterThan(200);
  expect(all.filter((picture) => !isCurrent(picture)).map(({ file }) => file)).toEqual([]);
});

test('no picture is left of a card that is gone, and the page shows all of them: else npm run cards', () => {
  expect(strayFiles()).toEqual([]);
  expect(readFileSync(fileOf('README.md'), 'utf8')).toBe(indexPage());
});

test('all pictures together stay small', () => {
  const sizes = pictures()
    .filter(({ file }) => existsSync(fileOf(file)))
    .map(({ file }) => readFileSync(fileOf(file)).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES);
});

test('a picture says what it was drawn from, and each from something else', () => {
  const all = pictures();
  const sources = new Set(all.map(({ theme, card }) => theme + card.json));
  expect(new Set(all.map(({ note }) => note)).size).toBe(sources.size);
  const rgb = Uint8Array.from([255, 255, 255, 0, 0, 0, 196, 49, 75, 255, 255, 255]);
  const png = encodePalettePng({ width: 2, height: 2, rgb }, 'a note');
  expect(noteOf(png)).toBe('a note');
  expect(() => decodePng(png)).toThrow('another kind');
  expect(() => noteOf(Buffer.from('GIF89a, which is no PNG'))).toThrow('no PNG');
});
