import { parseArgs } from 'node:util';
import { UsageError } from './copy-arguments.ts';

export const BACKUP_USAGE = `node src/main.ts backup --out FILE
node src/main.ts restore --from FILE | --in-place

backup: copies the database into a new file, beside a running service too. Passwords are in it sealed; keep the
sealing key elsewhere. restore: fills an empty database with it, before the service is started on it; --in-place
for a database that came back by other means (pg_restore, a snapshot of a disk): it is only told that mailboxes may
be ahead of it.
Exit code: 0 done, 1 could not go on, 64 usage or settings.
`;

/** Reads the words behind `backup`: the file to write; throws UsageError. */
export function parseBackupArguments(words: readonly string[]): string {
  const { out } = readOptions(words, { out: { type: 'string' } });
  if (typeof out !== 'string' || out === '') {
    throw new UsageError('--out must name the file to write');
  }
  return out;
}

/** Reads the words behind `restore`: the file to read, null for in place; throws UsageError. */
export function parseRestoreArguments(words: readonly string[]): string | null {
  const options = { from: { type: 'string' }, 'in-place': { type: 'boolean' } } as const;
  const { from, 'in-place': inPlace = false } = readOptions(words, options);
  const isFile = typeof from === 'string' && from !== '';
  if (isFile === (inPlace === true)) {
    throw new UsageError('restore needs --from FILE, or --in-place');
  }
  return isFile ? from : null;
}

function readOptions(
  words: readonly string[],
  options: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>,
): Readonly<Record<string, unknown>> {
  try {
    return parseArgs({ args: [...words], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the options cannot be read');
  }
}
