import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createGovernor } from '../../../src/imap/governor.ts';
import { icloudProfile } from '../../../src/imap/profiles/icloud.ts';
import { createImapSource, type ImapSource } from '../../../src/imap/source.ts';
import { silentLogger } from '../../../src/log.ts';
import { testSpool } from '../../support/spool.ts';
import { type LoginScript, startScripted } from './support/scripted-login.ts';
import { closeAll, type ScriptedPeer } from './support/scripted-peer.ts';

const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const ROW = 'UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE)';
const DATE = 'INTERNALDATE " 1-Jan-2020 00:00:00 +0000"';

async function sourceOn(
  onSession: (peer: ScriptedPeer, connection: number) => Promise<unknown>,
  script: LoginScript = {},
): Promise<ImapSource> {
  const { connect } = await startScripted(onSession, { ...script, profile: icloudProfile });
  return createImapSource({
    connect,
    governor: createGovernor(systemClock),
    clock: systemClock,
    logger: silentLogger,
    spool: testSpool,
  });
}

async function answerExamine(peer: ScriptedPeer, exists: number, uidValidity = 7): Promise<void> {
  const tag = await peer.expect('EXAMINE "INBOX"');
  peer.say(
    `* ${exists} EXISTS`,
    `* OK [UIDVALIDITY ${uidValidity}] x`,
    '* OK [UIDNEXT 50] x',
    `${tag} OK [READ-ONLY] done`,
  );
}

function body(uid: number, text: string): string {
  return `* 1 FETCH (UID ${uid} BODY[] {${text.length}}\r\n${text})`;
}

const INBOX = { path: 'INBOX', uidValidity: 7 };

async function read(
  source: ImapSource,
  uids: readonly number[],
  folder = INBOX,
): Promise<Record<number, string>> {
  const found: Record<number, string> = {};
  for await (const { uid, bytes } of source.readMessages(folder, uids, signal())) {
    found[uid] = bytes.toString('latin1');
  }
  return found;
}

afterEach(closeAll);

describe('folders', () => {
  test('iCloud names its special folders by attribute or by name', async () => {
    const source = await sourceOn(async (peer) => {
      const tag = await peer.expect('LIST "" "*"');
      peer.say(
        '* LIST (\\Noinferiors) "/" "INBOX"',
        '* LIST (\\Sent) "/" "Sent Messages"',
        '* LIST () "/" "Junk"',
        '* LIST () "/" "B&APw-cher/2020"',
        `${tag} OK LIST completed`,
      );
    });
    expect(await source.listFolders(signal())).toEqual([
      { path: 'INBOX', specialUse: 'inbox', selectable: true },
      { path: 'Sent Messages', specialUse: 'sent', selectable: true },
      { path: 'Junk', specialUse: 'junk', selectable: true },
      { path: 'Bücher/2020', specialUse: null, selectable: true },
    ]);
  });

  test('a name that a hostile server made up becomes no command', async () => {
    const name = 'x"\r\nA1 DELETE "INBOX';
    const source = await sourceOn(async (peer) => {
      const tag = await peer.expect('LIST "" "*"');
      peer.say(`* LIST () "/" {${name.length}}\r\n${name}`, `${tag} OK done`);
      await answerExamine(peer, 0);
    });
    const [folder] = await source.listFolders(signal());
    await expect(source.openFolder(folder?.path ?? '', signal())).rejects.toMatchObject({
      code: 'imap.command-refused',
    });
    // The next line on the wire is this command.
    expect((await source.openFolder('INBOX', signal())).exists).toBe(0);
  });

  test.for([
    ['Notes', 'imap.folder-internal'],
    ['Notes/Recipes', 'imap.folder-internal'],
    ['Notes 2020', 'imap.folder-missing'],
    ['Work/Notes', 'imap.folder-missing'],
  ])('%s is listed and does not open: %s, and the next folder opens', async ([path = '', code]) => {
    const source = await sourceOn(async (peer) => {
      for (let i = 0; i < 2; i += 1) {
        const tag = await peer.expect(`EXAMINE "${path}"`);
        peer.say(`${tag} NO [NONEXISTENT] Mailbox does not exist (took 1 ms)`);
      }
      await answerExamine(peer, 3);
    });
    await expect(source.openFolder(path, signal())).rejects.toMatchObject({ code });
    const survey = source.surveyFolders([{ path, known: null }], signal());
    for await (const surveyed of survey) {
      expect(surveyed).toMatchObject({ path, error: { code } });
    }
    expect(await source.openFolder('INBOX', signal())).toEqual({
      uidValidity: 7,
      uidNext: 50,
      exists: 3,
      modSeq: null,
    });
  });
});

describe('capabilities', () => {
  const state = ['* 0 EXISTS', '* OK [UIDVALIDITY 7] x', '* OK [UIDNEXT 50] x'];

  test.for([
    {
      name: 'asked for behind the login, a space behind the last',
      lateCapabilities: 'XAPPLEPUSHSERVICE IMAP4 IMAP4rev1 CONDSTORE ENABLE QRESYNC UNSELECT ',
      command: 'EXAMINE "INBOX" (CONDSTORE)',
    },
    {
      name: 'those of the login, where the server then names none',
      lateCapabilities: null,
      command: 'EXAMINE "INBOX"',
    },
  ])('of iCloud are $name', async ({ lateCapabilities, command }) => {
    const source = await sourceOn(
      async (peer) => {
        const tag = await peer.expect(command);
        peer.say(...state, '* OK [HIGHESTMODSEQ 99] x', `${tag} OK done`);
      },
      { lateCapabilities },
    );
    expect((await source.openFolder('INBOX', signal())).modSeq).toBe('99');
  });
});

describe('listing', () => {
  test('fewer rows than EXISTS is an error', async () => {
    const source = await sourceOn(async (peer) => {
      await answerExamine(peer, 2);
      await answerExamine(peer, 2);
      const tag = await peer.expect(ROW);
      peer.say(`* 1 FETCH (UID 4 FLAGS () ${DATE} RFC822.SIZE 9)`, `${tag} OK done`);
    });
    await source.openFolder('INBOX', signal());
    await expect(source.listMessages(INBOX, signal())).rejects.toMatchObject({
      code: 'imap.listing-incomplete',
      listed: 1,
      exists: 2,
    });
  });

  test('unsolicited flag rows between the answers are no messages', async () => {
    const source = await sourceOn(async (peer) => {
      await answerExamine(peer, 1);
      await answerExamine(peer, 1);
      const tag = await peer.expect(ROW);
      peer.say(
        '* 1 FETCH (FLAGS (\\Seen))',
        '* 1 FETCH (UID 3 FLAGS (\\Seen))',
        `* 1 FETCH (UID 4 FLAGS (\\Seen \\Recent) ${DATE} RFC822.SIZE 9)`,
        `${tag} OK done`,
      );
    });
    await source.openFolder('INBOX', signal());
    expect(await source.listMessages(INBOX, signal())).toEqual([
      { uid: 4, flags: ['\\Seen'], receivedAt: new Date('2020-01-01T00:00:00Z'), sizeBytes: 9 },
    ]);
  });

  test('a folder that was renumbered since it was opened is an error', async () => {
    const source = await sourceOn(async (peer) => {
      await answerExamine(peer, 1, 7);
      await answerExamine(peer, 1, 8);
    });
    await source.openFolder('INBOX', signal());
    await expect(source.listMessages(INBOX, signal())).rejects.toMatchObject({
      code: 'imap.uid-validity-changed',
      before: 7,
      after: 8,
    });
  });
});

describe('a survey', () => {
  const known = { uidValidity: 7, uidNext: 50, exists: 1, modSeq: '99' };
  const message = { uid: 4, flags: [], receivedAt: new Date('2020-01-01T00:00:00Z'), sizeBytes: 9 };
  const opening = (modSeq: string): readonly string[] => [
    '* 1 EXISTS',
    '* OK [UIDVALIDITY 7] x',
    '* OK [UIDNEXT 50] x',
    modSeq,
  ];

  async function survey(source: ImapSource): Promise<unknown[]> {
    const found: unknown[] = [];
    for await (const one of source.surveyFolders([{ path: 'INBOX', known }], signal())) {
      found.push(one);
    }
    return found;
  }

  async function answerListing(peer: ScriptedPeer, modSeq: string): Promise<void> {
    const opened = await peer.expect(/^EXAMINE "INBOX"/);
    peer.say(...opening(modSeq), `${opened} OK done`);
    const tag = await peer.expect(ROW);
    peer.say(`* 1 FETCH (UID 4 FLAGS () ${DATE} RFC822.SIZE 9)`, `${tag} OK done`);
  }

  test.for([
    {
      name: 'believed',
      capability: ' CONDSTORE',
      modSeq: '* OK [HIGHESTMODSEQ 99] x',
      lists: false,
    },
    {
      name: 'another',
      capability: ' CONDSTORE',
      modSeq: '* OK [HIGHESTMODSEQ 100] x',
      lists: true,
    },
    { name: 'not there', capability: ' CONDSTORE', modSeq: '* OK [NOMODSEQ] x', lists: true },
    { name: 'not asked for', capability: '', modSeq: '* OK x', lists: true },
  ])('lists a folder unless HIGHESTMODSEQ says that nothing changed: $name', async (row) => {
    const source = await sourceOn(
      async (peer) => {
        const tag = await peer.expect(`EXAMINE "INBOX"${row.capability && ' (CONDSTORE)'}`);
        peer.say(...opening(row.modSeq), `${tag} OK done`);
        if (row.lists) {
          await answerListing(peer, row.modSeq);
        }
      },
      { capabilities: `IMAP4rev1 NAMESPACE ENABLE QRESYNC${row.capability}` },
    );
    expect(await survey(source)).toMatchObject([{ messages: row.lists ? [message] : null }]);
  });

  test('on a connection that lost its folder goes on with a new one', async () => {
    const source = await sourceOn(async (peer, connection) => {
      const first = await peer.expect('EXAMINE "INBOX"');
      peer.say(...opening('* OK x'), `${first} OK done`);
      if (connection === 2) {
        await answerListing(peer, '* OK x');
        return;
      }
      const opened = await peer.expect('EXAMINE "INBOX"');
      const tag = await peer.expect(ROW);
      peer.say(...opening('* OK x'), `${opened} OK done`);
      peer.say(`${tag} BAD Please select a mailbox first`);
      await peer.closed();
    });
    expect(await survey(source)).toMatchObject([{ path: 'INBOX', messages: [message] }]);
  });
});

describe('bodies', () => {
  test('a message that the first answer leaves out is asked for again', async () => {
    const source = await sourceOn(async (peer) => {
      await answerExamine(peer, 2);
      const first = await peer.expect('UID FETCH 1:2 (UID BODY.PEEK[])');
      peer.say(body(1, 'one'), '* 2 FETCH (UID 2)', `${first} OK done`);
      const second = await peer.expect('UID FETCH 2 (UID BODY.PEEK[])');
      peer.say(body(2, 'two'), `${second} OK done`);
    });
    await source.openFolder('INBOX', signal());
    expect(await read(source, [1, 2])).toEqual({ 1: 'one', 2: 'two' });
  });

  test.for(['{0}\r\n', '""', 'NIL', '{0}\r\n FLAGS ()'])(
    'a body of %j is none, whatever the server says beside it',
    async (nothing) => {
      const source = await sourceOn(async (peer) => {
        await answerExamine(peer, 2);
        for (let look = 1; look <= 2; look += 1) {
          const tag = await peer.expect('UID FETCH 2 (UID BODY.PEEK[])');
          peer.say(`* 2 FETCH (UID 2 BODY[] ${nothing})`, `${tag} OK done`);
        }
        await answerExamine(peer, 1);
        const tag = await peer.expect(ROW);
        peer.say(`* 1 FETCH (UID 2 FLAGS () ${DATE} RFC822.SIZE 9)`, `${tag} OK done`);
      });
      await source.openFolder('INBOX', signal());
      await expect(read(source, [2])).rejects.toMatchObject({ code: 'imap.body-missing' });
    },
  );

  test('rows are known by their UID: their numbers may lie beyond EXISTS', async () => {
    const source = await sourceOn(async (peer) => {
      await answerExamine(peer, 2);
      const tag = await peer.expect('UID FETCH 1:2 (UID BODY.PEEK[])');
      peer.say('* 900 FETCH (FLAGS (\\Seen))', body(2, 'two').replace('* 1 ', '* 901 '));
      peer.say('* 900 FETCH (UID 1 FLAGS (\\Seen))', body(1, 'one').replace('* 1 ', '* 900 '));
      peer.say(`${tag} NO Some of the requested messages no longer exist`);
    });
    await source.openFolder('INBOX', signal());
    expect(await read(source, [1, 2])).toEqual({ 1: 'one', 2: 'two' });
  });

  test('a command line stays below what servers take, however the UIDs are spread', async () => {
    const lines: number[] = [];
    const source = await sourceOn(async (peer) => {
      await answerExamine(peer, 1000);
      for (let line = await peer.line(); line !== null; line = await peer.line()) {
        lines.push(line.length);
        const uids = /FETCH (\S+) /.exec(line)?.[1]?.split(',').map(Number) ?? [];
        peer.say(...uids.map((uid) => body(uid, 'x')), `${line.split(' ')[0]} OK done`);
      }
    });
    await source.openFolder('INBOX', signal());
    const uids = Array.from({ length: 1000 }, (_, n) => 4_000_000_000 + 2 * n);
    expect(Object.keys(await read(source, uids))).toHaveLength(1000);
    expect(Math.max(...lines)).toBeLessThan(8000);
  });

  test('a FETCH that is refused in a rush is asked in smaller pieces from then on', async () => {
    const asked: number[] = [];
    const source = await sourceOn(async (peer) => {
      await answerExamine(peer, 100);
      for (let line = await peer.line(); line !== null; line = await peer.line()) {
        const [tag, , , set = ''] = line.split(' ');
        const [from = 0, to = from] = set.split(':').map(Number);
        asked.push(to - from + 1);
        const uids = Array.from({ length: to - from + 1 }, (_, n) => from + n);
        if (asked.length === 1) {
          peer.say(`${tag} NO Service temporarily unavailable`);
        } else {
          peer.say(...uids.map((uid) => body(uid, 'x')), `${tag} OK done`);
        }
      }
    });
    await source.openFolder('INBOX', signal());
    const uids = Array.from({ length: 200 }, (_, n) => n + 1);
    await expect(read(source, uids)).rejects.toMatchObject({ code: 'imap.server-unavailable' });
    expect(Object.keys(await read(source, uids))).toHaveLength(200);
    expect(asked).toEqual([200, 100, 100]);
  });

  test('rows of two commands that the server works at together reach whoever asked for them', async () => {
    const source = await sourceOn(async (peer) => {
      await answerExamine(peer, 4);
      const first = await peer.expect('UID FETCH 1:2 (UID BODY.PEEK[])');
      const second = await peer.expect('UID FETCH 3:4 (UID BODY.PEEK[])');
      peer.say(body(1, 'one'), body(3, 'three'), body(2, 'two'), body(4, 'four'));
      peer.say(`${first} OK done`, `${second} OK done`);
    });
    await source.openFolder('INBOX', signal());
    const both = [read(source, [1, 2]), read(source, [3, 4])];
    expect(await Promise.all(both)).toEqual([
      { 1: 'one', 2: 'two' },
      { 3: 'three', 4: 'four' },
    ]);
  });

  test.for([
    { name: 'gone from the listing: nothing', listed: [1], outcome: 'nothing' },
    {
      name: 'still listed: an error, not "no such message"',
      listed: [1, 2],
      outcome: 'imap.body-missing',
    },
    {
      name: 'the listing is incomplete too: an error',
      listed: [],
      outcome: 'imap.listing-incomplete',
    },
  ])('an empty answer, twice; $name', async ({ listed, outcome }) => {
    const source = await sourceOn(async (peer) => {
      await answerExamine(peer, 2);
      for (let i = 0; i < 2; i += 1) {
        const tag = await peer.expect('UID FETCH 2 (UID BODY.PEEK[])');
        peer.say('* 2 FETCH (UID 2)', `${tag} OK done`);
      }
      await answerExamine(peer, Math.max(listed.length, 1));
      const tag = await peer.expect(ROW);
      peer.say(
        ...listed.map((uid) => `* 1 FETCH (UID ${uid} FLAGS () ${DATE} RFC822.SIZE 9)`),
        `${tag} OK done`,
      );
    });
    await source.openFolder('INBOX', signal());
    const result = await read(source, [2]).then(
      (found) => (Object.keys(found).length === 0 ? 'nothing' : 'something'),
      (error: { code?: string }) => error.code,
    );
    expect(result).toBe(outcome);
  });

  test('a reset in the middle of a literal: the whole message is read anew, on a new connection', async () => {
    const source = await sourceOn(async (peer, connection) => {
      await answerExamine(peer, 3);
      if (connection === 1) {
        await peer.expect('UID FETCH 1:3 (UID BODY.PEEK[])');
        peer.say(body(1, 'one'));
        peer.socket.write('* 2 FETCH (UID 2 BODY[] {1000}\r\nthe first part ');
        await systemClock.sleep(30);
        peer.socket.resetAndDestroy();
      } else {
        const tag = await peer.expect('UID FETCH 2:3 (UID BODY.PEEK[])');
        peer.say(body(2, 'the whole'), body(3, 'three'), `${tag} OK done`);
      }
    });
    await source.openFolder('INBOX', signal());
    expect(await read(source, [1, 2, 3])).toEqual({ 1: 'one', 2: 'the whole', 3: 'three' });
  });

  test('renumbered while the link was down: an error, and nothing of the new folder', async () => {
    const source = await sourceOn(async (peer, connection) => {
      await answerExamine(peer, 3, connection);
      await peer.line();
      peer.socket.destroy();
    });
    await source.openFolder('INBOX', signal());
    const listed = { path: 'INBOX', uidValidity: 1 };
    await expect(read(source, [1], listed)).rejects.toMatchObject({
      code: 'imap.uid-validity-changed',
    });
  });

  test('"Please select a mailbox first" opens a new connection', async () => {
    const source = await sourceOn(async (peer, connection) => {
      await answerExamine(peer, 1);
      const tag = await peer.expect('UID FETCH 1 (UID BODY.PEEK[])');
      if (connection === 1) {
        peer.say(`${tag} BAD Please select a mailbox first`);
      } else {
        peer.say(body(1, 'one'), `${tag} OK done`);
      }
    });
    await source.openFolder('INBOX', signal());
    expect(await read(source, [1])).toEqual({ 1: 'one' });
  });

  test('a throttled FETCH is an error for the caller to wait on', async () => {
    const source = await sourceOn(async (peer) => {
      await answerExamine(peer, 1);
      const tag = await peer.expect('UID FETCH 1 (UID BODY.PEEK[])');
      peer.say(`${tag} NO Service temporarily unavailable`);
    });
    await source.openFolder('INBOX', signal());
    await expect(read(source, [1])).rejects.toMatchObject({
      code: 'imap.server-unavailable',
      disposition: 'wait',
    });
  });

  test('a server that hangs up again and again is given up', async () => {
    const connections: number[] = [];
    const source = await sourceOn(async (peer, connection) => {
      connections.push(connection);
      await answerExamine(peer, 1);
      await peer.line();
      peer.socket.destroy();
    });
    await source.openFolder('INBOX', signal());
    await expect(read(source, [1])).rejects.toMatchObject({ code: 'imap.connection-lost' });
    expect(connections).toEqual([1, 2, 3]);
  });

  test('a slow consumer holds the server back, and one who leaves early blocks nobody', async () => {
    const large = 'x'.repeat(1024 * 1024);
    let sent = 0;
    const source = await sourceOn(async (peer) => {
      await answerExamine(peer, 40);
      const tag = await peer.expect('UID FETCH 1:40 (UID BODY.PEEK[])');
      for (let uid = 1; uid <= 40; uid += 1) {
        peer.say(body(uid, large));
        while (peer.socket.writableNeedDrain) {
          await systemClock.sleep(1);
        }
        sent += 1;
      }
      peer.say(`${tag} OK done`);
      const list = await peer.expect('LIST "" "*"');
      peer.say('* LIST () "/" "INBOX"', `${list} OK done`);
    });
    await source.openFolder('INBOX', signal());
    for await (const { uid } of source.readMessages(
      INBOX,
      Array.from({ length: 40 }, (_, i) => i + 1),
      signal(),
    )) {
      await systemClock.sleep(150);
      expect(uid).toBe(1);
      expect(sent).toBeLessThan(30);
      break;
    }
    expect(await source.listFolders(signal())).toHaveLength(1);
  });
});
