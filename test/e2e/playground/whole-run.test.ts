/**
 * A whole move in real Chromium: an admin and the person who moves, each before a Playground of their
 * own, the helpdesk's channel beside them, one bot with its token validation on.
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
import { describeWith } from '../../support/witness.ts';
import type { PlaygroundPage } from './client.ts';
import { launchChromium, openPlayground } from './client.ts';

describeWith('chromium', 'a whole move in the Agents Playground', () => {
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

  async function submit(person: PlaygroundPage, password: string): Promise<void> {
    await person.field('Your iCloud address').fill(world.icloudAddress);
    await person.field('App-specific password').fill(password);
    await person.press('Check and start');
  }

  test('admin, person and channel, from the welcome to the report', async () => {
    const { admin: megan, mover: alex, helpdesk: adele } = world;
    const admin = await open('admin', megan, [alex, adele]);
    const mover = await open('mover', alex, [megan, adele]);

    await admin.see("I move people's iCloud Mail into Microsoft 365");
    await mover.see('I help to move iCloud Mail to Outlook');
    await admin.openChannel();
    await admin.post('here');
    await admin.see('I report here from now on');
    await admin.openChat();
    await admin.press('Check my tenant');
    await admin.see('Your tenant is ready');
    await admin.press('Move someone');
    await admin.field('Names or addresses').fill(alex.userPrincipalName);
    await admin.press('Find');
    await admin.see('what I will change');
    await admin.picture('admin-plan');
    await admin.press('Do it');

    await mover.see('It takes two minutes', 60_000);
    await mover.picture('person-ask');
    expect(await mover.field('App-specific password').getAttribute('type')).toBe('password');
    await mover.press('Check and start');
    await mover.page.getByText('Please enter your iCloud address').first().waitFor();
    await submit(mover, 'my ordinary password');
    await mover.see('an app-specific password has 16');
    expect(await mover.field('App-specific password').inputValue()).toBe('');
    await submit(mover, 'abcd-efgh-ijkl-mnop');
    await mover.see('Apple did not accept this password', 30_000);
    await mover.picture('person-refused');
    await submit(mover, world.appPassword);
    await mover.see('Apple accepted it', 30_000);
    expect(await mover.page.locator('input[type=password]').count()).toBe(0);
    expect(await mover.page.content()).not.toContain(world.appPassword);

    await admin.see('Pilot ready for review', 60_000);
    await admin.picture('admin-pilot');
    await admin.press('Start everything');
    await admin.openChannel();
    await admin.see(/\d+ % *$|1 running/);
    await admin.picture('channel-running');
    await admin.openChat();
    await admin.see('In step with iCloud', 120_000);
    await admin.openChannel();
    await admin.see('Who must act');
    await admin.openChat();
    await admin.press('Finish the move');
    await admin.see('The app-specific password is deleted here', 120_000);
    await mover.see('Please revoke the password now', 60_000);
    await admin.picture('admin-done');
    await mover.picture('person-done');
    await admin.openChannel();
    await admin.see('1 done');
    await admin.see(/[\d,]+ messages in iCloud: [\d,]+ copied/);
    await admin.picture('channel-done');
    expect(world.violations()).toEqual([]);
  });
});
