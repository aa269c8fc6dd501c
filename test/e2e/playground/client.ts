/** A person before the Playground's page: what is clicked and read in the browser. */

import type { Browser, Locator, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ARGUMENTS,
  });
}

export interface PlaygroundPage {
  readonly page: Page;
  say(text: string): Promise<void>;
  /** Writes to the bot in the team's channel. */
  post(text: string): Promise<void>;
  press(title: string): Promise<void>;
  /** Presses this many buttons of one title, each once: it goes, or changes, before the next. */
  pressEach(title: string, count: number): Promise<void>;
  /** Waits until a text is shown; the newest place where it stands. */
  see(text: string | RegExp, limitMs?: number): Promise<Locator>;
  field(label: string): Locator;
  /** A picture of the newest card with this text, below `reports/`, which git ignores. */
  picture(name: string, text: string): Promise<void>;
  openChat(): Promise<void>;
  openChannel(): Promise<void>;
}

const WINDOW = { width: 1500, height: 1200 };
const LOCAL = new Set(['localhost', '127.0.0.1']);

/** Opens the Playground for its current user; the page's fonts from afar are not asked for. */
export async function openPlayground(browser: Browser, url: string): Promise<PlaygroundPage> {
  const context = await browser.newContext({ viewport: WINDOW });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.route('**/*', async (route) => {
    const isLocal = LOCAL.has(new URL(route.request().url()).hostname);
    await (isLocal ? route.continue() : route.abort());
  });
  // The first load of three at once takes long on a small machine.
  await page.goto(url, { waitUntil: 'domcontentloaded', timeout: 60_000 });
  return {
    page,
    async say(text) {
      await page.getByRole('textbox').last().click();
      await page.keyboard.type(text);
      await page.getByRole('button', { name: 'Send Message' }).click();
    },
    async post(text) {
      const editor = page
        .getByRole('group')
        .filter({ has: page.getByRole('button', { name: 'Post', exact: true }) })
        .first();
      await editor.getByRole('textbox').click();
      await page.keyboard.type('@');
      await page.getByRole('menuitem', { name: 'Skybridge' }).click();
      await page.keyboard.type(` ${text}`);
      await editor.getByRole('button', { name: 'Post', exact: true }).click();
    },
    async press(title) {
      await page.getByRole('button', { name: title, exact: true }).last().click();
    },
    async pressEach(title, count) {
      const buttons = page.getByRole('button', { name: title, exact: true });
      for (let left = count - 1; left >= 0; left -= 1) {
        await buttons.nth(left).waitFor({ timeout: 120_000 });
        await buttons.nth(left).click();
        await buttons.nth(left).waitFor({ state: 'detached' });
      }
    },
    async see(text, limitMs = 20_000) {
      const place = page.locator('.ac-textBlock, p').filter({ hasText: text }).last();
      await place.waitFor({ timeout: limitMs });
      return place;
    },
    field: (label) => page.getByRole('textbox', { name: label }).last(),
    async picture(name, text) {
      const card = page.locator('.ac-adaptiveCard').filter({ hasText: text }).last();
      // Higher than any card, so that nothing of the page stands before it.
      await page.setViewportSize({ width: 1500, height: 2600 });
      await card.screenshot({ path: `reports/playground/${name}.png` });
      await page.setViewportSize(WINDOW);
    },
    async openChat() {
      await page.getByRole('treeitem', { name: 'Personal Chat' }).click();
    },
    async openChannel() {
      await page.getByRole('treeitem', { name: 'IT Helpdesk - Migrations' }).click();
      await page.getByText('Start a new post').waitFor();
    },
  };
}
