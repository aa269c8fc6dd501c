import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BotWorld } from './support/bot-world.ts';
import { startBotWorld } from './support/bot-world.ts';
import { tenantFinding } from './support/views.ts';

let world: BotWorld;

beforeEach(async () => {
  world = await startBotWorld();
});
afterEach(async () => {
  await world.close();
});

const WRONG = tenantFinding('check.registration.wrong-object', 'failed', {
  facts: { clientId: 'client-1', objectId: 'object-1', found: 'object-2' },
  fix: 'register-principal',
});

test('what the bot can mend is shown, confirmed, mended once, and checked again', async () => {
  const { api, admin } = world;
  api.findings.splice(0, 1, WRONG);
  await admin.say('doctor');
  await admin.see('Your tenant is not ready yet');
  await admin.press('Fix it');
  await admin.see('Register me in Exchange?');
  expect(api.mended).toEqual([]);

  api.findings.splice(0, 1, tenantFinding('check.registration', 'ok'));
  await admin.press('Do it');
  await admin.see('Your tenant is ready');
  expect(api.mended).toEqual(['register-principal']);

  await admin.forge('tenant.fix', { fix: 'register-principal' });
  expect(api.mended).toEqual(['register-principal']);
});

test('a fix that would do something else by now is shown anew, and so is one of a card that does not say what it showed', async () => {
  const { api, admin } = world;
  api.findings.splice(0, 1, WRONG);
  await admin.say('doctor');
  await admin.press('Fix it');
  await admin.see('Register me in Exchange?');
  api.fixPlan = { before: 'registered as object-9', after: 'registered as object-1' };
  await admin.press('Do it');
  await admin.see('Something changed meanwhile');
  await admin.forge('tenant.fix', { fix: 'register-principal' });
  expect(api.mended).toEqual([]);
  await admin.press('Do it');
  await admin.see('Checking your tenant');
  expect(api.mended).toEqual(['register-principal']);
});

test('a fix that nobody knows is refused', async () => {
  const reply = await world.admin.forge('tenant.fix', { fix: 'delete-everything' });
  expect(reply).toMatchObject({ statusCode: 400 });
  expect(world.api.mended).toEqual([]);
});

test('a login is tried on the mailbox that is entered, and on that one again', async () => {
  const { api, admin } = world;
  api.findings.push(tenantFinding('check.imap-login.not-tried', 'unknown'));
  await admin.say('doctor');
  await admin.see('I have not tried an IMAP login');
  api.findings.pop();
  await admin.press('Try a login', { mailbox: 'anna@contoso.example' });
  await admin.see('Your tenant is ready');
  expect(api.checked).toEqual([null, 'anna@contoso.example']);
  await admin.press('Check again');
  await expect.poll(() => api.checked.at(2)).toBe('anna@contoso.example');
});

test('a mailbox that the admin names is kept for the next check', async () => {
  const { api, admin } = world;
  await admin.say('doctor anna@contoso.example');
  await admin.see('Your tenant is ready');
  await admin.press('Check again');
  await expect.poll(() => api.checked).toEqual(['anna@contoso.example', 'anna@contoso.example']);
});

test('what is no address, or holds control characters, is tried on nobody', async () => {
  const { api, admin } = world;
  await admin.say('doctor please');
  await admin.see('Your tenant is ready');
  expect(api.checked).toEqual([null]);
  const reply = await admin.forge('tenant.try-login', { mailbox: 'a\u0001auth=x@contoso.example' });
  expect(reply).toMatchObject({ statusCode: 400 });
  expect(api.checked).toEqual([null]);
});
