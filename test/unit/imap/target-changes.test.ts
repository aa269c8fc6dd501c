import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { parseCopyUid } from '../../../src/imap/commands/move-messages.ts';
import { createGovernor } from '../../../src/imap/governor.ts';
import { exchangeOnlineProfile } from '../../../src/imap/profiles/exchange-online.ts';
import { createImapTarget, type ImapTarget } from '../../../src/imap/target.ts';
import { silentLogger } from '../../../src/log.ts';
import { startScripted } from './support/scripted-login.ts';
import { closeAll, type ScriptedPeer } from './support/scripted-peer.ts';

const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const INBOX = { path: 'INBOX', uidValidity: 7 };

async function targetOn(
  onSession: (peer: ScriptedPeer, connection: number) => Promise<unknown>,
  extensions = 'UIDPLUS MOVE UNSELECT',
): Promise<ImapTarget> {
  const capabilities = `IMAP4rev1 NAMESPACE ${extensions}`;
  const script = { profile: exchangeOnlineProfile, capabilities };
  const { connect } = await startScripted(onSession, script);
  return createImapTarget({
    connect,
    governor: createGovernor(systemClock),
    clock: systemClock,
    logger: silentLogger,
  });
}

async function answerSelect(peer: ScriptedPeer, uidValidity = 7): Promise<void> {
  const tag = await peer.expect('SELECT "INBOX"');
  peer.say(
    '* 3 EXISTS',
    `* OK [UIDVALIDITY ${uidValidity}] x`,
    '* OK [UIDNEXT 50] x',
    `${tag} OK done`,
  );
}

/** The last message is asked for too, and what is missing a second time. */
async function answerFlags(
  peer: ScriptedPeer,
  { set, missing }: { readonly set: string; readonly missing?: string },
  rows: readonly string[],
): Promise<void> {
  for (const asked of [set, missing].filter((one) => one !== undefined)) {
    const tag = await peer.expect(`UID FETCH ${asked},* (UID FLAGS)`);
    const answer = asked === set ? [...rows, LAST] : [LAST];
    // Numbers beyond EXISTS, as Exchange was seen to give.
    peer.say(...answer.map((row, i) => `* ${i + 700} FETCH (${row})`), `${tag} OK done`);
  }
}

const LAST = 'UID 49 FLAGS (\\Seen)';

async function answerOk(peer: ScriptedPeer, command: string, text = 'OK done'): Promise<void> {
  peer.say(`${await peer.expect(command)} ${text}`);
}

afterEach(closeAll);

describe('changeFlags', () => {
  test('only where the message still shows what was written, alike changes in one STORE', async () => {
    const target = await targetOn(async (peer) => {
      await answerSelect(peer);
      await answerFlags(peer, { set: '1:5', missing: '5' }, [
        'UID 1 FLAGS (\\Recent)',
        'UID 2 FLAGS ()',
        'UID 3 FLAGS (\\Flagged)',
        'UID 4 FLAGS (\\seen)',
      ]);
      await answerOk(peer, 'UID STORE 1:2 +FLAGS.SILENT (\\Seen)');
      await answerOk(peer, 'UNSELECT');
    });
    const wanted = ['\\Seen'];
    const changes = [1, 2, 3, 4, 5].map((uid) => ({ uid, written: [], wanted }));
    expect([...(await target.changeFlags(INBOX, changes, signal()))]).toEqual([
      [1, 'changed'],
      [2, 'changed'],
      [3, 'touched'],
      [4, 'changed'],
      [5, 'gone'],
    ]);
  });

  test('flags are taken away too, and a keyword that could end the command never leaves', async () => {
    const target = await targetOn(async (peer) => {
      await answerSelect(peer);
      await answerFlags(peer, { set: '9' }, ['UID 9 FLAGS (\\Seen \\Flagged)']);
      await answerOk(peer, 'UID STORE 9 +FLAGS.SILENT (ok)');
      await answerOk(peer, 'UID STORE 9 -FLAGS.SILENT (\\Flagged)');
      await answerOk(peer, 'UNSELECT');
    });
    const change = {
      uid: 9,
      written: ['\\Seen', '\\Flagged'],
      wanted: ['\\Seen', 'ok', 'a) x\r\n'],
    };
    expect([...(await target.changeFlags(INBOX, [change], signal()))]).toEqual([[9, 'changed']]);
  });

  test('an answer without rows says of no message that it is gone', async () => {
    const target = await targetOn(async (peer) => {
      await answerSelect(peer);
      await answerOk(peer, 'UID FETCH 1,* (UID FLAGS)');
      await answerOk(peer, 'UNSELECT');
    });
    const change = { uid: 1, written: [], wanted: ['\\Seen'] };
    await expect(target.changeFlags(INBOX, [change], signal())).rejects.toMatchObject({
      code: 'imap.listing-incomplete',
      disposition: 'wait',
    });
  });

  test('what the first answer leaves out is asked for once more', async () => {
    const target = await targetOn(async (peer) => {
      await answerSelect(peer);
      const first = await peer.expect('UID FETCH 1:2,* (UID FLAGS)');
      peer.say(
        '* 2 FETCH (UID 2 FLAGS ())',
        `${first} NO Some of the requested messages no longer exist.`,
      );
      const second = await peer.expect('UID FETCH 1,* (UID FLAGS)');
      peer.say('* 1 FETCH (UID 1 FLAGS ())', `* 3 FETCH (${LAST})`, `${second} OK done`);
      await answerOk(peer, 'UID STORE 1:2 +FLAGS.SILENT (\\Seen)');
      await answerOk(peer, 'UNSELECT');
    });
    const changes = [1, 2].map((uid) => ({ uid, written: [], wanted: ['\\Seen'] }));
    const outcomes = await target.changeFlags(INBOX, changes, signal());
    expect([...outcomes.values()]).toEqual(['changed', 'changed']);
  });

  test('a command line stays below what Exchange takes, however the UIDs are spread', async () => {
    const lines: number[] = [];
    const target = await targetOn(async (peer) => {
      await answerSelect(peer);
      for (let line = await peer.line(); line !== null; line = await peer.line()) {
        lines.push(line.length);
        const uids = line.includes('FETCH') ? (/[\d,]{9,}/.exec(line)?.[0].split(',') ?? []) : [];
        peer.say(...uids.filter(Boolean).map((uid) => `* 1 FETCH (UID ${uid} FLAGS ())`));
        peer.say(`${line.split(' ')[0]} OK done`);
      }
    });
    const changes = Array.from({ length: 1000 }, (_, n) => ({
      uid: 4_000_000_000 + 2 * n,
      written: [],
      wanted: ['\\Seen'],
    }));
    const outcomes = await target.changeFlags(INBOX, changes, signal());
    expect(new Set(outcomes.values())).toEqual(new Set(['changed']));
    expect(Math.max(...lines)).toBeLessThan(8000);
    await target.close();
  });

  test('a renumbered folder is left as it is', async () => {
    const target = await targetOn(async (peer) => {
      await answerSelect(peer, 8);
      await answerOk(peer, 'UNSELECT');
    });
    const change = { uid: 1, written: [], wanted: ['\\Seen'] };
    await expect(target.changeFlags(INBOX, [change], signal())).rejects.toMatchObject({
      code: 'imap.uid-validity-changed',
    });
  });

  test('without UNSELECT the folder is never closed while it may be written', async () => {
    const target = await targetOn(async (peer) => {
      await answerSelect(peer);
      await answerFlags(peer, { set: '1', missing: '1' }, []);
      const tag = await peer.expect('EXAMINE "INBOX"');
      peer.say('* 3 EXISTS', '* OK [UIDVALIDITY 7] x', '* OK [UIDNEXT 5] x', `${tag} OK done`);
      await answerOk(peer, 'CLOSE');
    }, 'UIDPLUS');
    const change = { uid: 1, written: [], wanted: ['\\Seen'] };
    expect([...(await target.changeFlags(INBOX, [change], signal()))]).toEqual([[1, 'gone']]);
  });
});

describe('moveMessages', () => {
  const messages = [3, 4, 5].map((uid) => ({ uid, written: ['\\Seen'] }));
  const rows = ['UID 3 FLAGS (\\Seen)', 'UID 4 FLAGS ()'];

  test('UID MOVE and COPYUID; what the person touched stays, what is gone is said', async () => {
    const target = await targetOn(async (peer) => {
      await answerSelect(peer);
      await answerFlags(peer, { set: '3:5', missing: '5' }, rows);
      const tag = await peer.expect('UID MOVE 3 "Work"');
      peer.say('* OK [COPYUID 9 3 77] moved', '* 1 EXPUNGE', `${tag} OK done`);
      await answerOk(peer, 'UNSELECT');
    });
    expect([...(await target.moveMessages(INBOX, 'Work', messages, signal()))]).toEqual([
      [4, { kind: 'kept' }],
      [5, { kind: 'gone' }],
      [3, { kind: 'moved', uidValidity: 9, uid: 77 }],
    ]);
  });

  test('without MOVE: COPY, then exactly this message is expunged', async () => {
    const target = await targetOn(async (peer) => {
      await answerSelect(peer);
      await answerFlags(peer, { set: '3:5', missing: '5' }, rows);
      await answerOk(peer, 'UID COPY 3 "Work"', 'OK [COPYUID 9 3 77] done');
      await answerOk(peer, 'UID STORE 3 +FLAGS.SILENT (\\Deleted)');
      await answerOk(peer, 'UID EXPUNGE 3');
      await answerOk(peer, 'UNSELECT');
    }, 'UIDPLUS UNSELECT');
    const moved = await target.moveMessages(INBOX, 'Work', messages, signal());
    expect(moved.get(3)).toEqual({ kind: 'moved', uidValidity: 9, uid: 77 });
  });

  test('with neither MOVE nor UIDPLUS nothing is copied: it would be there twice', async () => {
    const target = await targetOn(async (peer) => {
      await answerSelect(peer);
      await answerFlags(peer, { set: '3:5', missing: '5' }, rows);
      await answerOk(peer, 'UNSELECT');
    }, 'UNSELECT');
    const moved = await target.moveMessages(INBOX, 'Work', messages, signal());
    expect([moved.get(3)?.kind, moved.get(4)?.kind]).toEqual(['kept', 'kept']);
  });

  test('a link that is lost behind the command is not tried again', async () => {
    let connections = 0;
    const target = await targetOn(async (peer) => {
      connections += 1;
      await answerSelect(peer);
      await answerFlags(peer, { set: '3:5', missing: '5' }, rows);
      await peer.expect('UID MOVE 3 "Work"');
      peer.socket.destroy();
    });
    await expect(target.moveMessages(INBOX, 'Work', messages, signal())).rejects.toMatchObject({
      code: 'imap.connection-lost',
    });
    expect(connections).toBe(1);
  });

  test.for([
    [
      '9 3:4 77:78',
      [3, 4],
      {
        uidValidity: 9,
        uids: new Map([
          [3, 77],
          [4, 78],
        ]),
      },
    ],
    ['9 3:4 77', [3, 4], null],
    ['9 1:4000000000 1:4000000000', [3, 4], null],
    ['9 8 77', [3], { uidValidity: 9, uids: new Map() }],
    ['nonsense', [3], null],
  ] as const)('COPYUID %s', ([codeText, asked, expected]) => {
    expect(parseCopyUid({ code: 'COPYUID', codeText }, asked)).toEqual(expected);
  });
});

describe('removeMessages', () => {
  test('exactly these, untouched, by UID EXPUNGE', async () => {
    const target = await targetOn(async (peer) => {
      await answerSelect(peer);
      await answerFlags(peer, { set: '3:5', missing: '5' }, [
        'UID 3 FLAGS (\\Seen)',
        'UID 4 FLAGS (\\Flagged)',
      ]);
      await answerOk(peer, 'UID STORE 3 +FLAGS.SILENT (\\Deleted)');
      await answerOk(peer, 'UID EXPUNGE 3');
      await answerOk(peer, 'UNSELECT');
    });
    const messages = [3, 4, 5].map((uid) => ({ uid, written: ['\\Seen'] }));
    expect([...(await target.removeMessages(INBOX, messages, signal()))]).toEqual([5, 3]);
  });

  test('not without UIDPLUS: EXPUNGE would take what others marked', async () => {
    const target = await targetOn(() => Promise.resolve(), 'MOVE UNSELECT');
    const messages = [{ uid: 3, written: [] }];
    expect([...(await target.removeMessages(INBOX, messages, signal()))]).toEqual([]);
  });
});
