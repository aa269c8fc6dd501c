import { isPossibleDate } from '../../mail/date.ts';
import { splitMessage } from '../../mail/headers.ts';
import { messageKey } from '../../mail/message-key.ts';
import { saysMissing } from '../copy/target-folder.ts';
import type { LedgerStore } from '../db/ledger-store.ts';
import type { DeliveredRow, FolderRow } from '../ledger.ts';
import type { MailSource, MailTarget, NumberedFolder } from '../ports.ts';
import {
  type ContentPart,
  compareContent,
  compareListings,
  type LedgerListing,
  type ListingComparison,
  type TargetListing,
} from './compare.ts';

/** Messages read at once for their content; both sides' bytes are held. */
const CONTENT_BATCH = 20;

export interface ListingResult {
  readonly comparison: ListingComparison;
  readonly rows: readonly DeliveredRow[];
  readonly expected: readonly LedgerListing[];
}

/** Compares a folder's ledger with what the target shows: keys, dates, flags. */
export async function verifyListing(
  {
    ledger,
    target,
    now,
  }: {
    readonly ledger: Pick<LedgerStore, 'deliveredRows'>;
    readonly target: Pick<MailTarget, 'look'>;
    readonly now: Date;
  },
  folder: FolderRow,
  signal: AbortSignal,
): Promise<ListingResult> {
  const rows = await ledger.deliveredRows(folder.id);
  const found = rows.length === 0 ? [] : await listTarget(target, folder.targetPath, signal);
  const expected = rows.map(({ id, key, receivedAt, flags }) => ({
    rowId: id,
    key,
    // One that cannot be was replaced when it was written.
    receivedAt: receivedAt !== null && isPossibleDate(receivedAt, now) ? receivedAt : null,
    flags,
  }));
  return { comparison: compareListings(expected, found), rows, expected };
}

/** Everything in a folder of the target; nothing where the folder is gone. */
export async function listTarget(
  target: Pick<MailTarget, 'look'>,
  path: string,
  signal: AbortSignal,
): Promise<readonly TargetListing[]> {
  const seen = (await ifThere(() => target.look(path, 1, signal))) ?? [];
  return seen.map(({ uid, header, receivedAt, flags }) => ({
    uid,
    key: messageKey(splitMessage(header).header).key,
    receivedAt,
    flags,
  }));
}

/** How many were compared, and how many of them differ. */
export interface Compared {
  readonly compared: number;
  readonly different: number;
}

/** Messages that were opened on both sides; `different` counts messages in each. */
export interface ContentResult extends Compared {
  readonly attachments: Compared;
  readonly invitations: Compared;
  readonly differences: readonly {
    readonly rowId: number;
    readonly kind: ContentPart | 'unreadable' | 'missing';
  }[];
}

/** A message to open: its UID at the source, and the one that the listing found for it at the target. */
export interface RowToOpen {
  readonly id: number;
  readonly uid: number;
  readonly targetUid: number;
}

/** Those of the rows for which the listing found a message. Pure. */
export function rowsToOpen(
  rows: readonly Pick<DeliveredRow, 'id' | 'uid'>[],
  { found }: Pick<ListingComparison, 'found'>,
): readonly RowToOpen[] {
  const uids = new Map(found.map(({ rowId, uid }) => [rowId, uid]));
  return rows.flatMap(({ id, uid }) => {
    const targetUid = uids.get(id);
    return targetUid === undefined ? [] : [{ id, uid, targetUid }];
  });
}

/** Opens messages on both sides and compares subject, text, attachments and invitations as a person finds them. */
export async function verifyContent(
  { source, reader }: { readonly source: MailSource; readonly reader: MailSource },
  folder: FolderRow,
  known: readonly RowToOpen[],
  signal: AbortSignal,
): Promise<ContentResult> {
  if (known.length === 0) {
    return NOTHING_OPENED;
  }
  const [from, to] = await Promise.all([
    ifThere(() => openNumbered(source, folder.sourcePath, signal)),
    ifThere(() => openNumbered(reader, folder.targetPath, signal)),
  ]);
  if (from === null || to === null) {
    // Deleted or renamed by now: what is missing at the target the listing says.
    return NOTHING_OPENED;
  }
  let total = NOTHING_OPENED;
  for (let start = 0; start < known.length; start += CONTENT_BATCH) {
    const batch = known.slice(start, start + CONTENT_BATCH);
    const [ours, theirs] = await Promise.all([
      readAll(
        source,
        from,
        batch.map((row) => row.uid),
        signal,
      ),
      readAll(
        reader,
        to,
        batch.map((row) => row.targetUid),
        signal,
      ),
    ]);
    for (const row of batch) {
      const one = await compareOne(row.id, ours.get(row.uid), theirs.get(row.targetUid));
      total = addContent(total, one);
    }
  }
  return total;
}

const NONE: Compared = { compared: 0, different: 0 };

/** The sum of no messages. */
export const NOTHING_OPENED: ContentResult = {
  ...NONE,
  attachments: NONE,
  invitations: NONE,
  differences: [],
};

/** Null where the folder is gone. */
async function ifThere<T>(open: () => Promise<T>): Promise<T | null> {
  try {
    return await open();
  } catch (error) {
    if (saysMissing(error)) {
      return null;
    }
    throw error;
  }
}

async function openNumbered(
  source: MailSource,
  path: string,
  signal: AbortSignal,
): Promise<NumberedFolder> {
  const { uidValidity } = await source.openFolder(path, signal);
  return { path, uidValidity };
}

async function readAll(
  source: MailSource,
  folder: NumberedFolder,
  uids: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Buffer>> {
  const found = new Map<number, Buffer>();
  for await (const { uid, bytes } of source.readMessages(folder, uids, signal)) {
    found.set(uid, bytes);
  }
  return found;
}

async function compareOne(
  rowId: number,
  ours: Buffer | undefined,
  theirs: Buffer | undefined,
): Promise<ContentResult> {
  if (ours === undefined) {
    // Deleted at the source since it was copied: nothing is left to compare with.
    return NOTHING_OPENED;
  }
  if (theirs === undefined) {
    return oneDifferent(rowId, 'missing');
  }
  const result = await compareContent(ours, theirs);
  if (result.kind === 'unreadable') {
    return oneDifferent(rowId, 'unreadable');
  }
  const parts = result.kind === 'same' ? [] : result.parts;
  const of = (count: number, part: ContentPart): Compared => ({
    compared: count,
    different: parts.includes(part) ? 1 : 0,
  });
  return {
    compared: 1,
    different: parts.length > 0 ? 1 : 0,
    // What was added at the target is a difference, too, though the source has nothing to count.
    attachments: of(result.attachments, 'attachments'),
    invitations: of(result.invitations, 'invitation'),
    differences: parts.map((kind) => ({ rowId, kind })),
  };
}

function oneDifferent(rowId: number, kind: 'missing' | 'unreadable'): ContentResult {
  return { ...NOTHING_OPENED, compared: 1, different: 1, differences: [{ rowId, kind }] };
}

/** Two results as one. Pure. */
export function addContent(a: ContentResult, b: ContentResult): ContentResult {
  return {
    ...addCompared(a, b),
    attachments: addCompared(a.attachments, b.attachments),
    invitations: addCompared(a.invitations, b.invitations),
    differences: [...a.differences, ...b.differences],
  };
}

function addCompared(a: Compared, b: Compared): Compared {
  return { compared: a.compared + b.compared, different: a.different + b.different };
}
