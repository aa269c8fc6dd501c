import type { LogFields, Logger } from '../log.ts';

/** What a `code` of ours looks like: an address or a sentence does not. */
const CODE = /^[a-z][a-z\d]*(?:[.-][a-z\d]+)+$/;

/** The same logger, and `count` is told the code of every line that has one, at whatever level. */
export function countCodes(logger: Logger, count: (code: string) => void): Logger {
  const counting =
    (write: (fields: LogFields, message: string) => void) =>
    (fields: LogFields, message: string): void => {
      const { code } = fields;
      if (typeof code === 'string' && CODE.test(code)) {
        count(code);
      }
      write(fields, message);
    };
  return {
    debug: counting((fields, message) => logger.debug(fields, message)),
    info: counting((fields, message) => logger.info(fields, message)),
    warn: counting((fields, message) => logger.warn(fields, message)),
    error: counting((fields, message) => logger.error(fields, message)),
    child: (fields) => countCodes(logger.child(fields), count),
  };
}
