import { parseArgs } from 'node:util';
import { UsageError } from './copy-arguments.ts';

/**
 * What one process does. `bot`: faces Teams, and seals passwords with the public key · `worker`: moves
 * mail, and holds the key that opens them.
 */
export type ProcessRole = 'bot' | 'worker';

export const ALL_ROLES: readonly ProcessRole[] = ['bot', 'worker'];

export const SERVE_USAGE = `node src/main.ts serve [--roles bot,worker]

Runs until SIGTERM or Ctrl+C, then ends what is under way, at most 10 seconds; a second one ends it at once.
--roles: what this process does. bot: answers Teams, and never has the key that opens passwords; worker: moves
mail, and has it. Processes with one role each need a DATABASE_URL in common.
Exit code: 0 stopped as asked, 1 could not go on, 64 usage or settings.
`;

const isRole = (text: string): text is ProcessRole => ALL_ROLES.some((role) => role === text);

/** Reads the words behind `serve`; throws UsageError. */
export function parseServeArguments(words: readonly string[]): readonly ProcessRole[] {
  const text = readRoles(words);
  if (text === undefined) {
    return ALL_ROLES;
  }
  const named = text.split(',').map((word) => word.trim());
  const roles = named.filter(isRole);
  if (roles.length !== named.length || new Set(roles).size !== roles.length) {
    throw new UsageError('--roles needs bot, worker or bot,worker');
  }
  return roles;
}

function readRoles(words: readonly string[]): string | undefined {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { roles: { type: 'string' } },
      strict: true,
    });
    return values.roles;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the options cannot be read');
  }
}
