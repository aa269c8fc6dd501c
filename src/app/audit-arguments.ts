import { parseArgs } from 'node:util';
import type { ChainHead } from '../jobs/db/audit-chain.ts';
import { UsageError } from './copy-arguments.ts';

export const AUDIT_USAGE = `node src/main.ts audit verify [--head POSITION:HASH]

Reads the whole audit, of the service and of setup, and names each row that was changed, removed or put in.
--head: the end of the service's audit as an earlier run printed it, or as the log of that day names it; what
was cut off since shows against it.
Exit code: 0 whole, 2 not whole, 1 could not look, 64 usage or settings.
`;

/** Reads the words behind `audit`; throws UsageError. */
export function parseAuditArguments(words: readonly string[]): { readonly head: ChainHead | null } {
  const [action, ...rest] = words;
  if (action !== 'verify') {
    throw new UsageError('"audit" needs "verify" behind it');
  }
  const text = readHead(rest);
  if (text === undefined) {
    return { head: null };
  }
  const { position, hash } =
    /^(?<position>\d{1,15}):(?<hash>[\da-f]{64})$/.exec(text)?.groups ?? {};
  if (position === undefined || hash === undefined) {
    throw new UsageError('--head needs a position and a hash, such as 1234:0a1b…');
  }
  return { head: { position: Number(position), hash } };
}

function readHead(words: readonly string[]): string | undefined {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { head: { type: 'string' } },
      strict: true,
    });
    return values.head;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the options cannot be read');
  }
}
