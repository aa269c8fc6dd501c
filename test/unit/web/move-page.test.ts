/** The person's page: the cards of the chat, with the same seals and words, for nobody but its person. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ADMIN_ID, ALEX, COPIED, HALF_WAY } from '../bot/support/views.ts';
import { openBrowser, type TestBrowser } from './support/browser.ts';
import { ENTRA, startWebWorld, type WebWorld } from './support/web-world.ts';

const PASTED = 'ABCD-efgh ijkl–mnop';
const ADDRESS = 'alex@icloud.com';
let world: WebWorld;
let browser: TestBrowser;

beforeEach(async () => {
  world = await startWebWorld();
  world.api.set({ state: 'WaitingForUser' });
  browser = openBrowser();
});
afterEach(async () => {
  await world.close();
});

const everything = (): string => JSON.stringify([world.logged, world.api.audits]);

test('signed in, the person gives the password: normalised, sealed for them, and nowhere else', async () => {
  const asked = await world.signIn(browser);
  expect(asked.text).toContain('Your iCloud Mail moves to Outlook');
  expect(asked.text).toContain(`Signed in as ${ALEX.userPrincipalName}`);
  const form = asked.form('Check and start');
  const sent = await browser.send(form, { address: ` ${ADDRESS} `, appPassword: PASTED });
  expect([sent.status, sent.location]).toEqual([303, `${world.url}/move/migration-1`]);
  const [{ sealed, sourceAddress } = { sealed: '', sourceAddress: '' }] = world.api.submitted;
  expect(sourceAddress).toBe(ADDRESS);
  expect(await world.unseal(sealed)).toMatchObject({
    value: 'abcdefghijklmnop',
    binding: { personId: ALEX.id, migrationId: 'migration-1', sourceHost: 'imap.mail.me.com' },
  });
  const checking = await browser.get(`${world.url}/move`);
  expect(checking.text).toContain('Asking Apple');
  expect(checking.text).toContain(`content="3;url=${world.url}/move/migration-1"`);
  expect(checking.text + everything()).not.toMatch(/abcd[- ]?efgh/i);

  world.api.set({ ...HALF_WAY, state: 'Syncing' });
  const moving = await browser.get(`${world.url}/move`);
  expect(moving.text).toContain('58% · Folder &#39;Family&#39; · about 40 min left');
  world.api.set({ ...COPIED, state: 'Completed', cleanedUp: true });
  const done = await browser.get(`${world.url}/move`);
  expect(done.text).toContain('Please revoke the password now');
  expect(done.text).not.toContain('http-equiv="refresh"');
});

test('what is wrong is said beside the field, and the password never comes back', async () => {
  const asked = await world.signIn(browser);
  const wrong = await browser.send(asked.form('Check and start'), {
    address: ADDRESS,
    appPassword: 'hunter2-hunter2',
  });
  expect(wrong.text).toContain('That has 12 letters; an app-specific password has 16');
  expect(wrong.text).not.toContain('hunter2');
  expect(wrong.text).toContain(`value="${ADDRESS}"`);
  expect(world.api.submitted).toEqual([]);
  // The same page sent again: its token was good for one submission.
  const again = await browser.send(asked.form('Check and start'), {
    address: ADDRESS,
    appPassword: PASTED,
  });
  expect(again.text).toContain('This card was used before. Please enter both again.');
  await browser.send(wrong.form('Check and start'), { address: ADDRESS, appPassword: PASTED });
  expect(world.api.submitted).toHaveLength(1);
  world.api.set({ state: 'WaitingForUser', problem: { code: 'source.login-refused', facts: {} } });
  const refused = await browser.get(`${world.url}/move`);
  expect(refused.text).toContain('Apple did not accept this password for this address.');
  expect(refused.text).toContain(`value="${ADDRESS}"`);
});

test('something is left out, and nothing to move is asked once more', async () => {
  const asked = await world.signIn(browser);
  const form = await browser.send(asked.form('Leave something out'));
  expect(form.text).toContain('What should stay at iCloud?');
  const typed = { folders: 'Archive\r\nFamily/Photos', before: '2019-01-01' };
  const saved = await browser.send(form.form('Save'), typed);
  expect(saved.text).toContain('Left out by you: the folder &#39;Archive&#39;');
  expect(world.api.current?.rules.person).toHaveLength(3);
  const sure = await browser.send(saved.form('I have no iCloud Mail'));
  expect(sure.text).toContain('No iCloud Mail?');
  const ended = await browser.send(sure.form('Yes, nothing to move'));
  expect(ended.status).toBe(303);
  expect(world.api.current?.state).toBe('Cancelled');
});

test('in the language that the browser asks for, or that was chosen by its link', async () => {
  const german = openBrowser({ language: 'de-AT,en;q=0.8' });
  const page = await world.signIn(german);
  expect(page.text).toContain('<html lang="de">');
  expect(page.text).toContain('Ihre iCloud-Mails ziehen zu Outlook um');
  const chosen = await german.follow(`${world.url}/move?language=ja`);
  expect(chosen.text).toContain('<html lang="ja">');
  expect(chosen.text).toContain('iCloudメールをOutlookに移行します');
  const unknown = await german.get(`${world.url}/move?language=xx`);
  expect(unknown.text).toContain('<html lang="ja">');
});

test('no page without a sign-in: the link alone, a foreign state, another browser or a used code sign nobody in', async () => {
  const first = await browser.get(`${world.url}/move/migration-1`);
  expect([first.status, first.location?.startsWith(ENTRA)]).toEqual([303, true]);
  expect(first.text).not.toContain('iCloud Mail');
  const [{ state, challenge } = { state: '', challenge: '' }] = world.asked;
  const done = `${world.url}/sign-in/done?code=a-code`;

  const thief = openBrowser();
  expect((await thief.get(`${done}&state=${state}`)).status).toBe(403);
  const forged = await browser.get(`${done}&state=${'x'.repeat(43)}`);
  expect(forged.status).toBe(403);
  expect(forged.text).toContain('You were not signed in.');
  // The ceremony is over, whoever ended it.
  expect((await browser.get(`${done}&state=${state}`)).status).toBe(403);
  expect(world.redeemed).toEqual([]);

  world.signsIn = null;
  expect((await world.signIn(browser)).status).toBe(403);
  expect([...browser.cookies.keys()]).toEqual([]);
  const [{ verifier } = { verifier: '' }] = world.redeemed;
  expect(createHash('sha256').update(verifier).digest('base64url')).toBe(world.asked[1]?.challenge);
  expect(challenge).not.toBe(world.asked[1]?.challenge);
});

test('after signing in one is where one wanted to go', async () => {
  const page = await world.signIn(browser, '/move/migration-1');
  expect(page.text).toContain('Check and start');
});

test('somebody else of the tenant sees the same for a move that is there and for one that is not', async () => {
  world.signsIn = { personId: ADMIN_ID, name: 'admin@contoso.example' };
  const empty = await world.signIn(browser);
  expect(empty.text).toContain('No move of yours is under way.');
  const there = await browser.get(`${world.url}/move/migration-1`);
  const missing = await browser.get(`${world.url}/move/migration-2`);
  expect([there.status, missing.status]).toEqual([404, 404]);
  expect(there.text.replaceAll('migration-1', '')).toBe(missing.text.replaceAll('migration-2', ''));
  expect(there.text).not.toContain(ALEX.displayName);
  expect(world.api.audits).toContainEqual(
    expect.objectContaining({ action: 'person.show', outcome: 'refused', after: 'not-owner' }),
  );
  // With a session of one's own and the form of somebody else.
  const csrf = /name="csrf" value="([^"]+)"/.exec(empty.text)?.[1] ?? '';
  const fields = { csrf, verb: 'credential.submit', migrationId: 'migration-1', nonce: 'n' };
  const form = { action: `${world.url}/move`, fields, title: '' };
  const answer = await browser.send(form, { address: ADDRESS, appPassword: PASTED });
  expect(answer.status).toBe(404);
  expect(world.api.submitted).toEqual([]);
});

test('a page does what a person may do, and nothing of what admins may', async () => {
  world.signsIn = { personId: ADMIN_ID, name: 'admin@contoso.example' };
  const page = await world.signIn(browser);
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  for (const verb of ['migration.cancel', 'migration.approve-pilot', 'tenant.check', 'nonsense']) {
    const fields = { csrf, verb, migrationId: 'migration-1' };
    const answer = await browser.send({ action: `${world.url}/move`, fields, title: '' });
    expect([verb, answer.status >= 400]).toEqual([verb, true]);
  }
  expect(world.api.acted).toEqual([]);
});

test.for([
  ['from another site', {}, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['with an origin that hides', {}, { origin: 'null' }],
  ['without the token of the session', { csrf: '' }, {}],
  ['with another token', { csrf: 'x'.repeat(43) }, {}],
] as const)('a press %s does nothing and is written down', async ([_name, fields, headers]) => {
  const asked = await world.signIn(browser);
  const form = asked.form('Check and start');
  const forged = { ...form, fields: { ...form.fields, ...fields } };
  const answer = await browser.send(forged, { address: ADDRESS, appPassword: PASTED }, headers);
  expect(answer.status).toBe(404);
  expect(world.api.submitted).toEqual([]);
  expect(world.api.audits).toContainEqual(
    expect.objectContaining({ action: 'page.press', outcome: 'refused', after: 'foreign' }),
  );
});

test('a session ends: after its time, and when the person says so; what was sent then is not kept', async () => {
  const asked = await world.signIn(browser);
  world.expireSessions();
  const typed = { address: ADDRESS, appPassword: PASTED };
  const late = await browser.send(asked.form('Check and start'), typed);
  expect(late.status).toBe(401);
  expect(late.text).toContain('Nothing was sent on and nothing kept');
  expect(world.api.submitted).toEqual([]);

  const again = await world.signIn(browser);
  const out = await browser.send(again.form('Sign out'));
  expect(out.text).toContain('You are signed out.');
  expect((await browser.get(`${world.url}/move`)).location).toContain(ENTRA);
});

test('cookies, headers, sizes and how often', async () => {
  const asked = await world.signIn(browser);
  for (const line of browser.setCookies) {
    expect(line).toMatch(/^__Host-skybridge-[a-z-]+=/);
    expect(line).toContain('; Path=/; Secure; HttpOnly; SameSite=Lax');
  }
  expect(Object.fromEntries(asked.headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    ),
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  });
  const style = /<style>(.*?)<\/style>/s.exec(asked.text)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(asked.headers.get('content-security-policy')).toContain(`'sha256-${hash}'`);
  expect(asked.text).not.toMatch(/<script|<img|<link|src=|style=/);

  const form = asked.form('I have no iCloud Mail');
  const huge = await browser.send(form, { more: 'x'.repeat(70_000) });
  expect([huge.status, huge.text]).toEqual([413, '']);
  const statuses: number[] = [];
  for (let press = 0; press < 22; press += 1) {
    statuses.push((await browser.send(form)).status);
  }
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  expect(statuses.slice(0, 15).every((status) => status === 200)).toBe(true);
});
