import { AppError } from '../errors.ts';

/** Another worker took over this migration: nothing that this one still does may be written. */
export class TurnLostError extends AppError {
  override readonly name = 'TurnLostError';
  readonly code = 'jobs.turn-lost';
  readonly disposition = 'stop';
}

/** The migration of this id does not exist. */
export class UnknownMigrationError extends AppError {
  override readonly name = 'UnknownMigrationError';
  readonly code = 'jobs.unknown-migration';
  readonly disposition = 'stop';
}

/** No app password is stored for this migration: it was purged, or never given. */
export class CredentialMissingError extends AppError {
  override readonly name = 'CredentialMissingError';
  readonly code = 'jobs.credential-missing';
  readonly disposition = 'ask';
}

/** The queue refused a job that a state needs; the transaction that wanted it is rolled back. */
export class JobRefusedError extends AppError {
  override readonly name = 'JobRefusedError';
  readonly code = 'jobs.job-refused';
  readonly disposition = 'retry';
}

/** A source folder was renamed or deleted between its listing and its reading: the folders are listed anew. */
export class SourceFolderLostError extends AppError {
  override readonly name = 'SourceFolderLostError';
  readonly code = 'source.folder-lost';
  readonly disposition = 'retry';
}

/** A target folder was renamed or deleted while it was written to: it is made anew. */
export class TargetFolderLostError extends AppError {
  override readonly name = 'TargetFolderLostError';
  readonly code = 'target.folder-lost';
  readonly disposition = 'retry';
}

/** Round after round nothing of what is open could be sent: each time the link broke in the middle of it. */
export class NoProgressError extends AppError {
  override readonly name = 'NoProgressError';
  readonly code = 'copy.no-progress';
  readonly disposition = 'wait';
}

/** The source refused the stored password: never given right, revoked, or changed. */
export class SourceLoginRefusedError extends AppError {
  override readonly name = 'SourceLoginRefusedError';
  readonly code = 'source.login-refused';
  readonly disposition = 'ask';
}

/** The source account was logged in to so often that one more try could lock it. */
export class LoginLimitError extends AppError {
  override readonly name = 'LoginLimitError';
  readonly code = 'source.login-limit';
  readonly disposition = 'wait';
  override readonly retryAfter: Date;
  constructor(retryAfter: Date) {
    super('The account was logged in to too often just now.');
    this.retryAfter = retryAfter;
  }
}

/** The tenant's window for copying is closed; the move goes on when it opens. */
export class OutsideWindowError extends AppError {
  override readonly name = 'OutsideWindowError';
  readonly code = 'jobs.outside-window';
  readonly disposition = 'wait';
  override readonly retryAfter: Date;
  constructor(retryAfter: Date) {
    super('Mail is not copied at this time.');
    this.retryAfter = retryAfter;
  }
}

/** The person cannot get a mailbox in this tenant as things stand. */
export class PersonNotReadyError extends AppError {
  override readonly name = 'PersonNotReadyError';
  readonly code:
    | 'tenant.guest'
    | 'tenant.no-free-licence'
    | 'tenant.no-mailbox-plan'
    | 'tenant.licence-not-confirmed';
  readonly disposition = 'ask';
  constructor(code: PersonNotReadyError['code']) {
    super('The person cannot get a mailbox as things stand.');
    this.code = code;
  }
}

/** A line of a list cannot be moved as it stands, or the list cannot be used. */
export class PersonNotMovableError extends AppError {
  override readonly name = 'PersonNotMovableError';
  readonly code:
    | 'people.nobody'
    | 'people.several'
    | 'people.resource-mailbox'
    | 'people.disabled-account'
    | 'people.submitter-missing'
    | 'people.submitter-unfit'
    | 'people.already-moving'
    | 'people.not-created'
    | 'people.line-faulty'
    | 'people.nobody-ready'
    | 'people.list-empty'
    | 'people.list-too-long'
    | 'people.list-unreadable'
    | 'people.list-password-column'
    | 'people.list-column-missing'
    | 'people.list-column-twice';
  readonly disposition = 'ask';
  constructor(code: PersonNotMovableError['code']) {
    super('Somebody on the list cannot be moved as things stand.');
    this.code = code;
  }
}

/** The person says that there is no iCloud Mail: why a move was ended, shown to the admin. */
export class NothingToMoveError extends AppError {
  override readonly name = 'NothingToMoveError';
  readonly code = 'person.nothing-to-move';
  readonly disposition = 'stop';
}

/** The helpdesk left this move out, while it waited for somebody. */
export class SkippedError extends AppError {
  override readonly name = 'SkippedError';
  readonly code = 'move.skipped';
  readonly disposition = 'stop';
}

/** Exchange has not made the mailbox within a day of its licence. */
export class MailboxLateError extends AppError {
  override readonly name = 'MailboxLateError';
  readonly code = 'tenant.mailbox-late';
  readonly disposition = 'ask';
}

export interface MailboxTooSmallFacts {
  /** What does not fit. */
  readonly bytes: number;
  readonly sourceBytes: number;
  readonly freeBytes: number;
  readonly quotaBytes: number;
}

/** The account holds more than the mailbox has room for. */
export class MailboxTooSmallError extends AppError implements MailboxTooSmallFacts {
  override readonly name = 'MailboxTooSmallError';
  readonly code = 'tenant.mailbox-too-small';
  readonly disposition = 'ask';
  readonly bytes: number;
  readonly sourceBytes: number;
  readonly freeBytes: number;
  readonly quotaBytes: number;
  constructor(facts: MailboxTooSmallFacts) {
    super('The mailbox has no room for all of the account.');
    this.bytes = facts.bytes;
    this.sourceBytes = facts.sourceBytes;
    this.freeBytes = facts.freeBytes;
    this.quotaBytes = facts.quotaBytes;
  }
}

export interface MessagesTooLargeFacts {
  /** The limit that would let them in. */
  readonly bytes: number;
  readonly messages: number;
  readonly largestBytes: number;
  readonly limitBytes: number;
}

/** Some messages are larger than the mailbox takes, and a higher limit would let them in. */
export class MessagesTooLargeError extends AppError implements MessagesTooLargeFacts {
  override readonly name = 'MessagesTooLargeError';
  readonly code = 'tenant.messages-too-large';
  readonly disposition = 'ask';
  readonly bytes: number;
  readonly messages: number;
  readonly largestBytes: number;
  readonly limitBytes: number;
  constructor(facts: MessagesTooLargeFacts) {
    super('Some messages are larger than the mailbox takes.');
    this.bytes = facts.bytes;
    this.messages = facts.messages;
    this.largestBytes = facts.largestBytes;
    this.limitBytes = facts.limitBytes;
  }
}

/** Exchange gave a message out otherwise than it was imported through Graph; `differences` name fields, never values. */
export class ItemsAlteredError extends AppError {
  override readonly name = 'ItemsAlteredError';
  readonly code = 'jobs.items-altered';
  readonly disposition = 'ask';
  readonly differences: readonly string[];
  constructor(differences: readonly string[]) {
    super('Exchange keeps imported items otherwise than they were written');
    this.differences = differences;
  }
}

/** More of the audit than is sent as one file. */
export class AuditTooLargeError extends AppError {
  override readonly name = 'AuditTooLargeError';
  readonly code = 'export.too-large';
  readonly disposition = 'ask';
}
