import { isHiddenClass, noteFolderClasses } from '../copy/folder-class.ts';
import { needsLook } from '../copy/folder-problem.ts';
import type { MigrationRow } from '../db/migration-store.ts';
import type { DeliveredRow, FolderRow } from '../ledger.ts';
import type { MigrationEvent } from '../migration/state.ts';
import type { ReportDifference, ReportVerification } from '../report/input.ts';
import { addTallies } from '../tally.ts';
import {
  addContent,
  type ContentResult,
  verifyContent,
  verifyListing,
} from '../verify/verify-folder.ts';
import type { StepDeps } from './deps.ts';
import { noteRoomAfter } from './make-room.ts';

/** Messages of each folder that are opened on both sides. */
const SAMPLE_PER_FOLDER = 10;

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
    folders,
    items,
    verification,
  });
  await deps.store.saveReport(row.id, path);
  await noteRoomAfter(deps, row, signal);
  return { type: 'verified', explained };
}

async function verifyFolders(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<ReportVerification> {
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
        async (reader) => {
          const compared: ReportVerification['folders'][number][] = [];
          const differences: ReportDifference[] = [];
          let content: ContentResult | null = null;
          for (const folder of folders.filter(({ problem }) => problem === null)) {
            const { comparison, rows } = await verifyListing(
              { ledger: deps.ledger, target, now: deps.clock.now() },
              folder,
              signal,
            );
            const sample = await verifyContent(
              { source, reader },
              folder,
              pickSample(rows),
              signal,
            );
            compared.push({ sourcePath: folder.sourcePath, comparison });
            differences.push(
              ...nameDifferences(folder, rows, [...comparison.differences, ...sample.differences]),
            );
            content = content === null ? sample : addContent(content, sample);
          }
          return {
            finishedAt: deps.clock.now(),
            folders: compared,
            content: {
              compared: content?.compared ?? 0,
              different: content?.different ?? 0,
              attachments: content?.attachments.compared ?? 0,
            },
            differences,
          };
        },
        signal,
      ),
    signal,
  );
}

/** Evenly spread over the folder's years, the largest always with them. Pure. */
export function pickSample(rows: readonly DeliveredRow[]): readonly DeliveredRow[] {
  const dated = rows.toSorted(
    (a, b) => (a.receivedAt?.getTime() ?? 0) - (b.receivedAt?.getTime() ?? 0),
  );
  const step = Math.max(1, dated.length / SAMPLE_PER_FOLDER);
  const spread = dated.filter((_, index) => Math.floor(index % step) === 0);
  const [largest] = rows.toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  return [...new Set([...(largest === undefined ? [] : [largest]), ...spread])];
}

function nameDifferences(
  folder: FolderRow,
  rows: readonly DeliveredRow[],
  differences: readonly { readonly rowId: number; readonly kind: ReportDifference['kind'] }[],
): readonly ReportDifference[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return differences.map(({ rowId, kind }) => {
    const row = byId.get(rowId);
    return {
      folder: folder.sourcePath,
      receivedAt: row?.receivedAt ?? null,
      sizeBytes: row?.sizeBytes ?? 0,
      kind,
    };
  });
}
