import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import type { ImapLink } from '../../../src/imap/connect.ts';
import { ImapError } from '../../../src/imap/errors.ts';
import { createGovernor } from '../../../src/imap/governor.ts';
import { exchangeOnlineProfile } from '../../../src/imap/profiles/exchange-online.ts';
import { icloudProfile } from '../../../src/imap/profiles/icloud.ts';
import type { ImapProfile } from '../../../src/imap/profiles/profile.ts';
import { createImapSource } from '../../../src/imap/source.ts';
import { createImapTarget } from '../../../src/imap/target.ts';
import type { ImapMessageBody } from '../../../src/imap/types.ts';
import { silentLogger } from '../../../src/log.ts';
import { testSpool } from '../../support/spool.ts';

/** A day passes in four seconds: patience with a silent server is 15 ms here. */
const SPEED = 20_000;
const hastyClock: Clock = {
  now: () => systemClock.now(),
  monotonicMs: () => systemClock.monotonicMs() * SPEED,
  sleep: (ms, signal) => systemClock.sleep(ms / SPEED, signal),
};

const BODIES: Readonly<Record<number, string>> = {
  3: 'Subject: a\r\n\r\nfirst\r\n',
  5: 'Subject: b\r\n\r\n* OK x\r\n',
};
const DATE = 'INTERNALDATE "01-Jan-2020 00:00:00 +0000"';

/** What a server that keeps to the standard says to each command. */
function answerTo(command: string): string {
  if (command.startsWith('LIST')) {
    return '* LIST (\\Sent) "/" "Sent"\r\n* LIST () "/" {5}\r\nINBOX\r\n';
  }
  if (command.startsWith('EXAMINE')) {
    return '* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 9] x\r\n';
  }
  if (command.startsWith('STATUS')) {
    return '* STATUS "INBOX" (MESSAGES 2 UIDNEXT 9 UIDVALIDITY 7)\r\n';
  }
  const rows = Object.entries(BODIES).map(([uid, body]) =>
    command.includes('BODY.PEEK[]')
      ? `* 1 FETCH (UID ${uid} BODY[] {${body.length}}\r\n${body})\r\n`
      : `* 1 FETCH (UID ${uid} FLAGS (\\Seen) ${DATE} RFC822.SIZE ${body.length})\r\n`,
  );
  return command.startsWith('UID FETCH') ? rows.join('') : '';
}

type Mutate = (answer: Buffer) => Buffer;

/** Answers that were mutated so far. */
const count = { mutated: 0 };

/** A connection in memory; ends after `commands` of them, so that nothing waits for ever. */
function link(profile: ImapProfile, mutate: Mutate, commands: number): ImapLink {
  let left = commands;
  let received = '';
  const duplex: Duplex = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      received += chunk.toString('latin1');
      const lines = received.split('\r\n');
      received = lines.pop() ?? '';
      for (const line of lines.filter((text) => /^[A-Z]{6}\d+ /.test(text))) {
        const [tag = ''] = line.split(' ');
        const command = line.slice(tag.length + 1);
        const end = command.startsWith('APPEND')
          ? `${tag} OK [APPENDUID 7 8] done\r\n`
          : `${tag} OK done\r\n`;
        duplex.push(mutate(Buffer.from(answerTo(command) + end, 'latin1')));
        count.mutated += 1;
        left -= 1;
      }
      if (left <= 0) {
        duplex.push(null);
      }
      done();
    },
  });
  const capabilities = new Set(['LITERAL+', 'UNSELECT']);
  const naming = { prefix: '', separator: '/' };
  const sockets = { readSocket: duplex, writeSocket: duplex };
  return { sockets, profile, loginName: 'ann', capabilities, naming };
}

const change = fc.record({
  share: fc.double({ min: 0, max: 0.999, noNaN: true }),
  kind: fc.constantFrom('set', 'cut', 'double', 'none'),
  value: fc.constantFrom(0, 10, 13, 32, 34, 40, 41, 42, 43, 91, 93, 123, 125, 255, 48, 57),
  length: fc.integer({ min: 1, max: 60 }),
});

function mutation(
  changes: readonly { share: number; kind: string; value: number; length: number }[],
): Mutate {
  let turn = 0;
  return (answer) => {
    const { share, kind, value, length } = changes[turn % changes.length] ?? {
      share: 0,
      kind: 'none',
      value: 0,
      length: 0,
    };
    turn += 1;
    const at = Math.floor(share * answer.length);
    if (kind === 'none') {
      return answer;
    }
    const rest = answer.subarray(kind === 'cut' ? at + length : at + Number(kind === 'set'));
    const put =
      { cut: Buffer.alloc(0), set: Buffer.from([value]) }[kind] ?? answer.subarray(at, at + length);
    return Buffer.concat([answer.subarray(0, at), put, rest]);
  };
}

async function readAll(messages: AsyncIterable<ImapMessageBody>): Promise<void> {
  for await (const { uid, bytes } of messages) {
    // A mutated answer may name another UID, never one that was not asked for.
    expect([3, 5]).toContain(uid);
    expect(bytes).toBeInstanceOf(Buffer);
  }
}

const outcomeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof ImapError ? 'typed' : String(error)),
  );

/** Servers that are played with at once: most of the time nobody works, but waits for a silent server. */
const AT_ONCE = 40;
const worlds = fc.array(fc.array(change, { minLength: 1, maxLength: 6 }), {
  minLength: AT_ONCE,
  maxLength: AT_ONCE,
});
type Changes = Parameters<typeof mutation>[0];

async function playSource(changes: Changes, seen: Set<string>): Promise<void> {
  const mutate = mutation(changes);
  const signal = AbortSignal.timeout(5000);
  const source = createImapSource({
    connect: () => Promise.resolve(link(icloudProfile, mutate, 12)),
    governor: createGovernor(systemClock),
    clock: hastyClock,
    logger: silentLogger,
    spool: testSpool,
  });
  const inbox = { path: 'INBOX', uidValidity: 7 };
  seen.add(await outcomeOf(source.listFolders(signal)));
  seen.add(await outcomeOf(source.openFolder('INBOX', signal)));
  seen.add(await outcomeOf(source.listMessages(inbox, signal)));
  seen.add(await outcomeOf(readAll(source.readMessages(inbox, [3, 5], signal))));
  await source.close();
}

async function playTarget(changes: Changes, seen: Set<string>): Promise<void> {
  const mutate = mutation(changes);
  const signal = AbortSignal.timeout(5000);
  const target = createImapTarget({
    connect: () => Promise.resolve(link(exchangeOnlineProfile, mutate, 6)),
    governor: createGovernor(systemClock),
    clock: hastyClock,
    logger: silentLogger,
    maxConnections: 2,
  });
  const message = {
    folderPath: 'INBOX',
    bytes: Buffer.from('Subject: a\r\n\r\nb\r\n'),
    flags: [],
    receivedAt: null,
  };
  const outcomes = await Promise.all([1, 2, 3].map(() => target.append(message, signal)));
  outcomes.forEach(({ kind }) => seen.add(kind));
  seen.add(await outcomeOf(target.folderState('INBOX', signal)));
  seen.add(await outcomeOf(target.look('INBOX', 4, signal)));
  await target.close();
}

/** Runs until so many answers were mutated; returns what all calls came to. */
async function playUntil(
  answers: number,
  play: (changes: Changes, seen: Set<string>) => Promise<void>,
): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  count.mutated = 0;
  do {
    await fc.assert(
      fc.asyncProperty(worlds, async (all) => {
        await Promise.all(all.map((changes) => play(changes, seen)));
      }),
      { numRuns: 4 },
    );
  } while (count.mutated < answers);
  return seen;
}

test('a source on a server whose answers are mutated: every call ends, done or typed', async () => {
  const seen = await playUntil(10_000, playSource);
  expect([...seen].toSorted()).toEqual(['done', 'typed']);
}, 60_000);

test('a target likewise; an append is stored only when the server said so', async () => {
  const seen = await playUntil(5000, playTarget);
  // `typed` and the kinds of an append; a message of some other error would stand here by its text.
  expect(
    [...seen].filter(
      (one) => !['done', 'typed', 'stored', 'refused', 'unsent', 'unknown'].includes(one),
    ),
  ).toEqual([]);
  expect(seen).toContain('stored');
  expect(seen).toContain('unknown');
}, 60_000);
