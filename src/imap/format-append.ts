/** What stands between APPEND and the literal. RFC 9051 section 6.3.12. */
import { formatInternalDate } from './dates.ts';
import { FolderMissingError, MessageRefusedError } from './errors.ts';
import { quoteString } from './mailbox-name.ts';
import type { ImapOutgoingMessage } from './types.ts';

/** An atom, with a backslash before it for a system flag. */
const FLAG = /^\\?[\x21\x23\x24\x26\x27\x2b-\x5b\x5d-\x7a\x7c\x7e]+$/;

/** Flags and date as APPEND wants them; throws MessageRefusedError for a flag that is no atom. */
export function formatAppendArguments(mailbox: string, message: ImapOutgoingMessage): string {
  const bad = message.flags.find((flag) => !FLAG.test(flag));
  if (bad !== undefined) {
    throw new MessageRefusedError('invalid-flag');
  }
  if (/[\r\n\0]/.test(mailbox)) {
    throw new FolderMissingError();
  }
  const flags = message.flags.length > 0 ? ` (${message.flags.join(' ')})` : '';
  const date = message.receivedAt ? formatInternalDate(message.receivedAt) : null;
  return `${quoteString(mailbox)}${flags}${date === null ? '' : ` "${date}"`}`;
}
