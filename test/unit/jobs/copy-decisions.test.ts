import { describe, expect, test } from 'vitest';
import { AppError, type Disposition } from '../../../src/errors.ts';
import { cutBatches } from '../../../src/jobs/copy/batches.ts';
import { createByteBudget } from '../../../src/jobs/copy/byte-budget.ts';
import { decideSettlement } from '../../../src/jobs/copy/decide-settlement.ts';
import { matchByKey, matchSuspects } from '../../../src/jobs/copy/match-suspects.ts';
import { decideMissing } from '../../../src/jobs/copy/resolve-suspects.ts';
import type { OpenRow, SuspectRow } from '../../../src/jobs/ledger.ts';
import type { TargetMessage } from '../../../src/jobs/ports.ts';
import { problemOf } from '../../../src/jobs/problem.ts';
import { choosePilot } from '../../../src/jobs/steps/pilot.ts';
import { eventOfError } from '../../../src/jobs/worker.ts';
import { messageKey } from '../../../src/mail/message-key.ts';

class Seen extends AppError {
  override readonly name = 'Seen';
  readonly code: string;
  readonly disposition: Disposition;
  readonly folder = 'Family';
  readonly serverText = 'NO <body> Dear Anna';
  override readonly retryAfter: Date | null;
  constructor(disposition: Disposition, code = 'test.seen', retryAfter: Date | null = null) {
    super('seen');
    this.code = code;
    this.disposition = disposition;
    this.retryAfter = retryAfter;
  }
}

describe('what an append means for its row', () => {
  const row = { id: 7 };
  test('stored with a UID settles it, without one too', () => {
    expect(decideSettlement(row, { kind: 'stored', uidValidity: 3, uid: 9 }, 1).settlement).toEqual(
      {
        id: 7,
        state: 'done',
        uidValidity: 3,
        uid: 9,
      },
    );
    expect(
      decideSettlement(row, { kind: 'stored', uidValidity: null, uid: null }, 1).settlement,
    ).toMatchObject({ state: 'done', uid: null });
  });

  test('an unknown outcome is a suspect, and the folder goes on', () => {
    const decided = decideSettlement(row, { kind: 'unknown', error: new Seen('retry') }, 1);
    expect(decided).toEqual({
      settlement: { id: 7, state: 'in-flight', emptyLooks: 0 },
      stops: null,
    });
  });

  test('a refusal that says what was found keeps it', () => {
    class Refused extends Seen {
      readonly reason = 'virus';
    }
    const error = new Refused('stop', 'imap.message-refused');
    expect(decideSettlement(row, { kind: 'refused', error }, 1).settlement).toEqual({
      id: 7,
      state: 'failed',
      reason: 'imap.message-refused.virus',
    });
  });

  test.each([
    ['refused', 'stop', 'failed', false],
    ['refused', 'ask', 'listed', true],
    ['refused', 'wait', 'listed', true],
    ['unsent', 'retry', 'listed', false],
    ['unsent', 'wait', 'listed', true],
  ] as const)('%s for a reason that says %s: %s, stops: %s', (kind, disposition, state, stops) => {
    const decided = decideSettlement(row, { kind, error: new Seen(disposition) }, 1);
    expect(decided.settlement.state).toBe(state);
    expect(decided.stops !== null).toBe(stops);
  });
});

describe('a suspect that a look did not find', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  const row = (emptyLooks: number, linkDiedAt: Date | null): SuspectRow => ({
    ...suspect(1),
    emptyLooks,
    linkDiedAt,
  });
  const decide = (missing: SuspectRow, ambiguous = false): ReturnType<typeof decideMissing> =>
    decideMissing(missing, { now, settleMs: 600_000, ambiguous });

  test('is not sent again after the first look, however long the link is dead', () => {
    const longAgo = new Date(now.getTime() - 86_400_000);
    expect(decide(row(0, longAgo)).settlement).toMatchObject({ state: 'in-flight', emptyLooks: 1 });
  });

  test('nor before the server had its time to settle', () => {
    const decided = decide(row(5, new Date(now.getTime() - 599_000)));
    expect(decided.settlement.state).toBe('in-flight');
    expect(decided.nextLookAt).toEqual(new Date(now.getTime() + 1000));
  });

  test('is sent again after both', () => {
    expect(decide(row(1, new Date(now.getTime() - 600_000))).settlement).toEqual({
      id: 1,
      state: 'listed',
      suspected: true,
    });
  });

  test('is reported and never sent again where it might be there unrecognised', () => {
    expect(decide(row(9, new Date(0)), true).settlement).toEqual({
      id: 1,
      state: 'failed',
      reason: 'copy.fate-unknown',
    });
  });
});

const HEADER = Buffer.from(
  'Message-ID: <1@example.com>\r\nDate: Sun, 17 May 2020 08:30:00 +0000\r\n\r\n',
);
const RECEIVED = new Date('2020-05-17T08:30:00Z');

function suspect(id: number): SuspectRow {
  return {
    id,
    folderId: 1,
    uid: id,
    key: messageKey(HEADER).key,
    sha256: 'aa',
    sentBytes: 10,
    receivedAt: RECEIVED,
    flags: [],
    targetFolderId: 1,
    targetPath: 'INBOX',
    targetUidValidity: 1,
    lookFrom: 1,
    attempts: 1,
    linkDiedAt: null,
    emptyLooks: 0,
    stampId: null,
  };
}

function seen(uid: number, stamp: string | null = null): TargetMessage {
  return { uid, sizeBytes: 10, flags: [], receivedAt: RECEIVED, stamp, header: HEADER };
}

describe('looking for suspects', () => {
  const generic = { stamps: false, byteExact: true };
  test('twins are counted, never merged: two sent, one there, one missing', () => {
    const { found, missing } = matchSuspects({
      suspects: [suspect(1), suspect(2)],
      candidates: [seen(40)],
      settled: [],
      hashes: new Map([[40, 'aa']]),
      traits: generic,
    });
    expect([...found]).toEqual([[1, 40]]);
    expect(missing.map(({ id }) => id)).toEqual([2]);
  });

  test('bytes that differ are another message, whatever their size and date', () => {
    const { found } = matchSuspects({
      suspects: [suspect(1)],
      candidates: [seen(40)],
      settled: [],
      hashes: new Map([[40, 'bb']]),
      traits: generic,
    });
    expect(found.size).toBe(0);
  });

  test('a stamp names its row alone', () => {
    const { found, missing } = matchSuspects({
      suspects: [suspect(1), suspect(2)],
      candidates: [seen(40, '2'), seen(41, '99')],
      settled: [],
      hashes: new Map(),
      traits: { stamps: true, byteExact: false },
    });
    expect([...found]).toEqual([[2, 40]]);
    expect(missing.map(({ id }) => id)).toEqual([1]);
  });

  test('by key alone only one of a kind is recognised; more are ambiguous', () => {
    expect([...matchByKey([suspect(1)], [seen(40)]).found]).toEqual([[1, 40]]);
    const two = matchByKey([suspect(1), suspect(2)], [seen(40)]);
    expect(two.found.size).toBe(0);
    expect([...two.ambiguous]).toEqual([1, 2]);
    expect(matchByKey([suspect(1)], []).ambiguous.size).toBe(0);
  });
});

describe('batches', () => {
  const row = (id: number, sizeBytes: number, attempts = 0): OpenRow => ({
    id,
    uid: id,
    sizeBytes,
    receivedAt: null,
    flags: [],
    attempts,
    stampId: null,
    withheld: 0,
  });
  test('keep order, lose nobody, and stay within count and bytes', () => {
    const rows = Array.from({ length: 500 }, (_, n) => row(n, n % 50 === 0 ? 5_000_000 : 1000));
    const batches = cutBatches(rows);
    expect(batches.flat()).toEqual(rows);
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(200);
      const bytes = batch.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      expect(bytes <= 8 * 1024 * 1024 || batch.length === 1).toBe(true);
    }
  });

  test('who was tried before travels alone', () => {
    const batches = cutBatches([row(1, 10), row(2, 10, 1), row(3, 10), row(4, 10)]);
    expect(batches.map((batch) => batch.map(({ id }) => id))).toEqual([[1], [2], [3, 4]]);
  });
});

describe('the byte budget', () => {
  const { signal } = new AbortController();
  test('lets a large request wait its turn, and nobody overtake it', async () => {
    const budget = createByteBudget(100);
    const admitted: string[] = [];
    await budget.acquire(60, signal);
    const large = budget.acquire(90, signal).then(() => admitted.push('large'));
    const small = budget.acquire(10, signal).then(() => admitted.push('small'));
    expect(admitted).toEqual([]);
    budget.release(60);
    await Promise.all([large, small]);
    expect(admitted).toEqual(['large', 'small']);
  });

  test('lets through what is larger than all of it, alone', async () => {
    const budget = createByteBudget(100);
    await budget.acquire(1000, signal);
    const next = budget.acquire(1, AbortSignal.timeout(20));
    await expect(next).rejects.toThrow('timeout');
    budget.release(1000);
    await budget.acquire(100, signal);
  });
});

describe('what an error means for a migration', () => {
  const until = new Date('2026-11-22T14:32:00Z');
  test.each([
    ['retry', 'Syncing', 'again'],
    [
      'wait',
      'Syncing',
      { type: 'throttled', until, problem: { code: 'test.seen', facts: { folder: 'Family' } } },
    ],
    ['wait', 'Testing', { type: 'waiting', until }],
    [
      'wait',
      'Validating',
      { type: 'waiting', until, problem: { code: 'test.seen', facts: { folder: 'Family' } } },
    ],
    ['wait', 'Completed', 'again'],
    ['ask', 'Completed', 'again'],
  ] as const)('%s in %s', (disposition, state, expected) => {
    expect(eventOfError(new Seen(disposition), state, until)).toEqual(expected);
  });

  test('the time that the server named goes before our own', () => {
    const named = new Date('2026-11-22T15:00:00Z');
    expect(eventOfError(new Seen('wait', 'x', named), 'Syncing', until)).toEqual({
      type: 'throttled',
      until: named,
      problem: { code: 'x', facts: { folder: 'Family' } },
    });
  });

  test('a password lost while copying asks the person; while testing it never gets here', () => {
    const lost = new Seen('ask', 'source.login-refused');
    expect(eventOfError(lost, 'Syncing', until)).toMatchObject({ type: 'credential-lost' });
  });

  test('a lost turn says nothing; what nobody foresaw is tried again', () => {
    expect(eventOfError(new Seen('stop', 'jobs.turn-lost'), 'Syncing', until)).toBeNull();
    expect(eventOfError(new TypeError('defect'), 'Syncing', until)).toBe('again');
  });

  test('facts reach people, what a server quoted does not', () => {
    expect(problemOf(new Seen('ask'))).toEqual({ code: 'test.seen', facts: { folder: 'Family' } });
  });
});

describe('the pilot folder', () => {
  const folder = (
    specialUse: string | null,
    exists: number | null,
  ): Parameters<typeof choosePilot>[0][number] => ({
    specialUse,
    exists,
  });
  test('is sent mail where there is some', () => {
    const sent = folder('sent', 12);
    expect(choosePilot([folder('inbox', 300), folder(null, 300), sent])).toBe(sent);
  });
  test('but not tens of thousands of it', () => {
    const good = folder(null, 480);
    expect(choosePilot([folder('sent', 20_000), good, folder(null, 900)])).toBe(good);
  });
  test('else the folder nearest 200 to 500 messages that opens and is not the inbox', () => {
    const good = folder(null, 260);
    expect(
      choosePilot([
        folder('inbox', 300),
        folder('sent', 0),
        folder(null, null),
        folder(null, 9000),
        good,
      ]),
    ).toBe(good);
  });
  test('and the inbox when there is nothing else', () => {
    const inbox = folder('inbox', 3);
    expect(choosePilot([inbox])).toBe(inbox);
    expect(choosePilot([])).toBeNull();
  });
});
