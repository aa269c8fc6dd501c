/** What goes wrong on the way: each time the right person reads what to do, nothing is lost, and it ends well. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Account } from '../../sim/imap/store.ts';
import { entryToText } from '../../sim/teams-client.ts';
import { startWholeWorld, type WholeWorld } from '../../sim/whole-world.ts';
import { type BreakableRelay, startBreakableRelay } from '../../support/breakable-relay.ts';
import { createMover, createPlay, differencesOf, type Play } from '../../support/play.ts';
import { queryService } from '../../support/service-database.ts';

/** Slow enough that a copy can be caught in its middle. */
const SLOW_APPEND_MS = 150;
const SLOW_FETCH_MS = 800;

let dir = '';
let world: WholeWorld;
let relay: BreakableRelay;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-troubles-'));
  relay = await startBreakableRelay();
  world = await startWholeWorld({
    dir,
    environment: { SOURCE_IMAP_URL: `imaps://127.0.0.1:${relay.port}` },
  });
  relay.aim(world.icloud.port);
}, 120_000);
afterEach(async () => {
  await relay.mend();
  world.icloud.faults.clear();
  world.exchange.faults.clear();
  hurry();
});
afterAll(async () => {
  await world?.close();
  await relay?.close();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

function hurry(): void {
  world.exchange.serviceMs.append = 0;
  world.icloud.serviceMs.fetch = 0;
}

function moveOf(displayName: string, messages = 60): Play {
  const alias = displayName.toLowerCase().replace(' ', '.');
  return createPlay(world, createMover(world, { displayName, alias, messages }));
}

function accountAt(side: 'icloud' | 'exchange', user: string): Account {
  const account = world[side].store.account(user);
  if (account === undefined) {
    throw new Error(`${side} has no account ${user}`);
  }
  return account;
}

function storedFor({ mover }: Play): number {
  return accountAt('exchange', mover.user.userPrincipalName).folders.reduce(
    (sum, { messages }) => sum + messages.length,
    0,
  );
}

/** Resolves once so many messages lie in the target. */
async function untilStored(play: Play, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const unwatch = world.exchange.store.watch(() => {
    if (storedFor(play) >= count) {
      resolve();
    }
  });
  await promise.finally(unwatch);
}

/** Into the middle of the full copy. */
async function untilCopying(play: Play): Promise<void> {
  await play.until('pilot');
  world.exchange.serviceMs.append = SLOW_APPEND_MS;
  // Else all of so small a mailbox is read before the first of it is written.
  world.icloud.serviceMs.fetch = SLOW_FETCH_MS;
  const half = untilStored(play, storedFor(play) + 6);
  await play.until('syncing');
  await half;
}

/** Ends the move and holds the mailboxes against each other. */
async function finishWell(play: Play): Promise<void> {
  hurry();
  await play.until('done');
  expect(await differencesOf(world, play.mover)).toBe('');
  // Notes is listed and does not open: nobody must look at that.
  expect(await rowOf(play)).toMatchObject([{ state: 'Completed' }]);
  expectPutBack(play);
  expect(await credentialsOf(play)).toBe(0);
}

function expectPutBack({ mover }: Play): void {
  expect(mover.user.mailbox).toMatchObject({ imapEnabled: false, permissions: [] });
}

async function idOf({ mover }: Play): Promise<unknown> {
  const rows = await queryService(
    world.dataDir,
    `select id from migrations where person->>'id' = $1`,
    [mover.user.id],
  );
  return rows[0]?.['id'];
}

async function credentialsOf(play: Play): Promise<number> {
  const id = await idOf(play);
  return (
    await queryService(world.dataDir, 'select from credentials where migration_id = $1', [id])
  ).length;
}

async function rowOf(play: Play): Promise<unknown> {
  const id = await idOf(play);
  return await queryService(world.dataDir, 'select state, step from migrations where id = $1', [
    id,
  ]);
}

/** What the ledger says of a move's messages. */
async function rowsOf(play: Play): Promise<{ readonly done: number; readonly inFlight: number }> {
  const [counts] = await queryService(
    world.dataDir,
    `select count(*) filter (where m.state = 'done')::int as done,
            count(*) filter (where m.state = 'in-flight')::int as flying
       from messages m join folders f on f.id = m.folder_id where f.migration_id = $1`,
    [await idOf(play)],
  );
  return { done: Number(counts?.['done']), inFlight: Number(counts?.['flying']) };
}

const saidTo = (play: Play): string => play.person.texts().join('\n');

test('wrong passwords, one written into the chat, and one that Apple refuses', async () => {
  const play = moveOf('Pat Password');
  await play.until('asked');
  await play.submit('Summer2026');
  await play.person.see('That has 6 letters; an app-specific password has 16');
  await play.submit(`${play.mover.appPassword}x`);
  await play.person.see('That has 17 letters');
  await play.submit(play.mover.appPassword, 'not an address');
  await play.person.see('That is not an e-mail address.');
  await play.person.say(`here it is: ${play.mover.appPassword}`);
  await play.person.see('I have not used it and not kept it');
  expect(await credentialsOf(play)).toBe(0);
  await play.seeState('Waiting for the person');
  // None of these reached Apple.
  expect(world.icloud.connections.maxSeen(play.mover.icloudAddress)).toBe(0);

  await play.submit('zkqw-xvbn-plmt-hrgd');
  await play.person.see('Apple did not accept this password for this address.', 30_000);
  expect(await credentialsOf(play)).toBe(0);
  await finishWell(play);
});

test('Apple is asked six times in ten minutes and no more: the next password waits, may be corrected, and is not lost', async () => {
  const play = moveOf('Ann Again');
  const { icloudAddress, appPassword } = play.mover;
  const localPart = icloudAddress.split('@')[0] ?? '';
  const tries = (): number =>
    world.icloud.connections.tries(icloudAddress) + world.icloud.connections.tries(localPart);
  const asksAgain = (): true | undefined =>
    JSON.stringify(play.person.entries().map(({ card }) => card)).includes('Check and start') ||
    undefined;
  await play.until('asked');
  for (const [index, wrong] of [
    'zkqwxvbnplmthrga',
    'zkqwxvbnplmthrgb',
    'zkqwxvbnplmthrgc',
  ].entries()) {
    await play.submit(wrong);
    // The full address, then the part before the @; after that the fields are there again.
    await world.teams.transcript.until(
      () => (tries() === 2 * (index + 1) ? asksAgain() : undefined),
      'two logins, and the card asks again',
      30_000,
    );
  }
  await play.submit(appPassword);
  const spared = /Apple allows a few tries; I try yours again at \d\d:\d\d/;
  await play.person.see(spared, 30_000);
  expect(tries()).toBe(6);
  expect(await credentialsOf(play)).toBe(1);

  const fields = { address: icloudAddress, appPassword: 'zkqwxvbnplmthrgd' };
  await play.person.press('Try this one instead', fields);
  await play.person.see(spared, 30_000);
  expect(tries()).toBe(6);

  await queryService(world.dataDir, `update logins set at = at - interval '11 minutes'`, []);
  await play.person.press('Try this one instead', { address: icloudAddress, appPassword });
  await play.person.see('Thank you, Apple accepted it', 30_000);
  expect(JSON.stringify(play.person.entries().at(-1))).not.toContain('appPassword');
  await play.seeState('Pilot ready for review');
});

test('[UNAVAILABLE] at the login is not a wrong password: tried again at a time that is named', async () => {
  const play = moveOf('Una Vailable');
  await play.until('asked');
  for (const command of ['AUTHENTICATE', 'LOGIN']) {
    const text = 'NO [UNAVAILABLE] Temporary authentication failure';
    world.icloud.faults.push({ command, times: 1, action: { kind: 'reply', text } });
  }
  await play.submit();
  await play.person.see(/Apple is not answering just now. I try again at \d\d:\d\d/, 30_000);
  await play.seeState('Pilot ready for review');
  expect(saidTo(play)).not.toContain('did not accept');
});

test('iCloud cannot be reached, at the login and in the middle: says when it tries again, and goes on', async () => {
  const play = moveOf('Rea Chable');
  await play.until('asked');
  await relay.break();
  await play.submit();
  await play.person.see(/Apple is not answering just now. I try again at \d\d:\d\d/, 30_000);
  await relay.mend();
  await play.seeState('Pilot ready for review');

  await untilCopying(play);
  await relay.break();
  const waiting = await play.seeState('Waiting');
  expect(entryToText(waiting)).toContain('The mail server does not answer at its address.');
  expect(entryToText(waiting)).toMatch(/I try again at \d\d:\d\d/);
  await relay.mend();
  await finishWell(play);
});

test('revoked at Apple in the middle: only this person is asked again, and the copy goes on', async () => {
  const play = moveOf('Rev Oked', 100);
  const other = moveOf('Oth Er', 30);
  await other.until('pilot');
  await untilCopying(play);
  const account = accountAt('icloud', play.mover.icloudAddress);
  account.password = 'qwertyuiopasdfgh';
  world.icloud.dropConnections();
  await play.person.see('I need a new app-specific password', 60_000);
  expect(entryToText(await play.seeState('Waiting for the person'))).toContain(
    'what was copied is safe',
  );
  const stored = storedFor(play);
  expect(stored).toBeGreaterThan(0);
  await world.teams.channel.see('Rev Oked: enter a new app-specific password');
  hurry();
  // The other one goes on meanwhile, and is asked nothing.
  await other.until('done');
  expect(saidTo(other)).not.toContain('a new app-specific password');
  expect(await differencesOf(world, other.mover)).toBe('');

  await play.submit('qwer-tyui-opas-dfgh');
  await finishWell(play);
});

test('Exchange asks to slow down, then the mailbox is full: until when, and what to do', async () => {
  const play = moveOf('Ful Mailbox');
  await play.until('pilot');
  const target = accountAt('exchange', play.mover.user.userPrincipalName);
  const used = target.folders
    .flatMap(({ messages }) => messages)
    .reduce((sum, { bytes }) => sum + bytes.length, 0);
  target.quotaBytes = used + 5000;
  const throttle = { kind: 'throttle', ms: 4000, thenBye: true } as const;
  world.exchange.faults.push({ command: 'APPEND', times: 1, action: throttle });
  await play.until('syncing');
  expect(entryToText(await play.seeState('Waiting'))).toMatch(
    /asked me to slow down until \d\d:\d\d/,
  );
  const card = entryToText(await play.seeState('Needs an admin'));
  expect(card).toContain('The mailbox is full, or Exchange says so because it is overloaded.');
  expect(card).toContain('Make room');
  expect(card).toContain('[Try again]');
  await world.teams.channel.see(/An admin: Ful Mailbox\. The mailbox is full/);
  target.quotaBytes = Number.POSITIVE_INFINITY;
  await play.admin.press('Try again');
  await finishWell(play);
});

test('a message larger than the mailbox takes: an admin is asked, the limit is raised for the move and put back', async () => {
  const play = moveOf('Lar Gemail', 10);
  const header =
    'From: ada@example.org\r\nSubject: large\r\nMessage-ID: <large@example.org>\r\n\r\n';
  const body = `${'a line of a large message'.padEnd(76)}\r\n`.repeat(40_000);
  world.icloud.store.addMessage(play.mover.icloudAddress, 'INBOX', {
    bytes: Buffer.from(header + body),
    flags: [],
    internalDate: new Date('2020-01-02T03:04:05Z'),
  });
  await play.until('asked');
  const { mailbox } = play.mover.user;
  Object.assign(mailbox ?? {}, { maxReceiveMb: 2, maxSendMb: 2 });
  await play.submit();
  const card = entryToText(await play.seeState('Needs an admin'));
  expect(card).toContain('1 message is larger than the 2 MB that the mailbox takes');
  expect(card).toContain('[Leave them at iCloud]');
  await play.admin.press('Raise the limit to 4 MB');
  await finishWell(play);
  expect(mailbox).toMatchObject({ maxReceiveMb: 2, maxSendMb: 2, retentionHoldEnabled: false });
  expect(play.adminCard()).toMatch(
    /iCloud holds 12 messages, 3 MB\. The mailbox was 0 bytes of 100 GB full, and is now 3 MB/,
  );
});

test('every button pressed again, also twice at once: says so, with no second effect', async () => {
  const play = moveOf('Dou Ble');
  await play.until('pilot');
  const migrationId = await idOf(play);
  const nothing = 'That was done before, or no longer fits; nothing was changed.';
  // The same press twice: what the card shows is named in its button.
  const cards = JSON.stringify(play.admin.entries().map(({ card }) => card));
  const seen = /"seen":"(?<seen>[\da-f]{32})"/.exec(cards)?.groups?.['seen'] ?? '';
  const answers = await Promise.all([
    play.admin.press('Start everything'),
    play.admin.forge('migration.approve-pilot', { migrationId, seen }),
  ]);
  // The one that comes second finds the card's names saved, or the copy begun: neither starts anything.
  const second = /That was done before|Something changed meanwhile/;
  expect(answers.filter(({ value }) => second.test(JSON.stringify(value)))).toHaveLength(1);
  await play.seeState('In step with iCloud');
  const starts = await queryService(
    world.dataDir,
    `select from audit where subject = $1 and action = 'migration.pilot-approved'`,
    [migrationId],
  );
  expect(starts).toHaveLength(1);
  const finish = await Promise.all([
    play.admin.press('Finish the move'),
    play.admin.forge('migration.finish', { migrationId }),
  ]);
  expect(finish.filter(({ value }) => JSON.stringify(value).includes(nothing))).toHaveLength(1);
  await play.seeState('Done');
  await play.admin.see(/Dou Ble · Done[\s\S]*are as they were before/, 60_000);
  const before = await rowOf(play);
  const changes = world.m365.changes.length;
  for (const action of ['approve-pilot', 'finish', 'pause', 'resume', 'retry', 'cancel']) {
    const { value } = await play.admin.forge(`migration.${action}`, { migrationId });
    expect(JSON.stringify(value)).toContain(nothing);
  }
  expect((await play.person.forge('person.decline', { migrationId })).statusCode).toBe(200);
  expect(await rowOf(play)).toEqual(before);
  expect(world.m365.changes).toHaveLength(changes);
  expect(await differencesOf(world, play.mover)).toBe('');
});

test('paused and resumed: nothing is written in between, nothing is lost', async () => {
  const play = moveOf('Pau Sed', 100);
  await untilCopying(play);
  await play.admin.press('Pause');
  await play.seeState('Paused');
  expect(storedFor(play)).toBeLessThan(100);
  hurry();
  await play.admin.press('Resume');
  await finishWell(play);
});

test('cancelled in the middle: IMAP and access are put back, the password is purged', async () => {
  const play = moveOf('Can Celled', 200);
  await untilCopying(play);
  expect(play.mover.user.mailbox?.permissions).toHaveLength(1);
  expect(await credentialsOf(play)).toBe(1);
  await play.admin.press('Cancel…');
  await play.admin.see('Cancel the move of Can Celled?');
  await play.admin.press('Cancel the move');
  await play.seeState('Cancelled');
  await play.admin.see(/Can Celled · Cancelled[\s\S]*are as they were before/, 60_000);
  expectPutBack(play);
  expect(await credentialsOf(play)).toBe(0);
  const purged = await queryService(
    world.dataDir,
    `select from audit where action = 'credential.purged' and subject = $1`,
    [await idOf(play)],
  );
  expect(purged).toHaveLength(1);
  await play.person.see('Your move has ended', 30_000);
  // What was on its way to Exchange when the button was pressed may still arrive; then nothing more.
  hurry();
  await delay(1000);
  const stored = storedFor(play);
  expect(stored).toBeGreaterThan(0);
  expect(stored).toBeLessThan(200);
  await delay(700);
  expect(storedFor(play)).toBe(stored);
  // What arrived is in the ledger: done, or in flight where the answer came after the line was cut.
  const { done, inFlight } = await rowsOf(play);
  expect(done).toBeLessThanOrEqual(stored);
  expect(done + inFlight).toBeGreaterThanOrEqual(stored);
});

test('the person has nothing to move: the move ends, and an admin can read why', async () => {
  const play = moveOf('Dee Clines', 5);
  await play.until('asked');
  await play.person.press('I have no iCloud Mail');
  await play.person.press('Yes, nothing to move');
  await play.person.see('Your move has ended');
  await play.seeState('Cancelled');
  await play.admin.see(/Dee Clines · Cancelled[\s\S]*IMAP is as it was before/, 60_000);
  expect(play.adminCard()).toContain('there is nothing to move');
  expectPutBack(play);
});

test('nothing above broke a rule of Microsoft, Apple or Teams', () => {
  expect(world.violations()).toEqual([]);
});
