import { AppError } from '../../../errors.ts';

/** Another Skybridge process works with the database under this data directory. */
export class DatabaseInUseError extends AppError {
  override readonly name = 'DatabaseInUseError';
  readonly code = 'database.in-use';
  readonly disposition = 'stop';
  readonly dataDir: string;
  constructor(dataDir: string) {
    super(
      `Another Skybridge process uses the database under ${dataDir}. Stop it first, or give this one its own DATA_DIR.`,
    );
    this.dataDir = dataDir;
  }
}

/** The cluster on disk was made by another major version; PostgreSQL cannot open it as it is. */
export class DatabaseVersionError extends AppError {
  override readonly name = 'DatabaseVersionError';
  readonly code = 'database.other-major';
  readonly disposition = 'ask';
  readonly found: string;
  readonly needed: string;
  constructor(found: string, needed: string, clusterDir: string) {
    super(
      `The database in ${clusterDir} was made by PostgreSQL ${found}; this Skybridge brings PostgreSQL ${needed}. ` +
        `Start the Skybridge that made it, copy the data out with PostgreSQL's pg_dump, and load it into an empty DATA_DIR or a server named by DATABASE_URL.`,
    );
    this.found = found;
    this.needed = needed;
  }
}

/** npm installed no PostgreSQL for this machine, or installed it without its set-up script. */
export class DatabaseBinariesError extends AppError {
  override readonly name = 'DatabaseBinariesError';
  readonly code = 'database.no-binaries';
  readonly disposition = 'stop';
  readonly platform: string;
  constructor(platform: string, cause: unknown) {
    super(
      `There is no PostgreSQL for ${platform} in node_modules. Run "npm ci" again (without --omit=optional or --ignore-scripts), or name a server with DATABASE_URL.`,
      { cause },
    );
    this.platform = platform;
  }
}

/** Run as root, and no way was found to run PostgreSQL, which refuses root, as somebody else. */
export class DatabaseAccountError extends AppError {
  override readonly name = 'DatabaseAccountError';
  readonly code = 'database.no-account';
  readonly disposition = 'stop';
  constructor(reason: string) {
    super(
      `PostgreSQL does not run as root, and ${reason}. Run Skybridge as another user, or name a server with DATABASE_URL.`,
    );
  }
}

/** PostgreSQL did not come up; `logTail` is what it wrote last (never a statement's values). */
export class DatabaseStartError extends AppError {
  override readonly name = 'DatabaseStartError';
  readonly code = 'database.not-started';
  readonly disposition = 'stop';
  readonly logTail: string;
  constructor(what: string, logTail: string, cause?: unknown) {
    super(
      `${what}${logTail === '' ? '' : ` It said: ${logTail}`}`,
      cause === undefined ? {} : { cause },
    );
    this.logTail = logTail;
  }
}

/** The server that this process used has gone away and did not come back. */
export class DatabaseLostError extends AppError {
  override readonly name = 'DatabaseLostError';
  readonly code = 'database.lost';
  readonly disposition = 'retry';
  constructor(cause: unknown) {
    super('The embedded PostgreSQL went away. Start Skybridge again: it recovers by itself.', {
      cause,
    });
  }
}
