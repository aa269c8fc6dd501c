import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  index,
  integer,
  jsonb,
  type PgTimestampBuilderInitial,
  pgTable,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type {
  ConversationReference,
  FolderReason,
  PilotResult,
  PostedCard,
  VerificationSummary,
  WebSessionKind,
  WebSessionValue,
} from '../api.ts';
import type { SkipRules } from '../copy/skip-rules.ts';
import type { MessageState } from '../ledger.ts';
import type { Problem, StateName } from '../migration/state.ts';
import type { KeptSelection } from '../people/selection.ts';
import type { DirectoryPerson, TenantChange } from '../ports.ts';
import type { AgreedChoices, MailboxRoom } from '../room.ts';
import type { SettingName, Settings } from '../settings/settings.ts';
import type { PutBackOutcome } from '../tenant-change.ts';

const instant = (name: string): PgTimestampBuilderInitial<string> =>
  timestamp(name, { withTimezone: true });

/** Mailboxes that are moved together. */
export const batches = pgTable('batches', {
  id: uuid('id').primaryKey(),
  startedByPerson: text('started_by_person').notNull(),
  startedByTenant: text('started_by_tenant').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  /** The higher goes first: -1, 0 or 1. */
  priority: integer('priority').notNull().default(0),
  /** Nothing is copied before; null for at once. */
  startAt: instant('start_at'),
  /** When all should be at the target: in its last day a batch goes before its equals. */
  finishBy: instant('finish_by'),
  /** Between two passes that bring what is new; null: none before the cut-over. */
  deltaEveryMinutes: integer('delta_every_minutes').default(360),
});

/** Plans that an admin was shown, by their hash: what was chosen, to be planned anew when it is started. */
export const plans = pgTable('plans', {
  hash: text('hash').primaryKey(),
  selection: jsonb('selection').$type<KeptSelection>().notNull(),
  /** The batch that it became. */
  batchId: uuid('batch_id').references(() => batches.id),
  /** When its new people were created, or began to be. */
  peopleMadeAt: instant('people_made_at'),
  plannedAt: instant('planned_at').notNull().defaultNow(),
});

/** One mailbox's move; the state machine owns the columns from `state` to `cleaned_up`. */
export const migrations = pgTable(
  'migrations',
  {
    id: uuid('id').primaryKey(),
    /** Names all that this migration wrote. */
    runId: uuid('run_id').notNull(),
    /** Null for a `copy` without Teams. */
    batchId: uuid('batch_id').references(() => batches.id),
    person: jsonb('person').$type<DirectoryPerson>(),
    /** Its line in the plan of its batch. */
    line: integer('line').notNull().default(0),
    /** Who enters the password, where it is somebody else. */
    submitter: jsonb('submitter').$type<DirectoryPerson>(),
    /** The licence that an admin confirmed; null for none. */
    licenceSkuId: text('licence_sku_id'),
    /** Names the pair of mailboxes of a `copy`; null in a batch, whose plan has a row of its own. */
    planHash: text('plan_hash'),
    targetMailbox: text('target_mailbox').notNull(),
    sourceAddress: text('source_address'),
    sourceHost: text('source_host').notNull(),
    state: text('state').$type<StateName>().notNull(),
    resume: text('resume').$type<StateName>(),
    interrupted: text('interrupted').$type<StateName>(),
    until: instant('until'),
    problem: jsonb('problem').$type<Problem>(),
    pass: integer('pass').notNull().default(0),
    cleanedUp: boolean('cleaned_up').notNull().default(false),
    /** What keeps the clean-up from its end. */
    putBackProblem: jsonb('put_back_problem').$type<Problem>(),
    stateSince: instant('state_since').notNull().defaultNow(),
    /** Counts the transitions: a job that carries an older step is stale. */
    step: bigint('step', { mode: 'number' }).notNull().default(0),
    /** Fences every ledger write: a worker that lost its turn can write nothing any more. */
    epoch: bigint('epoch', { mode: 'number' }).notNull().default(0),
    /** The target was seen to give X-Skybridge-Id back. */
    stampProven: boolean('stamp_proven').notNull().default(false),
    pilot: jsonb('pilot').$type<PilotResult>(),
    /** The folder that an admin wants as the pilot; null: Skybridge proposes one. */
    pilotFolder: text('pilot_folder'),
    currentFolder: text('current_folder'),
    bytesPerSecond: bigint('bytes_per_second', { mode: 'number' }),
    verification: jsonb('verification').$type<VerificationSummary>(),
    reportPath: text('report_path'),
    /** How much there is at the source, and how much room at the target. */
    room: jsonb('room').$type<MailboxRoom>(),
    /** What an admin agreed to while the move waited for it. */
    agreed: jsonb('agreed').$type<AgreedChoices>(),
    /** What the admin leaves out. */
    skipRules: jsonb('skip_rules').$type<SkipRules['admin']>().notNull().default([]),
    /** What the person leaves out besides. */
    leftOut: jsonb('left_out').$type<SkipRules['person']>().notNull().default([]),
    /** After an error that another try may mend: not before this. */
    retryAt: instant('retry_at'),
    /** Such errors since the last transition. */
    tries: integer('tries').notNull().default(0),
    /** When a worker last gave it back: who waits longest is next. */
    givenBackAt: instant('given_back_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('migrations_batch').on(table.batchId),
    index('migrations_state').on(table.state),
    index('migrations_due').on(table.until).where(sql`${table.until} is not null`),
    // A `copy` is one row per pair of mailboxes.
    uniqueIndex('migrations_plan').on(table.planHash).where(sql`${table.planHash} is not null`),
  ],
);

/** What admins set for all moves, change by change: the newest of a name is the one that counts. */
export const settingChanges = pgTable(
  'setting_changes',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text('name').$type<SettingName>().notNull(),
    /** In a member of its own, since `null` is a value. */
    value: jsonb('value').$type<{ readonly is: Settings[SettingName] }>().notNull(),
    at: instant('at').notNull().defaultNow(),
  },
  (table) => [index('setting_changes_name').on(table.tenantId, table.name)],
);

/** Processes that move mail; one that was not heard of until `alive_until` holds nothing any more. */
export const workers = pgTable('workers', {
  id: uuid('id').primaryKey(),
  aliveUntil: instant('alive_until').notNull(),
  startedAt: instant('started_at').notNull().defaultNow(),
});

/** Who has which mailbox, and the connections that are set apart for it. */
export const leases = pgTable(
  'leases',
  {
    migrationId: uuid('migration_id')
      .primaryKey()
      .references(() => migrations.id),
    workerId: uuid('worker_id')
      .notNull()
      .references(() => workers.id, { onDelete: 'cascade' }),
    sourceAccount: text('source_account').notNull(),
    targetMailbox: text('target_mailbox').notNull(),
    sourceConnections: integer('source_connections').notNull(),
    targetConnections: integer('target_connections').notNull(),
    takenAt: instant('taken_at').notNull().defaultNow(),
  },
  (table) => [index('leases_worker').on(table.workerId)],
);

/** Until when a service of the tenant asked everybody for patience. */
export const tenantPauses = pgTable('tenant_pauses', {
  service: text('service').primaryKey(),
  until: instant('until').notNull(),
});

/** App passwords, sealed; purged when the migration ends. */
export const credentials = pgTable('credentials', {
  migrationId: uuid('migration_id')
    .primaryKey()
    .references(() => migrations.id),
  sealed: text('sealed').notNull(),
  storedAt: instant('stored_at').notNull().defaultNow(),
  /** When the source took it; null before that. */
  acceptedAt: instant('accepted_at'),
});

/** Logins at source accounts, by account: how many more may be tried is counted here. */
export const logins = pgTable(
  'logins',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    account: text('account').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [index('logins_account').on(table.account)],
);

/** A folder of the source and where it goes. */
export const folders = pgTable(
  'folders',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    migrationId: uuid('migration_id')
      .notNull()
      .references(() => migrations.id),
    sourcePath: text('source_path').notNull(),
    targetPath: text('target_path').notNull(),
    /** Why the name changes, where it does. */
    reason: text('reason').$type<FolderReason>(),
    specialUse: text('special_use'),
    messages: integer('messages').notNull().default(0),
    uidValidity: bigint('uid_validity', { mode: 'number' }),
    /** The last pass that listed this folder; -1 before the first. */
    passListed: integer('pass_listed').notNull().default(-1),
    /** The last pass that went through this folder to its end; -1 before the first. */
    passDone: integer('pass_done').notNull().default(-1),
    /** The target folder as it was before anything was written to it: what stood there may be adopted. */
    targetUidValidity: bigint('target_uid_validity', { mode: 'number' }),
    targetUidNext: bigint('target_uid_next', { mode: 'number' }),
    targetExists: integer('target_exists'),
    /** UIDNEXT and HIGHESTMODSEQ of the source folder when it was last listed; null where not known. */
    sourceUidNext: bigint('source_uid_next', { mode: 'number' }),
    sourceModSeq: text('source_mod_seq'),
    /** Why the folder cannot be opened, where it cannot. */
    problem: text('problem'),
    /** The target folder's class: `IPF.Note` for mail, empty for none, `unknown` where it could not be read; null before it was asked for. */
    targetClass: text('target_class'),
  },
  (table) => [unique('folders_path').on(table.migrationId, table.sourcePath)],
);

/** A folder of a target mailbox, whoever writes to it. */
export const targetFolders = pgTable(
  'target_folders',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    mailbox: text('mailbox').notNull(),
    path: text('path').notNull(),
  },
  (table) => [unique('target_folders_path').on(table.mailbox, table.path)],
);

/** The ledger: every source message and where it went. */
export const messages = pgTable(
  'messages',
  {
    /** The row id: stamped on the message where the target takes stamps. */
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    folderId: bigint('folder_id', { mode: 'number' })
      .notNull()
      .references(() => folders.id),
    uidValidity: bigint('uid_validity', { mode: 'number' }).notNull(),
    uid: bigint('uid', { mode: 'number' }).notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    receivedAt: instant('received_at'),
    flags: text('flags').array().notNull(),
    state: text('state').$type<MessageState>().notNull(),
    /** Why it was skipped or failed. */
    reason: text('reason'),
    /** Changes that the guard made, by reason code. */
    repairs: text('repairs').array(),
    key: text('key'),
    /** Of the bytes as the source gave them; a byte-exact target has the same. */
    sha256: text('sha256'),
    sentBytes: bigint('sent_bytes', { mode: 'number' }),
    attempts: integer('attempts').notNull().default(0),
    targetFolderId: bigint('target_folder_id', { mode: 'number' }).references(
      () => targetFolders.id,
    ),
    targetUidValidity: bigint('target_uid_validity', { mode: 'number' }),
    /** The lowest UIDNEXT of all attempts: where the look for a suspect begins. */
    lookFrom: bigint('look_from', { mode: 'number' }),
    targetUid: bigint('target_uid', { mode: 'number' }),
    /** The epoch that wrote the intent. */
    epoch: bigint('epoch', { mode: 'number' }),
    /** When the link of the last attempt was known to be dead. */
    linkDiedAt: instant('link_died_at'),
    /** Looks since then that found nothing. */
    emptyLooks: integer('empty_looks').notNull().default(0),
    /** The flags that the target was given last; null before the message was written. */
    writtenFlags: text('written_flags').array(),
    /** `flags` changed at the source since the message was written. */
    flagsChanged: boolean('flags_changed').notNull().default(false),
    /** The source no longer shows this UID: deleted or moved there. */
    vanished: boolean('vanished').notNull().default(false),
    /** The row id in the stamp of the message at the target, where it is another row's. */
    stampId: bigint('stamp_id', { mode: 'number' }),
    /** Times that the source listed the message, gave others, and held this one back. */
    withheld: integer('withheld').notNull().default(0),
    /** After more than one attempt: the target was looked through for a second copy. */
    surplusChecked: boolean('surplus_checked').notNull().default(false),
    /** Sent mail that may hold a calendar invitation: the verification opens each. */
    invitation: boolean('invitation').notNull().default(false),
  },
  (table) => [
    unique('messages_source').on(table.folderId, table.uidValidity, table.uid),
    // One target UID settles one row, across migrations.
    uniqueIndex('messages_target')
      .on(table.targetFolderId, table.targetUidValidity, table.targetUid)
      .where(sql`${table.targetUid} is not null`),
    index('messages_open').on(table.folderId, table.state),
    // A message that turns up elsewhere is held against those that vanished.
    index('messages_vanished').on(table.key).where(sql`${table.vanished}`),
    index('messages_flags').on(table.folderId).where(sql`${table.flagsChanged}`),
  ],
);

/**
 * What is changed in the tenant, written down before it is changed. `made_at`: the change was answered
 * or seen; `undone_at`: nothing is left to put back, and `outcome` says why.
 */
export const tenantChanges = pgTable(
  'tenant_changes',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    migrationId: uuid('migration_id')
      .notNull()
      .references(() => migrations.id),
    what: text('what').$type<TenantChange['what']>().notNull(),
    personId: text('person_id').notNull(),
    before: text('before').notNull(),
    after: text('after').notNull(),
    plannedAt: instant('planned_at').notNull().defaultNow(),
    madeAt: instant('made_at'),
    undoneAt: instant('undone_at'),
    outcome: text('outcome').$type<PutBackOutcome>(),
  },
  (table) => [
    // A change that is planned twice is one change; a limit that is raised twice is two.
    uniqueIndex('tenant_changes_open')
      .on(table.migrationId, table.what, table.personId, table.before, table.after)
      .where(sql`${table.undoneAt} is null`),
  ],
);

/**
 * Who did or tried what; rows are only ever added: triggers and missing rights of the table refuse all
 * else. A further column is not covered by the chain until `audit_text` and its twin name it.
 */
export const audit = pgTable('audit', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  at: instant('at').notNull().defaultNow(),
  actorPerson: text('actor_person'),
  actorTenant: text('actor_tenant'),
  action: text('action').notNull(),
  subject: text('subject').notNull(),
  outcome: text('outcome').notNull(),
  before: text('before'),
  after: text('after'),
});

/**
 * One row for each of `audit`, in the order of their commits, each with the hash of the one before it.
 * Written by the database itself at the end of the transaction that wrote the audit row.
 */
export const auditChain = pgTable('audit_chain', {
  /** From 1, without a gap. */
  position: bigint('position', { mode: 'number' }).primaryKey(),
  auditId: bigint('audit_id', { mode: 'number' }).notNull().unique('audit_chain_row'),
  /** Hash of the position before; empty for the first. */
  previous: text('previous').notNull(),
  /** Of `previous` and the audit row, sha256 in hex. */
  hash: text('hash').notNull(),
});

export const conversations = pgTable('conversations', {
  key: text('key').primaryKey(),
  reference: jsonb('reference').$type<ConversationReference>().notNull(),
  /** In which the person reads; null until Teams has said so. */
  language: text('language'),
});

export const postedCards = pgTable('posted_cards', {
  key: text('key').primaryKey(),
  posted: jsonb('posted').$type<PostedCard>().notNull(),
});

/** Browsers before a page of ours, on the way to sign in or signed in; by the hash of what they hold. */
export const webSessions = pgTable(
  'web_sessions',
  {
    hash: text('hash').primaryKey(),
    kind: text('kind').$type<WebSessionKind>().notNull(),
    value: jsonb('value').$type<WebSessionValue>().notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [index('web_sessions_expiry').on(table.expiresAt)],
);

/** One-time tokens, by their hash. */
export const nonces = pgTable('nonces', {
  hash: text('hash').primaryKey(),
  personId: text('person_id').notNull(),
  tenantId: text('tenant_id').notNull(),
  subject: text('subject').notNull(),
  expiresAt: instant('expires_at').notNull(),
  takenAt: instant('taken_at'),
});
