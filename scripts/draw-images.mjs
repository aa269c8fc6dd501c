/**
 * Draws the pictures of the project in Chromium: the icons of the Teams app, and the README's picture of
 * cards that the browser test saw. Run `npm test -- test/e2e/playground` before, and look at
 * the result:
 *
 *   node scripts/draw-images.mjs
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A bridge of one arch over a cable of light: the deck, the arch and three hangers. */
const BRIDGE = `
  <path d="M14 126 H178" stroke-width="11"/>
  <path d="M26 126 C40 44 152 44 166 126" stroke-width="11"/>
  <path d="M62 126 V84 M96 126 V68 M130 126 V84" stroke-width="7"/>`;

const COLOR_ICON = `<svg xmlns="http://www.w3.org/2000/svg" width="192" height="192" viewBox="0 0 192 192">
  <defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
    <stop offset="0" stop-color="#2f7fd6"/><stop offset="1" stop-color="#1b4f94"/>
  </linearGradient></defs>
  <rect width="192" height="192" fill="url(#sky)"/>
  <g fill="none" stroke="#fff" stroke-linecap="round">${BRIDGE}</g>
  <path d="M40 152 H152" stroke="#9cc7f5" stroke-width="6" stroke-linecap="round" stroke-dasharray="2 16"/>
</svg>`;

/** White on nothing, as Teams asks of it. */
const OUTLINE_ICON = `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="8 40 176 110">
  <g fill="none" stroke="#fff" stroke-linecap="round" transform="translate(0 2)">
    <path d="M16 128 H176" stroke-width="13"/>
    <path d="M28 128 C42 44 150 44 164 128" stroke-width="13"/>
    <path d="M68 128 V90 M96 128 V76 M124 128 V90" stroke-width="10"/>
  </g>
</svg>`;

/** Cards that the browser test saw (test/e2e/playground), column by column. */
const SHOWN_CARDS = [['admin-plan', 'channel-running'], ['person-ask']];

const CARD_PAGE = `<!doctype html><meta charset="utf-8"><style>
  body { margin: 0; padding: 24px; background: #f0f0f0; display: flex; gap: 24px; width: 1012px; }
  main { width: 494px; }
  img { display: block; width: 100%; margin-bottom: 24px; border-radius: 6px; }
</style>`;

async function drawIcon(browser, { svg, sizePx, file, transparent }) {
  const page = await browser.newPage({ viewport: { width: sizePx, height: sizePx } });
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
  await page.screenshot({ path: path.join(root, file), omitBackground: transparent });
  await page.close();
}

async function drawCards(browser) {
  const page = await browser.newPage({ viewport: { width: 1060, height: 600 } });
  const imageOf = (picture) => {
    const bytes = readFileSync(path.join(root, 'reports', 'playground', `${picture}.png`));
    return `<img src="data:image/png;base64,${bytes.toString('base64')}">`;
  };
  const columns = SHOWN_CARDS.map((pictures) => `<main>${pictures.map(imageOf).join('')}</main>`);
  await page.setContent(`${CARD_PAGE}${columns.join('')}`);
  await page.screenshot({ path: path.join(root, 'docs', 'images', 'cards.png'), fullPage: true });
  await page.close();
}

// Debian's; nothing is fetched from anywhere.
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  await drawIcon(browser, {
    svg: COLOR_ICON,
    sizePx: 192,
    file: 'appPackage/color.png',
    transparent: false,
  });
  await drawIcon(browser, {
    svg: OUTLINE_ICON,
    sizePx: 32,
    file: 'appPackage/outline.png',
    transparent: true,
  });
  await drawCards(browser);
} finally {
  await browser.close();
}
