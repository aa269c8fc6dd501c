import { type AppError, isAppError } from '../errors.ts';
import { copyPass } from './copy/copy-pass.ts';
import { type CopyDeps, type CopyProgress, type CopyResult, isSettled } from './copy/deps.ts';
import type { CopyRow, CopyStore } from './db/copy-store.ts';

export interface CopyMailboxDeps extends CopyDeps {
  readonly store: Pick<CopyStore, 'find' | 'countPass'>;
}

export type CopyMailboxProgress =
  | CopyProgress
  /** Nothing moves before `until`; `code` says why. */
  | { readonly kind: 'waiting'; readonly until: Date; readonly code: string };

/** Waits and broken links in a row after which the run is left to the next one. */
const MAX_SETBACKS = 10;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * One mailbox without Teams: a pass to its end, waiting where the servers ask for it. A later call is a
 * delta pass. Safe to kill at any moment and to run again.
 */
export async function copyMailbox(
  deps: CopyMailboxDeps,
  row: CopyRow,
  onProgress: (event: CopyMailboxProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const turn = await deps.ledger.takeTurn(row.id);
  let setbacks = 0;
  const report = (event: CopyProgress): void => {
    // What is through proves that things move again.
    setbacks = isSettled(event) ? 0 : setbacks;
    onProgress(event);
  };
  for (;;) {
    const stampProven = (await deps.store.find(row.id))?.stampProven ?? false;
    const outcome = await attemptPass(() =>
      copyPass(
        deps,
        {
          turn,
          targetMailbox: row.targetMailbox,
          pass: row.pass,
          stampProven,
          onlyFolders: null,
          mustYield: () => false,
          onProgress: report,
        },
        signal,
      ),
    );
    if (outcome.kind === 'finished') {
      await deps.store.countPass(row.id);
      return;
    }
    if (outcome.kind === 'setback') {
      setbacks += 1;
      if (setbacks > MAX_SETBACKS) {
        throw outcome.error;
      }
    }
    const until = untilOf(outcome, setbacks, deps.clock.now());
    if (until !== null) {
      const code = outcome.kind === 'setback' ? outcome.error.code : 'copy.looking-for-suspects';
      onProgress({ kind: 'waiting', until, code });
      await deps.clock.sleep(Math.max(0, until.getTime() - deps.clock.now().getTime()) + 1, signal);
    }
  }
}

type Attempt = CopyResult | { readonly kind: 'setback'; readonly error: AppError };

/** A pass, or what it was set back by; what neither time nor another try can mend is thrown. */
async function attemptPass(pass: () => Promise<CopyResult>): Promise<Attempt> {
  try {
    return await pass();
  } catch (error) {
    if (isAppError(error) && (error.disposition === 'wait' || error.disposition === 'retry')) {
      return { kind: 'setback', error };
    }
    throw error;
  }
}

/** When to go on; null for at once. Pure. */
function untilOf(
  outcome: Exclude<Attempt, { kind: 'finished' }>,
  setbacks: number,
  now: Date,
): Date | null {
  if (outcome.kind === 'yielded') {
    return outcome.resumeAt;
  }
  const backOffMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (setbacks - 1));
  return outcome.error.retryAfter ?? new Date(now.getTime() + backOffMs);
}
