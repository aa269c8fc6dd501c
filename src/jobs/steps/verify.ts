import type { Tally } from '../api.ts';
import { isHiddenClass, noteFolderClasses } from '../copy/folder-class.ts';
import { needsLook } from '../copy/folder-problem.ts';
import type { MigrationRow } from '../db/migration-store.ts';
import type { MigrationEvent } from '../migration/state.ts';
import type { ReportFolder } from '../report/input.ts';
import { addTallies, type FolderTally } from '../tally.ts';
import type { SourceCheck } from '../verify/reconcile.ts';
import {
  summarizeVerification,
  type Verification,
  verifyMailbox,
} from '../verify/verify-mailbox.ts';
import type { StepDeps } from './deps.ts';
import { noteRoomAfter } from './make-room.ts';

/** Verifying: every folder's listing against the ledger, a sample opened on both sides, the report. */
export async function verifyMigration(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent> {
  const verification = await verifyFolders(deps, row, signal);
  const folders = await deps.tallies(row.id);
  const items = await deps.ledger.leftRows(row.id);
  const total = addTallies(folders.map(({ tally }) => tally));
  const explained =
    verification.differences.length === 0 &&
    verification.source.every((one) => one.arrivedLater + one.unexplained === 0) &&
    items.length === 0 &&
    total.open === 0 &&
    !folders.some(({ targetClass }) => isHiddenClass(targetClass)) &&
    !folders.some(({ problem }) => needsLook(problem));
  const path = await deps.reports.save(row.id, {
    runId: row.runId,
    person: row.person,
    sourceAddress: row.sourceAddress ?? '',
    sourceHost: row.sourceHost,
    targetMailbox: row.targetMailbox,
    state: explained ? 'Completed' : 'CompletedWithWarnings',
    startedAt: row.createdAt,
    finishedAt: deps.clock.now(),
    folders: withArrivals(folders, verification.source),
    items,
    verification,
  });
  await deps.store.saveReport(row.id, {
    path,
    verification: summarizeVerification(verification),
  });
  await noteRoomAfter(deps, row, signal);
  return { type: 'verified', explained };
}

/** Folders with what the source has beyond the ledger; one that it did not have before is added. Pure. */
export function withArrivals(
  folders: readonly FolderTally[],
  source: readonly SourceCheck[],
): readonly ReportFolder[] {
  const checks = new Map(source.map((check) => [check.sourcePath, check]));
  const known = folders.map((folder) => {
    const check = checks.get(folder.sourcePath);
    checks.delete(folder.sourcePath);
    return { ...folder, tally: grow(folder.tally, check) };
  });
  const created = [...checks.values()].map((check) => ({
    ...NEW_FOLDER,
    sourcePath: check.sourcePath,
    targetPath: check.sourcePath,
    tally: grow(addTallies([]), check),
  }));
  return [...known, ...created];
}

const NEW_FOLDER = {
  problem: null,
  targetClass: null,
  bytes: { total: 0, settled: 0 },
  repaired: {},
} as const;

/** What nobody can explain makes the source larger than its parts, so that the sum shows it. */
function grow(tally: Tally, check: SourceCheck | undefined): ReportFolder['tally'] {
  const { arrivedLater = 0, unexplained = 0 } = check ?? {};
  return { ...tally, source: tally.source + arrivedLater + unexplained, arrivedLater };
}

async function verifyFolders(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<Verification> {
  const folders = await deps.ledger.folders(row.id);
  await deps.sessions.use(
    row,
    async ({ target }) => {
      const turn = await deps.ledger.takeTurn(row.id);
      const opening = folders.filter(({ problem }) => problem === null);
      const { ledger } = deps;
      await noteFolderClasses({ target, ledger }, { turn, again: true }, opening, signal);
    },
    signal,
  );
  return deps.sessions.use(
    row,
    ({ source, target }) =>
      deps.sessions.readTarget(
        row.targetMailbox,
        (reader) => {
          const { ledger, clock } = deps;
          const now = (): Date => clock.now();
          return verifyMailbox({ ledger, source, target, reader, now }, row.id, signal);
        },
        signal,
      ),
    signal,
  );
}
