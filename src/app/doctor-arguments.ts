import { parseArgs } from 'node:util';
import { UsageError } from './copy-arguments.ts';

export const DOCTOR_USAGE = `node src/main.ts doctor [--mailbox ADDRESS] [--json]

Looks whether the tenant, this machine and the network are ready for a move, and changes nothing.
--mailbox: a mailbox of the tenant that an IMAP login is tried on; nothing in it is read.
Exit code: 0 nothing failed, 2 something must be mended, 1 could not look, 64 usage or settings.
`;

export interface DoctorArguments {
  readonly mailbox: string | null;
  readonly json: boolean;
}

/** Reads the words behind `doctor`; throws UsageError. */
export function parseDoctorArguments(words: readonly string[]): DoctorArguments {
  const { mailbox = null, json = false } = readOptions(words);
  if (mailbox !== null && !/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(mailbox)) {
    throw new UsageError('--mailbox needs an address such as anna@contoso.com');
  }
  return { mailbox, json };
}

function readOptions(words: readonly string[]): { mailbox?: string; json?: boolean } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { mailbox: { type: 'string' }, json: { type: 'boolean' } },
      strict: true,
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the options cannot be read');
  }
}
