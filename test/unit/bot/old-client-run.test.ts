/** A press in a Teams that is older than Action.Execute comes as a message with a value: Action.Submit. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cardNodes } from '../../sim/teams/card-text.ts';
import type { Entry, PersonClient } from '../../sim/teams-client.ts';
import type { BotWorld } from './support/bot-world.ts';
import { startBotWorld } from './support/bot-world.ts';

let world: BotWorld;

beforeEach(async () => {
  world = await startBotWorld();
});
afterEach(async () => {
  await world.close();
});

/** What an old client sends for the button of this title: its fallback's data, and the fields. */
async function pressOld(
  who: PersonClient,
  { card, id }: Entry,
  press: { readonly title: string; readonly fields?: object },
): Promise<void> {
  const fallback = cardNodes(card).find(
    (node) => node['type'] === 'Action.Submit' && node['title'] === press.title,
  );
  expect(fallback).toBeDefined();
  expect(await who.submit({ ...Object(fallback?.['data']), ...press.fields }, id)).toBe(200);
}

test('an old client goes the same way: its card is replaced, by the same rights', async () => {
  const { admin, api } = world;
  await admin.say('move');
  const asked = await admin.see('Names or addresses');
  await pressOld(admin, asked, { title: 'Find', fields: { who: 'alex' } });
  const plan = await admin.see('what I will change');
  expect(plan.id).toBe(asked.id);
  await pressOld(admin, plan, { title: 'Do it' });
  await admin.see('I am preparing the mailbox');
  expect(api.starts).toEqual(['plan-1']);

  api.admins.clear();
  const { id: migrationId = '' } = api.current ?? {};
  await admin.submit({ verb: 'migration.cancel', migrationId }, plan.id);
  await admin.see('This takes the role Exchange Administrator');
  expect(api.acted).toEqual([]);
  expect(api.audits).toMatchObject([{ action: 'migration.cancel', outcome: 'refused' }]);
});

test('a password that comes as a message is not used, and the person is told what to do', async () => {
  const { alex, api, logged } = world;
  api.set({ state: 'WaitingForUser' });
  await world.notify('ask-person');
  const { id } = await alex.see('It takes two minutes');
  const typed = { address: 'alex@icloud.com', appPassword: 'qrst-uvwx-yzab-cdef' };
  const nonce = cardNodes((await alex.see('It takes two minutes')).card)
    .map(({ data }) => Object(data).nonce)
    .find((one) => one !== undefined);
  await alex.submit({ verb: 'credential.submit', migrationId: 'migration-1', nonce, ...typed }, id);
  await alex.see('Please delete your message, revoke that password');
  expect(api.submitted).toEqual([]);
  expect(api.audits).toMatchObject([{ action: 'credential.submit', after: 'as-message' }]);
  expect(JSON.stringify([logged, api.audits, alex.texts()])).not.toMatch(/qrst-?uvwx/);
});

test('first passwords are shown in no message', async () => {
  const { admin, api } = world;
  await admin.submit({ verb: 'people.create', planHash: 'plan-1' });
  await admin.see('This Teams is too old');
  expect(api.audits).toMatchObject([{ action: 'people.create', after: 'as-message' }]);
});

test('what no card offers is answered and audited, and other values are messages as ever', async () => {
  const { admin, api } = world;
  await admin.submit({ verb: 'tenant.destroy' });
  await admin.see('This card is out of date');
  expect(api.audits).toMatchObject([{ action: 'card.unreadable', outcome: 'refused' }]);
  await admin.submit({ something: 'else' });
  await admin.see('How a move goes');
});
