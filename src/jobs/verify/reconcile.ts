/** Holds what the source shows now against what the ledger saw there: nothing may be left without a word. */
import type { FolderRow } from '../ledger.ts';
import type { SurveyedFolder } from '../ports.ts';

/** One UID that the ledger has of a folder. */
export interface KnownUid {
  readonly uid: number;
  /** A later listing no longer had it. */
  readonly vanished: boolean;
}

/** What became of a folder of the source since it was listed. */
export interface SourceCheck {
  readonly sourcePath: string;
  /** Messages there now; null where the folder did not open. */
  readonly showsNow: number | null;
  /** Came after the last listing: not copied. */
  readonly arrivedLater: number;
  /** Listed once, and not there any more. */
  readonly deletedSince: number;
  /** There, and should have been listed, and was not; of a renumbered folder all of it. */
  readonly unexplained: number;
}

/** A folder that the source did not have when it was listed: all of it arrived later. Pure. */
export function reconcileNewFolder(
  sourcePath: string,
  now: SurveyedFolder | undefined,
): SourceCheck {
  const showsNow = listingOf(now)?.messages.length ?? null;
  return { sourcePath, showsNow, arrivedLater: showsNow ?? 0, deletedSince: 0, unexplained: 0 };
}

/** Counts the differences between a folder's rows and its present listing. Pure. */
export function reconcileFolder(
  folder: Pick<FolderRow, 'sourcePath' | 'uidValidity' | 'sourceUidNext'>,
  known: readonly KnownUid[],
  now: SurveyedFolder | undefined,
): SourceCheck {
  const { sourcePath } = folder;
  const listing = listingOf(now);
  if (listing === null) {
    const deletedSince = known.filter(({ vanished }) => vanished).length;
    return { sourcePath, showsNow: null, arrivedLater: 0, deletedSince, unexplained: 0 };
  }
  const { state, messages } = listing;
  const isRenumbered = state.uidValidity !== folder.uidValidity;
  const uids = new Set(isRenumbered ? [] : messages.map(({ uid }) => uid));
  const rows = new Set(isRenumbered ? [] : known.map(({ uid }) => uid));
  const strangers = messages.filter(({ uid }) => !rows.has(uid));
  const later = isRenumbered
    ? []
    : strangers.filter(({ uid }) => uid >= (folder.sourceUidNext ?? 1));
  return {
    sourcePath,
    showsNow: messages.length,
    arrivedLater: later.length,
    deletedSince: known.filter(({ uid }) => !uids.has(uid)).length,
    unexplained: strangers.length - later.length,
  };
}

type Listing = Extract<SurveyedFolder, { readonly state: unknown }>;

/** Null where the folder did not open; everybody here asks for whole listings. */
function listingOf(
  now: SurveyedFolder | undefined,
): (Listing & { readonly messages: NonNullable<Listing['messages']> }) | null {
  if (now === undefined || 'error' in now || now.messages === null) {
    return null;
  }
  return { ...now, messages: now.messages };
}
