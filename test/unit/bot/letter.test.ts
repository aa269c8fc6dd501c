/** Somebody whom Teams does not reach: the admin reads why, and has a text to send in their language. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BotWorld, startBotWorld } from './support/bot-world.ts';

let world: BotWorld;
beforeEach(async () => {
  world = await startBotWorld();
  await world.admin.install();
  await world.admin.see('I move people');
});
afterEach(async () => {
  await world.close();
});

test('the cause, and the text with the link, in the languages of people', async () => {
  const { admin, api } = world;
  api.set({
    state: 'WaitingForUser',
    problem: { code: 'teams.blocked-by-person', facts: {} },
  });
  await world.notify('admin');
  await admin.see('I could not ask Alex Wilber. They have blocked the app in their Teams.');
  await admin.press('Text to send them');
  const english = await admin.see('https://skybridge.example/move');
  expect(JSON.stringify(english.card)).toContain('Your iCloud Mail moves to Outlook: one step');
  expect(JSON.stringify(english.card)).not.toContain('migration-1/');
  await admin.press('German');
  await admin.see('Ihre iCloud-Mails ziehen zu Outlook um: ein Schritt von Ihnen');
  // The live card stands where it stood.
  expect(admin.texts().join('\n')).toContain('I could not ask Alex Wilber');
});

test('who may neither run moves nor help with them gets no text', async () => {
  const { alex, api } = world;
  api.set({ state: 'WaitingForUser' });
  const answer = await alex.forge('migration.letter', { migrationId: 'migration-1' });
  expect(JSON.stringify(answer)).not.toContain('skybridge.example');
  expect(api.audits).toContainEqual(
    expect.objectContaining({ action: 'migration.letter', outcome: 'refused' }),
  );
});
