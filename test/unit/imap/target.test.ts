import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createGovernor } from '../../../src/imap/governor.ts';
import { exchangeOnlineProfile } from '../../../src/imap/profiles/exchange-online.ts';
import { createImapTarget, type ImapTarget } from '../../../src/imap/target.ts';
import { silentLogger } from '../../../src/log.ts';
import { type LoginScript, startScripted } from './support/scripted-login.ts';
import { closeAll, type ScriptedPeer } from './support/scripted-peer.ts';

const signal = (): AbortSignal => AbortSignal.timeout(10_000);

async function targetOn(
  onSession: (peer: ScriptedPeer, connection: number) => Promise<unknown>,
  script: LoginScript = {},
): Promise<ImapTarget> {
  const { connect } = await startScripted(onSession, { ...script, profile: exchangeOnlineProfile });
  return createImapTarget({
    connect,
    governor: createGovernor(systemClock),
    clock: systemClock,
    logger: silentLogger,
  });
}

async function answerList(peer: ScriptedPeer, names: readonly string[]): Promise<void> {
  const tag = await peer.expect('LIST "" "*"');
  peer.say(...names.map((name) => `* LIST () "/" "${name}"`), `${tag} OK done`);
}

async function answerCreate(peer: ScriptedPeer, name: string, answer = 'OK done'): Promise<void> {
  const created = await peer.expect(`CREATE "${name}"`);
  const subscribed = await peer.expect(`SUBSCRIBE "${name}"`);
  peer.say(`${created} ${answer}`, `${subscribed} OK done`);
}

async function answerExamine(peer: ScriptedPeer, name: string): Promise<void> {
  const tag = await peer.expect(`EXAMINE "${name}"`);
  peer.say('* 3 EXISTS', '* OK [UIDVALIDITY 7] x', '* OK [UIDNEXT 50] x', `${tag} OK done`);
}

async function answerOk(peer: ScriptedPeer, command: string): Promise<void> {
  peer.say(`${await peer.expect(command)} OK done`);
}

afterEach(closeAll);

describe('ensureFolders', () => {
  test('creates and subscribes what is missing, parents first, without regard to capitals', async () => {
    const target = await targetOn(async (peer) => {
      await answerList(peer, ['INBOX', 'Reisen']);
      await answerCreate(peer, 'REISEN/Z&APw-rich');
      await answerCreate(peer, 'REISEN/Z&APw-rich/2020');
      const tag = await peer.expect('STATUS "Reisen" (UIDVALIDITY UIDNEXT MESSAGES)');
      peer.say('* STATUS Reisen (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 9)', `${tag} OK done`);
    });
    await target.ensureFolders(['REISEN/Zürich/2020'], signal());
    await target.ensureFolders(['Reisen/zürich'], signal());
    // The next command on the wire is this one: nothing was created twice.
    expect((await target.folderState('reisen', signal())).uidNext).toBe(1);
    await target.close();
  });

  test('one that is there already is fine, a reserved name is not', async () => {
    const target = await targetOn(async (peer) => {
      await answerList(peer, ['INBOX']);
      await answerCreate(peer, 'Work', 'NO Mailbox already exists');
      await answerCreate(peer, 'Files', 'NO Folder name is reserved');
    });
    await target.ensureFolders(['Work'], signal());
    await expect(target.ensureFolders(['Files'], signal())).rejects.toMatchObject({
      code: 'imap.folder-refused',
      disposition: 'ask',
      folder: 'Files',
    });
    await target.close();
  });
});

describe('folderState', () => {
  test('is STATUS, and a missing folder is typed', async () => {
    const target = await targetOn(async (peer) => {
      const tag = await peer.expect('STATUS "INBOX" (UIDVALIDITY UIDNEXT MESSAGES)');
      peer.say('* STATUS INBOX (MESSAGES 231 UIDNEXT 44292 UIDVALIDITY 9)', `${tag} OK done`);
      const missing = await peer.expect('STATUS "Gone" (UIDVALIDITY UIDNEXT MESSAGES)');
      peer.say(`${missing} NO Gone doesn't exist.`);
    });
    expect(await target.folderState('INBOX', signal())).toEqual({
      uidValidity: 9,
      uidNext: 44292,
      modSeq: null,
      exists: 231,
    });
    await expect(target.folderState('Gone', signal())).rejects.toMatchObject({
      code: 'imap.folder-missing',
    });
    await target.close();
  });
});

describe('look', () => {
  test('drops the last message below the range, reads stamps, and leaves the folder', async () => {
    const header = 'X-Skybridge-Id: 4711\r\nSubject: a\r\n\r\n';
    const row = (uid: number): string =>
      `* 1 FETCH (UID ${uid} FLAGS (\\Seen) INTERNALDATE "01-Jan-2020 00:00:00 +0000" RFC822.SIZE 99 BODY[HEADER] {${header.length}}\r\n${header})`;
    const query = 'UID FETCH 40:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])';
    const target = await targetOn(async (peer) => {
      await answerExamine(peer, 'INBOX');
      const first = await peer.expect(query);
      peer.say(row(42), row(41), `${first} OK done`);
      await answerOk(peer, 'UNSELECT');
      await answerExamine(peer, 'INBOX');
      const second = await peer.expect(query);
      peer.say(row(39), `${second} OK done`);
      await answerOk(peer, 'UNSELECT');
    });
    const found = await target.look('INBOX', 40, signal());
    expect(found.map(({ uid, stamp }) => ({ uid, stamp }))).toEqual([
      { uid: 41, stamp: '4711' },
      { uid: 42, stamp: '4711' },
    ]);
    expect(found[0]).toMatchObject({
      flags: ['\\Seen'],
      sizeBytes: 99,
      receivedAt: new Date('2020-01-01T00:00:00Z'),
    });
    expect(await target.look('INBOX', 40, signal())).toEqual([]);
    await target.close();
  });
});

describe('look, where the server holds back', () => {
  const header = 'Subject: a\r\n\r\n';
  const facts = 'FLAGS () INTERNALDATE "01-Jan-2020 00:00:00 +0000" RFC822.SIZE 99';
  const row = (uid: number): string =>
    `* 900 FETCH (UID ${uid} ${facts} BODY[HEADER] {${header.length}}\r\n${header})`;

  test.for([
    { name: 'no row at all', from: 40, rows: [], code: 'imap.listing-incomplete' },
    { name: 'fewer than EXISTS', from: 1, rows: [row(4), row(5)], code: 'imap.listing-incomplete' },
    {
      name: 'a row alone',
      from: 40,
      rows: ['* 2 FETCH (UID 41)', row(42)],
      code: 'imap.body-missing',
    },
    {
      name: 'NIL for a header',
      from: 40,
      rows: [`* 2 FETCH (UID 41 ${facts} BODY[HEADER] NIL)`],
      code: 'imap.body-missing',
    },
  ])('$name is no proof that a message is not there', async ({ from, rows, code }) => {
    const target = await targetOn(async (peer) => {
      await answerExamine(peer, 'INBOX');
      const tag = await peer.expect(/^UID FETCH/);
      peer.say(...rows, `${tag} OK FETCH completed.`);
      await peer.line();
    });
    await expect(target.look('INBOX', from, signal())).rejects.toMatchObject({
      code,
      disposition: 'wait',
    });
    await target.close();
  });

  test('a flag update between the rows is none of them', async () => {
    const target = await targetOn(async (peer) => {
      await answerExamine(peer, 'INBOX');
      const tag = await peer.expect(/^UID FETCH/);
      peer.say(
        '* 3 FETCH (UID 41 FLAGS (\\Seen))',
        row(41),
        '* 3 FETCH (UID 41 FLAGS ())',
        row(42),
      );
      peer.say('* 1 FETCH (UID 7 FLAGS (\\Seen))', `${tag} OK done`);
      await answerOk(peer, 'UNSELECT');
    });
    expect((await target.look('INBOX', 40, signal())).map(({ uid }) => uid)).toEqual([41, 42]);
    await target.close();
  });
});

describe('hashBodies', () => {
  const query = (set: string): string => `UID FETCH ${set} (UID BODY.PEEK[])`;

  test('a UID that is gone is left out, a lost link is started over', async () => {
    const target = await targetOn(async (peer, connection) => {
      await answerExamine(peer, 'INBOX');
      const tag = await peer.expect(query('1:2'));
      if (connection === 1) {
        peer.socket.end('* 1 FETCH (UID 1 BODY[] {100}\r\nhalf');
        return;
      }
      peer.say('* 1 FETCH (UID 1 BODY[] {3}\r\nabc)', `${tag} OK done`);
      await answerOk(peer, query('2'));
      for (let look = 1; look <= 2; look += 1) {
        const shown = await peer.expect('UID FETCH 2,* (UID FLAGS)');
        peer.say('* 1 FETCH (UID 3 FLAGS ())', `${shown} OK done`);
      }
      await answerOk(peer, 'UNSELECT');
    });
    const sha256 = createHash('sha256').update('abc').digest('hex');
    expect(await target.hashBodies('INBOX', [1, 2], signal())).toEqual(new Map([[1, sha256]]));
    await target.close();
  });

  test('a link that breaks again and again: what was read is not read again', async () => {
    const asked: string[] = [];
    const target = await targetOn(async (peer, connection) => {
      await answerExamine(peer, 'INBOX');
      const line = (await peer.line()) ?? '';
      asked.push(/FETCH (\S+)/.exec(line)?.[1] ?? '');
      peer.say(`* 1 FETCH (UID ${connection} BODY[] {3}\r\nabc)`);
      if (connection < 6) {
        peer.socket.end('* 2 FETCH (UID 9 BODY[] {100}\r\nhalf');
        return;
      }
      peer.say(`${line.split(' ')[0]} OK done`);
      await answerOk(peer, 'UNSELECT');
    });
    const hashes = await target.hashBodies('INBOX', [1, 2, 3, 4, 5, 6], signal());
    expect([...hashes.keys()]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(asked).toEqual(['1:6', '2:6', '3:6', '4:6', '5:6', '6']);
    await target.close();
  });

  test.for([
    {
      name: 'it is shown, and has no body',
      rows: ['* 2 FETCH (UID 2 FLAGS ())'],
      code: 'imap.body-missing',
    },
    { name: 'nothing is shown at all', rows: [], code: 'imap.listing-incomplete' },
  ])('a message is not gone because no body came: $name', async ({ rows, code }) => {
    const target = await targetOn(async (peer) => {
      await answerExamine(peer, 'INBOX');
      const first = await peer.expect(query('2'));
      peer.say('* 2 FETCH (UID 2 BODY[] NIL)', `${first} OK done`);
      await answerOk(peer, query('2'));
      const shown = await peer.expect('UID FETCH 2,* (UID FLAGS)');
      peer.say(...rows, `${shown} OK done`);
      await peer.line();
    });
    await expect(target.hashBodies('INBOX', [2], signal())).rejects.toMatchObject({ code });
    await target.close();
  });
});
