/** The report as tables, with the column names that Exchange admins know. */
import { stringify } from 'csv-stringify/sync';
import { CLASS_UNKNOWN } from '../copy/folder-class.ts';
import type { ReportInput } from './input.ts';
import { countOf, type ReportSums } from './sums.ts';

type Cell = string | number | null;

/** The three tables: the mailbox, its folders, the messages that were not copied. */
export function formatCsvs(
  input: ReportInput,
  sums: ReportSums,
): { readonly name: string; readonly text: string }[] {
  return [
    { name: 'mailbox.csv', text: formatRows([mailboxRow(input, sums)]) },
    { name: 'folders.csv', text: formatRows(folderRows(input), FOLDER_COLUMNS) },
    { name: 'not-copied.csv', text: formatRows(itemRows(input), ITEM_COLUMNS) },
  ];
}

/** Spreadsheets run cells that begin with = + - @ tab or CR: those get an apostrophe. */
function formatRows(rows: readonly Record<string, Cell>[], columns?: readonly string[]): string {
  return stringify([...rows], {
    header: true,
    bom: true,
    columns: [...(columns ?? Object.keys(rows[0] ?? {}))],
    record_delimiter: 'windows',
    escape_formulas: true,
    cast: { number: String },
  });
}

function mailboxRow(input: ReportInput, sums: ReportSums): Record<string, Cell> {
  return {
    RunId: input.runId,
    DisplayName: input.person?.displayName ?? null,
    UserPrincipalName: input.person?.userPrincipalName ?? null,
    SourceAddress: input.sourceAddress,
    TargetMailbox: input.targetMailbox,
    Status: input.state,
    DataConsistency: sums.consistency,
    ItemsTotal: sums.total.source,
    ItemsSynced: sums.total.copied,
    ItemsAlreadyThere: sums.total.alreadyThere,
    ItemsSkipped: sums.skipped,
    ItemsFailed: sums.failed,
    ItemsDeletedMeanwhile: sums.total.gone,
    ItemsNotFinished: sums.total.open,
    ItemsArrivedLater: sums.total.arrivedLater,
    ItemsChanged: countOf(sums.repaired),
    BytesTotal: sums.bytes.total,
    BytesSynced: sums.bytes.settled,
    Folders: input.folders.length,
    FoldersNotOpened: sums.closedFolders,
    VerifiedExpected: sums.verified?.expected ?? null,
    VerifiedFound: sums.verified?.found ?? null,
    StartedUtc: input.startedAt.toISOString(),
    CompletedUtc: input.finishedAt.toISOString(),
    DurationSeconds: sums.durationSeconds,
  };
}

const FOLDER_COLUMNS = [
  'Mailbox',
  'SourceFolder',
  'TargetFolder',
  'TargetFolderClass',
  'SourceCount',
  'SourceBytes',
  'Copied',
  'AlreadyThere',
  'Skipped',
  'Failed',
  'DeletedMeanwhile',
  'NotFinished',
  'ArrivedLater',
  'Changed',
  'VerifiedExpected',
  'VerifiedFound',
  'Reason',
];

function folderRows(input: ReportInput): Record<string, Cell>[] {
  const verified = new Map(
    input.verification?.folders.map((folder) => [folder.sourcePath, folder.comparison.messages]),
  );
  return input.folders.map((folder) => ({
    Mailbox: input.targetMailbox,
    SourceFolder: folder.sourcePath,
    TargetFolder: folder.targetPath,
    TargetFolderClass: classText(folder.targetClass),
    SourceCount: folder.tally.source,
    SourceBytes: folder.bytes.total,
    Copied: folder.tally.copied,
    AlreadyThere: folder.tally.alreadyThere,
    Skipped: countOf(folder.tally.skipped),
    Failed: countOf(folder.tally.failed),
    DeletedMeanwhile: folder.tally.gone,
    NotFinished: folder.tally.open,
    ArrivedLater: folder.tally.arrivedLater,
    Changed: countOf(folder.repaired),
    VerifiedExpected: verified.get(folder.sourcePath)?.expected ?? null,
    VerifiedFound: verified.get(folder.sourcePath)?.found ?? null,
    Reason: reasonsText(input, folder),
  }));
}

/** A folder without a class is mail to Outlook. */
function classText(targetClass: string | null): string {
  return targetClass === null || targetClass === CLASS_UNKNOWN
    ? 'not checked'
    : targetClass || 'none';
}

function reasonsText(input: ReportInput, folder: ReportInput['folders'][number]): string {
  const reasons = [
    ...Object.entries(folder.tally.skipped),
    ...Object.entries(folder.tally.failed),
  ].map(([code, count]) => `${count} × ${input.words.reason(code)}`);
  return [
    ...(folder.problem === null ? [] : [input.words.reason(folder.problem)]),
    ...reasons,
  ].join('; ');
}

const ITEM_COLUMNS = [
  'Mailbox',
  'Folder',
  'Uid',
  'Date',
  'Size',
  'Outcome',
  'ReasonCode',
  'Reason',
  'Status',
];

function itemRows(input: ReportInput): Record<string, Cell>[] {
  return input.items.map((item) => ({
    Mailbox: input.targetMailbox,
    Folder: item.folder,
    Uid: item.uid,
    Date: item.receivedAt?.toISOString() ?? null,
    Size: item.sizeBytes,
    Outcome: item.outcome,
    ReasonCode: item.reason,
    Reason: input.words.reason(item.reason),
    Status: item.outcome === 'failed' ? 'Outstanding' : 'Ignored',
  }));
}
