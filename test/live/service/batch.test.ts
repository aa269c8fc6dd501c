/** A pasted table becomes one batch: an own mailbox, and a shared one whose password somebody else enters. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settleMailbox } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { cardNodes } from '../../sim/teams/card-text.ts';
import { type Entry, entryToText } from '../../sim/teams-client.ts';
import { startWholeWorld, type WholeWorld } from '../../sim/whole-world.ts';
import { createMover, createPlay, differencesOf, type Mover } from '../../support/play.ts';
import { queryService } from '../../support/service-database.ts';

let dir = '';
let world: WholeWorld;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-batch-'));
  world = await startWholeWorld({ dir });
}, 120_000);
afterAll(async () => {
  await world?.close();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

/** A mailbox that nobody signs in to. */
function createShared(): Mover {
  const info = createMover(world, { displayName: 'Info Desk', alias: 'info', messages: 5 });
  const { user } = info;
  const { skuId } = PRODUCTS.businessBasic;
  user.licences = [{ skuId, disabledPlans: [], assignedByGroup: null }];
  settleMailbox(world.directory, user, 0);
  user.accountEnabled = false;
  if (user.mailbox !== null) {
    user.mailbox.userPurpose = 'shared';
  }
  return info;
}

test('both move, each by its own password, and only the one who was named is asked', async () => {
  const ada = createMover(world, { displayName: 'Ada One', alias: 'ada', messages: 6 });
  const info = createShared();
  const admin = world.teams.person(world.admin.id);
  const person = world.teams.person(ada.user.id);
  await admin.install();
  await person.install();
  await admin.say(
    [
      'move EmailAddress,UserName,Submitter',
      `${ada.user.userPrincipalName},${ada.icloudAddress},`,
      `${info.user.userPrincipalName},${info.icloudAddress},${ada.user.userPrincipalName}`,
    ].join('\n'),
  );
  const plan = await admin.see('2 people: 1 ready, 1 to be given a licence.', 30_000);
  expect(entryToText(plan)).toContain(
    'Info Desk: from info@icloud.com, Ada One enters the password',
  );
  await admin.press('Do it');

  const asked = async (mover: Mover): Promise<Entry> =>
    await world.teams.transcript.until(
      () =>
        person
          .entries()
          .find((entry) => entryToText(entry).includes(`mailbox ${mover.user.userPrincipalName}`)),
      `a card for ${mover.user.displayName}`,
      60_000,
    );
  const cards = [await asked(ada), await asked(info)] as const;
  const stranger = world.teams.person(world.helpdesk.id);
  for (const [mover, entry] of [[ada, cards[0]] as const, [info, cards[1]] as const]) {
    const button = cardNodes(entry.card).find((node) => node['verb'] === 'credential.submit');
    const fields = { address: mover.icloudAddress, appPassword: mover.appPassword };
    const data = { ...Object(button?.['data']), ...fields };
    const refused = await stranger.forge('credential.submit', data);
    expect(JSON.stringify(refused.value)).toContain('not for you');
    await person.forge('credential.submit', data, entry.id);
  }

  const plays = [createPlay(world, ada), createPlay(world, info)];
  const all = (state: string): Promise<unknown> =>
    Promise.all(plays.map((play) => play.seeState(state, 90_000)));
  await all('Pilot ready for review');
  await admin.press('Start everything');
  await admin.press('Start everything');
  await all('In step with iCloud');
  await admin.press('Finish the move');
  await admin.press('Finish the move');
  await all('Done');
  expect(await differencesOf(world, ada)).toBe('');
  expect(await differencesOf(world, info)).toBe('');
  await admin.see('Move of 2 people');
  const { length } = await queryService(world.dataDir, 'select from batches');
  expect(length).toBe(1);
  expect(world.teams.person(info.user.id).entries()).toEqual([]);
  expect(world.violations()).toEqual([]);
}, 240_000);
