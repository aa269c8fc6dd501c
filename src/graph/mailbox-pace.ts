/** How hard one mailbox may be worked through Graph and its import URL: Outlook's service limits, kept in advance. */
import type { Clock } from '../clock.ts';

export interface PaceLimits {
  /** Requests under way. */
  readonly atOnce: number;
  readonly requests: { readonly count: number; readonly withinMs: number };
  /** Octets of requests' bodies, base64 as it is sent. */
  readonly upload: { readonly bytes: number; readonly withinMs: number };
}

/**
 * For one application and one mailbox: 4 requests at once, 10,000 in ten minutes, 150 MB in five. A second
 * more in each window, since Microsoft counts when a request arrives.
 */
export const OUTLOOK_LIMITS: PaceLimits = {
  atOnce: 4,
  requests: { count: 10_000, withinMs: 601_000 },
  upload: { bytes: 150_000_000, withinMs: 301_000 },
};

/** A request that was let go. */
interface Past {
  readonly atMs: number;
  readonly bytes: number;
}

/** What a mailbox has had lately, oldest first. */
export interface PastLoad {
  readonly requests: readonly Past[];
  readonly inFlight: number;
  /** Not before this, as the server said. */
  readonly notBeforeMs: number;
}

/**
 * Milliseconds until a request of that size may leave; null while as many as may be are under way. A
 * request that is larger than the whole budget waits for an empty one. Pure.
 */
export function waitBeforeSending(
  load: PastLoad,
  bytes: number,
  { nowMs, limits }: { readonly nowMs: number; readonly limits: PaceLimits },
): number | null {
  if (load.inFlight >= limits.atOnce) {
    return null;
  }
  const { requests, upload } = limits;
  const tooMany = load.requests.at(-requests.count);
  let until = Math.max(
    load.notBeforeMs,
    tooMany === undefined ? 0 : tooMany.atMs + requests.withinMs,
  );
  const recent = load.requests.filter(({ atMs }) => atMs + upload.withinMs > nowMs);
  let sum = recent.reduce((total, past) => total + past.bytes, bytes);
  for (const past of recent) {
    if (sum <= upload.bytes || sum === bytes) {
      break;
    }
    sum -= past.bytes;
    until = Math.max(until, past.atMs + upload.withinMs);
  }
  return Math.max(0, until - nowMs);
}

export interface MailboxPace {
  /** Waits for a place; whoever has it calls the returned function when the request is answered. */
  enter(bytes: number, signal: AbortSignal): Promise<() => void>;
  /** The server asked to wait. */
  slowDown(ms: number): void;
}

interface Waiting {
  readonly bytes: number;
  readonly admit: () => void;
}

/** One for each mailbox, in the order in which they came. */
export function createMailboxPace(clock: Clock, limits: PaceLimits = OUTLOOK_LIMITS): MailboxPace {
  const longestMs = Math.max(limits.requests.withinMs, limits.upload.withinMs);
  let requests: Past[] = [];
  let waiting: Waiting[] = [];
  let inFlight = 0;
  let notBeforeMs = 0;
  let alarm: AbortController | null = null;

  const forget = (nowMs: number): void => {
    if ((requests[0]?.atMs ?? nowMs) + 2 * longestMs < nowMs) {
      requests = requests.filter(({ atMs }) => atMs + longestMs > nowMs);
    }
  };

  const admitNext = (): void => {
    alarm?.abort();
    alarm = null;
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const nowMs = clock.monotonicMs();
      const load = { requests, inFlight, notBeforeMs };
      const waitMs = waitBeforeSending(load, first.bytes, { nowMs, limits });
      if (waitMs === null || waitMs > 0) {
        if (waitMs !== null) {
          wakeAfter(waitMs);
        }
        return;
      }
      waiting.shift();
      forget(nowMs);
      requests.push({ atMs: nowMs, bytes: first.bytes });
      inFlight += 1;
      first.admit();
    }
  };

  const wakeAfter = (ms: number): void => {
    const own = new AbortController();
    alarm = own;
    clock.sleep(ms, own.signal).then(admitNext, () => undefined);
  };

  const leave = (): void => {
    inFlight -= 1;
    admitNext();
  };

  return {
    enter(bytes, signal) {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
      const giveUp = (): void => {
        waiting = waiting.filter((one) => one !== entry);
        reject(signal.reason);
        admitNext();
      };
      const entry: Waiting = {
        bytes,
        admit() {
          signal.removeEventListener('abort', giveUp);
          resolve(leave);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.push(entry);
      admitNext();
      return promise;
    },
    slowDown(ms) {
      notBeforeMs = Math.max(notBeforeMs, clock.monotonicMs() + ms);
      admitNext();
    },
  };
}
