import { parseArgs } from 'node:util';
import { UsageError } from './copy-arguments.ts';

export const SUPPORT_USAGE = `node src/main.ts support --out FILE [--log FILE]

Writes a support bundle: states, counts, codes and times, beside a running service too. People, addresses and
folders are pseudonyms, new ones each time; no subject, password or setting's value is in it. Read it before you
hand it on. --log: a file with the service's log, of which what may leave is taken.
Exit code: 0 written, 1 could not go on, 64 usage or settings.
`;

export interface SupportArguments {
  readonly out: string;
  readonly log: string | null;
}

/** Reads the words behind `support`; throws UsageError. */
export function parseSupportArguments(words: readonly string[]): SupportArguments {
  const { out, log = null } = readOptions(words);
  if (out === undefined || out === '') {
    throw new UsageError('--out must name the file to write');
  }
  return { out, log };
}

function readOptions(words: readonly string[]): { out?: string; log?: string } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { out: { type: 'string' }, log: { type: 'string' } },
      strict: true,
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the options cannot be read');
  }
}
