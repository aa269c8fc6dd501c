import type {
  BatchHead,
  BatchView,
  FolderMapping,
  MigrationView,
  MoveSummary,
  Progress,
  Tally,
} from './api.ts';
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
  return {
    ...summarizeMove({ ...row, person: row.person, batchId: row.batchId }, sumFolders(folders)),
    targetMailbox: row.targetMailbox,
    sourceAddress: row.sourceAddress,
    sourceHost: row.sourceHost,
    sourceIsApple: isApple(row.sourceHost),
    changes: changes.map(({ what, personId, before, after, madeAt, outcome }) => ({
      what,
      personId,
      before,
      after,
      made: madeAt !== null,
      outcome,
    })),
    room: row.room,
    rules: { admin: row.skipRules, person: row.leftOut },
    // What does not open goes nowhere.
    folderMap: folders.filter(({ problem }) => problem === null).map(mappingOf),
    pilot: row.pilot,
    verification: row.verification,
  };
}

/** What the folders of a move add up to. */
export interface FolderSums {
  readonly tally: Tally;
  readonly messagesTotal: number;
  readonly bytesTotal: number;
  readonly bytesDone: number;
  /** Every folder was listed, so that the bytes are all of them. */
  readonly allListed: boolean;
}

/** Folders that are not listed yet count with the number that their server gave. Pure. */
export function sumFolders(folders: readonly FolderTally[]): FolderSums {
  const tally = addTallies(folders.map((folder) => folder.tally));
  const unlisted = folders.filter(({ listed, problem }) => !listed && problem === null);
  return {
    tally,
    messagesTotal: unlisted.reduce((sum, { messages }) => sum + messages, tally.source),
    bytesTotal: folders.reduce((sum, folder) => sum + folder.bytes.total, 0),
    bytesDone: folders.reduce((sum, folder) => sum + folder.bytes.settled, 0),
    allListed: unlisted.length === 0,
  };
}

/** The part of a row that a summary is made of. */
export type MoveRow = Pick<
  MigrationRow,
  Exclude<keyof MoveSummary, 'progress' | 'tally'> | 'currentFolder' | 'bytesPerSecond'
> & {
  readonly person: NonNullable<MigrationRow['person']>;
  readonly batchId: string;
};

/** A move as a batch of hundreds shows it. Pure. */
export function summarizeMove(row: MoveRow, sums: FolderSums): MoveSummary {
  return {
    id: row.id,
    batchId: row.batchId,
    person: row.person,
    submitter: submitterOf(row.person, row.submitter),
    state: row.state,
    resume: row.resume,
    interrupted: row.interrupted,
    stateSince: row.stateSince,
    until: row.until,
    problem: row.problem,
    cleanedUp: row.cleanedUp,
    putBackProblem: row.putBackProblem,
    progress: progressOf(row, sums),
    tally: sums.tally,
    reportPath: row.reportPath,
  };
}

/** Who enters the password of a move: the person, unless somebody else was named. */
export function submitterOf<T>(person: T, submitter: T | null): T {
  return submitter ?? person;
}

/** The row of a batch. */
export interface BatchRow {
  readonly id: string;
  readonly startedByPerson: string;
  readonly startedByTenant: string;
  readonly createdAt: Date;
}

/** A batch without its moves. Pure. */
export function headOf(batch: BatchRow): BatchHead {
  return {
    id: batch.id,
    startedBy: { personId: batch.startedByPerson, tenantId: batch.startedByTenant },
    createdAt: batch.createdAt,
  };
}

/** A batch as the conversation shows it. Pure. */
export function viewBatch(batch: BatchRow, migrations: readonly MigrationView[]): BatchView {
  return { ...headOf(batch), migrations };
}

function mappingOf(folder: FolderTally): FolderMapping {
  return {
    sourcePath: folder.sourcePath,
    targetPath: folder.targetPath,
    messages: folder.listed ? folder.tally.source : folder.messages,
    reason: REASONS.find((reason) => reason === folder.reason) ?? null,
    targetClass: folder.targetClass === CLASS_UNKNOWN ? null : folder.targetClass,
    isHidden: isHiddenClass(folder.targetClass),
    editable: folder.tally.copied + folder.tally.alreadyThere === 0,
  };
}

const REASONS = [...NAME_PROBLEMS, 'special-use', 'chosen'] as const;

function progressOf(
  row: Pick<MigrationRow, 'state' | 'bytesPerSecond' | 'currentFolder'>,
  { tally, messagesTotal, bytesTotal, bytesDone, allListed }: FolderSums,
): Progress {
  const messagesDone = tally.source - tally.open;
  // A pause has no rate, and nobody knows when it ends.
  const rests = row.state === 'Paused' || row.state === 'WaitingForAdmin';
  const moving = messagesDone < messagesTotal && !rests;
  const bytesPerSecond = moving ? row.bytesPerSecond : null;
  const known = allListed && bytesPerSecond !== null && bytesPerSecond > 0;
  return {
    messagesDone,
    messagesTotal,
    bytesDone,
    bytesTotal: allListed ? bytesTotal : null,
    folder: moving ? row.currentFolder : null,
    bytesPerSecond,
    secondsLeft: known ? Math.ceil((bytesTotal - bytesDone) / bytesPerSecond) : null,
  };
}
