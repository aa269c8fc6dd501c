import { isAppError } from '../../errors.ts';
import type { VerificationSummary } from '../api.ts';
import type { LedgerStore } from '../db/ledger-store.ts';
import type { FolderRow } from '../ledger.ts';
import type { MailSource, MailTarget, SurveyedFolder } from '../ports.ts';
import type { Difference, ListingComparison, TargetListing } from './compare.ts';
import { type FolderUnpaired, findMisplaced, othersOf } from './misplaced.ts';
import { reconcileFolder, reconcileNewFolder, type SourceCheck } from './reconcile.ts';
import {
  addContent,
  type ContentResult,
  listTarget,
  NOTHING_OPENED,
  rowsToOpen,
  verifyContent,
  verifyListing,
} from './verify-folder.ts';

/** What may be wrong with a message; `verify.` and the kind is the code that has words. */
export type DifferenceKind =
  | 'missing'
  | 'elsewhere'
  | 'twice'
  | 'date'
  | 'flags'
  | 'subject'
  | 'text'
  | 'attachments'
  | 'invitation'
  | 'unreadable';

/** A message that is not at the target as it should be. */
export interface VerifiedDifference {
  /** Path at the source. */
  readonly folder: string;
  readonly receivedAt: Date | null;
  readonly sizeBytes: number;
  readonly kind: DifferenceKind;
  /** `elsewhere`: the target folder where it stands. */
  readonly foundIn: string | null;
}

/** Everything that was compared after a copy; what is not in it was not compared. */
export interface Verification {
  readonly finishedAt: Date;
  readonly folders: readonly {
    readonly sourcePath: string;
    readonly comparison: Pick<ListingComparison, 'messages' | 'dates' | 'flags'>;
  }[];
  /** Each folder of the source as it is now. */
  readonly source: readonly SourceCheck[];
  /** Messages opened on both sides. */
  readonly content: Omit<ContentResult, 'differences'>;
  readonly differences: readonly VerifiedDifference[];
}

export interface VerifyDeps {
  readonly ledger: LedgerStore;
  readonly source: MailSource;
  readonly target: MailTarget;
  /** The target's mailbox, to open its messages. */
  readonly reader: MailSource;
  readonly now: () => Date;
}

/**
 * Compares both mailboxes in every way that is claimed: the source's present listing with the ledger, the
 * ledger with the target's listing (identity, received second, read, answered, flagged, draft), and a
 * sample that is opened on both sides. Writes to neither.
 */
export async function verifyMailbox(
  deps: VerifyDeps,
  migrationId: string,
  signal: AbortSignal,
): Promise<Verification> {
  const folders = await deps.ledger.folders(migrationId);
  const opening = folders.filter(({ problem }) => problem === null);
  const source = await checkSource(deps, folders, signal);
  const listed = await checkListings(deps, opening, signal);
  const opened = await openSample(deps, { migrationId, listed }, signal);
  const unpaired = listed.map((one) => one.unpaired);
  const strangers = await otherFolders(deps, unpaired, signal);
  const misplaced = findMisplaced([...unpaired, ...strangers]);
  const found = [
    ...misplaced.map(({ rowId, kind, ...where }) => ({
      rowId,
      kind,
      foundIn: 'foundIn' in where ? where.foundIn : null,
    })),
    ...[...listed.flatMap(({ differences }) => differences), ...opened.differences].map(
      ({ rowId, kind }) => ({ rowId, kind, foundIn: null }),
    ),
  ];
  const { differences: _, ...content } = opened;
  return {
    finishedAt: deps.now(),
    folders: listed.map(({ folder, comparison: { messages, dates, flags } }) => ({
      sourcePath: folder.sourcePath,
      comparison: { messages, dates, flags },
    })),
    source,
    content,
    differences: nameDifferences(listed, found),
  };
}

/** Every folder that the source shows now, those with it that it did not have when it was listed. */
async function checkSource(
  { source, ledger }: VerifyDeps,
  folders: readonly FolderRow[],
  signal: AbortSignal,
): Promise<readonly SourceCheck[]> {
  const known = new Set(folders.map(({ sourcePath }) => sourcePath));
  const created = (await source.listFolders(signal)).filter(
    ({ path, selectable }) => selectable && !known.has(path),
  );
  const asked = [...known, ...created.map(({ path }) => path)];
  const now = new Map<string, SurveyedFolder>();
  for await (const surveyed of source.surveyFolders(
    asked.map((path) => ({ path, known: null })),
    signal,
  )) {
    now.set(surveyed.path, surveyed);
  }
  const checks = created.map(({ path }) => reconcileNewFolder(path, now.get(path)));
  for (const folder of folders) {
    const uids = await ledger.knownUids(folder.id);
    checks.push(reconcileFolder(folder, uids, now.get(folder.sourcePath)));
  }
  return checks;
}

/** What is kept of a folder's comparison until all folders were compared. */
interface ListedFolder {
  readonly folder: FolderRow;
  readonly comparison: Pick<ListingComparison, 'messages' | 'dates' | 'flags' | 'found'>;
  readonly differences: readonly Exclude<Difference, { kind: 'missing' }>[];
  readonly unpaired: FolderUnpaired;
  readonly facts: ReadonlyMap<number, RowFacts>;
}

type RowFacts = Pick<VerifiedDifference, 'receivedAt' | 'sizeBytes'>;

async function checkListings(
  deps: VerifyDeps,
  folders: readonly FolderRow[],
  signal: AbortSignal,
): Promise<readonly ListedFolder[]> {
  const listed: ListedFolder[] = [];
  for (const folder of folders) {
    const context = { ledger: deps.ledger, target: deps.target, now: deps.now() };
    const { comparison, rows, expected } = await verifyListing(context, folder, signal);
    const { differences, unpaired, ...counts } = comparison;
    const { missing } = unpaired;
    listed.push({
      folder,
      comparison: counts,
      differences: differences.filter((one) => one.kind !== 'missing'),
      unpaired: {
        targetPath: folder.targetPath,
        missing,
        others: othersOf(expected, unpaired.others),
      },
      facts: new Map(rows.map(({ id, receivedAt, sizeBytes }) => [id, { receivedAt, sizeBytes }])),
    });
  }
  return listed;
}

/** Where something is missing, the target's folders that no folder of the source goes to: one may have been renamed. */
async function otherFolders(
  { target }: VerifyDeps,
  listed: readonly FolderUnpaired[],
  signal: AbortSignal,
): Promise<readonly FolderUnpaired[]> {
  if (listed.every(({ missing }) => missing.length === 0)) {
    return [];
  }
  const known = new Set(listed.map(({ targetPath }) => targetPath));
  const found: FolderUnpaired[] = [];
  for (const { path, selectable } of await target.listFolders(signal)) {
    if (selectable && !known.has(path)) {
      const others = othersOf([], await listIfOpen(target, path, signal));
      found.push({ targetPath: path, missing: [], others });
    }
  }
  return found;
}

/** What holds no mail, such as a calendar, may not open: nothing of ours is in it. */
async function listIfOpen(
  target: MailTarget,
  path: string,
  signal: AbortSignal,
): Promise<readonly TargetListing[]> {
  try {
    return await listTarget(target, path, signal);
  } catch (error) {
    if (isAppError(error) && error.disposition === 'stop') {
      return [];
    }
    throw error;
  }
}

async function openSample(
  deps: VerifyDeps,
  input: {
    readonly migrationId: string;
    readonly listed: readonly ListedFolder[];
  },
  signal: AbortSignal,
): Promise<ContentResult> {
  const sample = Map.groupBy(
    await deps.ledger.sampleRows(input.migrationId),
    ({ folderId }) => folderId,
  );
  let total = NOTHING_OPENED;
  for (const { folder, comparison } of input.listed) {
    const rows = rowsToOpen(sample.get(folder.id) ?? [], comparison);
    total = addContent(total, await verifyContent(deps, folder, rows, signal));
  }
  return total;
}

function nameDifferences(
  listed: readonly ListedFolder[],
  found: readonly (Pick<VerifiedDifference, 'kind' | 'foundIn'> & { readonly rowId: number })[],
): readonly VerifiedDifference[] {
  return found.flatMap(({ rowId, kind, foundIn }) => {
    const folder = listed.find(({ facts }) => facts.has(rowId));
    const facts = folder?.facts.get(rowId);
    return folder === undefined || facts === undefined
      ? []
      : [{ folder: folder.folder.sourcePath, ...facts, kind, foundIn }];
  });
}

/** What a card says of it. Pure. */
export function summarizeVerification({
  folders,
  source,
  content,
  differences,
}: Verification): VerificationSummary {
  const counts: Record<string, number> = {};
  for (const { kind } of differences) {
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return {
    compared: folders.reduce((sum, { comparison }) => sum + comparison.messages.expected, 0),
    opened: {
      messages: content.compared,
      attachments: content.attachments.compared,
      invitations: content.invitations.compared,
    },
    differences: counts,
    arrivedLater: source.reduce((sum, one) => sum + one.arrivedLater, 0),
    unexplained: source.reduce((sum, one) => sum + one.unexplained, 0),
  };
}
