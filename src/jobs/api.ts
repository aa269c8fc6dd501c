/**
 * What the conversation may ask of the domain, and what it is told. The only part of src/jobs that
 * src/bot may import. Every method that changes something takes the actor and is idempotent.
 */
import type { FolderRename, RenameRefusal } from './copy/edit-folder-map.ts';
import type { NameProblem } from './copy/folder-name.ts';
import type { AdminRule, OwnRule, SkipRules } from './copy/skip-rules.ts';
import type { NoticeName, Problem, StateName, StepToRepeat } from './migration/state.ts';
import type {
  DirectoryGroup,
  DirectoryPerson,
  DirectoryTeam,
  PersonKind,
  PersonReadiness,
  SeatNeed,
  TenantChange,
  TenantFinding,
  TenantFix,
  TenantFixPlan,
} from './ports.ts';
import type { Choice, MailboxRoom } from './room.ts';
import type { SettingResult, Settings, SettingValue } from './settings/settings.ts';
import type { MadeChange } from './tenant-change.ts';

export type { FolderRename, RenameRefusal } from './copy/edit-folder-map.ts';
export { pilotOrder } from './copy/pilot-order.ts';
export {
  type AdminRule,
  countRuledOut,
  type OwnRule,
  parseDay,
  type SkipRules,
} from './copy/skip-rules.ts';
export type { NoticeName, Problem, StateName } from './migration/state.ts';
export { END_STATES } from './migration/state.ts';
export { decodeList } from './people/decode-list.ts';
export { dueReminder } from './people/due-reminder.ts';
export type {
  DirectoryGroup,
  DirectoryPerson,
  DirectoryTeam,
  PersonKind,
  PersonReadiness,
  SeatNeed,
  TenantFinding,
  TenantFix,
  TenantFixPlan,
} from './ports.ts';
export { CHOICES, type Choice, type MailboxRoom, QUESTION_OF_CHOICE } from './room.ts';
export {
  isOpenAt,
  lengthOf,
  type MaintenanceWindow,
  nextChange,
  parseTimeZone,
  WEEKDAYS,
  type Weekday,
} from './settings/maintenance-window.ts';
export type {
  SettingName,
  SettingResult,
  Settings,
  SettingValue,
} from './settings/settings.ts';
export type { MadeChange } from './tenant-change.ts';

/** Who pressed: ids of Entra, checked by the gateway's token validation, never taken from a card. */
export interface Actor {
  readonly personId: string;
  readonly tenantId: string;
}

/** What somebody may do: run moves and change the tenant · what the helpdesk may · nothing of either. */
export type Role = 'admin' | 'helpdesk' | 'none';

/** A role, and what is missing to be an admin. */
export interface PersonRole {
  readonly role: Role;
  /** `activation`: a role that is there to be activated · `group`: the configured admin group. */
  readonly lacks: 'role' | 'activation' | 'group' | null;
}

/** One change that a move makes; `before` is null where nobody can know it yet. */
export interface PlannedChange {
  readonly what: TenantChange['what'];
  readonly before: string | null;
  readonly after: string;
}

/** Something noticed at the mailbox that a move leaves as it is; has words in src/words. */
export interface PlanNote {
  readonly code:
    | 'purview-deletes'
    | 'purview-unseen'
    | 'litigation-hold'
    | 'archive'
    | 'retention-held'
    | 'imap-passwords-off'
    | 'smtp-auth-off';
  readonly warns: boolean;
  readonly facts: Readonly<Record<string, string | number>>;
}

/**
 * Whom to move: people who were chosen · names or addresses as somebody wrote them, between commas,
 * semicolons or line ends · everybody in a group · a file with the columns of Microsoft's IMAP migration
 * CSV, without a password.
 */
export type MoveSelection =
  | { readonly kind: 'people'; readonly personIds: readonly string[] }
  | { readonly kind: 'names'; readonly text: string }
  | { readonly kind: 'group'; readonly groupId: string }
  | { readonly kind: 'csv'; readonly text: string };

/** One line of a plan: whose mail goes where, and what that takes. */
export interface PlannedMove {
  /** From 1; of a file as an editor counts. */
  readonly line: number;
  /** As the admin named it. */
  readonly named: string;
  /** `new`: nobody has the address yet, and the tenant could give it · null: not known. */
  readonly is: PersonKind | 'new' | null;
  /** Null where there is nobody to say it of. */
  readonly readiness: PersonReadiness | null;
  readonly changes: readonly PlannedChange[];
  readonly notes: readonly PlanNote[];
  /** Who enters the password: the person, or for a shared mailbox whoever was named. */
  readonly submitter: DirectoryPerson | null;
  /** The iCloud account, where the list names it. */
  readonly sourceAccount: string | null;
  /** Why this line cannot be started; null when it can. */
  readonly obstacle: Problem | null;
}

/**
 * Everything that starting a batch would change, countable; `hash` names exactly this plan. Lines with an
 * obstacle are left out when it is started.
 */
export interface BatchPlan {
  readonly moves: readonly PlannedMove[];
  /** Seats that all of them take together, by product. */
  readonly seats: readonly SeatNeed[];
  /** It is of a list whose lines somebody can look up. */
  readonly isList: boolean;
  /** Columns of a file that I make no use of. */
  readonly ignoredColumns: readonly string[];
  /** What is left out of each move, by the admins' wish. */
  readonly rules: readonly AdminRule[];
  /** Where the mail is read; shown when it is not Apple's own host. */
  readonly sourceHost: string;
  readonly sourceIsApple: boolean;
  /** Why nothing of it can be started; null when something can. */
  readonly obstacle: Problem | null;
  readonly hash: string;
}

/** The plan of one person, as its card shows it. */
export interface MovePlan {
  readonly readiness: PersonReadiness;
  readonly changes: readonly PlannedChange[];
  readonly notes: readonly PlanNote[];
  readonly rules: readonly AdminRule[];
  readonly sourceHost: string;
  readonly sourceIsApple: boolean;
  readonly obstacle: Problem | null;
  readonly hash: string;
}

export type StartResult =
  | { readonly kind: 'started'; readonly batchId: string }
  /** The same plan was started before; nothing was done twice. */
  | { readonly kind: 'already-started'; readonly batchId: string }
  | { readonly kind: 'plan-changed'; readonly plan: BatchPlan }
  /** Too old, or never made. */
  | { readonly kind: 'plan-unknown' };

/** What became of one new person; the password is shown here, once, and kept nowhere. */
export type CreatedPerson =
  | {
      readonly kind: 'created';
      readonly address: string;
      readonly displayName: string;
      readonly initialPassword: string;
    }
  | { readonly kind: 'failed'; readonly address: string; readonly problem: Problem };

export type CreateResult =
  | { readonly kind: 'done'; readonly people: readonly CreatedPerson[] }
  | { readonly kind: 'plan-changed'; readonly plan: BatchPlan }
  | { readonly kind: 'plan-unknown' };

export interface FolderMapping {
  readonly sourcePath: string;
  readonly targetPath: string;
  readonly messages: number;
  /** Why the name changes, where it does; has words in src/words. */
  readonly reason: FolderReason | null;
  /** The target folder's class, such as IPF.Note; null where it is not known. */
  readonly targetClass: string | null;
  /** Its class is one that Outlook may hide, or not take for mail. */
  readonly isHidden: boolean;
  /** None of its messages is at the target yet, so that it can still go elsewhere. */
  readonly editable: boolean;
}

/** Why a folder is called otherwise at the target; `chosen`: an admin said so. */
export type FolderReason = 'special-use' | 'chosen' | NameProblem;

/** Evidence of the pilot; each pair is source against target. */
export interface PilotResult {
  readonly sourcePath: string;
  readonly targetPath: string;
  readonly messages: { readonly source: number; readonly target: number };
  readonly dates: { readonly compared: number; readonly different: number };
  readonly flags: { readonly compared: number; readonly different: number };
  readonly attachments: { readonly compared: number; readonly different: number };
  /** Messages that were changed so that Exchange takes them, by reason code. */
  readonly repaired: Readonly<Record<string, number>>;
  /** Messages that could not be stored, by reason code. */
  readonly failed: Readonly<Record<string, number>>;
}

/** One line of the sum: source = copied + alreadyThere + skipped + failed + gone + open. */
export interface Tally {
  readonly source: number;
  readonly copied: number;
  readonly alreadyThere: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  /** Deleted at the source after it was listed. */
  readonly gone: number;
  /** Listed or in flight; 0 at the end. */
  readonly open: number;
}

export interface Progress {
  readonly messagesDone: number;
  readonly messagesTotal: number;
  readonly bytesDone: number;
  /** Null until every folder was listed: before that only messages are counted. */
  readonly bytesTotal: number | null;
  /** The folder that is being copied; null between folders. */
  readonly folder: string | null;
  /** Bytes a second over the last slice; null before the first. */
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** What was compared after the copy, and what was found: no more is claimed than this. */
export interface VerificationSummary {
  /** Messages whose identity, date and marks were compared. */
  readonly compared: number;
  /** Messages opened on both sides, and what was in them. */
  readonly opened: {
    readonly messages: number;
    readonly attachments: number;
    readonly invitations: number;
  };
  /** Messages by what is wrong with them, such as `missing` or `text`. */
  readonly differences: Readonly<Record<string, number>>;
  /** At the source since the last pass: not copied. */
  readonly arrivedLater: number;
  /** At the source, and in no list of it. */
  readonly unexplained: number;
}

export interface MigrationView {
  readonly id: string;
  readonly batchId: string;
  readonly person: DirectoryPerson;
  /** Who enters the password and is told how it goes; for a shared mailbox another person. */
  readonly submitter: DirectoryPerson;
  /** Where the mail goes: the mailbox of `person`. */
  readonly targetMailbox: string;
  /** The iCloud address, once the person named it. */
  readonly sourceAddress: string | null;
  readonly sourceHost: string;
  readonly sourceIsApple: boolean;
  readonly state: StateName;
  readonly resume: StateName | null;
  /** The copying state that a lost password interrupted; null for a first request. */
  readonly interrupted: StateName | null;
  readonly stateSince: Date;
  readonly until: Date | null;
  readonly problem: Problem | null;
  readonly cleanedUp: boolean;
  /** What keeps the clean-up from its end; `until` then says when it is tried again. */
  readonly putBackProblem: Problem | null;
  /** What was changed in the tenant for this move, and what became of it. */
  readonly changes: readonly MadeChange[];
  /** Null until the account was looked at for the first time. */
  readonly room: MailboxRoom | null;
  readonly progress: Progress;
  readonly tally: Tally;
  /** What is left out, and by whose wish. */
  readonly rules: SkipRules;
  readonly folderMap: readonly FolderMapping[];
  readonly pilot: PilotResult | null;
  /** Null before the verification. */
  readonly verification: VerificationSummary | null;
  /** Where the report lies below DATA_DIR, once there is one. */
  readonly reportPath: string | null;
}

/** A batch without its moves. */
export interface BatchHead {
  readonly id: string;
  readonly startedBy: Actor;
  readonly createdAt: Date;
}

export interface BatchView extends BatchHead {
  readonly migrations: readonly MigrationView[];
}

/** One move as a batch of hundreds shows it: without what only its own card needs. */
export type MoveSummary = Pick<
  MigrationView,
  | 'id'
  | 'batchId'
  | 'person'
  | 'submitter'
  | 'state'
  | 'resume'
  | 'interrupted'
  | 'stateSince'
  | 'until'
  | 'problem'
  | 'cleanedUp'
  | 'putBackProblem'
  | 'progress'
  | 'tally'
  | 'reportPath'
>;

/** A batch as a list of batches shows it. */
export interface BatchLine extends BatchHead {
  readonly size: number;
  /** Whose move is its first. */
  readonly firstName: string;
  /** Moves that have not ended. */
  readonly open: number;
  /** Moves that have a report. */
  readonly reports: number;
}

/** A batch as one card shows it, cheap enough to be asked for every few seconds. */
export interface BatchOverview extends BatchHead {
  readonly migrations: readonly MoveSummary[];
}

/** The answer to a press of a button, for every state that the migration may be in by then. */
export type ActResult =
  | { readonly kind: 'done'; readonly migration: MigrationView }
  /** A second press, or a stale card: nothing was changed. */
  | { readonly kind: 'nothing-to-do'; readonly migration: MigrationView };

/** The answer to an edit of the folder map: all of it is done, or nothing. */
export type RenameResult =
  | ActResult
  | {
      readonly kind: 'refused';
      readonly refusals: readonly RenameRefusal[];
      readonly migration: MigrationView;
    };

/** What an admin may ask of one migration. */
export type MigrationAction = 'approve-pilot' | 'finish' | 'pause' | 'resume' | 'cancel' | 'retry';

export interface BatchAction {
  readonly batchId: string;
  /** Left out: all of them. */
  readonly migrationIds?: readonly string[];
  readonly action: MigrationAction;
  readonly actor: Actor;
}

export interface BatchActResult {
  readonly done: number;
  readonly nothingToDo: number;
}

/** Each left out stays as it is. */
export interface BatchSchedule {
  /** The higher goes first. */
  readonly priority?: -1 | 0 | 1;
  readonly startAt?: Date | null;
  readonly finishBy?: Date | null;
  /** Null: nothing is brought before the move is finished. */
  readonly deltaEveryMinutes?: number | null;
}

/** What the helpdesk may ask of one move that waits for somebody. */
export type HelpdeskAction = 'ask-again' | 'retry' | 'skip';

/** `bytes`: as the question named them; an answer to another question changes nothing. */
export interface Agreement {
  readonly choice: Choice;
  readonly bytes: number;
}

export interface SubmitCredentialInput {
  readonly migrationId: string;
  readonly actor: Actor;
  /** The iCloud address as the person typed it, trimmed. */
  readonly sourceAddress: string;
  /** The app password, sealed by src/secrets/seal for this person and migration. */
  readonly sealed: string;
}

export type SubmitResult =
  | { readonly kind: 'checking'; readonly migration: MigrationView }
  | { readonly kind: 'not-expected'; readonly migration: MigrationView };

/** Our own conversation reference: plain data, no SDK type. */
export interface ConversationReference {
  readonly conversationId: string;
  readonly conversationType: 'personal' | 'channel' | 'groupChat';
  readonly serviceUrl: string;
  readonly tenantId: string;
  readonly botId: string;
  readonly userId: string | null;
  /** The team of a channel, where it is known. */
  readonly teamId?: string;
}

/** A message of ours that is updated in place. */
export interface PostedCard {
  readonly conversation: ConversationReference;
  readonly activityId: string;
}

/** Notices are rendered from the present state when they are delivered; delivering one twice is harmless. */
export interface Notice {
  readonly name: NoticeName;
  readonly batchId: string;
  readonly migrationId: string;
}

/** Implemented by src/bot; jobs call it and try again when it throws. */
export interface NoticePort {
  deliver(notice: Notice, signal: AbortSignal): Promise<void>;
}

/** What the conversation remembers across restarts. Keys are the bot's own names. */
export interface ConversationStore {
  /** A `language` of null leaves what is remembered as it is. */
  saveConversation(
    key: string,
    reference: ConversationReference,
    language: string | null,
  ): Promise<void>;
  findConversation(key: string): Promise<ConversationReference | null>;
  /** Under keys that begin so. */
  conversationsUnder(prefix: string): Promise<readonly ConversationReference[]>;
  forgetConversation(key: string): Promise<void>;
  /** As it was saved; null where nothing is known. */
  findLanguage(key: string): Promise<string | null>;
  savePosted(key: string, posted: PostedCard): Promise<void>;
  /** The same message under several keys. */
  savePostedAs(keys: readonly string[], posted: PostedCard): Promise<void>;
  findPosted(key: string): Promise<PostedCard | null>;
  /** Keys that begin so. */
  postedKeys(prefix: string): Promise<readonly string[]>;
  /** Forgets every message under a key that begins so. */
  forgetPosted(prefix: string): Promise<void>;
  /** A one-time token bound to person, tenant and subject (such as a migration id). */
  issueNonce(input: NonceInput): Promise<string>;
  /** True once, for the same binding and before it expires; false ever after. */
  takeNonce(nonce: string, input: Omit<NonceInput, 'expiresAt'>): Promise<boolean>;
}

/** `sign-in`: between the way to Entra ID and the way back, once · `session`: somebody signed in. */
export type WebSessionKind = 'sign-in' | 'session';
export type WebSessionValue = Readonly<Record<string, string>>;

/** What is remembered of a browser, under a secret that it alone holds. */
export interface WebSessionStore {
  /** Returns the new secret. */
  open(kind: WebSessionKind, value: WebSessionValue, expiresAt: Date): Promise<string>;
  /** Null for a secret that is unknown, of another kind or past its time. */
  find(kind: WebSessionKind, secret: string): Promise<WebSessionValue | null>;
  /** The same, once. */
  take(kind: WebSessionKind, secret: string): Promise<WebSessionValue | null>;
}

export interface NonceInput {
  readonly personId: string;
  readonly tenantId: string;
  readonly subject: string;
  readonly expiresAt: Date;
}

/** An audited refusal or change that the conversation saw. */
export interface AuditEntry {
  readonly actor: Actor | null;
  readonly action: string;
  readonly subject: string;
  readonly outcome: 'done' | 'refused';
  readonly before: string | null;
  readonly after: string | null;
}

export interface SkybridgeApi {
  readonly conversations: ConversationStore;
  /** Changes nothing. With a mailbox a login on it is tried, which is written down. */
  checkTenant(
    input: { readonly mailbox: string | null; readonly actor: Actor },
    signal: AbortSignal,
  ): Promise<readonly TenantFinding[]>;
  /** What mending would change; null when there is nothing to mend any more. */
  planFix(fix: TenantFix, signal: AbortSignal): Promise<TenantFixPlan | null>;
  mendTenant(
    input: { readonly fix: TenantFix; readonly actor: Actor },
    signal: AbortSignal,
  ): Promise<'done' | 'nothing-to-do'>;
  /** The tenant's verified domains, in lower case. */
  ownDomains(signal: AbortSignal): Promise<readonly string[]>;
  findPeople(query: string, signal: AbortSignal): Promise<readonly DirectoryPerson[]>;
  findGroups(query: string, signal: AbortSignal): Promise<readonly DirectoryGroup[]>;
  /** Teams by the beginning of their name. */
  findTeams(query: string, signal: AbortSignal): Promise<readonly DirectoryTeam[]>;
  /** Null for what is no team. */
  findTeam(groupId: string, signal: AbortSignal): Promise<DirectoryTeam | null>;
  /** Puts the bot's own app into a team, which is audited. */
  installInTeam(
    input: { readonly groupId: string; readonly botId: string; readonly actor: Actor },
    signal: AbortSignal,
  ): Promise<'installed' | 'already'>;
  /** Reads the tenant and changes nothing; the plan is kept, so that its hash can be started. */
  planBatch(selection: MoveSelection, signal: AbortSignal): Promise<BatchPlan>;
  /** Makes the plan anew and, when nothing has changed, starts all that is ready at once. */
  startBatch(
    input: { readonly planHash: string; readonly actor: Actor },
    signal: AbortSignal,
  ): Promise<StartResult>;
  /** Creates the people whom a plan names as new; plan again to move them. */
  createPeople(
    input: { readonly planHash: string; readonly actor: Actor },
    signal: AbortSignal,
  ): Promise<CreateResult>;
  /** Null for an id that does not exist. */
  batch(batchId: string): Promise<BatchView | null>;
  migration(migrationId: string): Promise<MigrationView | null>;
  /** Null for an id that does not exist. */
  batchHead(batchId: string): Promise<(BatchHead & { readonly size: number }) | null>;
  overview(batchId: string): Promise<BatchOverview | null>;
  /** Those that have not ended first, then the newest first; at most twenty. */
  batches(): Promise<readonly BatchLine[]>;
  /** Moves whose person answers to a name or address, the newest first; at most `limit`. */
  findMoves(query: string, limit: number): Promise<readonly MigrationView[]>;
  /** The newest batch of this tenant that has not ended, else the newest. */
  latestBatch(): Promise<BatchView | null>;
  /** Those that the person enters a password for and that have not ended, newest first; else the newest. */
  migrationsOfPerson(personId: string): Promise<readonly MigrationView[]>;
  /** Moves that wait for somebody's password. */
  waitingForPeople(): Promise<readonly MigrationView[]>;
  act(migrationId: string, action: MigrationAction, actor: Actor): Promise<ActResult>;
  /** The same for all of a batch, or some of it; where it does not fit nothing happens. */
  actOnBatch(input: BatchAction): Promise<BatchActResult>;
  /** Begins the pilot or the full copy once more; what is at the target already is not sent again. */
  again(migrationId: string, from: StepToRepeat, actor: Actor): Promise<ActResult>;
  /** When a batch may copy and should be through, what goes before what, and how often new mail is brought. */
  scheduleBatch(batchId: string, schedule: BatchSchedule, actor: Actor): Promise<boolean>;
  /**
   * `retry` goes on with what waits for an admin, asks a person whom Teams did not reach, or puts back
   * what is left; `skip` ends a move that waits for somebody. Nothing, once it has left the state of `since`.
   */
  assist(
    migrationId: string,
    input: { readonly action: 'retry' | 'skip'; readonly since: Date },
    actor: Actor,
  ): Promise<ActResult>;
  /** Sends folders elsewhere, with what lies below them, before anything of them is copied. */
  renameFolders(
    migrationId: string,
    renames: readonly FolderRename[],
    actor: Actor,
  ): Promise<RenameResult>;
  /** Copies another folder as the pilot; `unknown` where the move has none of this name. */
  choosePilot(
    migrationId: string,
    folder: string,
    actor: Actor,
  ): Promise<ActResult | { readonly kind: 'unknown'; readonly migration: MigrationView }>;
  /** Answers the question that the move waits with, as long as it is still that question. */
  agree(migrationId: string, answer: Agreement, actor: Actor): Promise<ActResult>;
  submitCredential(input: SubmitCredentialInput): Promise<SubmitResult>;
  /** What the person leaves out from the next pass on; what was copied stays. */
  leaveOut(migrationId: string, rules: readonly OwnRule[], actor: Actor): Promise<ActResult>;
  /** The person says that there is nothing to move. */
  declineMove(migrationId: string, actor: Actor): Promise<ActResult>;
  /** Asked of the directory, and known for a minute; throws where it cannot be asked. */
  roleOf(personId: string, signal: AbortSignal): Promise<PersonRole>;
  /** The audit of a span as a table; `until` is not included. */
  exportAudit(
    span: { readonly since: Date | null; readonly until: Date },
    signal: AbortSignal,
  ): Promise<{ readonly csv: string; readonly rows: number }>;
  settings(): Promise<Settings>;
  changeSetting(setting: SettingValue, actor: Actor): Promise<SettingResult>;
  /** Takes the last change of a setting back. */
  undoSetting(changeId: number, actor: Actor): Promise<SettingResult>;
  audit(entry: AuditEntry): Promise<void>;
}
