/**
 * The ledger's shape: every source message and where it went.
 *
 *   listed → in-flight → done | adopted | failed;  listed ⇄ skipped (by a rule);  listed → gone
 *
 * `in-flight` is an intent, committed before the first octet leaves. A row that is in flight while no
 * append of this process answers for it is a suspect: it may be stored or not.
 */
export type MessageState =
  | 'listed'
  | 'in-flight'
  | 'done'
  | 'adopted'
  | 'skipped'
  | 'failed'
  | 'gone';

/** Why a message is left that the source lists and does not hand over. */
export const WITHHELD = { state: 'failed', reason: 'copy.body-withheld' } as const;

/** Marks who may write: the turn of one worker with one migration. */
export interface Turn {
  readonly migrationId: string;
  readonly epoch: number;
}

export interface FolderRow {
  readonly id: number;
  readonly sourcePath: string;
  readonly targetPath: string;
  readonly specialUse: string | null;
  readonly messages: number;
  readonly uidValidity: number | null;
  /** UIDNEXT and HIGHESTMODSEQ when it was listed last. */
  readonly sourceUidNext: number | null;
  readonly sourceModSeq: string | null;
  /** The last pass that listed it; -1 before the first. */
  readonly passListed: number;
  /** The last pass that went through it to its end. */
  readonly passDone: number;
  readonly problem: string | null;
  /** Class of the target folder; null before it was asked for. */
  readonly targetClass: string | null;
}

/** A message that still has to be copied. */
export interface OpenRow {
  readonly id: number;
  readonly uid: number;
  readonly sizeBytes: number;
  readonly receivedAt: Date | null;
  readonly flags: readonly string[];
  readonly attempts: number;
  /** Where a move to this row was tried: the stamp of the message that was to be moved. */
  readonly stampId: number | null;
  /** Times that the source listed it, gave others, and held it back. */
  readonly withheld: number;
}

/** A row whose last attempt was never answered. */
export interface SuspectRow {
  readonly id: number;
  readonly folderId: number;
  readonly uid: number;
  readonly key: string;
  readonly sha256: string;
  readonly sentBytes: number;
  readonly receivedAt: Date | null;
  readonly flags: readonly string[];
  readonly targetFolderId: number;
  readonly targetPath: string;
  readonly targetUidValidity: number;
  readonly lookFrom: number;
  readonly attempts: number;
  readonly linkDiedAt: Date | null;
  readonly emptyLooks: number;
  /** The row id in the message's stamp, where it is another row's: it was to be moved, not sent. */
  readonly stampId: number | null;
}

/** A message that is at the target under a UID that nobody knows: no UIDPLUS, or renumbered since. */
export interface UnnumberedRow {
  readonly sha256: string;
  readonly receivedAt: Date | null;
  readonly targetUidValidity: number;
  readonly lookFrom: number;
}

/** A copied, or possibly copied, message that the source no longer shows under this UID. */
export interface VanishedRow {
  readonly id: number;
  /** `in-flight`: nobody knows yet whether it is at the target. */
  readonly state: 'in-flight' | 'done' | 'adopted';
  /** The row id in its stamp. */
  readonly stampId: number;
  readonly sha256: string;
  readonly receivedAt: Date | null;
  readonly targetPath: string;
  readonly targetUidValidity: number;
  readonly targetUid: number | null;
  readonly writtenFlags: readonly string[] | null;
}

/** A message that was sent more than once before it was known to be there. */
export interface ResentRow {
  readonly id: number;
  /** The row id in its stamp. */
  readonly stampId: number;
  readonly sha256: string;
  readonly sentBytes: number;
  readonly receivedAt: Date | null;
  readonly writtenFlags: readonly string[] | null;
  readonly targetFolderId: number;
  readonly targetPath: string;
  readonly targetUidValidity: number;
  readonly targetUid: number | null;
  readonly lookFrom: number;
}

/** The target shows other flags than the source, and nobody chose them there. */
export type FlagRepair = 'flags-left';

export type SurplusCode = 'second-copy-removed' | 'second-copy-left';

/** What a look for second copies came to, by row: null where there is none. */
export interface SurplusFinding {
  readonly id: number;
  readonly repair: SurplusCode | null;
}

/** A message of ours at the target, and its number there, if that is known and still the same. */
export interface LostRow {
  readonly id: number;
  /** The row id in its stamp. */
  readonly stampId: number;
  readonly key: string;
  readonly targetFolderId: number;
  readonly targetPath: string;
  readonly targetUidValidity: number;
  readonly targetUid: number | null;
  /** Null where it was not sent by us. */
  readonly lookFrom: number | null;
}

/** The number under which a message was found again. */
export interface Renumbering {
  readonly id: number;
  readonly uidValidity: number;
  readonly uid: number;
}

/** A copied message whose flags changed at the source since. */
export interface FlagRow extends LostRow {
  readonly flags: readonly string[];
  /** Null where it was written before this was noted. */
  readonly writtenFlags: readonly string[] | null;
}

/** What a flag change came to; `written` null: the target was left as it is. */
export interface FlagSettlement {
  readonly id: number;
  readonly written: readonly string[] | null;
  readonly repair: FlagRepair | null;
  /** The next pass tries once more. */
  readonly again: boolean;
}

/** A new row turned out to be the message of a vanished one. */
export interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly key: string;
  readonly sha256: string;
  readonly place:
    | { readonly kind: 'as-before' }
    | { readonly kind: 'moved'; readonly uidValidity: number; readonly uid: number | null }
    /** The person deleted it at the target: it is never sent again. */
    | { readonly kind: 'deleted'; readonly reason: string };
}

/** A message that the ledger says is at the target. */
export interface DeliveredRow {
  readonly id: number;
  readonly uid: number;
  readonly key: string;
  readonly sizeBytes: number;
  readonly receivedAt: Date | null;
  readonly flags: readonly string[];
  /** Null where the server named none, or where the message was found by its key. */
  readonly targetUid: number | null;
}

/** A message that was not copied. */
export interface LeftRow {
  readonly folder: string;
  readonly uid: number;
  readonly sizeBytes: number;
  readonly receivedAt: Date | null;
  readonly outcome: 'skipped' | 'failed';
  readonly reason: string;
}

/** What is written down before the first octet of an append leaves. */
export interface Intent {
  readonly id: number;
  readonly key: string;
  readonly sha256: string;
  readonly sentBytes: number;
  readonly repairs: readonly string[];
  /** The flags that go out with it. */
  readonly flags: readonly string[];
  /** More of them are to be set once the message is there. */
  readonly flagsLack: boolean;
  /** Sent mail that may hold a calendar invitation. */
  readonly mayInvite: boolean;
  /** Not sent, but moved: the stamp of the message that is to be moved here. */
  readonly stampId: number | null;
  readonly targetFolderId: number;
  readonly targetUidValidity: number;
  /** UIDNEXT of the target folder, answered before the batch's first octet. */
  readonly uidNext: number;
}

/** A message that stood in the target folder before: it settles the row, and nothing is sent. */
export interface AdoptedRow {
  readonly id: number;
  readonly key: string;
  readonly sha256: string;
  /** As they would have been written. */
  readonly flags: readonly string[];
  readonly targetFolderId: number;
  readonly targetUidValidity: number;
  readonly targetUid: number;
}

/** How a row leaves the in-flight or listed state. */
export type Settlement =
  | {
      readonly id: number;
      readonly state: 'done';
      readonly uidValidity: number;
      readonly uid: number;
      /** Where it was found, if not where it was sent. */
      readonly targetFolderId?: number;
    }
  /** Stored, but the server named no UID (no UIDPLUS). */
  | { readonly id: number; readonly state: 'done'; readonly uidValidity: null; readonly uid: null }
  | { readonly id: number; readonly state: 'failed' | 'skipped'; readonly reason: string }
  | { readonly id: number; readonly state: 'gone' }
  /**
   * Certainly not stored: to be copied again. `suspected`: its octets had left once, so that it may be
   * what breaks connections; it then travels alone.
   */
  | { readonly id: number; readonly state: 'listed'; readonly suspected: boolean }
  /** Still a suspect: the link died now, or a look found nothing. */
  | { readonly id: number; readonly state: 'in-flight'; readonly emptyLooks: number };
