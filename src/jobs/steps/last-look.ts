import { errorCodeOf } from '../../errors.ts';
import { lookOnceMore } from '../copy/resolve-suspects.ts';
import type { MigrationRow } from '../db/migration-store.ts';
import type { StepDeps } from './deps.ts';

/** What a last look needs of a step. */
export type LastLookDeps = Pick<StepDeps, 'ledger' | 'sessions' | 'logger'>;

export interface LastLookInput {
  readonly row: Pick<MigrationRow, 'id' | 'targetMailbox' | 'stampProven'>;
  readonly withinMs: number;
}

/**
 * A move that was cancelled may leave appends that were never answered. While the mailbox is still open to
 * Skybridge, one look finds those that arrived, so that the report counts them as copied. It is worth no
 * more than that: whatever goes wrong is logged, and the end goes on.
 */
export async function takeLastLook(
  { ledger, sessions, logger }: LastLookDeps,
  { row: { id, targetMailbox, stampProven }, withinMs }: LastLookInput,
  signal: AbortSignal,
): Promise<void> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
  try {
    // Whoever still copies writes nothing any more, but answers that have come.
    const turn = await ledger.takeTurn(id);
    const suspects = (await ledger.suspects(turn)).length;
    if (suspects === 0) {
      return;
    }
    const { traits } = sessions;
    const found = await sessions.withTarget(
      targetMailbox,
      (target) => lookOnceMore({ target, ledger, traits }, { turn, stampProven }, within),
      within,
    );
    logger.info({ suspects, found }, 'looked once more for unanswered appends');
  } catch (error) {
    signal.throwIfAborted();
    logger.warn({ code: errorCodeOf(error) }, 'no last look for unanswered appends');
  }
}
