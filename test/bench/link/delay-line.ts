import type { Socket } from 'node:net';

/** How a link between client and server behaves. */
export interface LinkSettings {
  readonly rttMs: number;
  /** Each direction of each server's link, shared by its connections; null: no limit. */
  readonly bytesPerSecond: number | null;
  /** What the target takes for each APPEND, one after the other on each connection. */
  readonly serviceMs: number;
}

/** One direction of all connections of a link, for its bandwidth. */
export interface Wire {
  /** When the wire has sent what it was given so far, in `performance.now()`. */
  freeAtMs: number;
}

export interface DelayLineInput {
  readonly from: Socket;
  readonly to: Socket;
  readonly settings: LinkSettings;
  readonly wire: Wire;
  /** Nothing arrives before: the handshake takes its time. */
  readonly openAtMs: number;
  /** True in the direction from the server, whose answers to APPEND take the service time. */
  readonly isAnswers: boolean;
  readonly onArrived: () => void;
}

/** Bytes under way on one connection and direction, as an autotuned TCP window allows. */
const WINDOW_BYTES = 8 * 1024 * 1024;
/** A timer may fire this much early or late. */
const TIMER_MS = 0.5;
const APPENDED = Buffer.from('[APPENDUID ');

interface Parcel {
  readonly dueMs: number;
  /** Null: the end of the stream. */
  readonly bytes: Buffer | null;
}

/** Cuts behind each answered APPEND, so that every answer comes at its own time. Pure. */
export function splitAtAppends(chunk: Buffer): readonly { bytes: Buffer; appends: 0 | 1 }[] {
  const pieces: { bytes: Buffer; appends: 0 | 1 }[] = [];
  let from = 0;
  for (let at = chunk.indexOf(APPENDED); at >= 0; at = chunk.indexOf(APPENDED, from)) {
    const lf = chunk.indexOf('\n', at);
    const end = lf < 0 ? chunk.length : lf + 1;
    pieces.push({ bytes: chunk.subarray(from, end), appends: 1 });
    from = end;
  }
  if (from < chunk.length) {
    pieces.push({ bytes: chunk.subarray(from), appends: 0 });
  }
  return pieces;
}

/** Carries what `from` receives to `to`, later. */
export function createDelayLine(input: DelayLineInput): void {
  const { from, to, settings, wire, openAtMs, isAnswers } = input;
  const { rttMs, bytesPerSecond, serviceMs } = settings;
  const queue: (Parcel | undefined)[] = [];
  let head = 0;
  let underWayBytes = 0;
  let timer: NodeJS.Timeout | null = null;
  let isBlocked = false;
  let isPaused = false;
  let servedUntilMs = 0;
  let lastDueMs = 0;

  function push(bytes: Buffer | null, readyMs: number): void {
    // A stream keeps its order, whatever its parts have to wait for.
    lastDueMs = Math.max(lastDueMs, openAtMs, readyMs + rttMs / 2);
    queue.push({ dueMs: lastDueMs, bytes });
    underWayBytes += bytes?.length ?? 0;
    if (underWayBytes >= WINDOW_BYTES && !isPaused) {
      isPaused = true;
      from.pause();
    }
  }

  function sent(bytes: Buffer): number {
    const nowMs = performance.now();
    if (bytesPerSecond === null) {
      return nowMs;
    }
    wire.freeAtMs = Math.max(wire.freeAtMs, nowMs) + (bytes.length / bytesPerSecond) * 1000;
    return wire.freeAtMs;
  }

  function receive(chunk: Buffer): void {
    if (!isAnswers || serviceMs === 0) {
      push(chunk, sent(chunk));
    } else {
      for (const { bytes, appends } of splitAtAppends(chunk)) {
        servedUntilMs = Math.max(servedUntilMs, appends * performance.now()) + appends * serviceMs;
        push(bytes, Math.max(servedUntilMs, sent(bytes)));
      }
    }
    arm();
  }

  function arm(): void {
    const next = queue[head];
    if (timer !== null || isBlocked || next === undefined) {
      return;
    }
    const waitMs = next.dueMs - performance.now();
    if (waitMs <= TIMER_MS) {
      deliver();
      return;
    }
    timer = setTimeout(
      () => {
        timer = null;
        deliver();
      },
      Math.max(1, Math.floor(waitMs)),
    );
  }

  function deliver(): void {
    const untilMs = performance.now() + TIMER_MS;
    to.cork();
    for (let next = queue[head]; next !== undefined && next.dueMs <= untilMs; next = queue[head]) {
      queue[head] = undefined;
      head += 1;
      if (next.bytes === null) {
        to.end();
        continue;
      }
      underWayBytes -= next.bytes.length;
      input.onArrived();
      if (!to.destroyed && !to.write(next.bytes)) {
        isBlocked = true;
        break;
      }
    }
    process.nextTick(() => to.uncork());
    if (head > 1024 || head === queue.length) {
      queue.splice(0, head);
      head = 0;
    }
    if (isPaused && underWayBytes < WINDOW_BYTES / 2) {
      isPaused = false;
      from.resume();
    }
    arm();
  }

  from.on('data', receive);
  from.on('close', () => {
    push(null, performance.now());
    arm();
  });
  from.on('error', () => from.destroy());
  to.on('drain', () => {
    isBlocked = false;
    arm();
  });
}
