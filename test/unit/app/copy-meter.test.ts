import { expect, test } from 'vitest';
import { createCopyMeter } from '../../../src/app/copy-meter.ts';

const PLANNED = {
  kind: 'planned',
  folders: 2,
  messages: 100,
  bytes: 1_000_000,
  messagesSettled: 20,
  bytesSettled: 200_000,
} as const;

const done = (folder: string, sizeBytes: number, state = 'done') =>
  ({ kind: 'message', folder, sizeBytes, state }) as const;

test('counts what is settled, by folder too, and what an earlier run left', () => {
  const meter = createCopyMeter(() => 0);
  expect(meter.count(PLANNED)).toBe(true);
  meter.count({ kind: 'folder', path: 'INBOX', open: 60 });
  meter.count({ kind: 'folder', path: 'Work', open: 20 });
  for (const state of ['done', 'adopted', 'failed', 'skipped', 'gone', 'in-flight', 'listed']) {
    meter.count(done('INBOX', 10, state));
  }
  expect(meter.counts()).toMatchObject({
    messagesDone: 25,
    messagesTotal: 100,
    bytesDone: 200_050,
    bytesTotal: 1_000_000,
    folder: { path: 'INBOX', messagesDone: 5, messagesTotal: 60 },
  });
  meter.count(done('Work', 10));
  expect(meter.counts().folder).toEqual({ path: 'Work', messagesDone: 1, messagesTotal: 20 });
});

test('rate and time left are those of the last quarter of a minute, by messages or bytes, the slower', () => {
  let nowMs = 0;
  const meter = createCopyMeter(() => nowMs);
  meter.count(PLANNED);
  meter.count(done('INBOX', 10_000));
  expect(meter.counts()).toMatchObject({ bytesPerSecond: null, secondsLeft: null });
  for (let n = 0; n < 40; n += 1) {
    nowMs += 1000;
    // Fast at first, then one small message a second.
    meter.count(done('INBOX', n < 20 ? 20_000 : 1000));
  }
  const counts = meter.counts();
  expect(counts.messagesPerSecond).toBe(1);
  expect(counts.bytesPerSecond).toBe(1000);
  expect(counts.secondsLeft).toBe((1_000_000 - counts.bytesDone) / 1000);
  nowMs += 100_000;
  for (let n = 0; n < 39; n += 1) {
    meter.count(done('INBOX', 10));
  }
  expect(meter.counts()).toMatchObject({ messagesDone: 100, secondsLeft: 0 });
});

test('while nothing moves there is no end in sight', () => {
  let nowMs = 0;
  const meter = createCopyMeter(() => nowMs);
  meter.count(PLANNED);
  nowMs = 5000;
  expect(meter.counts()).toMatchObject({ bytesPerSecond: 0, secondsLeft: null });
});

test('a pause is no part of the pace: it begins anew with what is planned then', () => {
  let nowMs = 0;
  const meter = createCopyMeter(() => nowMs);
  meter.count(PLANNED);
  nowMs = 300_000;
  meter.count({ kind: 'waiting', until: new Date(), code: 'imap.throttled' });
  meter.count({ ...PLANNED, messagesSettled: 30 });
  nowMs += 2000;
  meter.count(done('INBOX', 4000));
  expect(meter.counts()).toMatchObject({ messagesDone: 31, bytesPerSecond: 2000 });
});
