import { errorCodeOf } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { type CheckName, type Finding, findingsOf, unanswered } from './finding.ts';

/** One question, and how long it may take. */
export interface Check {
  readonly name: CheckName;
  readonly budgetMs: number;
  readonly run: (signal: AbortSignal) => Promise<readonly Finding[]>;
}

/** Asks all at once; one that fails, or does not end, is a finding of its own and spoils no other. */
export async function runChecks(
  checks: readonly Check[],
  log: Logger,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await Promise.all(checks.map((check) => runCheck(check, log, signal)));
  return found.flat();
}

/** Asks one question; throws only when the caller gives up. */
export async function runCheck(
  { name, budgetMs, run }: Check,
  log: Logger,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const outOfTime = AbortSignal.timeout(budgetMs);
  try {
    return await beforeAbort(run, AbortSignal.any([signal, outOfTime]));
  } catch (error) {
    signal.throwIfAborted();
    if (outOfTime.aborted) {
      const seconds = Math.ceil(budgetMs / 1000);
      return [findingsOf(name)('check.timed-out', 'unknown', { check: name, seconds })];
    }
    log.warn({ check: name, code: errorCodeOf(error) }, 'a question of the tenant check failed');
    return [unanswered(name, error)];
  }
}

/** Also ends when the work itself does not heed its signal. */
async function beforeAbort<T>(
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  let leave = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    leave = (): void => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work(signal), aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
