import { createHash } from 'node:crypto';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { icloudProfile } from '../../../src/imap/profiles/icloud.ts';
import { createImapSource } from '../../../src/imap/source.ts';
import { createSpool } from '../../../src/imap/spool.ts';
import { silentLogger } from '../../../src/log.ts';
import { readWhole, type SpooledContent } from '../../../src/mail/message-content.ts';
import { startScripted } from './support/scripted-login.ts';
import { closeAll, type ScriptedPeer } from './support/scripted-peer.ts';

const MIB = 1024 * 1024;
const INBOX = { path: 'INBOX', uidValidity: 7 };
const MESSAGE = Buffer.from(
  Uint8Array.from({ length: 2.5 * MIB }, (_, at) => (at * 7 + (at >> 10)) % 251),
);
const WHOLE_MIBS = MESSAGE.subarray(0, 2 * MIB);
const PARTIAL = /^UID FETCH 4 \(UID RFC822\.SIZE BODY\.PEEK\[\]<(\d+)\.1048576>\)$/;

interface Play {
  readonly message?: Buffer;
  /** RFC822.SIZE, where it is not the truth. */
  readonly announced?: number;
  /** Another answer for a piece, or null where the server resets the connection in the middle of it. */
  readonly twist?: (offset: number, connection: number) => string | null | undefined;
  /** The message is expunged once this much of it was asked for. */
  readonly goneFrom?: number;
  /** UIDs that the listing names. */
  readonly listed?: readonly number[];
}

/** Plays a server that holds one message, and notes what it was asked for. */
async function playServer(
  peer: ScriptedPeer,
  connection: number,
  { message = MESSAGE, announced = message.length, twist, goneFrom = Infinity, listed = [4] }: Play,
  asked: string[],
): Promise<void> {
  for (let line = await peer.line(); line !== null; line = await peer.line()) {
    const [tag = ''] = line.split(' ');
    const command = line.slice(tag.length + 1);
    asked.push(command);
    const offset = Number(PARTIAL.exec(command)?.[1] ?? Number.NaN);
    const twisted = Number.isNaN(offset) ? undefined : twist?.(offset, connection);
    if (command.startsWith('EXAMINE')) {
      peer.say(
        `* ${listed.length} EXISTS`,
        '* OK [UIDVALIDITY 7] x',
        '* OK [UIDNEXT 50] x',
        `${tag} OK [READ-ONLY] done`,
      );
    } else if (
      offset >= goneFrom ||
      (goneFrom < Infinity && command === 'UID FETCH 4 (UID BODY.PEEK[])')
    ) {
      peer.say(`${tag} OK done`);
    } else if (twisted === null) {
      peer.socket.write(
        `* 1 FETCH (UID 4 RFC822.SIZE ${announced} BODY[]<${offset}> {${MIB}}\r\nhalf`,
      );
      peer.socket.destroySoon();
      return;
    } else if (twisted !== undefined) {
      peer.say(twisted, `${tag} OK done`);
    } else if (command.includes('FLAGS')) {
      peer.say(
        ...listed.map(
          (uid) =>
            `* 1 FETCH (UID ${uid} FLAGS () INTERNALDATE " 1-Jan-2020 00:00:00 +0000" RFC822.SIZE 9)`,
        ),
        `${tag} OK done`,
      );
    } else {
      const whole = command === 'UID FETCH 4 (UID BODY.PEEK[])';
      const piece = whole ? message : message.subarray(offset, offset + MIB);
      const name = whole ? 'BODY[]' : `BODY[]<${offset}>`;
      peer.socket.write(`* 1 FETCH (UID 4 RFC822.SIZE ${announced} ${name} {${piece.length}}\r\n`);
      peer.socket.write(piece);
      peer.socket.write(`)\r\n${tag} OK done\r\n`);
    }
  }
}

interface Read {
  readonly content: SpooledContent | null;
  readonly asked: readonly string[];
}

const opened: SpooledContent[] = [];
let directory = '';

async function readWith(play: Play): Promise<Read> {
  const asked: string[] = [];
  const { connect } = await startScripted(
    (peer, connection) => playServer(peer, connection, play, asked),
    { profile: icloudProfile },
  );
  directory = await mkdtemp(path.join(tmpdir(), 'skybridge-spool-'));
  const spool = createSpool(directory);
  const source = createImapSource({ connect, clock: systemClock, logger: silentLogger, spool });
  const content = await source.readLarge(INBOX, 4, AbortSignal.timeout(10_000));
  if (content !== null) {
    opened.push(content);
  }
  return { content, asked };
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((content) => content.close()));
  await closeAll();
});

async function expectExact(content: SpooledContent | null, message = MESSAGE): Promise<void> {
  expect(content?.length).toBe(message.length);
  const sha256 = createHash('sha256').update(message).digest('hex');
  expect(content?.sha256).toBe(sha256);
  expect(
    content &&
      createHash('sha256')
        .update(await readWhole(content))
        .digest('hex'),
  ).toBe(sha256);
  expect(await readdir(directory)).toEqual([]);
}

describe('a large message in pieces', () => {
  test('arrives exactly, three pieces in flight, and its file has no name', async () => {
    const { content, asked } = await readWith({});
    await expectExact(content);
    expect(
      asked
        .filter((command) => command.startsWith('UID FETCH'))
        .map((command) => PARTIAL.exec(command)?.[1]),
    ).toEqual(['0', `${MIB}`, `${2 * MIB}`, `${3 * MIB}`, `${4 * MIB}`]);
  });

  test.for([
    { name: 'an empty literal', answer: undefined },
    { name: 'NIL', answer: `* 1 FETCH (UID 4 RFC822.SIZE ${2 * MIB} BODY[]<${2 * MIB}> NIL)` },
    {
      name: 'an empty string',
      answer: `* 1 FETCH (UID 4 RFC822.SIZE ${2 * MIB} BODY[]<${2 * MIB}> "")`,
    },
  ])('of whole mebibytes ends with $name', async ({ answer }) => {
    const { content, asked } = await readWith({
      message: WHOLE_MIBS,
      twist: (offset) => (offset === 2 * MIB ? answer : undefined),
    });
    await expectExact(content, WHOLE_MIBS);
    expect(asked).not.toContain('UID FETCH 4 (UID BODY.PEEK[])');
  });

  test('a reset in the middle of a piece: reading goes on behind the last whole one, nothing is glued', async () => {
    const { content, asked } = await readWith({
      twist: (offset, connection) => (connection === 1 && offset === MIB ? null : undefined),
    });
    await expectExact(content);
    expect(asked.filter((command) => PARTIAL.exec(command)?.[1] === '0')).toHaveLength(1);
  });

  test.for([
    { name: 'too small', announced: 2 * MIB },
    { name: 'too large', announced: 3 * MIB },
    { name: 'zero', announced: 0 },
  ])('RFC822.SIZE is $name: it is read again as one literal', async ({ announced }) => {
    const { content, asked } = await readWith({ announced });
    await expectExact(content);
    expect(asked).toContain('UID FETCH 4 (UID BODY.PEEK[])');
  });

  test.for([
    {
      name: 'shorter than asked',
      answer: `* 1 FETCH (UID 4 RFC822.SIZE ${MESSAGE.length} BODY[]<${MIB}> {3}\r\nabc)`,
    },
    {
      name: 'empty',
      answer: `* 1 FETCH (UID 4 RFC822.SIZE ${MESSAGE.length} BODY[]<${MIB}> {0}\r\n)`,
    },
    { name: 'missing', answer: '* 1 FETCH (UID 4)' },
    { name: 'the whole message', answer: `* 1 FETCH (UID 4 BODY[] {3}\r\nabc)` },
  ])('a piece in the middle is $name: never an end', async ({ answer }) => {
    const { content } = await readWith({
      twist: (offset) => (offset === MIB ? answer : undefined),
    });
    await expectExact(content);
  });

  test('a piece of another place is a defect of the connection', async () => {
    const { content } = await readWith({
      twist: (offset, connection) =>
        connection === 1 && offset === MIB
          ? `* 1 FETCH (UID 4 RFC822.SIZE ${MESSAGE.length} BODY[]<7> {3}\r\nabc)`
          : undefined,
    });
    await expectExact(content);
  });

  test('expunged between two pieces: gone, and nothing is left of it', async () => {
    const { content } = await readWith({
      goneFrom: MIB,
      listed: [3],
    });
    expect(content).toBeNull();
    expect(await readdir(directory)).toEqual([]);
  });

  test('listed and not handed over: an error, never "no such message"', async () => {
    await expect(readWith({ message: Buffer.alloc(0), listed: [4] })).rejects.toMatchObject({
      code: 'imap.body-missing',
      uids: [4],
    });
  });
});
