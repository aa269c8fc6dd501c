import type { BatchView, FolderMapping, MigrationView, Progress, Tally } from './api.ts';
import { CLASS_UNKNOWN, isHiddenClass } from './copy/folder-class.ts';
import { NAME_PROBLEMS } from './copy/folder-name.ts';
import type { MigrationRow, TenantChangeRow } from './db/migration-store.ts';
import { addTallies, type FolderTally } from './tally.ts';

/** What belongs to a migration and is kept elsewhere. */
export interface ViewParts {
  readonly folders: readonly FolderTally[];
  readonly changes: readonly TenantChangeRow[];
}

/** A migration as the conversation shows it. Pure. */
export function viewMigration(
  row: MigrationRow,
  { folders, changes }: ViewParts,
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
    submitter: submitterOf(row.person, row.submitter),
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
    putBackProblem: row.putBackProblem,
    changes: changes.map(({ what, personId, before, after, madeAt, outcome }) => ({
      what,
      personId,
      before,
      after,
      made: madeAt !== null,
      outcome,
    })),
    room: row.room,
    progress: progressOf(row, folders, tally),
    tally,
    rules: { admin: row.skipRules, person: row.leftOut },
    // What does not open goes nowhere.
    folderMap: folders.filter(({ problem }) => problem === null).map(mappingOf),
    pilot: row.pilot,
    reportPath: row.reportPath,
  };
}

/** Who enters the password of a move: the person, unless somebody else was named. */
export function submitterOf<T>(person: T, submitter: T | null): T {
  return submitter ?? person;
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
    targetClass: folder.targetClass === CLASS_UNKNOWN ? null : folder.targetClass,
    isHidden: isHiddenClass(folder.targetClass),
    editable: folder.tally.copied + folder.tally.alreadyThere === 0,
  };
}

const REASONS = [...NAME_PROBLEMS, 'special-use', 'chosen'] as const;

/** Folders that are not listed yet count with the number that their server gave. Pure. */
function progressOf(row: MigrationRow, folders: readonly FolderTally[], tally: Tally): Progress {
  const unlisted = folders.filter(({ listed, problem }) => !listed && problem === null);
  const bytesTotal = folders.reduce((sum, folder) => sum + folder.bytes.total, 0);
  const bytesDone = folders.reduce((sum, folder) => sum + folder.bytes.settled, 0);
  const messagesTotal = unlisted.reduce((sum, { messages }) => sum + messages, tally.source);
  const messagesDone = tally.source - tally.open;
  const moving = messagesDone < messagesTotal;
  const bytesPerSecond = moving ? row.bytesPerSecond : null;
  const known = unlisted.length === 0 && bytesPerSecond !== null && bytesPerSecond > 0;
  return {
    messagesDone,
    messagesTotal,
    bytesDone,
    bytesTotal: unlisted.length === 0 ? bytesTotal : null,
    folder: moving ? row.currentFolder : null,
    bytesPerSecond,
    secondsLeft: known ? Math.ceil((bytesTotal - bytesDone) / bytesPerSecond) : null,
  };
}
