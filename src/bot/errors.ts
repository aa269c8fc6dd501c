import { AppError } from '../errors.ts';

/** Teams, or the way to it, failed for a moment. */
export class TeamsSendError extends AppError {
  override readonly name = 'TeamsSendError';
  readonly code = 'teams.send-failed';
  readonly disposition = 'wait';
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  constructor(status: number) {
    super('Teams did not take a message.');
    this.status = status;
  }
}

/** Teams asked to slow down (429), for longer than one delivery waits. */
export class TeamsRateLimitedError extends AppError {
  override readonly name = 'TeamsRateLimitedError';
  readonly code = 'teams.rate-limited';
  readonly disposition = 'wait';
  override readonly retryAfter: Date | null;
  /** As the server said it; null where it named no time. */
  readonly retryAfterMs: number | null;
  constructor(retryAfterMs: number | null) {
    super('Teams asked to slow down.');
    this.retryAfter = retryAfterMs === null ? null : new Date(Date.now() + retryAfterMs);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The app is not installed there, was removed, or is blocked (403 MessageWritesBlocked and kin). */
export class TeamsBlockedError extends AppError {
  override readonly name = 'TeamsBlockedError';
  readonly code = 'teams.blocked';
  readonly disposition = 'ask';
  /** Why, in Teams' own word, such as BotNotInConversationRoster; null where it gave none. */
  readonly serverCode: string | null;
  constructor(message: string, serverCode: string | null = null) {
    super(message);
    this.serverCode = serverCode;
  }
}

/** The app is not in the person's Teams: never installed, removed, or there is no Teams of theirs. */
export class TeamsNotInstalledError extends AppError {
  override readonly name = 'TeamsNotInstalledError';
  readonly code = 'teams.not-installed';
  readonly disposition = 'ask';
}

/** The person blocks the bot. */
export class TeamsBlockedByPersonError extends AppError {
  override readonly name = 'TeamsBlockedByPersonError';
  readonly code = 'teams.blocked-by-person';
  readonly disposition = 'ask';
}

/** The tenant's admin has switched the app off. */
export class TeamsDisabledError extends AppError {
  override readonly name = 'TeamsDisabledError';
  readonly code = 'teams.disabled-by-admin';
  readonly disposition = 'ask';
}

/** The message or the conversation was deleted. */
export class TeamsGoneError extends AppError {
  override readonly name = 'TeamsGoneError';
  readonly code = 'teams.gone';
  readonly disposition = 'stop';
}

/** A service URL outside the hosts of Teams: nothing is stored for it and nothing sent to it. */
export class RefusedServiceUrlError extends AppError {
  override readonly name = 'RefusedServiceUrlError';
  readonly code = 'teams.refused-service-url';
  readonly disposition = 'stop';
}

/** Microsoft Entra gave the bot no token for the Bot Connector. */
export class BotTokenError extends AppError {
  override readonly name = 'BotTokenError';
  readonly code = 'bot.token-refused';
  readonly disposition = 'ask';
  readonly status: number;
  constructor(status: number, options?: ErrorOptions) {
    super('Microsoft Entra gave the bot no token.', options);
    this.status = status;
  }
}

/** A file that somebody sent could not be fetched, or is none that is read. */
export class TeamsFileError extends AppError {
  override readonly name = 'TeamsFileError';
  readonly code:
    | 'file.foreign-host'
    | 'file.too-large'
    | 'file.not-given'
    | 'file.unreachable'
    | 'file.workbook'
    | 'file.no-text'
    | 'file.several'
    | 'file.not-taken';
  readonly disposition = 'ask';
  constructor(code: TeamsFileError['code'], options?: ErrorOptions) {
    super('A file that somebody sent could not be used.', options);
    this.code = code;
  }
}
