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

/** The source refused the stored password: never given right, revoked, or changed. */
export class SourceLoginRefusedError extends AppError {
  override readonly name = 'SourceLoginRefusedError';
  readonly code = 'source.login-refused';
  readonly disposition = 'ask';
}

/** The person cannot get a mailbox in this tenant as things stand. */
export class PersonNotReadyError extends AppError {
  override readonly name = 'PersonNotReadyError';
  readonly code: 'tenant.guest' | 'tenant.no-free-licence' | 'tenant.no-mailbox-plan';
  readonly disposition = 'ask';
  constructor(code: PersonNotReadyError['code']) {
    super('The person cannot get a mailbox as things stand.');
    this.code = code;
  }
}

/** The person says that there is no iCloud Mail: why a move was ended, shown to the admin. */
export class NothingToMoveError extends AppError {
  override readonly name = 'NothingToMoveError';
  readonly code = 'person.nothing-to-move';
  readonly disposition = 'stop';
}
