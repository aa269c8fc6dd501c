/**
 * What the domain needs from the world, named by role. Adapters (src/jobs/adapters) join these to
 * IMAP and Microsoft Graph; tests join them to fakes. Folder paths here are decoded text with `/`
 * between levels; adapters translate to and from the wire.
 */
import type { AppError } from '../errors.ts';
import type { MessageBytes, SpooledMessage } from '../mail/message-bytes.ts';
import type { Problem } from './migration/state.ts';

export type SpecialUse = 'inbox' | 'sent' | 'drafts' | 'trash' | 'junk' | 'archive';

export interface SourceFolder {
  readonly path: string;
  readonly specialUse: SpecialUse | null;
  /** False for a parent that only groups others (\Noselect). */
  readonly selectable: boolean;
}

export interface FolderState {
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly exists: number;
}

export interface SourceFolderState extends FolderState {
  /** HIGHESTMODSEQ as decimal text: the same number proves that no flag changed; null where there is none. */
  readonly modSeq: string | null;
}

/** A folder to be listed, unless it is as it was known. */
export interface FolderToSurvey {
  readonly path: string;
  readonly known: SourceFolderState | null;
}

/** A folder as it was listed: its UIDs mean the same only under this UIDVALIDITY; another one throws. */
export interface NumberedFolder {
  readonly path: string;
  readonly uidValidity: number;
}

/** One row of the listing of a source folder. */
export interface SourceMessage {
  readonly uid: number;
  readonly flags: readonly string[];
  /** INTERNALDATE; null where the server sent none that can be read. */
  readonly receivedAt: Date | null;
  readonly sizeBytes: number;
}

export interface SourceBody {
  readonly uid: number;
  readonly bytes: Buffer;
}

/** One folder of a survey: what is in it, or why it could not be listed. */
export type SurveyedFolder =
  | {
      readonly path: string;
      readonly state: SourceFolderState;
      /** Null where the folder is as it was known. */
      readonly messages: readonly SourceMessage[] | null;
    }
  | { readonly path: string; readonly error: unknown };

/** A person's mailbox that is read and never changed. One connection, used by one reader of this process. */
export interface MailSource {
  listFolders(signal: AbortSignal): Promise<readonly SourceFolder[]>;
  openFolder(path: string, signal: AbortSignal): Promise<FolderState>;
  /** Lists many folders in few round trips, each once, in any order; those that did not change are not listed. */
  surveyFolders(
    folders: readonly FolderToSurvey[],
    signal: AbortSignal,
  ): AsyncIterable<SurveyedFolder>;
  /**
   * Whole messages; a UID that no longer exists yields nothing, a folder that was renumbered throws. Called
   * again before the last call has ended, it reads on without a pause.
   */
  readMessages(
    folder: NumberedFolder,
    uids: readonly number[],
    signal: AbortSignal,
  ): AsyncIterable<SourceBody>;
  /** One large message, on disk; null where it no longer exists. Whoever takes it closes it. */
  readLarge(
    folder: NumberedFolder,
    uid: number,
    signal: AbortSignal,
  ): Promise<SpooledMessage | null>;
  close(): Promise<void>;
}

export interface TargetFolder {
  readonly path: string;
  readonly specialUse: SpecialUse | null;
  readonly selectable: boolean;
}

export interface OutgoingMessage {
  readonly folderPath: string;
  /** The caller goes on holding it: closed when the append is answered. */
  readonly bytes: MessageBytes;
  readonly flags: readonly string[];
  readonly receivedAt: Date | null;
}

/**
 * What became of one append. `unsent`: its last octet never reached the socket, so it is certainly
 * not stored · `unknown`: it may be stored or not (the link died between the last octet and the answer).
 */
export type AppendOutcome =
  | { readonly kind: 'stored'; readonly uidValidity: number | null; readonly uid: number | null }
  | { readonly kind: 'refused'; readonly error: AppError }
  | { readonly kind: 'unsent'; readonly error: AppError }
  | { readonly kind: 'unknown'; readonly error: AppError };

/** One message as the target shows it to somebody who looks for suspects. */
export interface TargetMessage {
  readonly uid: number;
  readonly sizeBytes: number;
  readonly flags: readonly string[];
  readonly receivedAt: Date | null;
  /** Value of X-Skybridge-Id, where the message carries one. */
  readonly stamp: string | null;
  /** The header block, for keys. */
  readonly header: Buffer;
}

/** A message that we wrote, and the flags that we gave it: other flags mean that the person has touched it. */
export interface WrittenMessage {
  readonly uid: number;
  readonly written: readonly string[];
}

export interface FlagChange extends WrittenMessage {
  readonly wanted: readonly string[];
}

/** `touched`: the person changed the flags since, and they stay · `gone`: no such UID any more. */
export type FlagOutcome = 'changed' | 'touched' | 'gone';

/**
 * `uid` null where the server named none (no COPYUID) · `kept`: touched, or the server cannot move: it stays
 * where it is · `gone`: no such UID any more.
 */
export type MoveOutcome =
  | { readonly kind: 'moved'; readonly uidValidity: number | null; readonly uid: number | null }
  | { readonly kind: 'kept' }
  | { readonly kind: 'gone' };

/** Changes to mail that we wrote before, and that nobody has touched since. */
export interface MailChanges {
  /** Applies each change whose message still shows what was written; every UID is answered. */
  changeFlags(
    folder: NumberedFolder,
    changes: readonly FlagChange[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, FlagOutcome>>;
  /** Moves messages inside the mailbox; every UID is answered. A throw leaves open which were moved. */
  moveMessages(
    folder: NumberedFolder,
    toPath: string,
    messages: readonly WrittenMessage[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, MoveOutcome>>;
  /** Removes exactly these (UIDPLUS); returns those that are gone now, none where the server cannot. */
  removeMessages(
    folder: NumberedFolder,
    messages: readonly WrittenMessage[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<number>>;
}

/** Where mail is written. Appends are pipelined inside; call `append` without awaiting the last one. */
export interface MailTarget extends MailChanges {
  listFolders(signal: AbortSignal): Promise<readonly TargetFolder[]>;
  /** Creates (and subscribes) the folders and their parents where they are missing. */
  ensureFolders(paths: readonly string[], signal: AbortSignal): Promise<void>;
  /**
   * Class by path, by which Outlook tells mail from calendars: `IPF.Note`; empty for a folder that has
   * none. Folders that it does not name are not known; null where this target cannot tell of any.
   */
  folderClasses(signal: AbortSignal): Promise<ReadonlyMap<string, string> | null>;
  folderState(path: string, signal: AbortSignal): Promise<FolderState>;
  /** So many appends will come: connections for them are opened meanwhile. */
  expectAppends(count: number): void;
  /** Resolves when the server has answered or the link died; rejects only for a programming error. */
  append(message: OutgoingMessage, signal: AbortSignal): Promise<AppendOutcome>;
  /** Messages with UID ≥ `fromUid`, oldest first. */
  look(path: string, fromUid: number, signal: AbortSignal): Promise<readonly TargetMessage[]>;
  /** sha256 (hex) of the whole stored message, by UID. */
  hashBodies(
    path: string,
    uids: readonly number[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, string>>;
  close(): Promise<void>;
}

/** What one kind of server can do and where it errs, as far as the domain must know. */
export interface TargetTraits {
  readonly name: 'exchange-online' | 'generic';
  /** Each message gets X-Skybridge-Id with its row id. */
  readonly stamps: boolean;
  /** Stored bytes come back as sent, so they may be compared by hash. */
  readonly byteExact: boolean;
  /** How long a dead link's append may still complete. */
  readonly settleMs: number;
  /** Exchange: system flags only; null: flags and keywords as they are. */
  readonly allowedFlags: readonly string[] | null;
  /** Of these, what is lost to other programs where it comes with the message: set once the message is there. */
  readonly lateFlags: readonly string[];
  /** Longest line in octets, CRLF included; null: no limit known. */
  readonly maxLineBytes: number | null;
  readonly maxMessageBytes: number | null;
}

/** Opens the person's iCloud account; the password is unsealed inside and nowhere else. */
export interface SourceOpener {
  open(migrationId: string, signal: AbortSignal): Promise<MailSource>;
  /** Logs in and leaves, to try a password; throws `LoginLimitError` before it asks too often. */
  tryLogin(migrationId: string, signal: AbortSignal): Promise<void>;
}

/** Opens the mailbox that is written to. */
export interface TargetOpener {
  readonly traits: TargetTraits;
  /** `lanes`: connections that append, beside the one that looks and makes folders. */
  open(
    target: { readonly mailbox: string; readonly lanes: number },
    signal: AbortSignal,
  ): Promise<MailTarget>;
  /** The same mailbox, to read what was written. */
  openReader(targetMailbox: string, signal: AbortSignal): Promise<MailSource>;
}

/** What Skybridge can mend in a tenant by itself, once an admin confirmed it. */
export type TenantFix = 'register-principal';

/** A finding of the tenant check; `code` has words in src/words. */
export interface TenantFinding {
  /** The question, such as `imap-login`; one question may have several findings. */
  readonly check: string;
  readonly code: string;
  readonly verdict: 'ok' | 'warning' | 'failed' | 'unknown';
  readonly facts: Readonly<Record<string, string | number>>;
  /** The other side's own words, without tokens and with short addresses; null where there are none. */
  readonly raw: string | null;
  /** True where the meaning of the answer is believed and not documented: `raw` stands beside it. */
  readonly believed: boolean;
  readonly fix: TenantFix | null;
}

/** What mending would change: as it is, and as it would be. */
export interface TenantFixPlan {
  readonly before: string;
  readonly after: string;
}

/** Looks whether a tenant is ready for a move; changes nothing but what `mend` is asked for. */
export interface TenantDoctor {
  /** `mailbox` is one that an admin named for a trial login; null: none is tried. */
  check(mailbox: string | null, signal: AbortSignal): Promise<readonly TenantFinding[]>;
  /** Null when there is nothing to mend any more. */
  plan(fix: TenantFix, signal: AbortSignal): Promise<TenantFixPlan | null>;
  /** Idempotent. */
  mend(fix: TenantFix, signal: AbortSignal): Promise<void>;
}

export interface DirectoryPerson {
  readonly id: string;
  readonly displayName: string;
  readonly userPrincipalName: string;
  readonly mail: string | null;
  readonly usageLocation: string | null;
  readonly kind: 'member' | 'guest';
}

/** What stands between a person and a mailbox that can take the mail. */
export interface PersonReadiness {
  readonly person: DirectoryPerson;
  readonly mailbox: 'ready' | 'provisioning' | 'none';
  /** The licence to assign, where one is missing; null when none is needed. */
  readonly licence: null | {
    readonly skuId: string;
    readonly skuName: string;
    readonly freeSeats: number;
    /** False where the licence is held, and only its mailbox is switched off. */
    readonly needsSeat: boolean;
    readonly needsUsageLocation: boolean;
  };
  /** Null while there is no mailbox to ask. */
  readonly imapEnabled: boolean | null;
  readonly accessGranted: boolean | null;
  readonly mailboxFacts: MailboxFacts | null;
}

/**
 * What somebody is to a move: a guest has the mailbox elsewhere, a shared mailbox and a resource (a room,
 * a device) have nobody who could enter a password, a disabled account cannot sign in.
 */
export type PersonKind =
  | 'member'
  | 'guest'
  | 'shared-mailbox'
  | 'resource-mailbox'
  | 'disabled-account'
  | 'directory-synced';

/** Whose address it is. */
export type AddressOwner =
  | { readonly kind: 'found'; readonly personId: string }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'several' }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** One person of a survey: an answer that failed spoils nobody else's. */
export type SurveyedPerson =
  | {
      readonly kind: 'found';
      readonly is: PersonKind;
      /** Without a licence proposed. */
      readonly readiness: PersonReadiness;
    }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** What one person has and lacks, the licence proposed with those of all others in view. */
export interface PersonProposal {
  readonly readiness: PersonReadiness;
  /** Why no licence can be given; null where one can, or none is needed. */
  readonly problem: Problem | null;
}

/** What a list of people takes of one product. */
export interface SeatNeed {
  readonly skuId: string;
  readonly skuName: string;
  readonly needed: number;
  /** Before any is given. */
  readonly free: number;
}

/** Somebody whom the tenant does not have yet. */
export interface Newcomer {
  readonly displayName: string;
  readonly address: string;
  readonly usageLocation: string;
}

/** A look at many people that counts each seat once. It holds the people of the last `read` alone. */
export interface PeopleSurvey {
  read(
    personIds: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, SurveyedPerson>>;
  /** For somebody of the last `read`, or a newcomer; takes the seat that is needed. */
  propose(who: string | Newcomer): PersonProposal;
  seats(): readonly SeatNeed[];
}

/** A group of the tenant. */
export interface DirectoryGroup {
  readonly id: string;
  readonly displayName: string;
}

/** What the directory says of somebody's power over the tenant. */
export interface DirectoryStanding {
  /** A role that may run a move is active, over the whole tenant, directly or through a group. */
  readonly holdsAdminRole: boolean;
  readonly couldActivate: boolean;
  /** Those of the groups asked about that hold the person. */
  readonly groupIds: readonly string[];
}

/** A mailbox that is there, as Exchange describes it. */
export interface MailboxFacts {
  /** Null: Exchange names no limit. */
  readonly quotaBytes: number | null;
  /** Null where Exchange did not say. */
  readonly usedBytes: number | null;
  readonly items: number | null;
  /** Largest message as it goes over the wire; null: Exchange names no limit. */
  readonly maxReceiveBytes: number | null;
  readonly maxSendBytes: number | null;
  /** Name of the policy that archives or deletes old mail by rule; null without one. */
  readonly retentionPolicy: string | null;
  /** RetentionHoldEnabled: the policy does nothing while it is on. */
  readonly retentionHold: boolean;
  /** Purview policies named at this mailbox that delete. Those of the whole organisation do not show. */
  readonly purviewDeletes: number;
  readonly litigationHold: boolean;
  readonly archive: boolean;
  /** Sending by SMTP AUTH, from the mailbox or else the organisation; null where Exchange did not say. */
  readonly smtpAuth: boolean | null;
  /** False where an authentication policy forbids passwords over IMAP; a move signs in without one. */
  readonly imapPasswords: boolean | null;
}

/**
 * What a move may change at a mailbox and puts back, with its values as an audit shows them:
 * `imap`, `retention-hold`: on, off · `mailbox-access`: none, FullAccess · `receive-limit`,
 * `send-limit`: bytes in decimal, unlimited.
 */
export type MailboxSetting =
  | 'imap'
  | 'mailbox-access'
  | 'retention-hold'
  | 'receive-limit'
  | 'send-limit';

/** A change to the tenant, written down before it is made, so that it can be put back. */
export interface TenantChange {
  readonly what: 'licence' | 'usage-location' | MailboxSetting;
  readonly personId: string;
  readonly before: string;
  readonly after: string;
}

/** A team of Microsoft Teams, by its group. */
export interface DirectoryTeam {
  readonly id: string;
  readonly displayName: string;
}

/** The Microsoft 365 tenant: read, prepared for a move, and put back. Every mutation is idempotent. */
export interface TenantPort {
  /** Teams by the beginning of their name. */
  findTeams(query: string, signal: AbortSignal): Promise<readonly DirectoryTeam[]>;
  /** Null for what is no team. */
  findTeam(groupId: string, signal: AbortSignal): Promise<DirectoryTeam | null>;
  /** Puts the app of this bot into a team; idempotent. */
  installInTeam(
    input: { readonly groupId: string; readonly botId: string },
    signal: AbortSignal,
  ): Promise<'installed' | 'already'>;
  /** Finds a person by sign-in name, address or display name; more than one where the name is shared. */
  findPeople(query: string, signal: AbortSignal): Promise<readonly DirectoryPerson[]>;
  /** By the address asked for. */
  addressOwners(
    addresses: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, AddressOwner>>;
  /** By address, or the beginning of the name. */
  findGroups(query: string, signal: AbortSignal): Promise<readonly DirectoryGroup[]>;
  /** Ids of the people in a group, directly or through other groups, each once, page by page. */
  peopleInGroup(groupId: string, signal: AbortSignal): AsyncIterable<readonly string[]>;
  openSurvey(signal: AbortSignal): Promise<PeopleSurvey>;
  readiness(personId: string, signal: AbortSignal): Promise<PersonReadiness>;
  /** The tenant's own domains, in lower case. */
  ownDomains(signal: AbortSignal): Promise<readonly string[]>;
  /** Must be changed at the first sign-in; who asks twice within minutes may get a password that is none. */
  createPerson(
    newcomer: Newcomer,
    signal: AbortSignal,
  ): Promise<{ readonly personId: string; readonly initialPassword: string }>;
  assignLicence(personId: string, skuId: string, signal: AbortSignal): Promise<void>;
  setUsageLocation(personId: string, country: string, signal: AbortSignal): Promise<void>;
  /** The tenant's own country, proposed as usage location. */
  defaultUsageLocation(signal: AbortSignal): Promise<string>;
  /** Asked anew each time; groups by id, answered in lower case. */
  standingOf(
    personId: string,
    groupIds: readonly string[],
    signal: AbortSignal,
  ): Promise<DirectoryStanding>;
  /** Throws what the readiness of such a person would show: that there is no mailbox, or not yet. */
  inspectMailbox(personId: string, signal: AbortSignal): Promise<MailboxFacts>;
  readSetting(personId: string, setting: MailboxSetting, signal: AbortSignal): Promise<string>;
  changeSetting(
    personId: string,
    change: { readonly setting: MailboxSetting; readonly value: string },
    signal: AbortSignal,
  ): Promise<void>;
}
