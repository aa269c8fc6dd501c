import { AsyncLocalStorage } from 'node:async_hooks';
import { pino } from 'pino';

/** Facts beside a static message; never a subject, an address, a token or a password. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The part of a logger that the rest of Skybridge uses; pino satisfies it. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: LogFields): Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Keys whose values are never written, at any of the first levels of a logged object. */
const SECRET_KEYS = [
  'password',
  'appPassword',
  'pass',
  'secret',
  'token',
  'accessToken',
  'authorization',
  'sealed',
  'subject',
];

/** What is under way, for every line that is written in its course, whoever writes it. */
const course = new AsyncLocalStorage<LogFields>();

/** Runs `work` with these fields, as they are at the time, on each of its log lines. */
export function inLogCourse<T>(fields: LogFields, work: () => Promise<T>): Promise<T> {
  return course.run(fields, work);
}

/** JSON lines on `destination` (a file descriptor: 1 is stdout, 2 is stderr), secrets removed by key. */
export function createLogger(level: LogLevel, destination: 1 | 2 = 1): Logger {
  const paths = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  return pino(
    {
      level,
      base: { service: 'skybridge' },
      // A copy: pino writes the line's own fields into it.
      mixin: () => ({ ...course.getStore() }),
      redact: { paths, censor: '[removed]' },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ dest: destination, sync: true }),
  );
}

/** A logger that says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
