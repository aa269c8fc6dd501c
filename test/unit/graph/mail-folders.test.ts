/** Folders of a mailbox through Graph and Exchange's statistics, as the simulated Exchange keeps them for IMAP. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { chooseProfile } from '../../../src/imap/profiles/choose-profile.ts';
import { createTargetOpener } from '../../../src/jobs/adapters/account-openers.ts';
import { createAccountPaces } from '../../../src/jobs/adapters/account-pace.ts';
import type { MailTarget } from '../../../src/jobs/ports.ts';
import { silentLogger } from '../../../src/log.ts';
import { startExchangeServer } from '../../sim/imap/exchange.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import { mailFoldersOf } from '../../sim/join-mail.ts';
import { addUser, type SimUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { createTenantWorld, never, type TenantWorld } from './tenant-world.ts';

let exchange: ImapServer;
let world: TenantWorld;
let anna: SimUser;
const targets: MailTarget[] = [];
/** The rule that a test breaks on purpose. */
let allowed: RegExp | undefined;
beforeAll(async () => {
  exchange = await startExchangeServer({
    imapFolderClass: true,
    verifyToken: (user, token) => world.server.verifyImapToken(user, token),
  });
});
afterAll(async () => {
  await exchange.close();
});
beforeEach(async () => {
  allowed = undefined;
  world = await createTenantWorld();
  anna = addUser(world.directory, {
    displayName: 'Anna',
    alias: 'anna',
    product: PRODUCTS.businessBasic,
  });
  exchange.store.addAccount(address());
  await world.m365.mailboxAccess.grant(anna.id, never);
  world.directory.mailFolders = mailFoldersOf(exchange.store);
});
afterEach(async () => {
  await Promise.all(targets.splice(0).map((target) => target.close()));
  if (exchange.violations.length > 0) {
    throw new Error(exchange.violations.join(' | '));
  }
  await world.close(allowed);
});

const address = (): string => anna.mail ?? '';
const grant = (role: 'Application Mail.Read' | 'Application Mail.ReadWrite'): void => {
  const assignee = world.application.objectId;
  world.directory.exchange.assignments.push({ name: role, role, assignee, scope: null });
};
const classesInStore = (): Record<string, string> =>
  Object.fromEntries(
    (exchange.store.account(address())?.folders ?? []).map((one) => [one.name, one.folderClass]),
  );
const requests = (): string[] =>
  world.server.requests
    .filter(({ operation }) => /mailFolders|FolderStatistics/.test(operation))
    .map(({ operation, status }) => `${operation} ${status}`);

/** The mailbox as a move opens it: IMAP with a token, Graph beside it. */
async function openTarget(): Promise<MailTarget> {
  const opener = createTargetOpener({
    server: {
      host: exchange.host,
      port: exchange.port,
      secure: false,
      profile: chooseProfile('', 'exchange-online'),
    },
    m365: world.m365,
    spoolDirectory: '/nonexistent',
    paces: createAccountPaces(systemClock),
    clock: systemClock,
    logger: silentLogger,
  });
  const target = await opener.open({ mailbox: address(), lanes: 1 }, never);
  targets.push(target);
  return target;
}

describe('with Mail.ReadWrite in this mailbox', () => {
  beforeEach(() => grant('Application Mail.ReadWrite'));

  test('folders are made through Graph, parents first, so that Outlook shows them', async () => {
    const target = await openTarget();
    await target.ensureFolders(['Work/2020/May', 'INBOX/Old', 'Archive', 'Größe & Söhne'], never);
    expect(classesInStore()).toMatchObject({
      Work: 'IPF.Note',
      'Work/2020': 'IPF.Note',
      'Work/2020/May': 'IPF.Note',
      'INBOX/Old': 'IPF.Note',
      'Größe & Söhne': 'IPF.Note',
    });
    const classes = await target.folderClasses(never);
    expect(classes?.get('Work/2020/May')).toBe('IPF.Note');
    expect(classes?.get('INBOX/Old')).toBe('IPF.Note');
    expect(classes?.has('Calendar')).toBe(false);
  });

  test('what is there already, in other capitals too, costs Graph nothing', async () => {
    await (await openTarget()).ensureFolders(['INBOX', 'archive', 'Sent Items'], never);
    expect(requests()).toEqual([]);
  });

  test('a folder that somebody made in the same moment is used', async () => {
    const target = await openTarget();
    await target.listFolders(never);
    exchange.store.createFolder(address(), 'Work');
    await target.ensureFolders(['Work/2020'], never);
    expect(classesInStore()['Work/2020']).toBe('IPF.Note');
  });

  test('classes of many folders are read level by level', async () => {
    for (const path of ['A', 'A/B', 'A/B/C', 'D', 'D/E']) {
      exchange.store.createFolder(address(), path, { folderClass: 'IPF.Imap' });
    }
    const classes = await (await openTarget()).folderClasses(never);
    expect(classes?.get('A/B/C')).toBe('IPF.Imap');
    expect(classes?.get('D/E')).toBe('IPF.Imap');
    expect(requests().filter((one) => one.includes('childFolders'))).toHaveLength(3);
  });
});

describe('without that right', () => {
  test('IMAP makes the folders; Exchange’s statistics tell their classes', async () => {
    const target = await openTarget();
    await target.ensureFolders(['Work/2020', 'Family'], never);
    expect(classesInStore()).toMatchObject({ 'Work/2020': 'IPF.Imap', Family: 'IPF.Imap' });
    const classes = await target.folderClasses(never);
    expect(classes?.get('Work/2020')).toBe('IPF.Imap');
    expect(classes?.get('INBOX')).toBe('IPF.Note');
    expect(classes?.get('Calendar')).toBe('IPF.Appointment');
    // Refused once is refused: it is asked again when the mailbox is opened anew.
    expect(requests().filter((one) => one.endsWith(' 403'))).toHaveLength(1);
  });

  test('a right to read alone tells the classes, and leaves the folders to IMAP', async () => {
    grant('Application Mail.Read');
    const target = await openTarget();
    await target.ensureFolders(['Family'], never);
    expect(classesInStore()['Family']).toBe('IPF.Imap');
  });

  test('nor of the statistics: nothing is known', async () => {
    world.application.allowedCmdlets = world.application.allowedCmdlets.filter(
      (name) => name !== 'Get-MailboxFolderStatistics',
    );
    expect(await (await openTarget()).folderClasses(never)).toBeNull();
    allowed = /Get-MailboxFolderStatistics/;
  });

  test('statistics without the column tell of no folder', async () => {
    world.server.quirks.showsContainerClass = false;
    expect(await (await openTarget()).folderClasses(never)).toEqual(new Map());
  });

  test('that Graph asks to wait is no refusal', async () => {
    grant('Application Mail.ReadWrite');
    world.server.faults.push({
      operation: 'GET /users/{id}/mailFolders/{id}',
      action: { kind: 'throttle', retryAfter: '300' },
    });
    const target = await openTarget();
    await expect(target.ensureFolders(['Family'], never)).rejects.toMatchObject({
      code: 'graph.throttled',
      disposition: 'wait',
    });
    expect(classesInStore()['Family']).toBeUndefined();
  });
});
