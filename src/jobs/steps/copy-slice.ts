import { copyPass } from '../copy/copy-pass.ts';
import type { CopyDeps, CopyInput, CopyProgress, CopyResult } from '../copy/deps.ts';
import type { MigrationRow } from '../db/migration-store.ts';
import { OutsideWindowError } from '../errors.ts';
import type { MigrationEvent } from '../migration/state.ts';
import type { Session } from '../session-pool.ts';
import type { StepDeps } from './deps.ts';

/** How often the rate is written down while a slice runs; cards are rendered from it. */
const RATE_EVERY_MS = 2000;

/** Syncing, IncrementalSyncing, Completing: one slice of a pass. */
export async function copySlice(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent> {
  const result = await runSlice(deps, row, { onlyFolders: null }, signal);
  return result.kind === 'finished'
    ? { type: 'pass-finished', ...(await nextPass(deps, row)) }
    : { type: 'slice-ended', resumeAt: result.resumeAt };
}

/** When what is new is brought next, unless the move is about to end; nothing where its batch wants none. */
async function nextPass(
  { store, clock }: Pick<StepDeps, 'store' | 'clock'>,
  { state, batchId }: Pick<MigrationRow, 'state' | 'batchId'>,
): Promise<{ readonly nextAt?: Date }> {
  const batch = batchId === null || state === 'Completing' ? null : await store.batch(batchId);
  const minutes = batch?.deltaEveryMinutes ?? null;
  return minutes === null ? {} : { nextAt: new Date(clock.now().getTime() + minutes * 60_000) };
}

/** Runs a copy pass until it ends or the slice's time is up, on connections that stay open. */
export async function runSlice(
  deps: StepDeps,
  row: MigrationRow,
  { onlyFolders }: Pick<CopyInput, 'onlyFolders'>,
  signal: AbortSignal,
): Promise<CopyResult> {
  const closedUntil = deps.schedule.closedUntil();
  if (closedUntil !== null) {
    throw new OutsideWindowError(closedUntil);
  }
  const turn = await deps.ledger.takeTurn(row.id);
  const startedMs = deps.clock.monotonicMs();
  const rate = createRateNote(deps, row.id);
  return deps.sessions.use(
    row,
    async (session) => {
      const result = await copyPass(
        copyDeps(deps, session),
        {
          turn,
          targetMailbox: row.targetMailbox,
          pass: row.pass,
          stampProven: row.stampProven,
          onlyFolders,
          mustYield: () =>
            deps.shouldYield() || deps.clock.monotonicMs() - startedMs > deps.pace.sliceMs,
          onProgress: rate.onProgress,
        },
        signal,
      );
      await rate.save();
      return result;
    },
    signal,
  );
}

/** What a copy works with, for one session. */
export function copyDeps(deps: StepDeps, session: Session): CopyDeps {
  return {
    ...session,
    traits: deps.sessions.traits,
    ledger: deps.ledger,
    budget: deps.budget,
    clock: deps.clock,
    logger: deps.logger,
  };
}

interface RateNote {
  readonly onProgress: (event: CopyProgress) => void;
  save(): Promise<void>;
}

/** Notes the folder and the bytes a second, now and then, for whoever shows them. */
function createRateNote(deps: StepDeps, migrationId: string): RateNote {
  const startedMs = deps.clock.monotonicMs();
  let bytes = 0;
  let folder: string | null = null;
  let notedMs = startedMs;
  const save = async (): Promise<void> => {
    const seconds = (deps.clock.monotonicMs() - startedMs) / 1000;
    await deps.store.saveRate(migrationId, folder, Math.round(bytes / Math.max(seconds, 0.001)));
  };
  return {
    onProgress(event) {
      if (event.kind === 'folder') {
        folder = event.path;
      }
      if (event.kind === 'message') {
        bytes += event.sizeBytes;
        deps.observer.message(event.state, event.sizeBytes);
      }
      if (deps.clock.monotonicMs() - notedMs > RATE_EVERY_MS) {
        notedMs = deps.clock.monotonicMs();
        save().catch((error: unknown) => deps.logger.warn({ error }, 'rate not noted'));
      }
    },
    save,
  };
}
