/** One whole move, the conversation and all, with a real mail server on either side. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNumberedMailbox } from '../../sim/numbered-mailbox.ts';
import { startWholeWorld, type WholeWorld } from '../../sim/whole-world.ts';
import { compareMailboxes } from '../../support/compare/compare-mailboxes.ts';
import { loadMailbox } from '../../support/compare/load-mailbox.ts';
import { type MailboxSnapshot, snapshotOverImap } from '../../support/compare/mailbox-snapshot.ts';
import { connectRawImap } from '../../support/compare/raw-imap-client.ts';
import {
  type DovecotServer,
  EXCHANGE_CAPABILITIES,
  startDovecot,
} from '../../support/dovecot/start-dovecot.ts';
import { mustAgree } from '../../support/must-agree.ts';
import { createPlay } from '../../support/play.ts';
import { describeWith } from '../../support/witness.ts';

const APP_PASSWORD = 'wxyz-abcd-efgh-mnop';
const APPLE_FOLDERS = {
  'Sent Messages': String.raw`\Sent`,
  Drafts: String.raw`\Drafts`,
  'Deleted Messages': String.raw`\Trash`,
};
const EXCHANGE_FOLDERS = {
  'Sent Items': String.raw`\Sent`,
  Drafts: String.raw`\Drafts`,
  'Deleted Items': String.raw`\Trash`,
};

describeWith('dovecot', 'a whole move from Dovecot to Dovecot', () => {
  let dir: string;
  let source: DovecotServer;
  let target: DovecotServer;
  let world: WholeWorld;

  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'skybridge-dovecot-move-'));
    source = await startDovecot({
      password: APP_PASSWORD.replaceAll('-', ''),
      folders: APPLE_FOLDERS,
      fsync: false,
    });
    target = await startDovecot({
      capabilities: EXCHANGE_CAPABILITIES,
      xoauth2: true,
      fsync: false,
      folders: EXCHANGE_FOLDERS,
      // The tenant decides: the application's right, its access to this mailbox, and the IMAP switch.
      tokenOwner: async (token) => {
        const user = world.mover.userPrincipalName;
        return (await world.m365.verifyImapToken(user, token)) === 'ok' ? user : null;
      },
    });
    world = await startWholeWorld({
      dir,
      moreAuthorities: [source.ca, target.ca],
      environment: {
        SOURCE_IMAP_URL: `imaps://127.0.0.1:${source.tlsPort}`,
        TARGET_IMAP_URL: `imaps://127.0.0.1:${target.tlsPort}`,
      },
    });
    const loader = await connectRawImap(login(source, world.icloudAddress));
    await loadMailbox(loader, createNumberedMailbox({ seed: 77, messages: 120 }));
    loader.close();
  });
  afterAll(async () => {
    await world.close();
    await source.stop();
    await target.stop();
    await rm(dir, { recursive: true, force: true });
  });

  function login(server: DovecotServer, user: string): Parameters<typeof connectRawImap>[0] {
    return { host: server.host, port: server.port, user, password: server.password };
  }

  async function snapshot(server: DovecotServer, user: string): Promise<MailboxSnapshot> {
    const client = await connectRawImap(login(server, user));
    const { folders } = await snapshotOverImap(client);
    client.close();
    return { folders: folders.filter(({ messages }) => messages.length > 0) };
  }

  test('ends well, every message there once, rights and password gone', async () => {
    const { mover: user, icloudAddress } = world;
    const play = createPlay(world, { user, icloudAddress, appPassword: APP_PASSWORD });
    await play.until('done');
    const result = await compareMailboxes({
      source: await snapshot(source, icloudAddress),
      target: await snapshot(target, user.userPrincipalName),
      mode: 'semantic',
      folderNames: { 'Sent Messages': 'Sent Items', 'Deleted Messages': 'Deleted Items' },
    });
    mustAgree(result);
    expect(result.matched).toBe(120);
    expect(play.adminCard()).toContain('120 = 120 copied');
    // Access was taken back: the token that wrote the mail opens the mailbox no more.
    const tokens = world.m365.journal.tokens;
    const verdicts = await Promise.all(
      tokens.map((token) => world.m365.verifyImapToken(user.userPrincipalName, token)),
    );
    expect(verdicts.length).toBeGreaterThan(0);
    expect(verdicts).not.toContain('ok');
    expect(world.violations()).toEqual([]);
  });
});
