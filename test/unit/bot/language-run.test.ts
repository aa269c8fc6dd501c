/** The person's conversation in another language, from the locale that Teams sends. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { personalKey } from '../../../src/bot/personal-chats.ts';
import type { PersonClient } from '../../sim/teams-client.ts';
import type { BotWorld } from './support/bot-world.ts';
import { startBotWorld } from './support/bot-world.ts';
import { ALEX, COPIED, HALF_WAY } from './support/views.ts';

const ENTRY = { address: 'alex@icloud.com', appPassword: 'abcd-efgh-ijkl-mnop' };
let world: BotWorld;
/** Alex, whose Teams is German. */
let alex: PersonClient;

beforeEach(async () => {
  world = await startBotWorld();
  world.api.set({ state: 'WaitingForUser' });
  alex = world.teams.person(ALEX.id, 'de-DE');
});
afterEach(async () => {
  await world.close();
});

test('a whole move in German, also what comes by itself', async () => {
  const { api } = world;
  await alex.install();
  await alex.see('Ich helfe beim Umzug');
  await world.notify('ask-person');
  const asked = await alex.see('Es dauert zwei Minuten');
  await alex.press('Prüfen und starten', { ...ENTRY, appPassword: 'zu kurz' });
  await alex.see('Das sind 6 Buchstaben');
  await alex.press('Prüfen und starten', ENTRY);
  await alex.see('Ich frage bei Apple nach');
  api.set({ state: 'WaitingForUser', problem: { code: 'source.login-refused', facts: {} } });
  await world.notify('person');
  const refused = await alex.see('Apple hat dieses Passwort für diese Adresse nicht angenommen');
  expect(refused.id).toBe(asked.id);
  await alex.press('Prüfen und starten', ENTRY);
  api.set({ ...HALF_WAY, state: 'Syncing' });
  await world.notify('person');
  await alex.see('Ordner „Family“ · noch etwa 40 Min.');
  await alex.say('Status');
  await alex.press('Wie weit ist es?');
  api.set({ ...COPIED, state: 'Completed', cleanedUp: true });
  await world.notify('person');
  await alex.see('12.881 Nachrichten von Ihnen sind in Outlook');
  const english = alex.texts().filter((text) => /\b(the|your|please|password)\b/i.test(text));
  expect(english).toEqual([]);
});

test('the admin of the same move reads English', async () => {
  await alex.install();
  await world.admin.install();
  await world.admin.see("I move people's iCloud Mail");
  world.api.set({ state: 'Synced' });
  await world.notify('admin', 'person');
  await alex.see('Ihre E-Mails sind in Outlook');
  await world.admin.see('In step with iCloud');
  expect(world.admin.texts().join()).not.toMatch(/Ihre|Umzug/);
});

test('nothing to move, and a password in the chat', async () => {
  await alex.install();
  await world.notify('ask-person');
  await alex.press('Ich nutze iCloud Mail nicht');
  await alex.press('Zurück');
  await alex.press('Ich nutze iCloud Mail nicht');
  await alex.press('Ja, nichts umzuziehen');
  await alex.see('Ihr Umzug ist beendet');
  await alex.say('hier: qrst-uvwx-yzab-cdef');
  expect((await alex.see('Bitte löschen Sie Ihre Nachricht')).text).not.toContain('qrst');
});

test('a reminder comes in the language of whoever is reminded', async () => {
  await alex.install();
  const migration = world.api.current;
  expect(migration).not.toBeNull();
  await world.notify('ask-person');
  await world.admin.install();
  await world.admin.say('status');
  await world.admin.press('Remind');
  await alex.see('Zur Erinnerung');
});

test('the person switches Teams to another language, and is followed', async () => {
  await alex.install();
  const japanese = world.teams.person(ALEX.id, 'ja-JP');
  await japanese.say('状況');
  await japanese.see('iCloudメールをOutlookに移行します');
  await world.notify('ask-person');
  const [first] = alex.entries().filter((entry) => entry.card !== null);
  expect(JSON.stringify(first?.card)).toContain('Ich helfe');
  expect(await world.api.conversations.findLanguage(personalKey(ALEX.id))).toBe('ja');
});

test('without a locale, or with one that is none, what was said before holds', async () => {
  await alex.install();
  for (const odd of [
    null,
    '__proto__',
    '../../en',
    'x'.repeat(5000),
    '[en](https://evil.example)',
  ]) {
    const client = world.teams.person(ALEX.id, odd);
    expect(await client.say('hallo')).toBeLessThan(300);
  }
  const answers = alex.texts().filter((text) => text.includes('So läuft ein Umzug ab'));
  expect(answers).toHaveLength(5);
  expect(await world.api.conversations.findLanguage(personalKey(ALEX.id))).toBe('de');
});

test('a card of somebody else is refused in the language of whoever pressed it', async () => {
  const stranger = world.teams.person('00000000-0000-4000-8000-0000000000ff', 'fr-FR');
  const reply = await stranger.forge('person.show', { migrationId: 'migration-1' });
  expect(JSON.stringify(reply.value)).toContain('ne vous est pas destinée');
  expect((await stranger.forge('no.such-action', {})).value).toMatchObject({
    message: expect.stringContaining('n’est plus à jour'),
  });
});

test('what fails under a press is told in the language, without the words of an admin', async () => {
  await alex.install();
  await world.notify('ask-person');
  world.api.declineMove = async () => {
    throw new Error('qqqq');
  };
  await alex.press('Ich nutze iCloud Mail nicht');
  await alex.press('Ja, nichts umzuziehen');
  const told = await alex.see('das niemand vorhergesehen hat');
  expect(told.text).toMatch(/IT-Team\.$/);
});
