/**
 * A whole move of two people in real Chromium: an admin and both who move, each before a Playground of
 * their own, the helpdesk's channel beside them, one bot with its token validation on.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlaygroundUser } from '../../sim/playground/configuration.ts';
import type { SigningGateway } from '../../sim/playground/signing-gateway.ts';
import { startSigningGateway } from '../../sim/playground/signing-gateway.ts';
import type { Playground } from '../../sim/playground/start-playground.ts';
import { startPlayground } from '../../sim/playground/start-playground.ts';
import type { WholeWorld } from '../../sim/whole-world.ts';
import { startWholeWorld } from '../../sim/whole-world.ts';
import { BOT_ID, TENANT_ID } from '../../sim/world.ts';
import { createMover, differencesOf, type Mover } from '../../support/play.ts';
import { describeWith } from '../../support/witness.ts';
import type { PlaygroundPage } from './client.ts';
import { launchChromium, openPlayground } from './client.ts';

describeWith('chromium', 'a whole move of two people in the Agents Playground', () => {
  let dir = '';
  let world: WholeWorld;
  let gateway: SigningGateway;
  let browser: Browser;
  const playgrounds: Playground[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'skybridge-e2e-'));
    world = await startWholeWorld({ dir, provisioningMs: 2000 });
    gateway = await startSigningGateway({
      signing: world.teams.signing,
      botId: BOT_ID,
      messagesUrl: () => world.service().messagesUrl,
    });
    browser = await launchChromium();
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await Promise.all(playgrounds.map((playground) => playground.close()));
    await gateway?.close();
    await world?.close();
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  function userOf(person: WholeWorld['admin']): PlaygroundUser {
    return { id: person.id, name: person.displayName, address: person.userPrincipalName };
  }

  async function open(
    name: string,
    who: WholeWorld['admin'],
    others: readonly WholeWorld['admin'][],
  ): Promise<PlaygroundPage> {
    const playground = await startPlayground({
      dir: path.join(dir, `playground-${name}`),
      name,
      tenantId: TENANT_ID,
      botId: BOT_ID,
      currentUser: userOf(who),
      others: others.map(userOf),
      messagesUrl: gateway.url,
    });
    playgrounds.push(playground);
    return await openPlayground(browser, playground.url);
  }

  async function submit(person: PlaygroundPage, address: string, password: string): Promise<void> {
    await person.field('Your iCloud address').fill(address);
    await person.field('App-specific password').fill(password);
    await person.press('Check and start');
  }

  /** Leaves the fields empty, pastes a password of another kind, then one that Apple refuses, then the right one. */
  async function giveInTheEnd(mover: PlaygroundPage): Promise<void> {
    const { icloudAddress } = world;
    await mover.see('It takes two minutes', 60_000);
    await mover.picture('person-ask', 'It takes two minutes');
    expect(await mover.field('App-specific password').getAttribute('type')).toBe('password');
    await mover.press('Check and start');
    await mover.page.getByText('Please enter your iCloud address').first().waitFor();
    await submit(mover, icloudAddress, 'my ordinary password');
    await mover.see('an app-specific password has 16');
    expect(await mover.field('App-specific password').inputValue()).toBe('');
    await submit(mover, icloudAddress, 'abcd-efgh-ijkl-mnop');
    await mover.see('Apple did not accept this password', 30_000);
    await mover.picture('person-refused', 'Apple did not accept this password');
    await submit(mover, icloudAddress, world.appPassword);
    await mover.see('Apple accepted it', 30_000);
  }

  async function giveAtOnce(
    person: PlaygroundPage,
    { icloudAddress, appPassword }: Mover,
  ): Promise<void> {
    await person.see('It takes two minutes', 60_000);
    await submit(person, icloudAddress, appPassword);
    await person.see('Apple accepted it', 30_000);
  }

  test('an admin, two people and the channel, from the welcome to the report', async () => {
    const { admin: megan, mover: alex, helpdesk: adele } = world;
    const second = createMover(world, {
      displayName: 'Johanna Lorenz',
      alias: 'johanna',
      messages: 12,
    });
    const johanna = second.user;
    const [admin, first, other] = await Promise.all([
      open('admin', megan, [alex, johanna, adele]),
      open('mover', alex, [megan, johanna, adele]),
      open('other', johanna, [megan, alex, adele]),
    ]);

    await admin.see("I move people's iCloud Mail into Microsoft 365");
    await first.see('I help to move iCloud Mail to Outlook');
    await other.see('I help to move iCloud Mail to Outlook');
    await admin.openChannel();
    await admin.post('here');
    await admin.see('I report here from now on');
    await admin.openChat();
    await admin.press('Check my tenant');
    await admin.see('Your tenant is ready');
    await admin.press('Move someone');
    const addresses = [alex, johanna].map(({ userPrincipalName }) => userPrincipalName);
    await admin.field('Names or addresses').fill(addresses.join('; '));
    await admin.press('Find');
    await admin.see('2 people: 2 to be given a licence.');
    await admin.picture('admin-plan', '2 people:');
    await admin.press('Do it');

    await Promise.all([giveInTheEnd(first), giveAtOnce(other, second)]);
    for (const [page, secret] of [
      [first, world.appPassword],
      [other, second.appPassword],
    ] as const) {
      expect(await page.page.locator('input[type=password]').count()).toBe(0);
      expect(await page.page.content()).not.toContain(secret);
    }

    await admin.see(`Move of ${alex.displayName} · Pilot ready for review`, 60_000);
    await admin.pressEach('Start everything', 2);
    await admin.openChannel();
    await admin.see('Move of 2 people');
    await admin.picture('channel-running', 'Move of 2 people');
    await admin.openChat();
    await admin.pressEach('Finish the move', 2);
    await first.see('Please revoke the password now', 60_000);
    await other.see('Please revoke the password now', 60_000);
    await admin.see('The app-specific password is deleted here', 120_000);
    await admin.picture('admin-done', 'The app-specific password is deleted here');
    await admin.openChannel();
    await admin.see('2 done');
    await admin.see(/[\d,]+ messages in iCloud: [\d,]+ copied/);
    expect(await differencesOf(world, second)).toBe('');
    expect(world.violations()).toEqual([]);
  });
});
