import type { Clock } from '../../clock.ts';
import { type Finding, findingsOf } from './finding.ts';

const say = findingsOf('clock');

/** Entra ID takes signed assertions and tokens with five minutes of grace. */
const MAX_SKEW_MS = 5 * 60_000;

/** A service that is asked for the time, by the name that people know it under. */
export interface TimeSource {
  readonly name: string;
  readonly url: string;
}

/** How far our clock is ahead of one service's; negative: behind. */
export interface Skew {
  readonly name: string;
  readonly aheadMs: number;
}

export interface ClockCheckDeps {
  readonly clock: Clock;
  readonly sources: readonly TimeSource[];
}

/** Our clock against the Date header of the services; what they answer otherwise is of no interest. */
export async function checkClock(
  { clock, sources }: ClockCheckDeps,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await Promise.all(sources.map((source) => measure(source, clock, signal)));
  return [judgeSkews(found.filter((one) => one !== null))];
}

async function measure(
  { name, url }: TimeSource,
  clock: Clock,
  signal: AbortSignal,
): Promise<Skew | null> {
  const startedMs = clock.monotonicMs();
  try {
    // No token: a refusal has a Date header as well.
    const response = await fetch(url, { method: 'HEAD', redirect: 'manual', signal });
    const date = Date.parse(response.headers.get('date') ?? '');
    const halfWayMs = (clock.monotonicMs() - startedMs) / 2;
    return Number.isNaN(date) ? null : { name, aheadMs: clock.now().getTime() - halfWayMs - date };
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

const isOff = ({ aheadMs }: Skew): boolean => Math.abs(aheadMs) >= MAX_SKEW_MS;

/** What the services say of our clock. Pure. */
export function judgeSkews(skews: readonly Skew[]): Finding {
  if (skews.length === 0) {
    return say('check.clock.no-answer', 'unknown');
  }
  const [worst, ...others] = skews.filter(isOff);
  if (worst === undefined) {
    const widest = Math.max(...skews.map(({ aheadMs }) => Math.abs(aheadMs)));
    return say('check.clock', 'ok', { seconds: Math.round(widest / 1000) });
  }
  return blame(worst, { isAlone: others.length === 0, skews });
}

/**
 * Which clock is wrong. Services that agree with one another are right, so ours is wrong; one that is
 * alone against at least two others and us is wrong itself. Anything else is not known.
 */
function blame(
  { name, aheadMs }: Skew,
  { isAlone, skews }: { readonly isAlone: boolean; readonly skews: readonly Skew[] },
): Finding {
  const facts = {
    minutes: Math.round(Math.abs(aheadMs) / 60_000),
    direction: aheadMs > 0 ? 'fast' : 'slow',
  };
  const raw = skews.map((skew) => `${skew.name}: ${formatSkew(skew.aheadMs)}`).join(', ');
  const values = skews.map((skew) => skew.aheadMs);
  const agree = Math.max(...values) - Math.min(...values) < MAX_SKEW_MS;
  if (agree && skews.length > 1) {
    return say('check.clock.wrong', 'failed', facts, { raw });
  }
  return isAlone && skews.length > 2
    ? say('check.clock.other', 'warning', { ...facts, name }, { raw })
    : say('check.clock.unclear', 'unknown', facts, { raw });
}

const formatSkew = (aheadMs: number): string =>
  `this machine is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs >= 0 ? 'ahead' : 'behind'}`;
