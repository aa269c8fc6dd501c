/**
 * How hard one account may be worked on one side: additive increase, multiplicative decrease. Pure
 * decisions, and a governor that remembers them for as long as the process works for the account.
 */
import type { Clock } from '../clock.ts';
import {
  BodyMissingError,
  ImapTimeoutError,
  ListingIncompleteError,
  LoginUnavailableError,
  ServerUnavailableError,
  ThrottledError,
} from './errors.ts';

/** A share of everything that may be under way: connections, windows, what one FETCH asks for. */
export interface Pace {
  /** From MIN_SHARE to 1. */
  readonly share: number;
  /** Since when it is so, on the monotonic clock. */
  readonly sinceMs: number;
}

/** What an account begins with. */
export const FULL_PACE: Pace = { share: 1, sinceMs: -Infinity };

const MIN_SHARE = 1 / 16;
const STEP = 1 / 16;
/** All commands that were under way are refused together: one sign, not many. */
const ONE_SIGN_MS = 5000;
/** So long without a refusal, and one step more is tried. */
const QUIET_MS = 15_000;

/** The server asked for patience, or did not hand over what it has. */
export function afterRefusal(pace: Pace, nowMs: number): Pace {
  if (pace.share < 1 && nowMs - pace.sinceMs < ONE_SIGN_MS) {
    return pace;
  }
  return { share: Math.max(MIN_SHARE, pace.share / 2), sinceMs: nowMs };
}

/** The server did what it was asked. */
export function afterProgress(pace: Pace, nowMs: number): Pace {
  if (pace.share === 1 || nowMs - pace.sinceMs < QUIET_MS) {
    return pace;
  }
  return { share: Math.min(1, pace.share + STEP), sinceMs: nowMs };
}

/** True for what a server says, or leaves unsaid, when it is worked too hard. */
export function isRefusal(error: unknown): boolean {
  return [
    ThrottledError,
    ServerUnavailableError,
    LoginUnavailableError,
    ImapTimeoutError,
    // iCloud answers a FETCH with no rows, or with rows that have no content, while it is read hard.
    BodyMissingError,
    ListingIncompleteError,
  ].some((type) => error instanceof type);
}

/** What is left of a limit; never less than one. */
export function scaleLimit(limit: number, { share }: Pace): number {
  return Math.max(1, Math.floor(limit * share));
}

/** One account, one side. */
export interface Governor {
  readonly refused: () => void;
  readonly progressed: () => void;
  /** What is left of a limit now. */
  readonly scale: (limit: number) => number;
}

export function createGovernor(clock: Pick<Clock, 'monotonicMs'>): Governor {
  let pace = FULL_PACE;
  return {
    refused: () => {
      pace = afterRefusal(pace, clock.monotonicMs());
    },
    progressed: () => {
      // The clock is asked only where something may grow: this is told of every answer.
      pace = pace.share === 1 ? pace : afterProgress(pace, clock.monotonicMs());
    },
    scale: (limit) => scaleLimit(limit, pace),
  };
}
