/**
 * Draws each golden card that has changed into docs/cards, with the real renderer in Chromium, and
 * writes the index page. Look at what it drew:
 *
 *   npm run cards
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { indexPage } from './index-page.ts';
import { decodePng, encodePalettePng } from './palette-png.ts';
import { GALLERY_DIR, isCurrent, type Picture, pictures, strayFiles } from './pictures.ts';
import { hostConfigOf, styleOf, THEMES } from './themes.ts';

const RENDERER = createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.min.js');
const LANGUAGES_OF_FONTS = ['ja'];

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Without its font a Japanese card would be a picture of empty boxes. */
function hasFont(language: string): boolean {
  if (!LANGUAGES_OF_FONTS.includes(language)) {
    return true;
  }
  try {
    return execFileSync('/usr/bin/fc-list', [`:lang=${language}`, 'family']).length > 0;
  } catch {
    return false;
  }
}

/** An empty page of this look and language, with the renderer in it. */
async function openPage(browser: Browser, { theme, language }: Picture): Promise<Page> {
  const context = await browser.newContext({ locale: language, timezoneId: 'UTC' });
  const page = await context.newPage();
  await page.setContent(
    `<!doctype html><html lang="${language}"><meta charset="utf-8"><style>${styleOf(THEMES[theme])}</style><div id="card"></div>`,
  );
  await page.addScriptTag({ path: RENDERER });
  return page;
}

/** Puts the card into the page as Teams would; says how high it is. The part of Markdown that cards use. */
async function show(page: Page, { card, theme }: Picture): Promise<number> {
  return await page.evaluate(
    ({ content, hostConfig }) => {
      const { AdaptiveCards, document } = Object(globalThis);
      const escape = (text: string): string =>
        text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      AdaptiveCards.AdaptiveCard.onProcessMarkdown = (
        text: string,
        result: { outputHtml?: string; didProcess: boolean },
      ): void => {
        result.outputHtml = escape(text)
          .replaceAll(/\\(&lt;|&gt;|[\\*_[\]`~])/g, (_all, sign: string) =>
            sign.length > 1 ? sign : `&#${sign.charCodeAt(0)};`,
          )
          .replaceAll(/\*\*([^*]+)\*\*/g, '<b>$1</b>')
          .replaceAll(/\[([^\]]+)\]\((https:[^)\s]+)\)/g, '<a href="$2">$1</a>')
          .replaceAll('\n', '<br>');
        result.didProcess = true;
      };
      const shown = new AdaptiveCards.AdaptiveCard();
      shown.hostConfig = new AdaptiveCards.HostConfig(hostConfig);
      shown.parse(content);
      document.querySelector('#card').replaceChildren(shown.render());
      return Number(document.body.offsetHeight);
    },
    { content: card.content, hostConfig: hostConfigOf(THEMES[theme]) },
  );
}

async function draw(page: Page, picture: Picture): Promise<number> {
  const height = await show(page, picture);
  await page.setViewportSize({ width: 480, height });
  const png = encodePalettePng(decodePng(await page.screenshot()), picture.note);
  const place = path.join(GALLERY_DIR, picture.file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, png);
  return png.length;
}

const stale = pictures().filter((picture) => !isCurrent(picture));
const drawable = stale.filter(({ language }) => hasFont(language));
// Debian's; nothing is fetched from anywhere.
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-lcd-text'],
});
const pages = new Map<string, Page>();
let bytes = 0;
try {
  for (const picture of drawable) {
    const look = `${picture.theme} ${picture.language}`;
    const page = pages.get(look) ?? (await openPage(browser, picture));
    pages.set(look, page);
    bytes += await draw(page, picture);
  }
} finally {
  await browser.close();
}
for (const file of strayFiles()) {
  rmSync(path.join(GALLERY_DIR, file));
  say(`removed ${file}`);
}
mkdirSync(GALLERY_DIR, { recursive: true });
writeFileSync(path.join(GALLERY_DIR, 'README.md'), indexPage());
say(`drawn: ${drawable.length} pictures, ${Math.round(bytes / 1024)} KB`);
for (const { file } of stale.filter((picture) => !drawable.includes(picture))) {
  say(`not drawn, no font for it (Debian's fonts-ipafont-gothic): ${file}`);
  process.exitCode = 1;
}
