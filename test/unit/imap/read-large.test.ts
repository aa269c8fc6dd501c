import { createHash } from 'node:crypto';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createGovernor } from '../../../src/imap/governor.ts';
import { icloudProfile } from '../../../src/imap/profiles/icloud.ts';
import { createImapSource } from '../../../src/imap/source.ts';
import { createSpool } from '../../../src/imap/spool.ts';
import { silentLogger } from '../../../src/log.ts';
import { readWhole, type SpooledMessage } from '../../../src/mail/message-bytes.ts';
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
  play: Play,
  asked: string[],
): Promise<void> {
  for (let line = await peer.line(); line !== null; line = await peer.line()) {
    const [tag = ''] = line.split(' ');
    const command = line.slice(tag.length + 1);
    asked.push(command);
    const answer = answerOf(command, connection, play);
    peer.socket.write(answer ?? `* 1 FETCH (UID 4 BODY[]<0> {${MIB}}\r\nhalf`);
    if (answer === null) {
      peer.socket.destroySoon();
      return;
    }
    peer.say(`${tag} OK done`);
  }
}

/** What comes before the tagged OK; null where the server resets the connection in the middle. */
function answerOf(command: string, connection: number, play: Play): Buffer | null {
  const { listed = [4] } = play;
  if (command.startsWith('EXAMINE')) {
    return text(`* ${listed.length} EXISTS`, '* OK [UIDVALIDITY 7] x', '* OK [UIDNEXT 50] x');
  }
  if (command.includes('FLAGS')) {
    const date = 'INTERNALDATE " 1-Jan-2020 00:00:00 +0000"';
    return text(...listed.map((uid) => `* 1 FETCH (UID ${uid} FLAGS () ${date} RFC822.SIZE 9)`));
  }
  return contentAnswer(command, connection, play);
}

function contentAnswer(command: string, connection: number, play: Play): Buffer | null {
  const { message = MESSAGE, twist, goneFrom = Infinity } = play;
  const offset = Number(PARTIAL.exec(command)?.[1] ?? message.length);
  if (offset >= goneFrom) {
    return text();
  }
  const isWhole = !PARTIAL.test(command);
  const twisted = isWhole ? undefined : twist?.(offset, connection);
  if (twisted !== undefined) {
    return twisted === null ? null : text(twisted);
  }
  return fetchAnswer(message, isWhole ? null : offset, play.announced);
}

function fetchAnswer(message: Buffer, offset: number | null, announced = message.length): Buffer {
  const piece = offset === null ? message : message.subarray(offset, offset + MIB);
  const name = offset === null ? 'BODY[]' : `BODY[]<${offset}>`;
  return Buffer.concat([
    Buffer.from(`* 1 FETCH (UID 4 RFC822.SIZE ${announced} ${name} {${piece.length}}\r\n`),
    piece,
    text(')'),
  ]);
}

function text(...lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
}

interface Read {
  readonly content: SpooledMessage | null;
  readonly asked: readonly string[];
}

const opened: SpooledMessage[] = [];
let directory = '';

async function readWith(play: Play): Promise<Read> {
  const asked: string[] = [];
  const { content } = await readFrom((peer, connection) =>
    playServer(peer, connection, play, asked),
  );
  return { content, asked };
}

async function readFrom(
  onSession: (peer: ScriptedPeer, connection: number) => Promise<unknown>,
): Promise<Pick<Read, 'content'>> {
  const { connect } = await startScripted(onSession, { profile: icloudProfile });
  directory = await mkdtemp(path.join(tmpdir(), 'skybridge-spool-'));
  const spool = createSpool(directory);
  const source = createImapSource({
    connect,
    governor: createGovernor(systemClock),
    clock: systemClock,
    logger: silentLogger,
    spool,
  });
  const content = await source.readLarge(INBOX, 4, AbortSignal.timeout(10_000));
  if (content !== null) {
    opened.push(content);
  }
  return { content };
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((content) => content.close()));
  closeAll();
});

/** Length and hashes, and what lies in the spool's folder. */
async function factsOf(content: SpooledMessage | null): Promise<unknown> {
  const whole = content && (await readWhole(content));
  return {
    length: content?.length,
    said: content?.sha256,
    read: whole && sha256(whole),
    files: await readdir(directory),
  };
}

function exactly(message = MESSAGE): unknown {
  return { length: message.length, said: sha256(message), read: sha256(message), files: [] };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('a large message in pieces', () => {
  test('arrives exactly, eight pieces in flight, and its file has no name', async () => {
    const { content, asked } = await readWith({});
    expect(await factsOf(content)).toEqual(exactly());
    expect(
      asked
        .filter((command) => command.startsWith('UID FETCH'))
        .map((command) => PARTIAL.exec(command)?.[1]),
    ).toEqual(Array.from({ length: 8 }, (_, piece) => `${piece * MIB}`));
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
    expect(await factsOf(content)).toEqual(exactly(WHOLE_MIBS));
    expect(asked).not.toContain('UID FETCH 4 (UID BODY.PEEK[])');
  });

  test('a reset in the middle of a piece: reading goes on behind the last whole one, nothing is glued', async () => {
    const { content, asked } = await readWith({
      twist: (offset, connection) => (connection === 1 && offset === MIB ? null : undefined),
    });
    expect(await factsOf(content)).toEqual(exactly());
    expect(asked.filter((command) => PARTIAL.exec(command)?.[1] === '0')).toHaveLength(1);
  });

  test.for([
    { name: 'too small', announced: 2 * MIB },
    { name: 'too large', announced: 3 * MIB },
    { name: 'zero', announced: 0 },
  ])('RFC822.SIZE is $name: it is read again as one literal', async ({ announced }) => {
    const { content, asked } = await readWith({ announced });
    expect(await factsOf(content)).toEqual(exactly());
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
    expect(await factsOf(content)).toEqual(exactly());
  });

  test('pieces that come in another order, within one command, are put where they belong', async () => {
    const piecesAt = (...offsets: readonly number[]): Buffer =>
      Buffer.concat(offsets.map((offset) => fetchAnswer(MESSAGE, offset)));
    const { content } = await readFrom(async (peer) => {
      const examine = await peer.expect('EXAMINE "INBOX"');
      peer.socket.write(answerOf('EXAMINE', 1, {}) ?? '');
      peer.say(`${examine} OK [READ-ONLY] done`);
      const tags = [
        await peer.expect(PARTIAL),
        await peer.expect(PARTIAL),
        await peer.expect(PARTIAL),
      ];
      peer.socket.write(piecesAt(2 * MIB, 0, MIB));
      peer.say(...tags.map((tag) => `${tag} OK done`));
      for (let line = await peer.line(); line !== null; line = await peer.line()) {
        peer.say(`${line.split(' ')[0]} OK done`);
      }
    });
    expect(await factsOf(content)).toEqual(exactly());
  });

  test('a piece longer than asked is a defect of the connection', async () => {
    const long = `* 1 FETCH (UID 4 RFC822.SIZE 9 BODY[]<${MIB}> {${MIB + 1}}\r\n${'a'.repeat(MIB + 1)})`;
    const { content } = await readWith({
      twist: (offset, connection) => (connection === 1 && offset === MIB ? long : undefined),
    });
    expect(await factsOf(content)).toEqual(exactly());
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
