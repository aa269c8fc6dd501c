/** `node src/main.ts copy` of the sample mailbox from the simulated iCloud to the simulated Exchange. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXCHANGE_NAMES } from '../../sim/sample/exchange-names.ts';
import {
  compareMailboxes,
  type ExpectedException,
} from '../../support/compare/compare-mailboxes.ts';
import { type ImapWorld, startImapWorld } from '../../support/imap-world.ts';
import { mustAgree } from '../../support/must-agree.ts';
import { runMain } from './run-main.ts';

const ACCOUNT = 'sample';

const EXPECTED: readonly ExpectedException[] = [
  {
    list: 'missing',
    why: 'Exchange takes no virus',
    matches: ({ folder, message }) =>
      folder === 'INBOX' &&
      message.bytes.includes(
        Buffer.from(['SKYBRIDGE', 'SIMULATED', 'VIRUS', 'TEST', 'FILE'].join('-')).toString(
          'base64',
        ),
      ),
  },
];

describe('node src/main.ts copy, on the simulated servers', () => {
  let world: ImapWorld;
  let dataDir: string;
  beforeAll(async () => {
    world = await startImapWorld();
    dataDir = await mkdtemp(path.join(tmpdir(), 'skybridge-copy-'));
    await world.addAccount({ name: ACCOUNT, seed: 2026 });
  });
  afterAll(async () => {
    await world.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('all of the sample arrives but what is refused, which is named with its reason', async () => {
    const { facts } = world;
    const words = [
      `--source=imaps://${ACCOUNT}%40icloud.example@127.0.0.1:${facts.sourcePort}`,
      `--target=imaps://${ACCOUNT}%40contoso.example@127.0.0.1:${facts.targetPort}`,
      '--source-profile=icloud',
      '--target-profile=exchange-online',
    ];
    const environment = {
      DATA_DIR: dataDir,
      SOURCE_PASSWORD: facts.password,
      TARGET_ACCESS_TOKEN: facts.accessToken,
      NODE_EXTRA_CA_CERTS: facts.caFile,
    };
    const first = await runMain(words, environment);
    expect(first.errors).toBe('');
    const stored = await world.counters(ACCOUNT);
    // Notes does not open at iCloud: nothing can be copied of it, and no empty folder is left for it.
    const source = await world.source(ACCOUNT);
    const result = await compareMailboxes({
      source: { folders: source.folders.filter(({ name }) => name !== 'Notes') },
      target: await world.target(ACCOUNT, 'served'),
      mode: 'semantic',
      folderNames: EXCHANGE_NAMES,
      expected: EXPECTED,
    });
    mustAgree(result);
    expect(result.foldersExtra).not.toContain('Notes (iCloud)');
    const told = Map.groupBy(first.output.trim().split('\n'), (line) =>
      line.startsWith('  changed in '),
    );
    // What Exchange makes necessary is counted by its kind.
    expect(
      told
        .get(true)
        ?.map((line) => line.replace(/.*\d messages?: /u, ''))
        .toSorted(),
    ).toEqual([
      'a character that no mail may hold was taken out',
      'a header was written in characters that every program reads',
      'a request for a read receipt was switched off, so that old mail is not answered again',
      'line ends were made uniform',
      'over-long lines were encoded anew; the content is the same',
    ]);
    expect(told.get(false)).toEqual([
      'Copying the mailbox.',
      `${result.sourceMessages} messages = ${result.targetMessages} copied + 0 already there + 0 skipped + 1 failed`,
      '  INBOX: 1 not copied: Exchange found a virus in it',
      '  Notes: not opened: Apple lists it for its Notes app, and keeps no mail in it',
      'Folders: class not checked. IMAP cannot tell whether Outlook takes a folder for mail; look there once.',
    ]);
    expect(first.exitCode).toBe(2);

    // What was refused is refused again or left; nothing else moves.
    const second = await runMain(words, environment);
    expect(second.exitCode).toBe(2);
    expect(second.output.split('\n').slice(1)).toEqual(first.output.split('\n').slice(1));
    expect((await world.counters(ACCOUNT)).stored).toBe(stored.stored);
    expect(stored.violations).toEqual([]);
  });
});
