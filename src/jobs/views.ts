import type { BatchView, FolderMapping, MigrationView, Progress, Tally } from './api.ts';
import type { MigrationRow } from './db/migration-store.ts';
import { addTallies, type FolderTally } from './db/tally-store.ts';

/** A migration as the conversation shows it. Pure. */
export function viewMigration(
  row: MigrationRow,
  folders: readonly FolderTally[],
  isApple: (host: string) => boolean,
): MigrationView {
  if (row.person === null || row.batchId === null) {
    throw new TypeError('A copy without Teams has no view.');
  }
  const tally = addTallies(folders.map((folder) => folder.tally));
  return {
    id: row.id,
    batchId: row.batchId,
    person: row.person,
    targetMailbox: row.targetMailbox,
    sourceAddress: row.sourceAddress,
    sourceHost: row.sourceHost,
    sourceIsApple: isApple(row.sourceHost),
    state: row.state,
    resume: row.resume,
    interrupted: row.interrupted,
    stateSince: row.stateSince,
    until: row.until,
    problem: row.problem,
    cleanedUp: row.cleanedUp,
    progress: progressOf(row, folders, tally),
    tally,
    folderMap: folders.map(mappingOf),
    pilot: row.pilot,
    reportPath: row.reportPath,
  };
}

/** A batch as the conversation shows it. Pure. */
export function viewBatch(
  batch: {
    readonly id: string;
    readonly startedByPerson: string;
    readonly startedByTenant: string;
    readonly createdAt: Date;
  },
  migrations: readonly MigrationView[],
): BatchView {
  return {
    id: batch.id,
    startedBy: { personId: batch.startedByPerson, tenantId: batch.startedByTenant },
    createdAt: batch.createdAt,
    migrations,
  };
}

function mappingOf(folder: FolderTally): FolderMapping {
  return {
    sourcePath: folder.sourcePath,
    targetPath: folder.targetPath,
    messages: folder.tally.source,
    reason: REASONS.find((reason) => reason === folder.reason) ?? null,
  };
}

const REASONS = ['special-use', 'reserved', 'collision', 'invalid-name'] as const;

function progressOf(row: MigrationRow, folders: readonly FolderTally[], tally: Tally): Progress {
  const bytesTotal = folders.reduce((sum, folder) => sum + folder.bytes.total, 0);
  const bytesDone = folders.reduce((sum, folder) => sum + folder.bytes.settled, 0);
  const rate = row.bytesPerSecond;
  return {
    messagesDone: tally.source - tally.open,
    messagesTotal: tally.source,
    bytesDone,
    bytesTotal,
    folder: row.currentFolder,
    bytesPerSecond: rate,
    secondsLeft: rate === null || rate <= 0 ? null : Math.ceil((bytesTotal - bytesDone) / rate),
  };
}
