/** The person's page in real Chromium: over the simulated Entra ID and back, a password, and the move to its end. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWholeWorld, type WholeWorld } from '../../sim/whole-world.ts';
import { createMover, createPlay, type Mover } from '../../support/play.ts';
import { queryService } from '../../support/service-database.ts';
import { describeWith } from '../../support/witness.ts';
import { launchChromium } from '../playground/client.ts';

const PICTURES = 'reports/page';

/** Entra ID must know where to send people back to before the service listens. */
async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

interface View {
  readonly locale: string;
  readonly dark?: boolean;
  readonly width?: number;
}

describeWith('chromium', 'the page of a person whom Teams does not reach', () => {
  let dir = '';
  let publicUrl = '';
  let world: WholeWorld;
  let browser: Browser;

  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'skybridge-page-'));
    await mkdir(PICTURES, { recursive: true });
    const port = await findFreePort();
    publicUrl = `http://localhost:${port}`;
    world = await startWholeWorld({
      dir,
      environment: { PORT: String(port), PUBLIC_URL: publicUrl },
    });
    // As registered; of a page on this machine every port is meant.
    world.directory.applications[0]?.redirectUris.push('http://localhost/sign-in/done');
    browser = await launchChromium();
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await world?.close();
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  async function open({ locale, dark = false, width = 1100 }: View): Promise<Page> {
    const context = await browser.newContext({
      locale,
      colorScheme: dark ? 'dark' : 'light',
      viewport: { width, height: 900 },
      // The simulated Entra ID has a certificate of its own.
      ignoreHTTPSErrors: true,
      javaScriptEnabled: false,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).hostname));
    page.on('close', () => expect(new Set(asked)).toEqual(new Set(['localhost', '127.0.0.1'])));
    return page;
  }

  async function signIn(page: Page, mover: Mover): Promise<void> {
    await page.goto(`${publicUrl}/move`);
    const name = `${mover.user.displayName} (${mover.user.userPrincipalName})`;
    await page.getByRole('button', { name }).click();
    await page.waitForURL(`${publicUrl}/move**`);
  }

  const picture = async (page: Page, name: string): Promise<void> => {
    await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
  };

  test('blocked in Teams, the person signs in, mistypes, is refused, corrects it, and reads how far it is', async () => {
    const mover = createMover(world, { displayName: 'Nora Noteams', alias: 'nora', messages: 30 });
    world.teams.blocked.add(mover.user.id);
    const play = createPlay(world, mover);
    await play.until('planned');
    await play.admin.press('Do it');
    await play.admin.see('I could not ask Nora Noteams', 60_000);

    const page = await open({ locale: 'en-US' });
    await signIn(page, mover);
    await picture(page, 'ask-light-wide-en');
    const submit = async (password: string): Promise<void> => {
      await page.getByLabel('Your iCloud address').fill(mover.icloudAddress);
      await page.getByLabel('App-specific password').fill(password);
      await page.getByRole('button', { name: /Check and start|Try this one instead/ }).click();
    };
    expect(await page.getByLabel('App-specific password').getAttribute('type')).toBe('password');
    await submit('Summer2026');
    await page.getByText('That has 6 letters; an app-specific password has 16').waitFor();
    await picture(page, 'wrong-light-wide-en');
    expect(await page.getByLabel('App-specific password').inputValue()).toBe('');
    const before = Date.now();
    await submit('zkqw-xvbn-plmt-hrgd');
    await page.getByText('Apple did not accept this password for this address.').waitFor();
    expect(Date.now() - before).toBeLessThan(10_000);

    await page.getByRole('button', { name: 'Leave something out' }).click();
    await page.getByLabel('Mail received before this day').fill('2001-01-01');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Left out by you: mail received before Jan 1, 2001.').waitFor();

    await submit(mover.appPassword);
    await page.getByText('Thank you, Apple accepted it').waitFor();
    await picture(page, 'accepted-light-wide-en');
    await play.seeState('Pilot ready for review', 90_000);
    await play.admin.press('Start everything');
    await play.seeState('In step with iCloud', 90_000);
    await page.reload();
    await page.getByText('Your mail is in Outlook').waitFor();
    await picture(page, 'synced-light-wide-en');
    await play.admin.press('Finish the move');
    await play.seeState('Done', 90_000);
    await page.reload();
    await page.getByText('Please revoke the password now').waitFor();
    await picture(page, 'done-light-wide-en');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.close();

    const log = await readFile(world.logFile, 'utf8');
    for (const secret of [mover.appPassword, mover.appPassword.replaceAll('-', ''), 'zkqw']) {
      expect(log).not.toContain(secret);
    }
    for (const token of world.m365.journal.tokens) {
      expect(log.includes(token)).toBe(false);
    }
    const refused = await queryService(
      world.dataDir,
      `select from audit where outcome = 'refused'`,
      [],
    );
    expect(refused).toEqual([]);
    expect(world.violations()).toEqual([]);
  }, 240_000);

  test('somebody else who has the link sees nothing of it; the page is as readable dark and narrow, in German and Japanese', async () => {
    const mover = createMover(world, { displayName: 'Oda Other', alias: 'oda', messages: 10 });
    world.teams.blocked.add(mover.user.id);
    const play = createPlay(world, mover);
    await play.until('planned');
    await play.admin.press('Do it');
    await play.admin.see('I could not ask Oda Other', 60_000);
    const german = 'Ihre iCloud-Mails ziehen zu Outlook um';
    const japanese = 'iCloudメールをOutlookに移行します';
    for (const [locale, words, dark, width] of [
      ['de-DE', german, false, 1100],
      ['de-DE', german, true, 380],
      ['ja-JP', japanese, false, 380],
      ['ja-JP', japanese, true, 1100],
    ] as const) {
      const page = await open({ locale, dark, width });
      await signIn(page, mover);
      await page.getByText(words).waitFor();
      const isCut = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      expect([locale, width, isCut]).toEqual([locale, width, false]);
      await picture(page, `ask-${dark ? 'dark' : 'light'}-${width}-${locale}`);
      await page.close();
    }
    const stranger = { ...mover, user: world.helpdesk };
    const page = await open({ locale: 'en-US' });
    await signIn(page, stranger);
    await page.getByText('No move of yours is under way.').waitFor();
    await page.goto(`${publicUrl}/move/${play.migrationId()}`);
    await page.getByText('There is nothing here for you.').waitFor();
    expect(await page.content()).not.toContain('Oda');
    await picture(page, 'nothing-light-wide-en');
    await page.close();
  }, 240_000);
});
