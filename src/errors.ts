/**
 * What the caller can do about an error.
 * `retry`: the same call may succeed at once · `wait`: it may succeed later, without anybody acting ·
 * `ask`: a person must act first · `stop`: it never will.
 */
export type Disposition = 'retry' | 'wait' | 'ask' | 'stop';

/** The root of every error that Skybridge throws; nobody branches on its message, only on `code`. */
export abstract class AppError extends Error {
  /** Stable, documented in docs/errors.md: `<part>.<what-was-seen>`. */
  abstract readonly code: string;
  abstract readonly disposition: Disposition;
  /** Do not try again before this instant; null where the other side named none. */
  readonly retryAfter: Date | null = null;
}

/** True for an error that Skybridge threw on purpose. */
export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError;
}

/** The code of any thrown value: its own, or `internal.unexpected` for what nobody foresaw. */
export function errorCodeOf(error: unknown): string {
  return isAppError(error) ? error.code : 'internal.unexpected';
}
