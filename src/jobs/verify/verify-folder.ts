import { isPossibleDate } from '../../mail/date.ts';
import { splitMessage } from '../../mail/headers.ts';
import { messageKey } from '../../mail/message-key.ts';
import type { LedgerStore } from '../db/ledger-store.ts';
import type { DeliveredRow, FolderRow } from '../ledger.ts';
import type { MailSource, MailTarget, NumberedFolder } from '../ports.ts';
import {
  type ContentPart,
  compareContent,
  compareListings,
  type ListingComparison,
} from './compare.ts';

/** Messages read at once for their content; both sides' bytes are held. */
const CONTENT_BATCH = 20;

export interface ListingResult {
  readonly comparison: ListingComparison;
  readonly rows: readonly DeliveredRow[];
}

/** Compares a folder's ledger with what the target shows: keys, dates, flags. */
export async function verifyListing(
  {
    ledger,
    target,
    now,
  }: { readonly ledger: LedgerStore; readonly target: MailTarget; readonly now: Date },
  folder: FolderRow,
  signal: AbortSignal,
): Promise<ListingResult> {
  const rows = await ledger.deliveredRows(folder.id);
  const seen = rows.length === 0 ? [] : await target.look(folder.targetPath, 1, signal);
  const comparison = compareListings(
    rows.map(({ id, key, receivedAt, flags }) => ({
      rowId: id,
      key,
      // One that cannot be was replaced when it was written.
      receivedAt: receivedAt !== null && isPossibleDate(receivedAt, now) ? receivedAt : null,
      flags,
    })),
    seen.map(({ uid, header, receivedAt, flags }) => ({
      uid,
      key: messageKey(splitMessage(header).header).key,
      receivedAt,
      flags,
    })),
  );
  return { comparison, rows };
}

export interface ContentResult {
  readonly compared: number;
  readonly different: number;
  readonly attachments: { readonly compared: number; readonly different: number };
  readonly differences: readonly {
    readonly rowId: number;
    readonly kind: ContentPart | 'unreadable' | 'missing';
  }[];
}

/** Opens messages on both sides and compares subject, text and attachments as a person finds them. */
export async function verifyContent(
  { source, reader }: { readonly source: MailSource; readonly reader: MailSource },
  folder: FolderRow,
  rows: readonly DeliveredRow[],
  signal: AbortSignal,
): Promise<ContentResult> {
  const known = rows.flatMap((row) =>
    row.targetUid === null ? [] : [{ ...row, targetUid: row.targetUid }],
  );
  if (known.length === 0) {
    return EMPTY;
  }
  const [from, to] = await Promise.all([
    openNumbered(source, folder.sourcePath, signal),
    openNumbered(reader, folder.targetPath, signal),
  ]);
  let total = EMPTY;
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

const EMPTY: ContentResult = {
  compared: 0,
  different: 0,
  attachments: { compared: 0, different: 0 },
  differences: [],
};

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
    return EMPTY;
  }
  if (theirs === undefined) {
    return { ...EMPTY, compared: 1, different: 1, differences: [{ rowId, kind: 'missing' }] };
  }
  const result = await compareContent(ours, theirs);
  if (result.kind === 'same') {
    return { ...EMPTY, compared: 1, attachments: { compared: result.attachments, different: 0 } };
  }
  if (result.kind === 'unreadable') {
    return { ...EMPTY, compared: 1, different: 1, differences: [{ rowId, kind: 'unreadable' }] };
  }
  return {
    compared: 1,
    different: 1,
    attachments: {
      compared: result.attachments,
      different: result.parts.includes('attachments') ? 1 : 0,
    },
    differences: result.parts.map((kind) => ({ rowId, kind })),
  };
}

/** Two results as one. Pure. */
export function addContent(a: ContentResult, b: ContentResult): ContentResult {
  return {
    compared: a.compared + b.compared,
    different: a.different + b.different,
    attachments: {
      compared: a.attachments.compared + b.attachments.compared,
      different: a.attachments.different + b.attachments.different,
    },
    differences: [...a.differences, ...b.differences],
  };
}
