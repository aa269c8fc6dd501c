/** Adds up what a copy tells of itself: what is done, how fast, and how long the rest may take. Pure but for the clock. */
import type { CopyMailboxProgress } from '../jobs/copy-mailbox.ts';

/** How far a copy has come. */
export interface CopyCounts {
  readonly messagesDone: number;
  readonly messagesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** The folder of the message that was settled last, as far as this run has to do with it; null before. */
  readonly folder: {
    readonly path: string;
    readonly messagesDone: number;
    readonly messagesTotal: number;
  } | null;
  /** Over the last quarter of a minute; null before anything can be said. */
  readonly bytesPerSecond: number | null;
  readonly messagesPerSecond: number | null;
  /** What the rest takes at that pace. */
  readonly secondsLeft: number | null;
}

export interface CopyMeter {
  /** True where the event begins or ends something, so that it should be shown at once. */
  count(event: CopyMailboxProgress): boolean;
  counts(): CopyCounts;
}

interface Sample {
  readonly atMs: number;
  readonly messages: number;
  readonly bytes: number;
}

const SETTLED = new Set(['done', 'adopted', 'failed', 'skipped', 'gone']);
const WINDOW_MS = 15_000;
const SAMPLE_MS = 250;
/** Before this, a rate would be a guess. */
const LEAST_MS = 1000;

/** A meter that begins with nothing known. */
export function createCopyMeter(nowMs: () => number): CopyMeter {
  let total = { messages: 0, bytes: 0 };
  let done = { messages: 0, bytes: 0 };
  let samples: Sample[] = [];
  let last: string | null = null;
  const folders = new Map<string, { done: number; total: number }>();

  const restart = (): void => {
    samples = [{ atMs: nowMs(), ...done }];
  };
  const sample = (): void => {
    const atMs = nowMs();
    if (atMs - (samples.at(-1)?.atMs ?? -Infinity) >= SAMPLE_MS) {
      const recent = samples.filter((one) => atMs - one.atMs <= WINDOW_MS);
      // After a long silence the last sample before it says how slow it was.
      samples = [...(recent.length > 0 ? recent : samples.slice(-1)), { atMs, ...done }];
    }
  };
  const settle = (path: string, sizeBytes: number): void => {
    done = { messages: done.messages + 1, bytes: done.bytes + sizeBytes };
    last = path;
    const folder = folders.get(path);
    if (folder !== undefined) {
      folder.done += 1;
    }
    sample();
  };

  return {
    count(event) {
      switch (event.kind) {
        case 'planned':
          total = { messages: event.messages, bytes: event.bytes };
          done = { messages: event.messagesSettled, bytes: event.bytesSettled };
          folders.clear();
          restart();
          return true;
        case 'folder':
          folders.set(event.path, { done: 0, total: event.open });
          return false;
        case 'message':
          if (SETTLED.has(event.state)) {
            settle(event.folder, event.sizeBytes);
          }
          return false;
        case 'waiting':
        case 'updated':
          return false;
        default:
          return event satisfies never;
      }
    },
    counts() {
      const folder = last === null ? undefined : folders.get(last);
      const rate = rateOf(samples[0], { atMs: nowMs(), ...done });
      return {
        messagesDone: done.messages,
        messagesTotal: total.messages,
        bytesDone: done.bytes,
        bytesTotal: total.bytes,
        folder:
          last === null || folder === undefined
            ? null
            : { path: last, messagesDone: folder.done, messagesTotal: folder.total },
        bytesPerSecond: rate && Math.round(rate.bytes),
        messagesPerSecond: rate && Math.round(rate.messages * 10) / 10,
        secondsLeft: rate && secondsFor(total, done, rate),
      };
    },
  };
}

interface Amount {
  readonly messages: number;
  readonly bytes: number;
}

function rateOf(from: Sample | undefined, to: Sample): Amount | null {
  const seconds = from === undefined ? 0 : (to.atMs - from.atMs) / 1000;
  return from === undefined || seconds * 1000 < LEAST_MS
    ? null
    : {
        messages: (to.messages - from.messages) / seconds,
        bytes: (to.bytes - from.bytes) / seconds,
      };
}

/** Many small messages take their time, and so do many bytes: the slower of both counts. */
function secondsFor(total: Amount, done: Amount, rate: Amount): number | null {
  const left = (of: keyof Amount): number => Math.max(0, total[of] - done[of]);
  if (left('messages') === 0) {
    return 0;
  }
  const estimates = (['messages', 'bytes'] as const).map((of) =>
    left(of) === 0 ? 0 : left(of) / rate[of],
  );
  const seconds = Math.max(...estimates);
  return Number.isFinite(seconds) ? Math.ceil(seconds) : null;
}
