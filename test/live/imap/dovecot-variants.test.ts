import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { connectImap } from '../../../src/imap/connect.ts';
import { createGovernor } from '../../../src/imap/governor.ts';
import { genericProfile } from '../../../src/imap/profiles/generic.ts';
import { createImapSource, type ImapSource } from '../../../src/imap/source.ts';
import { createImapTarget, type ImapTarget } from '../../../src/imap/target.ts';
import type { ImapAppendOutcome } from '../../../src/imap/types.ts';
import { silentLogger } from '../../../src/log.ts';
import {
  type DovecotOptions,
  type DovecotServer,
  startDovecot,
} from '../../support/dovecot/start-dovecot.ts';
import { testSpool } from '../../support/spool.ts';
import { describeWith } from '../../support/witness.ts';

const signal = (): AbortSignal => AbortSignal.timeout(60_000);

interface Ends {
  readonly source: ImapSource;
  readonly target: ImapTarget;
}

/** A Dovecot for one group of tests, and both ends of a mailbox on it. */
function useDovecot(options: DovecotOptions): (user: string) => Ends {
  let dovecot: DovecotServer | null = null;
  const open: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    dovecot = await startDovecot({ fsync: false, ...options });
  });
  afterAll(async () => {
    await Promise.all(open.map((one) => one.close()));
    await dovecot?.stop();
  });
  return (user) => {
    const { host = '', tlsPort = 0, password = '', ca = '' } = dovecot ?? {};
    const connect = (abort: AbortSignal): ReturnType<typeof connectImap> =>
      connectImap(
        {
          host,
          port: tlsPort,
          secure: true,
          user,
          credential: { kind: 'password', password },
          profile: genericProfile,
          logger: silentLogger,
          clock: systemClock,
          ca,
        },
        abort,
      );
    const deps = {
      connect,
      governor: createGovernor(systemClock),
      clock: systemClock,
      logger: silentLogger,
    };
    const ends = {
      source: createImapSource({ ...deps, spool: testSpool }),
      target: createImapTarget({ ...deps, maxConnections: 2 }),
    };
    open.push(ends.source, ends.target);
    return ends;
  };
}

const text = (n: number, sizeBytes: number): Buffer =>
  Buffer.from(
    `Message-ID: <${n}@example.org>\r\n\r\n${'0123456789\r\n'.repeat(Math.ceil(sizeBytes / 12))}`,
  );

function appendAll(target: ImapTarget, messages: readonly Buffer[]): Promise<ImapAppendOutcome[]> {
  return Promise.all(
    messages.map((bytes) =>
      target.append(
        { folderPath: 'INBOX', bytes, flags: ['\\Flagged'], receivedAt: new Date(0) },
        signal(),
      ),
    ),
  );
}

async function readAll(source: ImapSource): Promise<readonly string[]> {
  const inbox = { path: 'INBOX', ...(await source.openFolder('INBOX', signal())) };
  const uids = (await source.listMessages(inbox, signal())).map(({ uid }) => uid);
  const bodies: string[] = [];
  for await (const { bytes } of source.readMessages(inbox, uids, signal())) {
    bodies.push(bytes.toString('latin1'));
  }
  return bodies.toSorted();
}

const asText = (messages: readonly Buffer[]): readonly string[] =>
  messages.map((bytes) => bytes.toString('latin1')).toSorted();

describeWith('dovecot', 'IMAP engine on other Dovecots', () => {
  describe.each([
    { name: "Dovecot's own capabilities", options: {} },
    { name: 'no LITERAL+', options: { capabilities: 'IMAP4rev1 UIDPLUS NAMESPACE' } },
    { name: 'LITERAL- alone', options: { capabilities: 'IMAP4rev1 UIDPLUS NAMESPACE LITERAL-' } },
    { name: 'nothing but IMAP4rev1', options: { capabilities: 'IMAP4rev1' } },
  ])('$name', ({ options }) => {
    const ends = useDovecot(options);

    test('messages come back exactly', async () => {
      const { source, target } = ends('ann');
      const messages = [10, 4000, 4100, 50_000, 3_000_000].flatMap((size, n) => [
        text(n, size),
        text(n + 100, size),
      ]);
      const outcomes = await appendAll(target, messages);
      expect(outcomes.map(({ kind }) => kind)).toEqual(messages.map(() => 'stored'));
      expect(await readAll(source)).toEqual(asText(messages));
      expect(await target.look('INBOX', 3, signal())).toHaveLength(messages.length - 2);
    });
  });

  describe('a mailbox with a limit', () => {
    const ends = useDovecot({ quotaBytes: 200_000 });

    test('what does not fit is refused as "full", what fits is stored, also after it', async () => {
      const { source, target } = ends('full');
      const [small, large, tiny] = [text(1, 50_000), text(2, 300_000), text(3, 100)];
      const outcomes = await appendAll(target, [small, large, tiny]);
      expect(outcomes).toMatchObject([
        { kind: 'stored' },
        { kind: 'refused', error: { code: 'imap.quota-full', disposition: 'ask' } },
        { kind: 'stored' },
      ]);
      expect(await readAll(source)).toEqual(asText([small, tiny]));
    });
  });

  describe('folders', () => {
    const ends = useDovecot({ folders: { Drafts: '\\Drafts' } });

    test('awkward names are created, listed and opened', async () => {
      const { source, target } = ends('names');
      const paths = [
        '100% "quoted" (x)',
        '[archived]',
        'a\\b',
        'Entwürfe & Co/日本語',
        '{5}',
        'trailing ',
        '*',
        'inboxes/%',
      ];
      for (const path of paths) {
        await target.ensureFolders([path], signal());
      }
      const listed = (await source.listFolders(signal())).map(({ path }) => path);
      expect(listed).toEqual(expect.arrayContaining(paths));
      for (const path of paths) {
        expect((await source.openFolder(path, signal())).exists).toBe(0);
      }
    });

    test('a folder that is not there, and an append to it', async () => {
      const { source, target } = ends('missing');
      await expect(source.openFolder('Nowhere', signal())).rejects.toMatchObject({
        code: 'imap.folder-missing',
      });
      const message = { folderPath: 'Nowhere', bytes: text(1, 10), flags: [], receivedAt: null };
      expect(await target.append(message, signal())).toMatchObject({
        kind: 'refused',
        error: { code: 'imap.folder-missing' },
      });
    });
  });
});
