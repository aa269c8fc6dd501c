/** Seeded mailboxes between two Dovecots. */
import { afterAll, beforeAll } from 'vitest';
import { SOURCE_SPECIAL, TARGET_SPECIAL } from '../../bench/corpus/folders.ts';
import { loadMailbox } from '../../support/compare/load-mailbox.ts';
import { connectRawImap } from '../../support/compare/raw-imap-client.ts';
import { type DovecotServer, startDovecot } from '../../support/dovecot/start-dovecot.ts';
import { describeWith } from '../../support/witness.ts';
import { createDataDirectories } from '../kills/kill-case.ts';
import { testCorpora } from './corpora-cases.ts';
import { runMain } from './run-main.ts';

describeWith('dovecot', 'seeded mailboxes on Dovecot, with the generic profile', () => {
  const directories = createDataDirectories();
  let source: DovecotServer;
  let target: DovecotServer;
  let dataDir: string;
  beforeAll(async () => {
    [source, target, dataDir] = await Promise.all([
      startDovecot({ folders: SOURCE_SPECIAL, fsync: false }),
      startDovecot({ folders: TARGET_SPECIAL, fsync: false }),
      directories.create(),
    ]);
  });
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()]);
    await directories.clear();
  });

  testCorpora({
    folderNames: {
      'Sent Messages': 'Sent Items',
      'Deleted Messages': 'Deleted Items',
      Junk: 'Junk Email',
    },
    target: (user) => ({ host: target.host, port: target.port, user, password: target.password }),
    async load(user, mailbox) {
      const { host, port, password } = source;
      const client = await connectRawImap({ host, port, user, password });
      await loadMailbox(client, mailbox);
      client.close();
    },
    copy: (user) =>
      runMain(
        [
          `--source=imap://${user}@127.0.0.1:${source.port}`,
          `--target=imap://${user}@127.0.0.1:${target.port}`,
          '--json',
        ],
        {
          DATA_DIR: dataDir,
          SOURCE_PASSWORD: source.password,
          TARGET_PASSWORD: target.password,
        },
      ),
  });
});
