/** Seeded mailboxes from the simulated iCloud to a simulated server that keeps to the standard. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGenericServer } from '../../sim/imap/generic.ts';
import { startIcloudServer } from '../../sim/imap/icloud.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import { createDataDirectories } from '../kills/kill-case.ts';
import { testCorpora } from './corpora-cases.ts';
import { runMain } from './run-main.ts';

const PASSWORD = 'abcd-efgh-ijkl-mnop';

describe('seeded mailboxes on the simulated servers, with the generic profile', () => {
  const directories = createDataDirectories();
  let source: ImapServer;
  let target: ImapServer;
  let dataDir: string;
  beforeAll(async () => {
    [source, target, dataDir] = await Promise.all([
      startIcloudServer(),
      startGenericServer(),
      directories.create(),
    ]);
  });
  afterAll(async () => {
    await Promise.all([source.close(), target.close()]);
    await directories.clear();
  });

  testCorpora({
    folderNames: { 'Sent Messages': 'Sent', 'Deleted Messages': 'Trash' },
    target: (user) => ({ host: target.host, port: target.port, user, password: PASSWORD }),
    async load(user, { folders }) {
      const { store } = source;
      store.addAccount(user, { password: PASSWORD });
      target.store.addAccount(user, { password: PASSWORD });
      // Apple's own Notes folder does not open: here it is one that the person made.
      store.deleteFolder(user, 'Notes');
      for (const { name, messages } of folders) {
        if (store.folder(user, name) === undefined) {
          store.createFolder(user, name);
        }
        messages.forEach((message) => store.addMessage(user, name, message));
      }
    },
    copy: (user) =>
      runMain(
        [
          `--source=imap://${user}@127.0.0.1:${source.port}`,
          `--target=imap://${user}@127.0.0.1:${target.port}`,
          '--source-profile=icloud',
          '--json',
        ],
        { DATA_DIR: dataDir, SOURCE_PASSWORD: PASSWORD, TARGET_PASSWORD: PASSWORD },
      ),
  });

  test('nothing above broke a rule of either server', () => {
    expect([...source.violations, ...target.violations]).toEqual([]);
    const accounts = source.store.accounts().map(({ user }) => source.connections.maxSeen(user));
    expect(Math.min(...accounts)).toBeGreaterThan(0);
    // Apple locks accounts that open many.
    expect(Math.max(...accounts)).toBeLessThanOrEqual(2);
  });
});
